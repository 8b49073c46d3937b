// @vitest-environment node
import {readFileSync} from 'node:fs';
import {gzipSync} from 'node:zlib';
import {parse} from 'acorn';
import {JSDOM} from 'jsdom';
import {beforeAll, expect, test} from 'vitest';
import {bundle} from '../scripts/build.mjs';
import {startServer} from './afters.js';
import {i18nOf} from './translations.js';
import {until} from './turns.js';

const THANK_YOU = 'purchase.thank-you.block.render';
const ORDER_STATUS = 'customer-account.order-status.block.render';

/** @type {string} */
let code;

beforeAll(async () => {
  code = await bundle({appUrl: 'https://shop-app.test/'});
});

/**
 * Runs the bundle as the page does: it hands over the class its signals are to be made of, registers its targets, and
 * only then is one of them called.
 */
function load() {
  const {window} = new JSDOM('<!doctype html>', {runScripts: 'outside-only', pretendToBeVisual: true});
  const server = startServer();
  /** @type {Record<string, () => void>} */
  const targets = {};
  /** @type {any} */
  let Signal;
  const page = {
    extend: (/** @type {string} */ target, /** @type {() => void} */ run) => (targets[target] = run),
    setSignals: (/** @type {any} */ given) => (Signal = given),
    i18n: i18nOf('en-GB', 'en.default'),
    sessionToken: {get: async () => 'token'},
  };
  Object.assign(window, {shopify: page, fetch: server.fetch});
  window.eval(code);
  return {server, targets, page: /** @type {any} */ (page), body: window.document.body, signal: (/** @type {unknown} */ value) => new Signal(value)};
}

test('registers the targets of the configuration and nothing else', () => {
  const configuration = readFileSync(`${import.meta.dirname}/../shopify.extension.toml`, 'utf8');
  const named = [...configuration.matchAll(/target = "(.+)"/g)].map(([, target]) => target);
  expect(Object.keys(load().targets)).toEqual(named);
  expect(named).toEqual([THANK_YOU, ORDER_STATUS]);
});

test.each([THANK_YOU, ORDER_STATUS])('asks the app that it was built for, draws and reports: %s', async (target) => {
  const {server, targets, page, body, signal} = load();
  page.checkoutToken = signal('c0ffee');
  targets[target]?.();
  await until(() => server.events.length === 1);
  expect(body.querySelector('s-heading')?.textContent).toBe('Beeswax candle');
  expect(server.asked.map(({url}) => url)).toEqual(['https://shop-app.test/blocks/offers', 'https://shop-app.test/blocks/events']);
});

test('asks when the page learns the order later, once', async () => {
  const {server, targets, page, body, signal} = load();
  page.order = signal(undefined);
  page.checkoutToken = signal(undefined);
  targets[ORDER_STATUS]?.();
  expect(body.innerHTML).toBe('');
  page.order.value = {id: 'gid://shopify/Order/7', name: '#7'};
  await until(() => server.events.length === 1);
  page.checkoutToken.value = 'c0ffee';
  await until(() => body.querySelectorAll('s-button').length === 2);
  expect(server.of('offers').map(({body: {checkout_token, order_id}}) => [checkout_token, order_id])).toEqual([[null, 'gid://shopify/Order/7']]);
});

test('says that it was shown when the page brings it to the screen, and only the first time', async () => {
  const {server, targets, page, body, signal} = load();
  page.checkoutToken = signal('c0ffee');
  page.extension = {rendered: signal(false)};
  targets[THANK_YOU]?.();
  await until(() => body.querySelectorAll('s-button').length === 2);
  expect(server.events).toEqual([]);
  page.extension.rendered.value = true;
  await until(() => server.events.length === 1);
  page.extension.rendered.value = false;
  page.extension.rendered.value = true;
  body.querySelectorAll('s-button')[1]?.dispatchEvent(new (/** @type {any} */ (body.ownerDocument.defaultView)).Event('click'));
  await until(() => body.innerHTML === '');
  expect(server.events).toEqual(['0 shown', '0 declined']);
});

test('holds no address but the app’s, no leftover of the build and no newer syntax', () => {
  expect(code.match(/https?:\/\/[\w.-]+/g)?.filter((url) => !url.startsWith('http://www.w3.org'))).toEqual(['https://shop-app.test']);
  expect(code).not.toMatch(/process\.env|console\./);
  expect(() => parse(code, {ecmaVersion: 2015})).not.toThrow();
});

test('stays within 25 kB compressed', () => {
  expect(gzipSync(code, {level: 9}).length).toBeLessThanOrEqual(25 * 1024);
});
