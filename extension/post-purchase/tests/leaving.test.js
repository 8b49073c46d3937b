import {beforeEach, describe, expect, test, vi} from 'vitest';
import {html, refusal, silence, startServer, unreachable} from './afters.js';
import {goOnSomehow, openCheckout, settle} from './checkout.js';
import {answer, REFERENCE_ID, unprocessed} from './purchase.js';

beforeEach(() => {
  vi.useFakeTimers();
});

const throws = () => {
  throw new Error('broken');
};
const never = () => new Promise(() => undefined);

/**
 * Lets the `nth` call on the page's tree fail, whichever it is; counts the calls.
 *
 * @param {number} nth
 */
function saboteur(nth) {
  let calls = 0;
  const CALLS = ['createComponent', 'createText', 'appendChild', 'removeChild', 'mount', 'updateProps', 'updateText'];
  /** @param {any} node */
  function tamper(node) {
    for (const name of CALLS.filter((call) => typeof node[call] === 'function')) {
      const real = node[name];
      node[name] = (/** @type {unknown[]} */ ...args) => {
        calls += 1;
        if (calls === nth) throw new Error(`sabotaged ${name}`);
        const made = real(...args);
        return name.startsWith('create') ? tamper(made) : made;
      };
    }
    return node;
  }
  return {tamper, count: () => calls};
}

/** @type {[string, any, any, string[]][]} */
const STORIES = [
  ['accepted', {}, {}, ['Pay now']],
  ['declined', {}, {}, []],
  ['unpaid', {apply: () => ({status: 'partially_processed', errors: []})}, {}, ['Pay now']],
  ['refused by the platform', {apply: () => unprocessed('insufficient_inventory')}, {}, ['Pay now']],
  ['applying throws', {apply: throws}, {}, ['Pay now']],
  ['applying hangs', {apply: never}, {}, ['Pay now']],
  ['signing refused', {}, {changesets: () => refusal('offer_expired', 410)}, ['Pay now']],
  ['signing fails twice', {}, {changesets: () => html(503)}, ['Pay now', 'Pay now']],
  ['signing hangs', {}, {changesets: silence}, ['Pay now']],
  ['sold out before the price', {calculate: () => unprocessed('insufficient_inventory')}, {}, []],
  ['no price, tried again', {calculate: throws}, {}, ['Try again', 'Try again']],
  ['pricing hangs', {calculate: never}, {}, ['Try again']],
  ['asked on the page', {stored: undefined}, {}, ['Pay now']],
  ['no offer', {stored: undefined}, {offers: unreachable}, []],
  ['events unreachable', {}, {events: unreachable}, ['Pay now']],
  ['events hang', {}, {events: silence}, ['Pay now']],
];

describe('done() is reached', () => {
  test.each(STORIES)('%s', async (_story, options, routes, wishes) => {
    startServer(routes);
    const checkout = openCheckout(options);
    expect(await goOnSomehow(checkout, wishes)).toBe(true);
    await settle(60_000);
    expect(checkout.done).toHaveBeenCalledTimes(1);
    await expect(checkout.page).resolves.toBeUndefined();
  });

  test.each(STORIES)('%s, with any call of the page’s tree failing', async (_story, options, routes, wishes) => {
    const dry = saboteur(0);
    startServer(routes);
    await goOnSomehow(openCheckout({...options, tamper: dry.tamper}), wishes);
    if (routes.offers !== unreachable) expect(dry.count()).toBeGreaterThan(50);
    for (let nth = 1; nth <= dry.count(); nth += 1) {
      const {tamper} = saboteur(nth);
      const checkout = openCheckout({...options, tamper});
      expect(await goOnSomehow(checkout, wishes), `call ${nth} failing`).toBe(true);
      await settle(60_000);
      expect(checkout.done, `call ${nth} failing`).toHaveBeenCalledTimes(1);
    }
  });

  test.each([
    ['no price', {unit_price: null, discounted_unit_price: null}],
    ['a price that is none', {discounted_unit_price: {amount: 'free', currency: 'GBP'}}],
    ['a title that cannot be shown', {title: {toString: null}}],
    ['a description that cannot be split', {description: 7}],
  ])('with %s in the stored offer; the broken page is reported', async (_what, changed) => {
    const server = startServer();
    const checkout = openCheckout({stored: {reference_id: REFERENCE_ID, answer: answer(changed)}});
    await settle(60_000);
    expect(checkout.done).toHaveBeenCalledTimes(1);
    expect(server.events.pop()).toEqual({kind: 'left', error_codes: ['page_error']});
  });

  test('when the host refuses the paint', async () => {
    const server = startServer();
    const checkout = openCheckout({
      wire: (channel) => (/** @type {any} */ ...message) => {
        channel(...message);
        return message[0] === 0 ? Promise.reject(new Error('no page')) : undefined;
      },
    });
    await settle(1000);
    expect(checkout.done).toHaveBeenCalledTimes(1);
    expect(server.events).toEqual([{kind: 'left', error_codes: ['page_error']}]);
  });

  test('when the input lacks what the page reads', async () => {
    startServer();
    const checkout = openCheckout({stored: undefined});
    const {showPage} = await import('../src/page.js');
    const done = vi.fn(async () => undefined);
    await showPage(/** @type {any} */ ({}), /** @type {any} */ ({...checkout.api, inputData: undefined, done}));
    expect(done).toHaveBeenCalledTimes(1);
  });

  test('without waiting for reports that do not get through', async () => {
    startServer({events: silence});
    const checkout = openCheckout();
    await settle();
    checkout.press('No thanks');
    await settle(249);
    expect(checkout.done).not.toHaveBeenCalled();
    await settle(1);
    expect(checkout.done).toHaveBeenCalledTimes(1);
  });
});

describe('done() itself fails', () => {
  test('the shopper gets a button, as often as it takes', async () => {
    startServer();
    let failures = 2;
    const checkout = openCheckout({
      done: () => {
        failures -= 1;
        if (failures >= 0) throw new Error('not yet');
      },
    });
    await settle();
    checkout.press('No thanks');
    await settle();
    for (const calls of [1, 2]) {
      expect(checkout.done).toHaveBeenCalledTimes(calls);
      expect(checkout.buttons().map(({label}) => label)).toEqual(['Continue to your order']);
      expect(checkout.all('Banner')).toEqual([]);
      checkout.press('Continue');
      await settle();
    }
    expect(checkout.done).toHaveBeenCalledTimes(3);
  });

  test('and the tree with it: nothing is thrown into the host', async () => {
    startServer();
    const checkout = openCheckout({
      done: throws,
      tamper: (root) => {
        root.appendChild = throws;
      },
    });
    await settle(60_000);
    await expect(checkout.page).resolves.toBeUndefined();
    expect(checkout.done).toHaveBeenCalledTimes(1);
  });
});
