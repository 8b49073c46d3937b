import {amount, sumUp} from './sums.js';

/** @import {Change, Sample} from './sums.js' */

/**
 * What the admin's page has the stage show: the server's answer as the page would get it, goods and prices of a sample
 * purchase, and the shopper's locale.
 *
 * @typedef {object} Show
 * @property {any} answer
 * @property {Sample} sample
 * @property {string} locale
 */

/** @typedef {{kind: 'charged', amount: string, currency: string} | {kind: 'left'}} Moment */

const REFERENCE = 'preview';
const ACCEPTANCES = 3;

/**
 * Stands in for the checkout and for our own server behind it: prices come from the sample, and nothing is charged.
 *
 * @param {Show} show
 * @param {(moment: Moment) => void} tell
 */
export function createCheckout({answer, sample, locale}, tell) {
  let owed = 0;
  let accepted = 0;

  const bag = (/** @type {number} */ minor) => {
    const money = {amount: amount(minor, sample), currencyCode: sample.currency};
    return {shopMoney: money, presentmentMoney: money};
  };

  const bought = sample.bought.reduce((sum, line) => sum + line.total, 0);

  return {
    api: {
      extensionPoint: 'Checkout::PostPurchase::Render',
      version: 'unstable',
      locale,
      inputData: {
        extensionPoint: 'Checkout::PostPurchase::Render',
        version: 'unstable',
        locale,
        token: REFERENCE,
        shop: {id: 1, domain: sample.shop_domain, metafields: []},
        initialPurchase: {
          referenceId: REFERENCE,
          totalPriceSet: bag(bought),
          lineItems: sample.bought.map((line) => ({
            quantity: line.quantity,
            totalPriceSet: bag(line.total),
            product: {id: line.product_id, title: line.title, metafields: [], variant: {id: line.variant_id, title: '', metafields: []}},
          })),
        },
      },
      storage: {initialData: {reference_id: REFERENCE, answer}, async update() {}},

      async calculateChangeset(/** @type {{changes: Change[]}} */ {changes}) {
        const sums = sumUp(changes, sample);
        if (!sums) return {status: 'unprocessed', errors: [{code: 'server_error', message: 'the sample has no price of these goods'}]};
        const {lines, shipping, total} = sums;
        owed = total;
        return {
          status: 'processed',
          errors: [],
          calculatedPurchase: {
            subtotalPriceSet: bag(bought + total),
            totalPriceSet: bag(bought + total),
            addedTaxLines: [],
            addedShippingLines: shipping.map((price) => ({priceSet: bag(price), presentmentTitle: ''})),
            updatedLineItems: lines.map(({change, unit, total: paid}) => ({
              productId: 0,
              variantId: change.variantId,
              quantity: change.quantity,
              productHandle: '',
              priceSet: bag(unit),
              totalPriceSet: bag(paid),
              ...(change.sellingPlanId === undefined ? {} : {sellingPlanId: change.sellingPlanId}),
            })),
            totalOutstandingSet: bag(total),
          },
        };
      },

      async applyChangeset() {
        accepted += 1;
        tell({kind: 'charged', amount: amount(owed, sample), currency: sample.currency});
        return {status: 'processed', errors: [], changesetApplicationsRemaining: Math.max(0, ACCEPTANCES - accepted)};
      },

      async done() {
        tell({kind: 'left'});
      },
    },

    /**
     * Answers what the page asks of Afters: it has its offer, every acceptance is signed, and reports go nowhere. An
     * offer that ends begins to do so when it is seen.
     *
     * @param {string} path
     * @param {any} body
     * @returns {{status: number, body: unknown}}
     */
    ask(path, body) {
      if (path === '/post-purchase/offers') return {status: 200, body: answer};
      if (path === '/post-purchase/changesets') return {status: 200, body: {token: REFERENCE}};
      const seconds = body && body.kind === 'shown' ? sample.clocks[body.step] : undefined;
      return seconds === undefined ? {status: 204, body: null} : {status: 200, body: {seconds_left: seconds}};
    },
  };
}
