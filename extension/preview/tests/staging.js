import vm from 'node:vm';

import {vi} from 'vitest';

import {play} from '../src/play.js';
import {serve} from '../src/serve.js';

/** @import {Told} from '../src/play.js' */
/** @import {Sample} from '../src/sums.js' */

/** @type {Sample} */
export const SAMPLE = {
  currency: 'GBP',
  decimals: 2,
  prices: {123: 1250, 124: 2000},
  plan_prices: {'123 77': 1100},
  clocks: {},
  shop_domain: 'gift-shop.myshopify.com',
  bought: [{variant_id: 9, product_id: 8, title: 'Lantern', quantity: 1, total: 3000}],
};

/** @param {Record<string, unknown>} [changed] */
export function offer(changed) {
  return {
    option_id: '0',
    variant_id: 123,
    product_id: 45,
    quantity: 1,
    title: 'Heart of wicker',
    variant_title: null,
    description: 'Woven by hand.',
    image: null,
    unit_price: {amount: '12.50', currency: 'GBP'},
    discounted_unit_price: {amount: '10.00', currency: 'GBP'},
    discount: {value: 20, value_type: 'percentage', title: 'After your order'},
    reason_line: 'Goes with your lantern',
    texts: {heading: 'One more thing?', accept: 'Pay now', decline: 'No thanks'},
    choices: [],
    changes: [{type: 'add_variant', variantId: 123, quantity: 1, discount: {value: 20, valueType: 'percentage', title: 'After your order'}}],
    ...changed,
  };
}

/** @param {Record<string, unknown>} [steps] */
export function answer(steps = {}) {
  return {decision_id: 'preview', expires_at: '2026-11-22T11:00:00Z', offer: offer(), steps};
}

/**
 * A worker of the same thread: the bundle runs in a scope of its own, and every message is cloned on its way.
 *
 * @param {string} code of the bundle
 * @returns {Worker & {asked: any}}
 */
function startWorker(code) {
  const {port1, port2} = new MessageChannel();
  const scope = vm.createContext({setTimeout, clearTimeout, URL, Response});
  vm.runInContext('var self = globalThis;', scope);
  serve(scope, /** @type {any} */ (endOf(port2)));
  /** @type {any} */
  let broken;
  try {
    vm.runInContext(code, scope);
  } catch (error) {
    broken = error;
  }
  const near = endOf(port1);
  return /** @type {any} */ ({
    ...near,
    addEventListener(/** @type {string} */ type, /** @type {any} */ listen) {
      if (type === 'message') near.addEventListener(type, listen);
      else if (broken) queueMicrotask(() => listen(broken));
    },
    terminate() {
      port1.close();
      port2.close();
    },
  });
}

/** @param {any} port */
function endOf(port) {
  return {
    postMessage: (/** @type {unknown} */ message) => port.postMessage(message),
    addEventListener: (/** @type {string} */ _, /** @type {any} */ listen) => {
      port.onmessage = listen;
    },
    removeEventListener: () => {},
  };
}

/**
 * Puts the page on a stage in the document.
 *
 * @param {object} options
 * @param {string} options.code
 * @param {any} [options.shown] the server's answer
 * @param {string} [options.locale]
 */
export function openStage({code, shown = answer(), locale = 'en'}) {
  const place = document.createElement('main');
  document.body.replaceChildren(place);
  /** @type {Told[]} */
  const told = [];
  const stop = play(
    {answer: shown, sample: SAMPLE, locale},
    {place, startWorker: () => startWorker(code), tell: (each) => void told.push(each)},
  );
  const button = (/** @type {string} */ label) => {
    const found = [...place.querySelectorAll('button')].find((each) => each.textContent?.startsWith(label));
    if (!found) throw new Error(`no button ${label} in: ${place.textContent}`);
    return found;
  };
  return {
    place,
    told,
    stop,
    button,
    /** @param {string} label */
    async press(label) {
      await vi.waitFor(() => {
        if (button(label).disabled) throw new Error(`${label} cannot be pressed yet`);
      });
      button(label).click();
    },
    /** @param {string} words */
    reads: (words) => vi.waitFor(() => {
      if (!place.textContent?.includes(words)) throw new Error(`not ${words} but ${place.textContent}`);
    }),
    /** @param {Told['kind']} kind */
    hears: (kind) => vi.waitFor(() => {
      const found = told.find((each) => each.kind === kind);
      if (!found) throw new Error(`heard only ${JSON.stringify(told)}`);
      return found;
    }),
  };
}
