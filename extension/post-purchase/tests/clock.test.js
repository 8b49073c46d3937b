import {beforeEach, expect, test, vi} from 'vitest';
import {json, startServer, unreachable} from './afters.js';
import {openCheckout, settle} from './checkout.js';
import {answer, calculated, REFERENCE_ID} from './purchase.js';

beforeEach(() => {
  vi.useFakeTimers();
});

/** @param {number | null} seconds what the server says is left @param {Parameters<typeof openCheckout>[0]} [options] */
function open(seconds, options) {
  const server = startServer({
    events: ({body}) => (body.kind === 'shown' && seconds !== null ? json({seconds_left: seconds}) : new Response(null, {status: 204})),
  });
  const stored = {reference_id: REFERENCE_ID, answer: answer({ends_after_minutes: 5})};
  return {server, checkout: openCheckout({stored, ...options})};
}

test('counts down what the server says is left, and goes on when it is over', async () => {
  const {server, checkout} = open(299);
  await settle();
  expect(checkout.text()).toContain('This offer ends in 4:59');
  await settle(240_000);
  expect(checkout.text()).toContain('This offer ends in 0:59');
  expect(checkout.done).not.toHaveBeenCalled();
  await settle(59_000);
  expect(checkout.done).toHaveBeenCalledTimes(1);
  expect(server.events).toEqual([{kind: 'shown'}, {kind: 'left', error_codes: ['offer_ended']}]);
  expect(server.of('changesets')).toEqual([]);
});

test('no clock without the server’s word: none is started, and none is claimed', async () => {
  const {checkout} = open(null);
  await settle(3_600_000);
  expect(checkout.all('CalloutBanner')).toEqual([]);
  expect(checkout.done).not.toHaveBeenCalled();
});

test('a report that does not get through starts none', async () => {
  startServer({events: unreachable});
  const checkout = openCheckout({stored: {reference_id: REFERENCE_ID, answer: answer({ends_after_minutes: 5})}});
  await settle(3_600_000);
  expect(checkout.all('CalloutBanner')).toEqual([]);
  expect(checkout.done).not.toHaveBeenCalled();
});

test('loaded anew after the end, the page goes on at once', async () => {
  const {checkout} = open(0);
  await settle(1000);
  expect(checkout.done).toHaveBeenCalledTimes(1);
});

test('a charge under way is not interrupted', async () => {
  /** @type {(value: unknown) => void} */
  let finish = () => undefined;
  const {server, checkout} = open(5, {apply: () => new Promise((resolve) => (finish = resolve))});
  await settle();
  checkout.press('Pay now');
  await settle(6_000);
  expect(checkout.done).not.toHaveBeenCalled();
  finish({status: 'processed', errors: []});
  await settle();
  expect(server.kinds).toEqual(['shown', 'accepted', 'outcome']);
});

test('who has read the last message is not moved on', async () => {
  const {checkout} = open(5, {apply: () => ({status: 'unprocessed', errors: [{code: 'payment_required'}]})});
  await settle();
  checkout.press('Pay now');
  await settle(60_000);
  expect(checkout.text()).toContain('The payment for it was declined.');
  expect(checkout.done).not.toHaveBeenCalled();
});

test('declining stops it', async () => {
  const {server, checkout} = open(5, {calculate: () => calculated()});
  await settle();
  checkout.press('No thanks');
  await settle(60_000);
  expect(server.kinds).toEqual(['shown', 'declined']);
  expect(checkout.done).toHaveBeenCalledTimes(1);
});
