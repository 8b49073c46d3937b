import {beforeEach, expect, test, vi} from 'vitest';
import {createReporter, LAST_REPORTS_MS} from '../src/events.js';
import {html, silence, startServer, unreachable} from './afters.js';
import {settle} from './checkout.js';
import {TOKEN} from './purchase.js';

beforeEach(() => {
  vi.useFakeTimers();
});

test('a report carries decision, kind, detail and the milliseconds since the one before, and may outlive the page', async () => {
  const server = startServer();
  const reporter = createReporter(TOKEN, 'dec_1', Date.now());
  await settle(120);
  reporter.report('shown');
  await settle(3_000);
  reporter.report('accepted');
  await settle(800);
  reporter.report('outcome', {status: 'unprocessed', error_codes: ['payment_required']});
  await settle();
  expect(server.of('events').map(({body}) => body)).toEqual([
    {decision_id: 'dec_1', step: '0', kind: 'shown', latency_ms: 120},
    {decision_id: 'dec_1', step: '0', kind: 'accepted', latency_ms: 3_000},
    {decision_id: 'dec_1', step: '0', kind: 'outcome', latency_ms: 800, status: 'unprocessed', error_codes: ['payment_required']},
  ]);
  expect(server.asked[0]).toMatchObject({headers: {Authorization: `Bearer ${TOKEN}`}, init: {keepalive: true}});
});

test('a clock set back gives no negative time', async () => {
  const server = startServer();
  const reporter = createReporter(TOKEN, 'dec_1', Date.now() + 60_000);
  reporter.report('shown');
  await settle();
  expect(server.asked[0]?.body.latency_ms).toBe(0);
});

test.each([
  [['accepted', 'accepted', 'declined', 'left'], ['accepted']],
  [['declined', 'left', 'accepted'], ['declined']],
  [['left', 'declined'], ['left']],
  [['shown', 'accepted', 'outcome', 'left', 'outcome'], ['shown', 'accepted', 'outcome', 'outcome']],
])('the shopper answers once: %j', async (said, heard) => {
  const server = startServer();
  const reporter = createReporter(TOKEN, 'dec_1', Date.now());
  said.forEach((kind) => reporter.report(/** @type {any} */ (kind)));
  await settle();
  expect(server.kinds).toEqual(heard);
});

test.each([
  ['network gone', unreachable],
  ['a proxy’s page', () => html(502)],
])('%s: nothing is thrown, nothing waited for', async (_what, events) => {
  startServer({events});
  const reporter = createReporter(TOKEN, 'dec_1', Date.now());
  expect(() => reporter.report('shown')).not.toThrow();
  let isSettled = false;
  void reporter.settle().then(() => (isSettled = true));
  await settle();
  expect(isSettled).toBe(true);
});

test('settling waits for silence only so long', async () => {
  startServer({events: silence});
  const reporter = createReporter(TOKEN, 'dec_1', Date.now());
  reporter.report('shown');
  let isSettled = false;
  void reporter.settle().then(() => (isSettled = true));
  await settle(LAST_REPORTS_MS - 1);
  expect(isSettled).toBe(false);
  await settle(1);
  expect(isSettled).toBe(true);
});
