/** @import {Units} from './contract' */

/** Enough for every currency of ISO 4217. */
const UNITS_PER_MAIN_UNIT = 1e4;

const WITHOUT_DECIMALS = /^(CLP|ISK|JPY|KRW|PYG|UGX|VND|X[AOP]F)$/;

/**
 * @param {unknown} amount decimal in the currency's main unit, as text or number
 * @returns {Units} NaN when it is not a number
 */
export function toUnits(amount) {
  return Math.round(parseFloat(String(amount)) * UNITS_PER_MAIN_UNIT);
}

/**
 * Writes money for the shopper.
 *
 * @param {Units} units
 * @param {string} currency ISO 4217
 * @param {string} locale as Shopify gives it, "en", "de-AT" or "pt_BR"
 * @returns {string}
 */
export function formatMoney(units, currency, locale) {
  const amount = units / UNITS_PER_MAIN_UNIT;
  try {
    // Neither Intl nor the locale is promised in the worker.
    return new Intl.NumberFormat(locale.replace('_', '-'), {style: 'currency', currency}).format(amount);
  } catch {
    return `${amount.toFixed(WITHOUT_DECIMALS.test(currency) ? 0 : 2)} ${currency}`;
  }
}
