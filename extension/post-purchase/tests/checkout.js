import * as components from '@shopify/post-purchase-ui-extensions';
import {createRemoteReceiver, createRemoteRoot} from '@remote-ui/core';
import {vi} from 'vitest';
import {showPage} from '../src/page.js';
import {answer, calculated, inputData, REFERENCE_ID} from './purchase.js';

/**
 * The checkout's side of the page: the real remote root and receiver, with the worker's boundary between them
 * imitated by refusing what could not be cloned.
 */

const KNOWN = Object.values(components).filter((value) => typeof value === 'string');

/** @param {any} value */
function assertCloneable(value) {
  if (typeof value === 'function') return;
  if (value && typeof value === 'object') Object.values(value).forEach(assertCloneable);
  else structuredClone(value);
}

/** @param {any} node @returns {string} */
function textOf(node) {
  if (typeof node.text === 'string') return node.text;
  const own = node.props?.title ? `${node.props.title}\n` : '';
  return own + node.children.map(textOf).join('\n');
}

/** @param {any} node @param {string} type @returns {any[]} */
function all(node, type) {
  return [...(node.type === type ? [node] : []), ...(node.children ?? []).flatMap((/** @type {any} */ child) => all(child, type))];
}

/**
 * @param {object} [options]
 * @param {unknown} [options.stored] `initialData`; the default offer's answer unless given
 * @param {string} [options.locale]
 * @param {() => unknown} [options.calculate]
 * @param {() => unknown} [options.apply]
 * @param {() => unknown} [options.done]
 * @param {(channel: any) => any} [options.wire] replaces the line to the host
 * @param {(root: any) => void} [options.tamper] changes the root before the page sees it
 */
export function openCheckout(options = {}) {
  const receiver = createRemoteReceiver();
  const channel = (/** @type {any} */ ...message) => {
    assertCloneable(message);
    return /** @type {any} */ (receiver.receive)(...message);
  };
  const root = createRemoteRoot(options.wire ? options.wire(channel) : channel, {components: /** @type {any} */ (KNOWN)});
  const stored = 'stored' in options ? options.stored : {reference_id: REFERENCE_ID, answer: answer()};
  const calculate = vi.fn(async () => (options.calculate ? options.calculate() : calculated()));
  const apply = vi.fn(async () =>
    options.apply ? options.apply() : {status: 'processed', errors: [], changesetApplicationsRemaining: 2},
  );
  const done = vi.fn(async () => void (await options.done?.()));
  const api = /** @type {any} */ ({
    inputData: inputData(options.locale),
    storage: {initialData: stored, update: vi.fn(async () => undefined)},
    calculateChangeset: calculate,
    applyChangeset: apply,
    done,
  });
  const {mount} = root;
  options.tamper?.(root);
  const page = showPage(/** @type {any} */ (root), api);
  // As the host does: mount as soon as the callback has returned.
  mount();

  const seen = () => /** @type {any} */ (receiver.attached.root);
  return {
    api,
    calculate,
    apply,
    done,
    page,
    text: () => textOf(seen()),
    all: (/** @type {string} */ type) => all(seen(), type),
    buttons: () =>
      all(seen(), 'Button').map((node) => ({
        label: textOf(node),
        isDisabled: Boolean(node.props.disabled),
        isLoading: Boolean(node.props.loading),
        props: node.props,
      })),
    /** @param {string} label start of the label; presses even a disabled button, as a host out of step might */
    press(label) {
      const found = this.buttons().find((button) => button.label.startsWith(label));
      if (!found) throw new Error(`no button ${label} among: ${this.buttons().map((button) => button.label)}`);
      found.props.onPress();
    },
  };
}

/** @typedef {ReturnType<typeof openCheckout>} Checkout */

/** Lets everything that is due now happen; needs fake timers. */
export async function settle(ms = 0) {
  await vi.advanceTimersByTimeAsync(ms);
}

/**
 * A shopper who waits out every spinner and presses whatever can be pressed, the last button first; until sent on.
 *
 * @param {Checkout} checkout
 * @param {string[]} [wishes] labels to press first, each once
 * @returns {Promise<boolean>} whether the shopper was sent on
 */
export async function goOnSomehow(checkout, wishes = []) {
  const wanted = [...wishes];
  for (let turn = 0; turn < 12; turn += 1) {
    await settle(60_000);
    if (checkout.done.mock.calls.length > 0) return true;
    const usable = checkout.buttons().filter((button) => !button.isDisabled && !button.isLoading);
    const wish = wanted.shift();
    const next = usable.find((button) => wish && button.label.startsWith(wish)) ?? usable[usable.length - 1];
    next?.props.onPress();
  }
  return false;
}
