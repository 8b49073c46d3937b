/** @import {Api, Purchase} from './contract' */

/**
 * Reads what was bought, as far as the page tells it.
 *
 * @param {Api} api
 * @returns {Purchase | null} null when not even the sum is known
 */
export function purchaseOf(api) {
  const total = api.cost?.totalAmount?.value;
  if (!total) return null;
  // The address is protected data, which the shop may not have granted; the country of prices and taxes is not.
  const country = api.shippingAddress?.value?.countryCode ?? api.localization?.country?.value?.isoCode;
  const lines = (api.lines?.value ?? []).flatMap(({merchandise, quantity, cost}) => {
    const product = merchandise?.product?.id;
    return product && cost?.totalAmount
      ? [{variant_id: merchandise.id, product_id: product, quantity, total: decimal(cost.totalAmount.amount)}]
      : [];
  });
  return {currency: total.currencyCode, total: decimal(total.amount), country_code: country ?? null, lines};
}

/**
 * @param {number} amount
 * @returns {string} without the noise of binary fractions; four places are enough for every currency
 */
function decimal(amount) {
  return String(Math.round(amount * 1e4) / 1e4);
}
