/** @import {Offer} from './contract' */

/**
 * Everything that may be taken instead of each other: the offer first, then each choice laid over it.
 *
 * @param {Offer} offer
 * @returns {Offer[]}
 */
export function optionsOf(offer) {
  const usable = (offer.choices || []).filter((choice) => choice && choice.option_id && Array.isArray(choice.changes));
  return [offer].concat(usable.map((choice) => Object.assign({}, offer, choice)));
}

/**
 * One option of each variant, the offered one first.
 *
 * @param {Offer[]} options
 * @returns {Offer[]}
 */
export function variantsOf(options) {
  return options.filter((one, at) => options.findIndex((other) => other.variant_id === one.variant_id) === at);
}

/**
 * The options of one variant by quantity, the least first.
 *
 * @param {Offer[]} options
 * @param {number} variantId
 * @returns {Offer[]}
 */
export function quantitiesOf(options, variantId) {
  return options.filter((one) => one.variant_id === variantId).sort((one, other) => one.quantity - other.quantity);
}

/**
 * The option of a variant that is nearest to a quantity: as many, else the most below, else the least.
 *
 * @param {Offer[]} options
 * @param {number} variantId
 * @param {number} quantity
 * @returns {Offer | undefined}
 */
export function nearest(options, variantId, quantity) {
  const found = quantitiesOf(options, variantId);
  return found.filter((one) => one.quantity <= quantity).pop() || found[0];
}
