import {beforeEach, describe, expect, test, vi} from 'vitest';
import {startServer} from './afters.js';
import {openCheckout, settle} from './checkout.js';
import {answer, calculated, REFERENCE_ID, TOKEN} from './purchase.js';

beforeEach(() => {
  vi.useFakeTimers();
});

/** @param {Record<string, unknown>} changed */
function stored(changed) {
  return {reference_id: REFERENCE_ID, answer: answer(changed)};
}

describe('what the shopper sees', () => {
  test('the offer with picture, variant, description, reason, old price and saving', async () => {
    startServer();
    const checkout = openCheckout();
    await settle();
    const text = checkout.text();
    for (const part of [
      'One more thing?',
      'Often bought with your lantern',
      'Heart of wicker, small',
      'White',
      'Woven by hand.',
      'Hangs on a ribbon.',
      'You save £2.50 (20%)',
    ]) {
      expect(text).toContain(part);
    }
    expect(checkout.all('Image')[0].props).toMatchObject({source: 'https://cdn.test/heart.png', description: 'A white wicker heart'});
    expect(checkout.all('Text').find((node) => node.props.role === 'deletion').children[0].text).toBe('£12.50');
    expect(checkout.all('VisuallyHidden')[0].children[0].text).toBe('Original price');
  });

  test('the full cost before the pay button can be pressed, and the amount on it', async () => {
    startServer();
    const checkout = openCheckout();
    const [pay, decline] = checkout.buttons();
    expect(pay).toMatchObject({label: 'Pay now', isDisabled: true});
    expect(decline).toMatchObject({label: 'No thanks', isDisabled: false});
    expect(checkout.all('Spinner')).toHaveLength(1);
    await settle();
    const rows = checkout.all('Bookend').map((node) => node.children.map((/** @type {any} */ cell) => cell.children[0].text));
    expect(rows).toEqual([
      ['Subtotal', '£10.00'],
      ['Shipping', '£2.50'],
      ['Taxes', '£2.50'],
      ['To pay now', '£15.00'],
    ]);
    expect(checkout.buttons()[0]).toMatchObject({label: 'Pay now · £15.00', isDisabled: false});
    expect(checkout.all('Spinner')).toHaveLength(0);
  });

  test('free shipping and taxes that the price holds already', async () => {
    startServer();
    const checkout = openCheckout({calculate: () => calculated({shipping: [], tax: ['1.67'], total: '10.00'})});
    await settle();
    expect(checkout.text()).toMatch(/Shipping\nFree\nTaxes \(included\)\n£1\.67\nTo pay now\n£10\.00/);
  });

  test('no saving is claimed that the platform does not grant', async () => {
    startServer();
    const checkout = openCheckout({calculate: () => calculated({line: '12.50', shipping: [], tax: [], total: '12.50'})});
    expect(checkout.text()).toContain('You save');
    await settle();
    expect(checkout.text()).not.toContain('You save');
    expect(checkout.all('Text').some((node) => node.props.role === 'deletion')).toBe(false);
  });

  test('nothing chosen beforehand: no input at all, and no charge without a press', async () => {
    const server = startServer();
    const checkout = openCheckout();
    await settle(3_600_000);
    for (const type of ['Checkbox', 'Radio', 'Select', 'TextField', 'BuyerConsent']) expect(checkout.all(type)).toEqual([]);
    expect(server.of('changesets')).toEqual([]);
    expect(checkout.apply).not.toHaveBeenCalled();
    expect(checkout.done).not.toHaveBeenCalled();
  });

  test('an offer with the least there can be', async () => {
    startServer();
    const bare = {
      variant_title: null,
      description: null,
      image: null,
      discount: null,
      reason_line: null,
      texts: null,
      discounted_unit_price: {amount: '12.50', currency: 'GBP'},
    };
    const checkout = openCheckout({stored: stored(bare)});
    await settle();
    expect(checkout.all('Image')).toEqual([]);
    expect(checkout.text()).toContain('One more thing for your order?');
    expect(checkout.text()).not.toContain('You save');
    expect(checkout.buttons().map(({label}) => label)).toEqual(['Pay now · £15.00', 'No thanks']);
  });

  test('a picture without a description is described by the title; a very long title stays whole', async () => {
    startServer();
    const title = 'Set of wicker hearts '.repeat(60).trim();
    const checkout = openCheckout({stored: stored({title, image: {url: 'https://cdn.test/a.png', alt: null}})});
    await settle();
    expect(checkout.all('Image')[0].props.description).toBe(title);
    expect(checkout.text()).toContain(title);
    expect(checkout.buttons()[0]?.label).toBe('Pay now · £15.00');
  });

  test('several pieces are named and priced together; a fixed discount has no percentage', async () => {
    startServer();
    const discount = {value: 2.5, value_type: 'fixed_amount', title: 'Off'};
    const checkout = openCheckout({stored: stored({quantity: 3, discount})});
    expect(checkout.text()).toContain('Quantity: 3');
    expect(checkout.text()).toContain('£37.50');
    expect(checkout.text()).toMatch(/You save £7\.50$/m);
  });

  test('the checkout’s language where there is one, English elsewhere', async () => {
    startServer();
    const german = openCheckout({locale: 'de-AT', stored: stored({texts: {accept: 'Kostenpflichtig kaufen'}})});
    const polish = openCheckout({locale: 'pl', stored: stored({texts: {}})});
    await settle();
    expect(german.text()).toContain('Zwischensumme');
    expect(german.buttons()[0]?.label).toBe('Kostenpflichtig kaufen · £\u00a015,00');
    expect(polish.text()).toContain('Subtotal');
  });
});

