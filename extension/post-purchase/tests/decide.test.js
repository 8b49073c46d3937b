import {beforeEach, describe, expect, test, vi} from 'vitest';
import {ASK_BEFORE_PAY_MS, STORE_MS, shouldRender, storedOffer} from '../src/decide.js';
import {endless, html, json, refusal, silence, startServer, unreachable} from './afters.js';
import {settle} from './checkout.js';
import {answer, inputData, REFERENCE_ID, TOKEN} from './purchase.js';

beforeEach(() => {
  vi.useFakeTimers();
});

/** @param {() => unknown} [update] */
function checkoutApi(update = () => undefined) {
  return /** @type {any} */ ({inputData: inputData(), storage: {initialData: undefined, update: vi.fn(async () => update())}});
}

/** @param {Promise<{render: boolean}>} deciding */
async function decided(deciding) {
  let result;
  void deciding.then((value) => (result = value));
  await settle();
  return result;
}

test('asks with the purchase’s token and an empty body, stores the answer, shows the page', async () => {
  const server = startServer();
  const api = checkoutApi();
  expect(await decided(shouldRender(api))).toEqual({render: true});
  expect(server.asked).toHaveLength(1);
  expect(server.asked[0]).toMatchObject({
    url: 'https://afters.test/post-purchase/offers',
    headers: {Authorization: `Bearer ${TOKEN}`, 'Content-Type': 'application/json'},
    body: {},
    init: {method: 'POST'},
  });
  expect(api.storage.update).toHaveBeenCalledExactlyOnceWith({reference_id: REFERENCE_ID, answer: answer()});
});

test('what it stores is what the page reads', async () => {
  startServer();
  const api = checkoutApi();
  await decided(shouldRender(api));
  api.storage.initialData = api.storage.update.mock.calls[0][0];
  expect(storedOffer(api)).toEqual(answer());
});

test('asking is no impression', async () => {
  const server = startServer();
  await decided(shouldRender(checkoutApi()));
  await decided(shouldRender(checkoutApi()));
  expect(server.of('events')).toEqual([]);
});

/** @type {[string, any][]} */
const NO_OFFER = [
  ['nothing eligible', () => json({decision_id: 'dec_1', offer: null, reason: 'nothing_eligible'})],
  ['no decision id', () => json({...answer(), decision_id: undefined})],
  ['no option id', () => json(answer({option_id: ''}))],
  ['no title', () => json(answer({title: null}))],
  ['no changes', () => json(answer({changes: []}))],
  ['changes that are no list', () => json(answer({changes: {length: 1}}))],
  ['an empty body', () => new Response('', {status: 200})],
  ['a list', () => json([])],
  ['HTML', () => html(200)],
  ['an offer called a failure', () => json(answer(), 500)],
  ['401', () => refusal('unauthorized', 401)],
  ['429', () => json({}, 429)],
  ['network gone', unreachable],
];

test.each(NO_OFFER)('%s: no page, nothing stored', async (_what, offers) => {
  startServer({offers});
  const api = checkoutApi();
  expect(await decided(shouldRender(api))).toEqual({render: false});
  expect(api.storage.update).not.toHaveBeenCalled();
});

describe('the buyer is never held', () => {
  test('the whole decision stays under the platform’s lowest limit seen', () => {
    expect(ASK_BEFORE_PAY_MS + STORE_MS).toBeLessThan(1500);
  });

  /** @type {[string, any][]} */
  const SLOW = [['silence', silence], ['a body that never ends', endless]];

  test.each(SLOW)('%s: given up in time, the request aborted', async (_what, offers) => {
    const server = startServer({offers});
    const deciding = shouldRender(checkoutApi());
    expect(await decided(deciding)).toBeUndefined();
    await settle(ASK_BEFORE_PAY_MS);
    expect(await decided(deciding)).toEqual({render: false});
    expect(server.asked[0]?.init.signal.aborted).toBe(true);
  });

  test('given up in time where the worker has no AbortController', async () => {
    vi.stubGlobal('AbortController', undefined);
    const server = startServer({offers: () => new Promise(() => undefined)});
    const deciding = shouldRender(checkoutApi());
    await settle(ASK_BEFORE_PAY_MS);
    expect(await decided(deciding)).toEqual({render: false});
    expect(server.asked[0]?.init.signal).toBeUndefined();
  });

  test.each([
    ['fails', () => { throw new Error('full'); }],
    ['hangs', () => new Promise(() => undefined)],
  ])('storing %s: the page is shown all the same, it can ask again', async (_what, update) => {
    startServer();
    const deciding = shouldRender(checkoutApi(update));
    await settle(STORE_MS);
    expect(await decided(deciding)).toEqual({render: true});
  });

  test('input that cannot be read: no page', async () => {
    startServer();
    expect(await decided(shouldRender(/** @type {any} */ ({storage: {}})))).toEqual({render: false});
  });

  test('no address built in: no page', async () => {
    const server = startServer();
    vi.stubEnv('APP_URL', undefined);
    expect(await decided(shouldRender(checkoutApi()))).toEqual({render: false});
    expect(server.asked).toEqual([]);
    vi.unstubAllEnvs();
  });
});

test('no timer is left running once the answer is there', async () => {
  startServer();
  await decided(shouldRender(checkoutApi()));
  expect(vi.getTimerCount()).toBe(0);
});

test('an address with a slash at its end is asked at the same path', async () => {
  const server = startServer();
  vi.stubEnv('APP_URL', 'https://afters.test/');
  await decided(shouldRender(checkoutApi()));
  expect(server.asked[0]?.url).toBe('https://afters.test/post-purchase/offers');
  vi.unstubAllEnvs();
});
