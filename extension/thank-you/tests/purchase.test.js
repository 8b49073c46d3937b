import {expect, test} from 'vitest';
import {purchaseOf} from '../src/purchase.js';

/**
 * @param {number} amount
 * @param {string} [currencyCode]
 */
const cost = (amount, currencyCode = 'EUR') => ({amount, currencyCode});

/** @param {Record<string, unknown>} api */
const read = (api) => purchaseOf(/** @type {any} */ (api));

const total = {totalAmount: {value: cost(30)}};

test.each([{}, {cost: undefined}, {cost: {}}, {cost: {totalAmount: {value: undefined}}}])('knows nothing from %j', (api) => {
  expect(read(api)).toBeNull();
});

test('knows the sum where nothing else is permitted', () => {
  expect(read({cost: total})).toEqual({currency: 'EUR', total: '30', country_code: null, lines: []});
});

test('takes the country from the address, else from the page', () => {
  const page = {cost: total, localization: {country: {value: {isoCode: 'AT'}}}};
  expect(read(page)?.country_code).toBe('AT');
  expect(read({...page, shippingAddress: {value: undefined}})?.country_code).toBe('AT');
  expect(read({...page, shippingAddress: {value: {countryCode: 'DE'}}})?.country_code).toBe('DE');
});

test('leaves out lines that name no goods or no price', () => {
  const merchandise = {id: 'gid://shopify/ProductVariant/1', product: {id: 'gid://shopify/Product/1'}};
  const lines = [
    {merchandise, quantity: 2, cost: {totalAmount: cost(0.1 + 0.2)}},
    {merchandise: {id: 'gid://shopify/ProductVariant/2'}, quantity: 1, cost: {totalAmount: cost(1)}},
    {quantity: 1, cost: {totalAmount: cost(1)}},
    {merchandise, quantity: 1},
  ];
  expect(read({cost: total, lines: {value: lines}})?.lines).toEqual([
    {variant_id: 'gid://shopify/ProductVariant/1', product_id: 'gid://shopify/Product/1', quantity: 2, total: '0.3'},
  ]);
});
