import {beforeEach, describe, expect, test, vi} from 'vitest';
import {breakDown} from '../src/costs.js';
import {termsOf} from '../src/subscription.js';
import {LANGUAGES, textsFor} from '../src/texts.js';
import {startServer} from './afters.js';
import {openCheckout, settle} from './checkout.js';
import {answer, calculated, calculatedPurchase, ERROR_CODES, REFERENCE_ID, unprocessed} from './purchase.js';

beforeEach(() => {
  vi.useFakeTimers();
});

const MONTHLY = {
  plan: 'Monthly',
  billing: {unit: 'month', count: 1},
  delivery: {unit: 'month', count: 1},
  unit_price: {amount: '11.25', currency: 'GBP'},
  shipping: {amount: '2.50', currency: 'GBP'},
  later: null,
};
const CHANGE = {
  type: 'add_subscription',
  variantId: 123,
  sellingPlanId: 9,
  quantity: 1,
  initialShippingPrice: 2.5,
  recurringShippingPrice: 2.5,
  shippingOption: {title: 'Post', presentmentTitle: 'Post'},
};

/** @param {Record<string, unknown>} [changed] */
function subscribed(changed) {
  return answer({discount: null, subscription: {...MONTHLY, ...changed}, changes: [CHANGE]});
}

/** @param {Parameters<typeof openCheckout>[0]} [options] */
function open(options) {
  return openCheckout({stored: {reference_id: REFERENCE_ID, answer: subscribed()}, ...options});
}

/** @param {ReturnType<typeof openCheckout>} checkout */
const consent = (checkout) => checkout.all('BuyerConsent')[0];

describe('what the shopper is told', () => {
  test('how often it comes, what each time costs, and what is saved', async () => {
    startServer();
    const checkout = open();
    await settle();
    expect(checkout.text()).toMatch(/Subscription\nMonthly\nDelivery\nEvery month\nEach payment after today\n£11\.25\nShipping each time after\n£2\.50/);
    expect(checkout.text()).toContain('You save £2.50');
    expect(checkout.text()).not.toContain('%');
  });

  test('goods that are paid for in advance, several of them, at another price later', () => {
    const offer = subscribed({
      billing: {unit: 'year', count: 1},
      delivery: {unit: 'week', count: 6},
      shipping: {amount: '0.00', currency: 'GBP'},
      later: {after: 2, unit_price: {amount: '12.00', currency: 'GBP'}},
    }).offer;
    expect(termsOf({...offer, quantity: 3}, textsFor('en'), 'en-GB')).toEqual([
      ['Subscription', 'Monthly'],
      ['Delivery', 'Every 6 weeks'],
      ['Payment', 'Every year'],
      ['Each payment after today', '£33.75'],
      ['After 2 payments', '£36.00'],
      ['Shipping each time after', 'Free'],
    ]);
  });

  test.each(Object.keys(LANGUAGES))('every interval has its words in %s', (language) => {
    const texts = textsFor(language);
    const said = ['day', 'week', 'month', 'year'].flatMap((unit) =>
      [1, 2].map((count) => termsOf(subscribed({delivery: {unit, count}}).offer, texts, language)[1]?.[1]),
    );
    expect(new Set(said).size).toBe(8);
    expect(said.filter((words) => words?.includes('2'))).toHaveLength(4);
    expect(said.join()).not.toMatch(/undefined|\{0\}/);
  });

  test('the first payment is told apart only where it differs', () => {
    const {offer} = subscribed({unit_price: {amount: '10.00', currency: 'GBP'}});
    expect(termsOf(offer, textsFor('en'), 'en-GB')).toContainEqual(['Each payment', '£10.00']);
  });

  test('nothing of it where goods are sold once', () => {
    expect(termsOf(answer().offer, textsFor('en'), 'en')).toEqual([]);
  });
});

describe('consent', () => {
  test('is not given beforehand', async () => {
    startServer();
    const checkout = open();
    await settle();
    expect(consent(checkout).props).toMatchObject({policy: 'subscriptions', checked: false});
  });

  test('without it nothing is signed, and the page says what to do', async () => {
    const server = startServer();
    const checkout = open();
    await settle();
    checkout.press('Pay now');
    await settle();
    expect(consent(checkout).props.error).toMatch(/Please agree/);
    expect(server.of('changesets')).toEqual([]);
    expect(server.kinds).not.toContain('accepted');
    expect(checkout.buttons()[0]).toMatchObject({isDisabled: false, isLoading: false});
  });

  test('with it the platform is told', async () => {
    const server = startServer();
    const checkout = open();
    await settle();
    checkout.press('Pay now');
    await settle();
    consent(checkout).props.onChange(true);
    await settle();
    expect(consent(checkout).props).toMatchObject({checked: true, error: undefined});
    checkout.press('Pay now');
    await settle();
    expect(checkout.apply).toHaveBeenCalledWith('signed.changeset.jwt', {buyerConsentToSubscriptions: true});
    expect(checkout.done).toHaveBeenCalledTimes(1);
    expect(server.kinds).toEqual(['shown', 'accepted', 'outcome']);
  });

  test('may be taken back before paying', async () => {
    startServer();
    const checkout = open();
    await settle();
    consent(checkout).props.onChange(true);
    consent(checkout).props.onChange(false);
    checkout.press('Pay now');
    await settle();
    expect(checkout.apply).not.toHaveBeenCalled();
  });

  test('is not asked of who declines', async () => {
    const server = startServer();
    const checkout = open();
    await settle();
    checkout.press('No thanks');
    await settle();
    expect(checkout.done).toHaveBeenCalledTimes(1);
    expect(server.kinds).toEqual(['shown', 'declined']);
  });
});

test('goods sold once are applied as before', async () => {
  startServer();
  const checkout = openCheckout();
  await settle();
  checkout.press('Pay now');
  await settle();
  expect(checkout.apply).toHaveBeenCalledWith('signed.changeset.jwt');
});

test.each(ERROR_CODES.filter((code) => /subscription|consent/.test(code)))('%s is told in words', async (code) => {
  startServer();
  const checkout = open({apply: () => unprocessed(code)});
  await settle();
  consent(checkout).props.onChange(true);
  checkout.press('Pay now');
  await settle();
  const banner = checkout.all('Banner')[0];
  expect(banner.props.title).toBe('The item was not added');
  expect(banner.children[0].text).toMatch(/subscription.*not been charged/);
  checkout.press('Continue');
  await settle();
  expect(checkout.done).toHaveBeenCalledTimes(1);
});

test('the line that was bought once is not taken for the one that is subscribed to', () => {
  const {offer} = subscribed();
  const purchase = calculatedPurchase({line: '10.00', total: '13.75', tax: ['1.00']});
  const [bought] = purchase.updatedLineItems;
  const both = {...purchase, updatedLineItems: [bought, {...bought, sellingPlanId: 9, totalPriceSet: calculated({line: '11.25'}).calculatedPurchase.updatedLineItems[0]?.totalPriceSet}]};
  expect(breakDown(/** @type {any} */ (both), offer)).toMatchObject({subtotal: 112500, total: 137500, isTaxIncluded: true});
});
