import {beforeEach, describe, expect, test, vi} from 'vitest';
import {endless, html, json, refusal, silence, startServer, unreachable} from './afters.js';
import {openCheckout, settle} from './checkout.js';
import {calculated, ERROR_CODES, unprocessed} from './purchase.js';

beforeEach(() => {
  vi.useFakeTimers();
});

/** The words a shopper must find for each code. */
const WORDS = {
  payment_required: /payment for it was declined/,
  insufficient_inventory: /just sold out/,
  changeset_already_applied: /already been used/,
  unsupported_payment_method: /way you paid/,
  invalid_request: /no longer available/,
  server_error: /went wrong on our side/,
  buyer_consent_required: /agreement to the subscription/,
  subscription_vaulting_error: /could not be kept/,
  subscription_contract_creation_error: /could not be set up/,
  subscription_no_shipping_address_error: /needs an address/,
  subscription_limit_error: /holds a subscription already/,
  order_released_error: /already being prepared/,
};
const CODES = Object.entries(WORDS);

/** @param {import('./checkout.js').Checkout} checkout */
async function goOn(checkout) {
  expect(checkout.buttons().map(({label}) => label)).toEqual(['Continue to your order']);
  checkout.press('Continue');
  await settle();
  expect(checkout.done).toHaveBeenCalledTimes(1);
}

test('the words cover exactly the platform’s codes', () => {
  expect(Object.keys(WORDS).sort()).toEqual([...ERROR_CODES].sort());
});

describe('applying fails', () => {
  test.each(CODES)('unprocessed with %s: said in words, reported, a way on', async (code, words) => {
    const server = startServer();
    const checkout = openCheckout({apply: () => unprocessed(code)});
    await settle();
    checkout.press('Pay now');
    await settle();
    expect(checkout.text()).toMatch(words);
    expect(checkout.text()).not.toContain(code);
    // Of an offer that was used before nobody can say here whether it was paid.
    if (code !== 'changeset_already_applied') expect(checkout.text()).toContain('You have not been charged');
    else expect(checkout.text()).not.toContain('You have not been charged');
    expect(server.events[2]).toEqual({kind: 'outcome', status: 'unprocessed', error_codes: [code]});
    await goOn(checkout);
    expect(server.kinds).toEqual(['shown', 'accepted', 'outcome']);
  });

  test('the item is on the order but unpaid: said plainly and reported as such, with every code', async () => {
    const server = startServer();
    const checkout = openCheckout({
      apply: () => ({status: 'partially_processed', errors: [{code: 'payment_required', message: ''}], changesetApplicationsRemaining: 2}),
    });
    await settle();
    checkout.press('Pay now');
    await settle();
    expect(checkout.text()).toContain('Added to your order, but not paid');
    expect(checkout.text()).toContain('£15.00 is still to be paid');
    expect(checkout.text()).not.toContain('not been charged');
    expect(checkout.done).not.toHaveBeenCalled();
    expect(server.events[2]).toEqual({kind: 'outcome', status: 'partially_processed', error_codes: ['payment_required']});
    await goOn(checkout);
  });

  test.each([
    ['a code nobody knows', () => unprocessed('brand_new_error'), ['brand_new_error']],
    ['no code', () => ({status: 'unprocessed', errors: []}), []],
    ['no list of errors', () => ({status: 'unprocessed'}), []],
  ])('unprocessed with %s', async (_what, apply, codes) => {
    const server = startServer();
    const checkout = openCheckout({apply});
    await settle();
    checkout.press('Pay now');
    await settle();
    expect(checkout.text()).toMatch(/went wrong on our side.*not been charged/);
    expect(server.events[2]).toEqual({kind: 'outcome', status: 'unprocessed', error_codes: codes});
    await goOn(checkout);
  });

  test.each([
    ['throws', () => { throw new Error('lost'); }, ['apply_failed']],
    ['answers nothing', () => undefined, ['apply_failed']],
    ['answers a status nobody knows', () => ({status: 'maybe', errors: []}), []],
    ['never answers', () => new Promise(() => undefined), ['apply_timeout']],
  ])('the platform %s: the page does not claim to know, nor offers to pay again', async (_what, apply, codes) => {
    const server = startServer();
    const checkout = openCheckout({apply});
    await settle();
    checkout.press('Pay now');
    await settle(60_000);
    expect(checkout.text()).toContain('We could not confirm your choice');
    expect(checkout.text()).not.toContain('not been charged');
    expect(server.events[2]).toEqual({kind: 'outcome', status: 'unknown', error_codes: codes});
    await goOn(checkout);
  });
});

