/**
 * What goods cost in the preview, in minor units of `currency`; a plan's price is under "<variant> <plan>".
 *
 * @typedef {object} Sample
 * @property {string} currency
 * @property {number} decimals places of the currency
 * @property {Record<string, number>} prices of one unit, by variant
 * @property {Record<string, number>} plan_prices
 * @property {Record<string, number>} clocks seconds until an offer ends once it was seen, by its step, where it does
 * @property {string} shop_domain
 * @property {{variant_id: number, product_id: number, title: string, quantity: number, total: number}[]} bought
 */

/**
 * @typedef {{type: string, variantId: number, sellingPlanId?: number, quantity: number, price?: string | number,
 *   initialShippingPrice?: string | number, discount?: {value: number, valueType: string} | null}} Change
 */

/**
 * Works out what changes come to, as the platform would before taxes.
 *
 * @param {Change[]} changes
 * @param {Sample} sample
 * @returns {{lines: {change: Change, unit: number, total: number}[], shipping: number[], total: number} | null} null when a
 *   change names goods that the sample has no price of
 */
export function sumUp(changes, sample) {
  const goods = changes.filter(({variantId}) => variantId !== undefined);
  const lines = goods.flatMap((change) => {
    const unit = priceOf(change, sample);
    return unit === undefined ? [] : [{change, unit, total: lessDiscount(unit, change, sample) * change.quantity}];
  });
  if (lines.length < goods.length) return null;
  const shipping = changes
    .map((change) => (change.type === 'add_shipping_line' ? change.price : change.initialShippingPrice))
    .filter((price) => price !== undefined && price !== null)
    .map((price) => Math.round(Number(price) * 10 ** sample.decimals));
  const total = [...lines.map((line) => line.total), ...shipping].reduce((sum, each) => sum + each, 0);
  return {lines, shipping, total};
}

/**
 * @param {Change} change
 * @param {Sample} sample
 */
function priceOf({variantId, sellingPlanId}, sample) {
  return sellingPlanId === undefined ? sample.prices[variantId] : sample.plan_prices[`${variantId} ${sellingPlanId}`];
}

/**
 * Rounded half up, as the server does it.
 *
 * @param {number} price
 * @param {Change} change
 * @param {Sample} sample
 */
function lessDiscount(price, {discount}, sample) {
  if (!discount) return price;
  if (discount.valueType === 'fixed_amount') return price - Math.round(discount.value * 10 ** sample.decimals);
  // A hair, since 0.285 * 100 is not 28.5 to a computer.
  return Math.round((price * (100 - discount.value)) / 100 + 1e-6);
}

/**
 * @param {number} minor
 * @param {Sample} sample
 */
export function amount(minor, {decimals}) {
  return (minor / 10 ** decimals).toFixed(decimals);
}
