import {fill} from './texts.js';

/** @import {OutcomeStatus} from './contract' */
/** @import {Reason, Texts} from './texts' */

/**
 * @typedef {object} Ending a last message before the shopper goes on
 * @property {'info' | 'warning'} status
 * @property {string} title
 * @property {string} text
 */

/**
 * Why nothing was added: the platform's twelve error codes, then those of our server. `used` is no reason but a doubt:
 * the item may be on the order already, and paid.
 *
 * @type {Record<string, Reason | 'used'>}
 */
const REASONS = {
  payment_required: 'paymentDeclined',
  insufficient_inventory: 'soldOut',
  changeset_already_applied: 'used',
  unsupported_payment_method: 'method',
  invalid_request: 'gone',
  server_error: 'broken',
  buyer_consent_required: 'noConsent',
  subscription_vaulting_error: 'notKept',
  subscription_contract_creation_error: 'subscription',
  subscription_no_shipping_address_error: 'noAddress',
  subscription_limit_error: 'subscribed',
  order_released_error: 'released',
  already_signed: 'used',
  offer_expired: 'gone',
  offer_unavailable: 'gone',
};

/**
 * Says in the shopper's words why the item is not on the order.
 *
 * @param {Texts} texts
 * @param {string[]} codes
 * @param {Reason} otherwise the reason when no code is known
 * @returns {Ending}
 */
export function notAdded(texts, codes, otherwise) {
  const known = codes.filter((code) => Object.prototype.hasOwnProperty.call(REASONS, code))[0];
  const reason = (known && REASONS[known]) || otherwise;
  if (reason === 'used') return {status: 'info', title: texts.used, text: texts.check};
  return {status: 'warning', title: texts.notAdded, text: [texts[reason], texts.notCharged].filter(Boolean).join(' ')};
}

/**
 * Says what became of an applied changeset; not for `processed`, which the next page shows.
 *
 * @param {Texts} texts
 * @param {OutcomeStatus} status
 * @param {string[]} codes
 * @param {string} total what was to be paid, written out
 * @returns {Ending}
 */
export function afterPaying(texts, status, codes, total) {
  if (status === 'unprocessed') return notAdded(texts, codes, 'broken');
  return status === 'partially_processed'
    ? {status: 'warning', title: texts.unpaid, text: fill(texts.unpaidText, total)}
    : {status: 'warning', title: texts.unsure, text: texts.check};
}