describe('signing fails', () => {
  test.each([
    ['offer_expired', 410, /no longer available.*not been charged/],
    ['offer_unavailable', 409, /no longer available.*not been charged/],
    ['already_signed', 409, /already been used/],
    ['insufficient_inventory', 422, /just sold out.*not been charged/],
    ['something_new', 422, /no longer available.*not been charged/],
    ['token_invalid', 401, /no longer available.*not been charged/],
  ])('%s (%i) ends the offer', async (code, status, words) => {
    const server = startServer({changesets: () => refusal(code, status)});
    const checkout = openCheckout();
    await settle();
    checkout.press('Pay now');
    await settle();
    expect(checkout.text()).toMatch(words);
    expect(checkout.text()).not.toContain('said by the server');
    expect(checkout.apply).not.toHaveBeenCalled();
    expect(server.events[2]).toEqual({kind: 'outcome', status: 'unprocessed', error_codes: [code]});
    await goOn(checkout);
  });

  /** @type {[string, () => any, string][]} */
  const PASSING = [
    ['network gone', unreachable, 'sign_unreachable'],
    ['server error', () => refusal('internal', 500), 'internal'],
    ['a proxy’s page', () => html(502), 'sign_http_502'],
    ['an HTML page called fine', () => html(200), 'sign_http_200'],
    ['no token inside', () => json({}), 'sign_http_200'],
    ['an empty token', () => json({token: ''}), 'sign_http_200'],
    ['a token that is none', () => json({token: {sneaky: true}}), 'sign_http_200'],
    ['null', () => json(null), 'sign_http_200'],
    ['a request that took too long', () => json({}, 408), 'sign_http_408'],
    ['too many requests', () => json({}, 429), 'sign_http_429'],
    ['a body that never ends', endless, 'sign_timeout'],
  ];

  test.each(PASSING)('%s: nothing is charged, the same button works again', async (_what, reply, code) => {
    const server = startServer({changesets: reply});
    const checkout = openCheckout();
    await settle();
    checkout.press('Pay now');
    await settle(10_000);
    expect(checkout.text()).toContain('That did not work. You have not been charged.');
    expect(checkout.apply).not.toHaveBeenCalled();
    expect(checkout.buttons()).toMatchObject([
      {label: 'Pay now · £15.00', isDisabled: false, isLoading: false},
      {label: 'No thanks', isDisabled: false},
    ]);
    // No outcome yet, for the server keeps the first one it hears.
    expect(server.kinds).toEqual(['shown', 'accepted']);
    server.routes.changesets = () => json({token: 'second.try'});
    checkout.press('Pay now');
    await settle();
    expect(checkout.apply).toHaveBeenCalledExactlyOnceWith('second.try');
    expect(checkout.text()).not.toContain('That did not work');
    expect(server.events.slice(1)).toEqual([{kind: 'accepted'}, {kind: 'outcome', status: 'processed', error_codes: []}]);
    expect(checkout.done).toHaveBeenCalledTimes(1);

    server.routes.changesets = reply;
    const givingUp = openCheckout();
    await settle();
    givingUp.press('Pay now');
    await settle(10_000);
    givingUp.press('No thanks');
    await settle();
    expect(givingUp.done).toHaveBeenCalledTimes(1);
    expect(server.events.slice(-3)).toEqual([
      {kind: 'shown'},
      {kind: 'accepted'},
      {kind: 'outcome', status: 'unprocessed', error_codes: [code]},
    ]);
  });

  test('a silent server is given up, and the request with it', async () => {
    const server = startServer({changesets: silence});
    const checkout = openCheckout();
    await settle();
    checkout.press('Pay now');
    await settle(7_999);
    expect(checkout.buttons()[0]?.isLoading).toBe(true);
    await settle(1);
    expect(server.of('changesets')[0]?.init.signal.aborted).toBe(true);
    expect(checkout.text()).toContain('You have not been charged');
    checkout.press('No thanks');
    await settle();
    expect(server.kinds).toEqual(['shown', 'accepted', 'outcome']);
    expect(checkout.done).toHaveBeenCalledTimes(1);
  });
});

