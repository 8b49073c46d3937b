import {describe, expect, test} from 'vitest';

import {amount, sumUp} from '../src/sums.js';
import {SAMPLE} from './staging.js';

/** @import {Change} from '../src/sums.js' */

/** @param {Partial<Change>} changed @returns {Change} */
const add = (changed) => ({type: 'add_variant', variantId: 123, quantity: 1, ...changed});

describe('sumUp', () => {
  test.each([
    ['the plain price', [add({})], 1250],
    ['several', [add({quantity: 3})], 3750],
    ['a share off each', [add({quantity: 2, discount: {value: 15, valueType: 'percentage'}})], 2126],
    ['half a penny goes up', [add({discount: {value: 0.2, valueType: 'percentage'}})], 1248],
    ['an amount off each', [add({quantity: 2, discount: {value: 2.5, valueType: 'fixed_amount'}})], 2000],
    ['a bundle', [add({}), add({variantId: 124, quantity: 2})], 5250],
    ['shipping beside it', [add({}), /** @type {any} */ ({type: 'add_shipping_line', price: '3.99'})], 1649],
    ['a subscription', [add({type: 'add_subscription', sellingPlanId: 77, initialShippingPrice: 2})], 1300],
  ])('%s', (_, changes, total) => {
    expect(sumUp(changes, SAMPLE)?.total).toBe(total);
  });

  test.each([{variantId: 5}, {sellingPlanId: 5}])('goods without a price have no sum: %o', (changed) => {
    expect(sumUp([add({}), add(changed)], SAMPLE)).toBeNull();
  });
});

test('amounts are written as the platform writes them', () => {
  expect(amount(1250, SAMPLE)).toBe('12.50');
  expect(amount(500, {...SAMPLE, decimals: 0})).toBe('500');
  expect(amount(5, {...SAMPLE, decimals: 3})).toBe('0.005');
});