describe('accepting', () => {
  test('signs the stored offer, applies it, reports and goes on', async () => {
    const server = startServer();
    const checkout = openCheckout();
    await settle();
    checkout.press('Pay now');
    await settle();
    expect(server.of('changesets')[0]).toMatchObject({
      url: 'https://afters.test/post-purchase/changesets',
      headers: {Authorization: `Bearer ${TOKEN}`},
      body: {decision_id: 'dec_1', option_id: 'opt_1'},
    });
    expect(Object.keys(server.of('changesets')[0]?.body)).toEqual(['decision_id', 'option_id']);
    expect(checkout.apply).toHaveBeenCalledExactlyOnceWith('signed.changeset.jwt');
    expect(server.events).toEqual([
      {kind: 'shown'},
      {kind: 'accepted'},
      {kind: 'outcome', status: 'processed', error_codes: []},
    ]);
    expect(checkout.done).toHaveBeenCalledTimes(1);
  });

  test('the price is asked with the server’s own changes', async () => {
    startServer();
    const checkout = openCheckout();
    await settle();
    expect(checkout.calculate).toHaveBeenCalledExactlyOnceWith({changes: answer().offer.changes});
  });

  test('a double click pays once', async () => {
    const server = startServer();
    const checkout = openCheckout();
    await settle();
    const press = checkout.buttons()[0]?.props.onPress;
    press();
    press();
    await settle();
    press();
    await settle();
    expect(server.of('changesets')).toHaveLength(1);
    expect(checkout.apply).toHaveBeenCalledTimes(1);
    expect(server.kinds).toEqual(['shown', 'accepted', 'outcome']);
    expect(checkout.done).toHaveBeenCalledTimes(1);
  });

  test('while paying it shows so, and declining has no effect', async () => {
    const server = startServer();
    /** @type {(value: unknown) => void} */
    let finish = () => undefined;
    const checkout = openCheckout({apply: () => new Promise((resolve) => (finish = resolve))});
    await settle();
    checkout.press('Pay now');
    await settle();
    expect(checkout.buttons()[0]).toMatchObject({isLoading: true});
    expect(checkout.buttons()[1]).toMatchObject({isDisabled: true});
    checkout.press('No thanks');
    await settle();
    expect(checkout.done).not.toHaveBeenCalled();
    finish({status: 'processed', errors: []});
    await settle();
    expect(server.kinds).toEqual(['shown', 'accepted', 'outcome']);
    expect(checkout.done).toHaveBeenCalledTimes(1);
  });

  test('the pay button does nothing while no price is shown', async () => {
    const server = startServer();
    const checkout = openCheckout({calculate: () => new Promise(() => undefined)});
    checkout.press('Pay now');
    await settle();
    expect(server.kinds).toEqual(['shown']);
    expect(server.of('changesets')).toEqual([]);
  });

  test('what the host passes to a handler is not used', async () => {
    const server = startServer();
    const checkout = openCheckout();
    await settle();
    checkout.buttons()[1]?.props.onPress({target: 'a DOM event'});
    await settle();
    expect(server.events).toEqual([{kind: 'shown'}, {kind: 'declined'}]);
  });
});

