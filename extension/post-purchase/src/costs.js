import {toUnits} from './money.js';

/** @import {Cost, Offer, RenderApi, Units} from './contract' */
/** @typedef {NonNullable<Awaited<ReturnType<RenderApi['calculateChangeset']>>['calculatedPurchase']>} CalculatedPurchase */
/** @typedef {CalculatedPurchase['totalOutstandingSet']} MoneyBag */

/**
 * Breaks down what the shopper would pay now. The initial purchase is paid, so what the platform calls outstanding is
 * the price of the offer; its tax lines do not say whether they are part of the prices, the sums do.
 *
 * @param {CalculatedPurchase} purchase
 * @param {Offer} offer
 * @returns {Cost | null} null when the figures are missing or make no sense: a wrong price must not be shown
 */
export function breakDown(purchase, offer) {
  const total = units(purchase.totalOutstandingSet);
  const shipping = sum(purchase.addedShippingLines, 'priceSet');
  const tax = sum(purchase.addedTaxLines, 'priceSet');
  const added = offer.changes.map((change) => /** @type {any} */ (change).variantId);
  const plans = offer.changes.map((change) => /** @type {any} */ (change).sellingPlanId).filter(Boolean);
  const known = (purchase.updatedLineItems || []).filter((line) => added.indexOf(line.variantId) >= 0);
  // What was bought once may be subscribed to as well: then the plan tells the two lines apart.
  const subscribed = known.filter((line) => plans.indexOf(line.sellingPlanId) >= 0);
  const lines = subscribed.length ? subscribed : known;
  const lineTotal = sum(lines, 'totalPriceSet');
  const currency = purchase.totalOutstandingSet.presentmentMoney.currencyCode;
  const isTaxIncluded = lineTotal + shipping === total;
  const subtotal = isTaxIncluded ? lineTotal : total - shipping - tax;
  const isFree = total === 0 && toUnits(offer.discounted_unit_price.amount) === 0;
  return currency && subtotal >= 0 && (total > 0 || isFree)
    ? {currency, subtotal, shipping, tax, isTaxIncluded, total}
    : null;
}

/**
 * @param {MoneyBag} bag
 * @returns {Units}
 */
function units(bag) {
  return toUnits(bag.presentmentMoney.amount);
}

/**
 * @template {string} Key
 * @param {Record<Key, MoneyBag>[] | undefined} items
 * @param {Key} key
 * @returns {Units}
 */
function sum(items, key) {
  return (items || []).reduce((total, item) => total + units(item[key]), 0);
}
