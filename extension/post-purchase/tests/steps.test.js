import {beforeEach, describe, expect, test, vi} from 'vitest';
import {startServer} from './afters.js';
import {openCheckout, settle} from './checkout.js';
import {answer, calculated, REFERENCE_ID, unprocessed} from './purchase.js';

beforeEach(() => {
  vi.useFakeTimers();
});

/** A candle first; after an acceptance its holder, after a decline a smaller candle, and after that nothing. */
function stored() {
  const first = answer({option_id: '0', title: 'Candle'});
  const step = (/** @type {string} */ option_id, /** @type {string} */ title) => answer({option_id, title}).offer;
  return {
    reference_id: REFERENCE_ID,
    answer: {...first, steps: {'0a': step('0a', 'Holder'), '0d': step('0d', 'Small candle')}},
  };
}

/** @param {ReturnType<typeof startServer>} server */
const told = (server) => server.of('events').map(({body}) => `${body.step} ${body.kind}`);

describe('an offer after an offer', () => {
  test('an acceptance leads to the next, signed under its own option, then on', async () => {
    const server = startServer();
    const checkout = openCheckout({stored: stored()});
    await settle();
    expect(checkout.text()).toContain('Candle');
    checkout.press('Pay now');
    await settle();
    expect(checkout.text()).toContain('Holder');
    expect(checkout.buttons()[0]).toMatchObject({label: 'Pay now · £15.00', isDisabled: false});
    expect(checkout.done).not.toHaveBeenCalled();
    checkout.press('Pay now');
    await settle(1000);
    expect(server.of('changesets').map(({body}) => body.option_id)).toEqual(['0', '0a']);
    expect(checkout.apply).toHaveBeenCalledTimes(2);
    expect(checkout.done).toHaveBeenCalledTimes(1);
    expect(told(server)).toEqual(['0 shown', '0 accepted', '0 outcome', '0a shown', '0a accepted', '0a outcome']);
  });

  test('a decline leads to another, and a second decline on', async () => {
    const server = startServer();
    const checkout = openCheckout({stored: stored()});
    await settle();
    checkout.press('No thanks');
    await settle();
    expect(checkout.text()).toContain('Small candle');
    checkout.press('No thanks');
    await settle(1000);
    expect(checkout.done).toHaveBeenCalledTimes(1);
    expect(server.of('changesets')).toEqual([]);
    expect(told(server)).toEqual(['0 shown', '0 declined', '0d shown', '0d declined']);
  });

  test('a charge that failed ends the page', async () => {
    const server = startServer();
    const checkout = openCheckout({stored: stored(), apply: () => unprocessed('payment_required')});
    await settle();
    checkout.press('Pay now');
    await settle();
    expect(checkout.text()).not.toContain('Holder');
    checkout.press('Continue');
    await settle(1000);
    expect(checkout.done).toHaveBeenCalledTimes(1);
    expect(told(server)).toEqual(['0 shown', '0 accepted', '0 outcome']);
  });

  test('an offer that has no price any more ends the page', async () => {
    startServer();
    let asked = 0;
    const checkout = openCheckout({
      stored: stored(),
      calculate: () => (++asked === 1 ? calculated() : unprocessed('insufficient_inventory')),
    });
    await settle();
    checkout.press('No thanks');
    await settle();
    checkout.press('Continue');
    await settle(1000);
    expect(checkout.done).toHaveBeenCalledTimes(1);
  });
});
