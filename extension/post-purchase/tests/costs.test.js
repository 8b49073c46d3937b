import {describe, expect, test, vi} from 'vitest';
import {breakDown} from '../src/costs.js';
import {formatMoney, toUnits} from '../src/money.js';
import {answer, calculatedPurchase} from './purchase.js';

/**
 * @param {Parameters<typeof calculatedPurchase>[0]} amounts
 * @param {Record<string, unknown>} [changed]
 */
function broken(amounts, changed) {
  const cost = breakDown(/** @type {any} */ (calculatedPurchase(amounts)), answer(changed).offer);
  return cost && [cost.subtotal / 1e4, cost.shipping / 1e4, cost.tax / 1e4, cost.isTaxIncluded, cost.total / 1e4];
}

describe('the break-down', () => {
  test.each([
    ['taxes on top', {line: '10.00', shipping: ['2.50'], tax: ['2.50'], total: '15.00'}, [10, 2.5, 2.5, false, 15]],
    ['taxes inside', {line: '10.00', shipping: ['2.50'], tax: ['2.08'], total: '12.50'}, [10, 2.5, 2.08, true, 12.5]],
    ['several taxes and parcels', {line: '10.00', shipping: ['1.00', '1.50'], tax: ['0.70', '0.30'], total: '13.50'}, [10, 2.5, 1, false, 13.5]],
    ['no taxes, no shipping', {line: '10.00', shipping: [], tax: [], total: '10.00'}, [10, 0, 0, true, 10]],
    ['our line not listed', {line: null, shipping: ['2.50'], tax: ['2.50'], total: '15.00'}, [10, 2.5, 2.5, false, 15]],
    ['our line not listed, only shipping to pay', {line: null, shipping: ['2.50'], tax: ['0.42'], total: '2.50'}, [0, 2.5, 0.42, true, 2.5]],
    ['another line listed', {line: '20.00', lineVariant: 9, shipping: [], tax: ['1.00'], total: '11.00'}, [10, 0, 1, false, 11]],
    ['amounts that binary fractions cannot hold', {line: '0.30', shipping: ['0.10', '0.20'], tax: ['0.10'], total: '0.70'}, [0.3, 0.3, 0.1, false, 0.7]],
  ])('%s: the rows add up to the total', (_what, amounts, expected) => {
    expect(broken(amounts)).toEqual(expected);
    const [subtotal, shipping, tax, isTaxIncluded, total] = /** @type {[number, number, number, boolean, number]} */ (expected);
    expect(subtotal + shipping + (isTaxIncluded ? 0 : tax)).toBeCloseTo(total, 10);
  });

  test('a gift costs nothing', () => {
    const gift = {discounted_unit_price: {amount: '0.00', currency: 'GBP'}};
    expect(broken({line: '0.00', shipping: [], tax: [], total: '0.00'}, gift)).toEqual([0, 0, 0, true, 0]);
  });

  test.each([
    ['a total that is no number', {total: 'much'}],
    ['a negative total', {total: '-1.00'}],
    ['nothing to pay for something that costs', {shipping: [], tax: [], total: '0.00'}],
    ['a tax that is no number', {tax: ['']}],
    ['a shipping price beyond the total', {line: null, shipping: ['99.00']}],
  ])('%s is not shown', (_what, amounts) => {
    expect(broken(amounts)).toBeNull();
  });

  test('missing lists count as empty', () => {
    const {totalOutstandingSet} = calculatedPurchase({total: '15.00'});
    const cost = breakDown(/** @type {any} */ ({totalOutstandingSet}), answer().offer);
    expect(cost).toMatchObject({subtotal: 150_000, shipping: 0, tax: 0, total: 150_000, currency: 'GBP'});
  });

  test('a price without a currency is not shown', () => {
    const purchase = calculatedPurchase();
    purchase.totalOutstandingSet.presentmentMoney.currencyCode = '';
    expect(breakDown(/** @type {any} */ (purchase), answer().offer)).toBeNull();
  });
});

describe('money', () => {
  test.each([
    ['12.50', 125_000],
    ['0.1', 1_000],
    [3, 30_000],
    ['1234567.891', 12_345_678_910],
  ])('%s is read', (amount, units) => {
    expect(toUnits(amount)).toBe(units);
  });

  test.each(['', null, undefined, 'x', {}])('%j is no number', (amount) => {
    expect(toUnits(amount)).toBeNaN();
  });

  test.each([
    ['en-GB', 'GBP', '£12.50'],
    ['en_GB', 'GBP', '£12.50'],
    ['de', 'EUR', '12,50\u00a0€'],
    ['ja', 'JPY', '￥13'],
    ['en', 'KWD', 'KWD\u00a012.500'],
  ])('%s %s is written %s', (locale, currency, text) => {
    expect(formatMoney(125_000, currency, locale)).toBe(text);
  });

  test.each([
    ['GBP', '12.50 GBP'],
    ['JPY', '13 JPY'],
  ])('without Intl, %s is written %s', (currency, text) => {
    vi.stubGlobal('Intl', undefined);
    expect(formatMoney(125_000, currency, 'en')).toBe(text);
  });

  test.each(['not a locale', ''])('the locale %j does not stop the page', (locale) => {
    expect(formatMoney(125_000, 'GBP', locale)).toContain('12.50');
  });
});