describe('declining', () => {
  test('reports and goes on, without a token', async () => {
    const server = startServer();
    const checkout = openCheckout();
    await settle();
    checkout.press('No thanks');
    checkout.press('No thanks');
    await settle();
    expect(server.kinds).toEqual(['shown', 'declined']);
    expect(server.of('changesets')).toEqual([]);
    expect(checkout.done).toHaveBeenCalledTimes(1);
  });

  test('is possible while the price is still being worked out; the late price changes nothing', async () => {
    const server = startServer();
    /** @type {(value: unknown) => void} */
    let finish = () => undefined;
    const checkout = openCheckout({calculate: () => new Promise((resolve) => (finish = resolve))});
    await settle();
    checkout.press('No thanks');
    await settle();
    finish({status: 'unprocessed', errors: [{code: 'insufficient_inventory', message: ''}]});
    await settle();
    expect(server.kinds).toEqual(['shown', 'declined']);
    expect(checkout.text()).not.toContain('was not added');
    expect(checkout.done).toHaveBeenCalledTimes(1);
  });
});

describe('the offer it shows', () => {
  test('the stored one, without asking again', async () => {
    const server = startServer();
    openCheckout();
    await settle();
    expect(server.of('offers')).toEqual([]);
  });

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['another purchase’s', {reference_id: 'other', answer: answer()}],
    ['an unreadable one', {reference_id: REFERENCE_ID, answer: {decision_id: 'dec_1', offer: {title: 'x'}}}],
  ])('asked for again when the storage holds %s', async (_what, initialData) => {
    const server = startServer();
    const checkout = openCheckout({stored: initialData});
    expect(checkout.all('Spinner')).toHaveLength(1);
    await settle();
    expect(server.of('offers')).toHaveLength(1);
    expect(checkout.text()).toContain('Heart of wicker, small');
    expect(checkout.text()).not.toContain('One moment');
    expect(server.kinds).toEqual(['shown']);
  });
});

describe('impressions', () => {
  test('are counted once the host has painted, not before', async () => {
    const server = startServer();
    /** @type {(value: unknown) => void} */
    let painted = () => undefined;
    const checkout = openCheckout({
      wire: (channel) => (/** @type {any} */ ...message) => {
        channel(...message);
        return message[0] === 0 ? new Promise((resolve) => (painted = resolve)) : undefined;
      },
    });
    await settle(1000);
    expect(server.kinds).toEqual([]);
    painted(undefined);
    await settle();
    expect(server.kinds).toEqual(['shown']);
    expect(server.of('events')[0]?.body).toMatchObject({decision_id: 'dec_1', latency_ms: 1000});
    expect(checkout.done).not.toHaveBeenCalled();
  });

  test('a press counts as paint where the host never confirms one', async () => {
    const server = startServer();
    const checkout = openCheckout({
      wire: (channel) => (/** @type {any} */ ...message) => {
        channel(...message);
        return message[0] === 0 ? new Promise(() => undefined) : undefined;
      },
    });
    await settle();
    checkout.press('Pay now');
    await settle();
    expect(server.kinds).toEqual(['shown', 'accepted', 'outcome']);
  });
});
