import {afterEach, expect, test, vi} from 'vitest';
import {html, json, refusal, silence, unreachable} from './afters.js';
import {answer, byInvoice, money, offer} from './answers.js';
import {find, one, openPage, press, THANK_YOU} from './page.js';
import {until} from './turns.js';

const page = openPage(THANK_YOU);

afterEach(() => {
  vi.useRealTimers();
});

/** @param {Record<string, unknown>} changes */
const bad = (changes) => () => json(answer({offer: offer(changes)}));

test.each([
  ['no offer', () => json({decision_id: null, offer: null, reason: 'nothing_eligible'})],
  ['no decision', () => json(answer({decision_id: null}))],
  ['a stale token', () => refusal('token_invalid', 401)],
  ['an unknown shop', () => refusal('not_found', 404)],
  ['too many requests', () => refusal('too_many_requests', 429)],
  ['a failure', () => refusal('internal', 500)],
  ['a page of a proxy', () => html()],
  ['an empty answer', () => new Response(null, {status: 204})],
  ['something else than an object', () => json('offer')],
  ['no network', unreachable],
  ['an offer without a title', bad({title: ''})],
  ['an offer without an id', bad({option_id: null})],
  ['an unreadable price', bad({discounted_unit_price: money('about five')})],
  ['a price below nothing', bad({discounted_unit_price: money('-5.00')})],
  ['no price', bad({unit_price: null})],
  ['two currencies', bad({unit_price: money('20.00', 'USD')})],
  ['no quantity', bad({quantity: 0})],
  ['a way of accepting that is not known', bad({accept_by: 'card'})],
  ['a link that runs something', bad({url: 'javascript:alert(1)'})],
  ['no link', bad({url: null})],
])('draws nothing and reports nothing after %s', async (_name, offers) => {
  const server = await page.open({offers});
  await until(() => server.of('offers').length === 1);
  await until(() => document.body.innerHTML === '');
  expect(server.events).toEqual([]);
});

test('draws nothing where the currency is none', async () => {
  const server = await page.open({offers: bad({unit_price: money('5', '?'), discounted_unit_price: money('5', '?')})});
  await until(() => server.of('offers').length === 1);
  await until(() => document.body.innerHTML === '');
  expect(server.events).toEqual([]);
});

test('gives up after four seconds, and stays so when the answer comes at last', async () => {
  vi.useFakeTimers({toFake: ['setTimeout', 'clearTimeout', 'requestAnimationFrame', 'cancelAnimationFrame', 'Date']});
  /** @type {AbortSignal | undefined} */
  let signal;
  await page.open({
    offers: (asked) => {
      signal = asked.init.signal;
      return silence(asked);
    },
  });
  await vi.advanceTimersByTimeAsync(3900);
  expect(find('s-skeleton-paragraph')).toHaveLength(3);
  expect(signal?.aborted).toBe(false);
  await vi.advanceTimersByTimeAsync(200);
  expect(document.body.innerHTML).toBe('');
  expect(signal?.aborted).toBe(true);
});

test.each([
  ['shows the offer once the order is known', 1, 2],
  ['gives up where it does not come to be known', 9, 3],
])('asks again while the server waits for the order: %s', async (_name, unknown, questions) => {
  vi.useFakeTimers({toFake: ['setTimeout', 'clearTimeout', 'requestAnimationFrame', 'cancelAnimationFrame', 'Date']});
  let asked = 0;
  const server = await page.open({
    offers: () => {
      asked += 1;
      return json(asked > unknown ? answer() : {decision_id: null, offer: null, reason: 'order_not_known'});
    },
  });
  await vi.advanceTimersByTimeAsync(6000);
  expect(server.of('offers')).toHaveLength(questions);
  if (unknown > 1) expect(document.body.innerHTML).toBe('');
  else expect(find('s-button')).not.toHaveLength(0);
});

test('gives up when the page hands out no token in that time', async () => {
  vi.useFakeTimers({toFake: ['setTimeout', 'clearTimeout', 'requestAnimationFrame', 'cancelAnimationFrame', 'Date']});
  page.api.sessionToken.get = () => new Promise(() => undefined);
  const server = await page.open();
  await vi.advanceTimersByTimeAsync(4100);
  expect(document.body.innerHTML).toBe('');
  expect(server.asked).toEqual([]);
});

test('does not know after twenty seconds whether the item was added', async () => {
  await page.openOffer({offers: () => json(answer({offer: byInvoice()})), additions: silence});
  vi.useFakeTimers({toFake: ['setTimeout', 'clearTimeout', 'requestAnimationFrame', 'cancelAnimationFrame', 'Date']});
  press(one('s-button'));
  await vi.advanceTimersByTimeAsync(19900);
  expect(find('s-banner')).toHaveLength(0);
  await vi.advanceTimersByTimeAsync(200);
  expect(one('s-banner').getAttribute('heading')).toBe('We could not confirm that it was added');
});

test('goes on when reports fail', async () => {
  const server = await page.open({events: unreachable});
  await until(() => server.events.length === 1);
  press(one('s-button', 1));
  await until(() => document.body.innerHTML === '');
  expect(server.events).toEqual(['0 shown', '0 declined']);
});
