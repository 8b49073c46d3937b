import {gzipSync} from 'node:zlib';
import vm from 'node:vm';
import {parse} from 'acorn';
import {createRemoteReceiver, createRemoteRoot} from '@remote-ui/core';
import {beforeAll, expect, test} from 'vitest';
import {bundle} from '../scripts/build.mjs';
import {answer, calculated, inputData, REFERENCE_ID} from './purchase.js';

/** @type {string} */
let code;

beforeAll(async () => {
  code = await bundle({appUrl: 'https://shop-app.test'});
});

/**
 * Runs the bundle as the checkout does, with the globals its papers promise and no other: no AbortController, no Intl,
 * no process, no console.
 */
function startWorker() {
  /** @type {string[]} */
  const asked = [];
  /** @type {Record<string, any>} */
  const targets = {};
  const scope = vm.createContext({
    setTimeout,
    clearTimeout,
    fetch: async (/** @type {string} */ url) => {
      asked.push(url);
      const replies = [
        ['/offers', answer()],
        ['/changesets', {token: 'signed'}],
      ];
      const reply = replies.find(([end]) => url.endsWith(String(end)));
      return {status: reply ? 200 : 204, json: async () => (reply ? reply[1] : null)};
    },
    shopify: {
      extend: (/** @type {string} */ target, /** @type {unknown} */ run) => (targets[target] = run),
    },
  });
  vm.runInContext('var self = globalThis; Intl = undefined;', scope);
  vm.runInContext(code, scope);
  return {asked, targets};
}

/** @param {() => boolean} isTrue */
async function until(isTrue) {
  for (let turn = 0; !isTrue() && turn < 1000; turn += 1) await new Promise((resolve) => setTimeout(resolve, 0));
  expect(isTrue()).toBe(true);
}

test('registers both targets and nothing else', () => {
  expect(Object.keys(startWorker().targets).sort()).toEqual(['Checkout::PostPurchase::Render', 'Checkout::PostPurchase::ShouldRender']);
});

test('decides, shows, takes the acceptance and sends the shopper on', async () => {
  const {asked, targets} = startWorker();
  /** @type {any} */
  let stored;
  const storage = {initialData: undefined, update: async (/** @type {any} */ data) => (stored = structuredClone(data))};
  const decision = await targets['Checkout::PostPurchase::ShouldRender']({inputData: inputData(), storage});
  expect(decision).toEqual({render: true});
  expect(stored.reference_id).toBe(REFERENCE_ID);

  const receiver = createRemoteReceiver();
  const root = createRemoteRoot(receiver.receive, {components: undefined});
  /** @type {string[]} */
  const applied = [];
  let isDone = false;
  const returned = targets['Checkout::PostPurchase::Render'](root, {
    inputData: inputData(),
    storage: {initialData: stored},
    calculateChangeset: async () => calculated(),
    applyChangeset: async (/** @type {string} */ token) => {
      applied.push(token);
      return {status: 'processed', errors: [], changesetApplicationsRemaining: 2};
    },
    done: async () => void (isDone = true),
  });
  expect(returned).toBeUndefined();
  /** @param {any} node @returns {any[]} */
  const buttons = (node) => [...(node.type === 'Button' ? [node] : []), ...(node.children ?? []).flatMap(buttons)];
  const label = () => buttons(receiver.attached.root)[0]?.children[0].text;
  // Without Intl the amount is written plainly.
  await until(() => label() === 'Pay now · 15.00 GBP');
  buttons(receiver.attached.root)[0].props.onPress();
  await until(() => isDone);
  expect(applied).toEqual(['signed']);
  expect(asked).toEqual([
    'https://shop-app.test/post-purchase/offers',
    'https://shop-app.test/post-purchase/events',
    'https://shop-app.test/post-purchase/events',
    'https://shop-app.test/post-purchase/changesets',
    'https://shop-app.test/post-purchase/events',
  ]);
});

test('holds no address but the app’s, no leftover of the build and no newer syntax', () => {
  expect(code.match(/https?:\/\/[^"'`]+/g)).toEqual(['https://shop-app.test']);
  expect(code).not.toMatch(/process\.env|console\./);
  expect(() => parse(code, {ecmaVersion: 2015})).not.toThrow();
});

test('stays within 10 kB compressed', () => {
  expect(gzipSync(code, {level: 9}).length).toBeLessThanOrEqual(10_000);
});
