import {getExtension} from '@shopify/ui-extensions-tester';
import {createCartLine} from '@shopify/ui-extensions-tester/checkout';
import {options, render} from 'preact';
import {afterEach, beforeEach} from 'vitest';
import {startServer} from './afters.js';
import {i18nOf} from './translations.js';
import {until} from './turns.js';

export const THANK_YOU = 'purchase.thank-you.block.render';
export const ORDER_STATUS = 'customer-account.order-status.block.render';

/**
 * The page of a target, as Shopify's tester makes it, with a purchase on it.
 *
 * @template {typeof THANK_YOU | typeof ORDER_STATUS} Target
 * @param {Target} target
 */
export function openPage(target) {
  const extension = getExtension(target, {configSearchDir: import.meta.dirname});

  beforeEach(() => {
    extension.setUp();
    // Another function each time: what the test before left undone is then not waited for.
    /** @type {any} */ (options).requestAnimationFrame = (/** @type {() => void} */ flush) => setTimeout(flush, 0);
    /** @type {any} */
    const page = extension.shopify;
    // What the typings call optional the tester leaves out, and then forbids to read.
    for (const [part, name] of [[page, 'shippingAddress'], [page.extension, 'editor']]) {
      if (!(name in part)) Object.defineProperty(part, name, {configurable: true, enumerable: true, value: undefined, writable: true});
    }
    page.i18n = i18nOf('en-GB', 'en.default');
    page.localization.language.value = {isoCode: 'en-GB'};
    page.localization.currency.value = {isoCode: 'GBP'};
    page.localization.country.value = {isoCode: 'GB'};
    page.checkoutToken.value = 'c0ffee';
    page.cost.totalAmount.value = {amount: 12.5, currencyCode: 'GBP'};
    const line = createCartLine({quantity: 2, cost: {totalAmount: {amount: 5, currencyCode: 'GBP'}}});
    page.lines.value = [
      {...line, merchandise: {...line.merchandise, id: 'gid://shopify/ProductVariant/21', product: {id: 'gid://shopify/Product/2'}}},
    ];
    if (target === THANK_YOU) page.orderConfirmation.value.order.id = 'gid://shopify/Order/7';
    else page.order.value.id = 'gid://shopify/Order/7';
  });

  afterEach(() => {
    // The tester empties the page's body without telling Preact.
    render(null, document.body);
    extension.tearDown();
  });

  return {
    /** @returns {any} whose every value may be changed */
    get api() {
      return extension.shopify;
    },

    /**
     * @param {Record<string, import('./afters.js').Route>} [routes]
     */
    async open(routes) {
      const server = startServer(routes);
      extension.fetch = server.fetch;
      await extension.render();
      return server;
    },

    /**
     * Opens the page and waits for the offer.
     *
     * @param {Record<string, import('./afters.js').Route>} [routes]
     */
    async openOffer(routes) {
      const server = await this.open(routes);
      await until(() => find('s-button').length > 0);
      await until(() => server.events.length > 0);
      return server;
    },
  };
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @returns {HTMLElementTagNameMap[Tag][]}
 */
export const find = (tag) => [...document.body.querySelectorAll(tag)];

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {number} [number]
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function one(tag, number = 0) {
  const found = find(tag)[number];
  if (!found) throw new Error(`no ${tag} ${number} on the page`);
  return found;
}

/** @returns {string} all words on the page */
export const words = () => (document.body.textContent ?? '').replace(/\s+/g, ' ');

/** @param {EventTarget} element */
export const press = (element) => element.dispatchEvent(new Event('click'));

/** @param {string} value */
export function choose(value) {
  const select = one('s-select');
  select.value = value;
  select.dispatchEvent(new Event('change'));
}
