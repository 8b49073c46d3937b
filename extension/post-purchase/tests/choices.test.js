import {beforeEach, describe, expect, test, vi} from 'vitest';
import {CHOICE_MS} from '../src/page.js';
import {startServer} from './afters.js';
import {openCheckout, settle} from './checkout.js';
import {answer, calculated, REFERENCE_ID, unprocessed} from './purchase.js';

beforeEach(() => {
  vi.useFakeTimers();
});

const GBP = (/** @type {string} */ amount) => ({amount, currency: 'GBP'});

/** @param {number} variantId @param {number} quantity @param {string} number @param {Record<string, unknown>} [more] */
function choice(variantId, quantity, number, more) {
  const changes = [{type: 'add_variant', variantId, quantity}];
  return {option_id: `0.${number}`, variant_id: variantId, quantity, changes, ...more};
}

/** White for £10, one to three of it; red for £12, one or two; three of white at a quarter off. */
const CHOICES = [
  choice(123, 2, '0'),
  choice(123, 3, '1', {discount: {value: 25, value_type: 'percentage', title: 'Three'}, discounted_unit_price: GBP('9.00')}),
  choice(124, 1, '2', {variant_title: 'Red', discounted_unit_price: GBP('12.00'), image: {url: 'https://cdn.test/red.png', alt: null}}),
  choice(124, 2, '3', {variant_title: 'Red', discounted_unit_price: GBP('12.00'), image: null}),
];

/** @param {Record<string, unknown>} [changed] @param {Parameters<typeof openCheckout>[0]} [options] */
function open(changed, options) {
  const stored = {reference_id: REFERENCE_ID, answer: answer({option_id: '0', choices: CHOICES, ...changed})};
  return openCheckout({stored, ...options});
}

/** @param {ReturnType<typeof openCheckout>} checkout @param {string} label @param {string} value */
function pick(checkout, label, value) {
  const found = checkout.all('Select').find((node) => node.props.label === label);
  found.props.onChange(value);
}

/** @param {ReturnType<typeof openCheckout>} checkout */
function selects(checkout) {
  return checkout.all('Select').map(({props}) => [
    props.label,
    props.value,
    props.options.map((/** @type {{label: string}} */ {label}) => label),
  ]);
}

