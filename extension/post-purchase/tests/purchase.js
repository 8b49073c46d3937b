/** A purchase, an offer and a calculated price as the platform and the server send them. */

/** @import {Answer} from '../src/contract' */

export const REFERENCE_ID = '4c9ad3a8f1e04c7f9b6a2d15e8c37b90';
export const TOKEN = 'header.claims.signature';

/** The twelve codes of the platform's typings. */
export const ERROR_CODES = [
  'payment_required',
  'insufficient_inventory',
  'changeset_already_applied',
  'unsupported_payment_method',
  'invalid_request',
  'server_error',
  'buyer_consent_required',
  'subscription_vaulting_error',
  'subscription_contract_creation_error',
  'subscription_no_shipping_address_error',
  'subscription_limit_error',
  'order_released_error',
];

export function inputData(locale = 'en-GB') {
  const money = {amount: '20.00', currencyCode: 'GBP'};
  return {
    extensionPoint: 'Checkout::PostPurchase::Render',
    version: 'unstable',
    locale,
    token: TOKEN,
    shop: {id: 1, domain: 'gift-shop.myshopify.com', metafields: []},
    initialPurchase: {
      referenceId: REFERENCE_ID,
      totalPriceSet: {shopMoney: money, presentmentMoney: money},
      lineItems: [],
    },
  };
}

/**
 * @param {Record<string, unknown>} [changed] fields of the offer to replace
 * @returns {Answer}
 */
export function answer(changed) {
  return {
    decision_id: 'dec_1',
    expires_at: '2026-11-22T11:00:00Z',
    offer: {
      option_id: 'opt_1',
      variant_id: 123,
      product_id: 45,
      quantity: 1,
      title: 'Heart of wicker, small',
      variant_title: 'White',
      description: 'Woven by hand.\nHangs on a ribbon.',
      image: {url: 'https://cdn.test/heart.png', alt: 'A white wicker heart'},
      unit_price: {amount: '12.50', currency: 'GBP'},
      discounted_unit_price: {amount: '10.00', currency: 'GBP'},
      discount: {value: 20, value_type: 'percentage', title: 'After your order'},
      reason_line: 'Often bought with your lantern',
      texts: {heading: 'One more thing?', accept: 'Pay now', decline: 'No thanks'},
      changes: [
        {
          type: 'add_variant',
          variantId: 123,
          quantity: 1,
          discount: {value: 20, valueType: 'percentage', title: 'After your order'},
        },
      ],
      ...changed,
    },
  };
}

/** @param {string} amount */
function bag(amount) {
  const money = {amount, currencyCode: 'GBP'};
  return {shopMoney: money, presentmentMoney: money};
}

/** @param {{line?: string | null, lineVariant?: number, shipping?: string[], tax?: string[], total?: string}} [amounts] */
export function calculatedPurchase({line = '10.00', lineVariant = 123, shipping = ['2.50'], tax = ['2.50'], total = '15.00'} = {}) {
  return {
    subtotalPriceSet: bag('30.00'),
    totalPriceSet: bag('35.00'),
    addedTaxLines: tax.map((amount) => ({priceSet: bag(amount), rate: 0.2, title: 'VAT'})),
    addedShippingLines: shipping.map((amount) => ({priceSet: bag(amount), presentmentTitle: 'Parcel'})),
    updatedLineItems:
      line === null
        ? []
        : [
            {
              productId: 45,
              variantId: lineVariant,
              quantity: 1,
              productHandle: 'heart',
              priceSet: bag('12.50'),
              totalPriceSet: bag(line),
            },
          ],
    totalOutstandingSet: bag(total),
  };
}

/** @param {Parameters<typeof calculatedPurchase>[0]} [amounts] */
export function calculated(amounts) {
  return {status: 'processed', errors: [], calculatedPurchase: calculatedPurchase(amounts)};
}

/** @param {string[]} codes */
export function unprocessed(...codes) {
  return {status: 'unprocessed', errors: codes.map((code) => ({code, message: code})), changesetApplicationsRemaining: 3};
}
