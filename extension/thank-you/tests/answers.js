/** What the Afters server answers: one good answer, and the ways to change a part of it. */

export const DECISION_ID = 'a3f1c2d4-0000-4000-8000-000000000001';

/**
 * @param {string} amount
 * @param {string} [currency]
 */
export const money = (amount, currency = 'GBP') => ({amount, currency});

/** @param {Record<string, unknown>} [changes] */
export function offer(changes = {}) {
  return {
    option_id: '0',
    product_id: 11,
    variant_id: 111,
    quantity: 1,
    title: 'Beeswax candle',
    variant_title: 'Large',
    description: 'Burns for forty hours.',
    image: {url: 'https://cdn.test/candle.jpg', alt: 'A lit candle'},
    unit_price: money('20.00'),
    discounted_unit_price: money('16.00'),
    discount: {value: 20, value_type: 'percentage', title: 'Thank you'},
    reason_line: 'Goes with your Candle holder',
    texts: {},
    accept_by: 'code',
    url: 'https://afters.test/b/0',
    code_days: 2,
    choices: [],
    ...changes,
  };
}

/** @param {Record<string, unknown>} [changes] */
export function choice(changes = {}) {
  return {
    option_id: '0.1',
    variant_id: 112,
    title: 'Small',
    quantity: 1,
    unit_price: money('10.00'),
    discounted_unit_price: money('8.00'),
    discount: {value: 20, value_type: 'percentage', title: 'Thank you'},
    url: 'https://afters.test/b/0.1',
    ...changes,
  };
}

/** @param {Record<string, unknown>} [changes] */
export function byInvoice(changes = {}) {
  return offer({accept_by: 'invoice', url: null, ...changes});
}

/** Less money off something cheaper, for who declined. */
export function downsell() {
  return offer({
    option_id: '0d',
    title: 'Tealights',
    variant_title: null,
    unit_price: money('5.00'),
    discounted_unit_price: money('5.00'),
    discount: null,
    url: 'https://afters.test/b/0d',
  });
}

/** @param {Record<string, unknown>} [changes] */
export function answer(changes = {}) {
  return {decision_id: DECISION_ID, expires_at: '2026-12-01T12:00:00Z', offer: offer(), steps: {}, ...changes};
}
