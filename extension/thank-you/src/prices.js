/** @import {I18n, Money, Option} from './contract' */

/** Enough for every currency of ISO 4217. */
const UNITS_PER_MAIN_UNIT = 1e4;

/**
 * Works out what an option costs as a whole.
 *
 * @param {Option} option
 * @returns {{now: number, before: number, currency: string} | null} in ten-thousandths of the main unit, so that sums are
 *   exact; null when the figures make no sense, for a wrong price must not be shown
 */
export function pricesOf({unit_price, discounted_unit_price, quantity}) {
  const now = toPrice(discounted_unit_price);
  const before = toPrice(unit_price);
  if (!now || !before || now.currency !== before.currency || !(quantity >= 1)) return null;
  return {now: now.units * quantity, before: before.units * quantity, currency: now.currency};
}

/**
 * @param {Money | null | undefined} money
 * @returns {{units: number, currency: string} | null} in ten-thousandths of the main unit; null when it is no amount
 */
export function toPrice(money) {
  if (!money?.currency || !/^\d+(\.\d+)?$/.test(money.amount)) return null;
  return {units: Math.round(Number(money.amount) * UNITS_PER_MAIN_UNIT), currency: money.currency};
}

/**
 * Writes money for the shopper, with as many decimals as the currency has.
 *
 * @param {I18n} i18n
 * @param {number} amount in ten-thousandths of the main unit
 * @param {string} currency ISO 4217
 * @returns {string}
 */
export function write(i18n, amount, currency) {
  return i18n.formatCurrency(amount / UNITS_PER_MAIN_UNIT, {currency});
}

/**
 * Says how large the reduction is: as the share that the merchant named, else as the sum.
 *
 * @param {I18n} i18n
 * @param {Option} option
 * @returns {string | null} null where nothing is reduced
 */
export function reductionOf(i18n, option) {
  const prices = pricesOf(option);
  if (!prices || prices.now >= prices.before) return null;
  return option.discount?.value_type === 'percentage'
    ? i18n.formatNumber(option.discount.value / 100, {style: 'percent', maximumFractionDigits: 2})
    : write(i18n, prices.before - prices.now, prices.currency);
}
