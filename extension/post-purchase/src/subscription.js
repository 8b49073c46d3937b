import {formatMoney, toUnits} from './money.js';
import {fill} from './texts.js';

/** @import {Interval, Money, Offer} from './contract' */
/** @import {Texts} from './texts' */

const UNITS = ['day', 'week', 'month', 'year'];

/**
 * Says what accepting binds the shopper to, as labels with their values. What is paid today stands elsewhere, with
 * shipping and taxes as the platform works them out.
 *
 * @param {Offer} offer
 * @param {Texts} texts
 * @param {string} locale
 * @returns {[string, string][]} nothing where the goods are sold once
 */
export function termsOf(offer, texts, locale) {
  const bound = offer.subscription;
  if (!bound) return [];
  const money = (/** @type {Money} */ price, /** @type {number} */ quantity) =>
    formatMoney(toUnits(price.amount) * quantity, price.currency, locale);
  const delivery = howOften(bound.delivery, texts);
  const payment = howOften(bound.billing, texts);
  /** @type {[string, string][]} */
  const terms = [
    [texts.plan, bound.plan],
    [texts.delivery, delivery],
  ];
  // Paid for in advance, it is sent more often than it is paid.
  if (payment !== delivery) terms.push([texts.payment, payment]);
  const isFirstAlike = toUnits(offer.discounted_unit_price.amount) === toUnits(bound.unit_price.amount);
  terms.push([isFirstAlike ? texts.each : texts.eachAfter, money(bound.unit_price, offer.quantity)]);
  if (bound.later) terms.push([fill(texts.later, bound.later.after), money(bound.later.unit_price, offer.quantity)]);
  terms.push([texts.shippingEach, toUnits(bound.shipping.amount) ? money(bound.shipping, 1) : texts.free]);
  return terms;
}

/**
 * @param {Interval} interval
 * @param {Texts} texts
 * @returns {string}
 */
function howOften({unit, count}, texts) {
  const forms = texts.every.split('|');
  return fill(String(forms[UNITS.indexOf(unit) * 2 + (count > 1 ? 1 : 0)]), count);
}