describe('working out the price fails', () => {
  const lasting = CODES.filter(([code]) => code !== 'server_error');

  test.each(lasting)('%s ends the offer', async (code, words) => {
    const server = startServer();
    const checkout = openCheckout({calculate: () => unprocessed(code)});
    await settle();
    expect(checkout.text()).toMatch(words);
    expect(server.events).toEqual([{kind: 'shown'}, {kind: 'left', error_codes: [code]}]);
    await goOn(checkout);
  });

  test.each([
    ['server_error', () => unprocessed('server_error'), ['server_error']],
    ['no code', () => unprocessed(), []],
    ['an exception', () => { throw new Error('lost'); }, ['calculate_failed']],
    ['no answer', () => new Promise(() => undefined), ['calculate_timeout']],
    ['no figures', () => ({status: 'processed', errors: []}), ['calculate_failed']],
    ['figures that are none', () => calculated({total: 'a lot'}), ['price_unreadable']],
    ['a total of nothing for something', () => calculated({shipping: [], tax: [], total: '0.00'}), ['price_unreadable']],
  ])('%s: no price, no pay button; trying again helps, so does leaving', async (_what, calculate, codes) => {
    const server = startServer();
    let answers = calculate;
    const checkout = openCheckout({calculate: () => answers()});
    await settle(10_000);
    expect(checkout.text()).toContain('The full price could not be worked out');
    expect(checkout.buttons()).toMatchObject([
      {label: 'Try again'},
      {label: 'Pay now', isDisabled: true},
      {label: 'No thanks', isDisabled: false},
    ]);
    checkout.press('Pay now');
    await settle();
    expect(server.of('changesets')).toEqual([]);

    answers = () => calculated();
    const again = checkout.buttons()[0]?.props.onPress;
    again();
    again();
    await settle();
    expect(checkout.calculate).toHaveBeenCalledTimes(2);
    expect(checkout.buttons()[0]).toMatchObject({label: 'Pay now · £15.00', isDisabled: false});

    checkout.press('No thanks');
    await settle();
    expect(checkout.done).toHaveBeenCalledTimes(1);
    expect(server.events).toEqual([{kind: 'shown'}, {kind: 'declined'}]);

    const leaving = openCheckout({calculate});
    await settle(10_000);
    leaving.press('No thanks');
    await settle();
    expect(leaving.done).toHaveBeenCalledTimes(1);
    // Without a price there was nothing to decline.
    expect(server.events.slice(-2)).toEqual([{kind: 'shown'}, {kind: 'left', error_codes: codes}]);
  });
});

describe('no offer for the page', () => {
  /** @type {[string, any][]} */
  const NOTHING = [
    ['nothing eligible', () => json({decision_id: 'dec_1', offer: null, reason: 'nothing_eligible'})],
    ['an offer without changes', () => json({decision_id: 'dec_1', offer: {option_id: 'o', title: 't', changes: []}})],
    ['refused', () => refusal('unauthorized', 401)],
    ['HTML', () => html(200)],
    ['null', () => json(null)],
    ['network gone', unreachable],
    ['silence', silence],
    ['a body that never ends', endless],
  ];

  test.each(NOTHING)('%s: the shopper is sent on, and nothing is counted', async (_what, offers) => {
    const server = startServer({offers});
    const checkout = openCheckout({stored: undefined});
    await settle(4_000);
    expect(checkout.done).toHaveBeenCalledTimes(1);
    expect(server.of('events')).toEqual([]);
  });
});