describe('choosing', () => {
  test('what was offered is chosen, and the quantities say what they take off', async () => {
    startServer();
    const checkout = open();
    await settle();
    expect(selects(checkout)).toEqual([
      ['Option', '123', ['White', 'Red']],
      ['Quantity', '1', ['1 (−20%)', '2 (−20%)', '3 (−25%)']],
    ]);
  });

  test('quantities with the same discount are numbers alone', async () => {
    startServer();
    const checkout = open({choices: [choice(123, 2, '0')]});
    await settle();
    expect(selects(checkout)).toEqual([['Quantity', '1', ['1', '2']]]);
  });

  test('title, price and picture follow at once, the full cost once the shopper stays', async () => {
    const server = startServer();
    const checkout = open(undefined, {
      calculate: () => calculated(checkout.calculate.mock.calls.length > 1 ? {lineVariant: 124, line: '12.00', total: '17.00'} : {}),
    });
    await settle();
    pick(checkout, 'Option', '124');
    await settle();
    expect(checkout.text()).toContain('Red');
    expect(checkout.text()).toContain('£12.00');
    expect(checkout.all('Image')[0].props.source).toBe('https://cdn.test/red.png');
    expect(checkout.buttons()[0]).toMatchObject({label: 'Pay now', isDisabled: true});
    expect(checkout.calculate).toHaveBeenCalledTimes(1);
    await settle(CHOICE_MS);
    expect(checkout.calculate).toHaveBeenLastCalledWith({changes: CHOICES[2]?.changes});
    expect(checkout.buttons()[0]).toMatchObject({label: 'Pay now · £17.00', isDisabled: false});
    expect(server.of('events').map(({body}) => [body.kind, body.option_id])).toEqual([
      ['shown', undefined],
      ['choice', '0.2'],
    ]);
  });

  test('another variant keeps the quantity, or comes as near to it as there is', async () => {
    startServer();
    const checkout = open();
    await settle();
    pick(checkout, 'Quantity', '3');
    await settle();
    pick(checkout, 'Option', '124');
    await settle(CHOICE_MS);
    expect(selects(checkout)[1]).toEqual(['Quantity', '2', ['1', '2']]);
    expect(checkout.text()).toContain('Quantity: 2');
    expect(checkout.all('Image')).toEqual([]);
  });

  test('looking through choices asks for one price, and tells of one choice', async () => {
    const server = startServer();
    const checkout = open();
    await settle();
    for (const quantity of ['2', '3', '2']) {
      pick(checkout, 'Quantity', quantity);
      await settle(CHOICE_MS - 1);
    }
    expect(checkout.calculate).toHaveBeenCalledTimes(1);
    await settle(1);
    expect(checkout.calculate).toHaveBeenCalledTimes(2);
    expect(server.kinds).toEqual(['shown', 'choice']);
  });

  test('the last choice counts, however late the answer to an earlier one comes', async () => {
    startServer();
    /** @type {((value: unknown) => void)[]} */
    const answers = [];
    const checkout = open(undefined, {calculate: () => new Promise((resolve) => answers.push(resolve))});
    await settle();
    pick(checkout, 'Quantity', '2');
    await settle(CHOICE_MS);
    answers[1]?.(calculated({line: '20.00', shipping: [], tax: [], total: '20.00'}));
    await settle();
    expect(checkout.buttons()[0]?.label).toBe('Pay now · £20.00');
    answers[0]?.(calculated());
    await settle();
    expect(checkout.buttons()[0]).toMatchObject({label: 'Pay now · £20.00', isDisabled: false});
  });

  test('what is chosen is signed, and nothing but its id is sent', async () => {
    const server = startServer();
    const checkout = open();
    await settle();
    pick(checkout, 'Quantity', '3');
    await settle(CHOICE_MS);
    checkout.press('Pay now');
    await settle();
    expect(server.of('changesets')[0]?.body).toEqual({decision_id: 'dec_1', option_id: '0.1'});
    expect(server.of('events').find(({body}) => body.kind === 'accepted')?.body.option_id).toBe('0.1');
    expect(checkout.apply).toHaveBeenCalledTimes(1);
  });

  test('nothing can be paid between a choice and its price, nor chosen while paying', async () => {
    const server = startServer();
    const checkout = open(undefined, {apply: () => new Promise(() => undefined)});
    await settle();
    pick(checkout, 'Quantity', '2');
    checkout.press('Pay now');
    await settle(CHOICE_MS);
    expect(server.of('changesets')).toEqual([]);
    checkout.press('Pay now');
    await settle();
    expect(checkout.all('Select').every((node) => node.props.disabled)).toBe(true);
    pick(checkout, 'Quantity', '3');
    await settle(CHOICE_MS);
    expect(checkout.text()).toContain('Quantity: 2');
    expect(checkout.calculate).toHaveBeenCalledTimes(2);
  });

  test('a choice that cannot be had says so, and the others stay', async () => {
    const server = startServer();
    const checkout = open(undefined, {
      calculate: () => (checkout.calculate.mock.calls.length === 2 ? unprocessed('insufficient_inventory') : calculated()),
    });
    await settle();
    pick(checkout, 'Quantity', '3');
    await settle(CHOICE_MS);
    expect(checkout.text()).toContain('It has just sold out.');
    expect(checkout.buttons().map(({label, isDisabled}) => [label, isDisabled])).toEqual([
      ['Pay now', true],
      ['No thanks', false],
    ]);
    pick(checkout, 'Quantity', '1');
    await settle(CHOICE_MS);
    expect(checkout.buttons()[0]).toMatchObject({label: 'Pay now · £15.00', isDisabled: false});
    checkout.press('No thanks');
    await settle();
    expect(server.kinds).toEqual(['shown', 'choice', 'choice', 'declined']);
  });

  test('words of the merchant’s may differ from choice to choice', async () => {
    startServer();
    const choices = [choice(123, 2, '0', {texts: {heading: 'Two for £20'}, badge: '−£5'})];
    const checkout = open({choices});
    await settle();
    pick(checkout, 'Quantity', '2');
    await settle();
    expect(checkout.text()).toContain('Two for £20');
    expect(checkout.text()).toContain('−£5');
  });

  test('choices without an id or changes are none', async () => {
    startServer();
    const checkout = open({choices: [null, {quantity: 2}, {option_id: '0.0', quantity: 3}]});
    await settle();
    expect(checkout.all('Select')).toEqual([]);
  });
});
