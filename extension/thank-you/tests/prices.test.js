import {expect, test} from 'vitest';
import {choice, money} from './answers.js';
import {pricesOf, reductionOf, toPrice, write} from '../src/prices.js';
import {i18nOf} from './translations.js';

const english = i18nOf('en-GB', 'en.default');

/** @param {Record<string, unknown>} [changes] */
const option = (changes) => /** @type {any} */ (choice(changes));

test.each([
  ['12.50', 125000],
  ['0', 0],
  ['0.005', 50],
  ['1600', 16000000],
  ['', null],
  ['1e3', null],
  ['12,50', null],
  ['-1', null],
  ['Infinity', null],
])('reads %j', (amount, units) => {
  expect(toPrice(money(amount))?.units ?? null).toBe(units);
});

test.each([null, undefined, {amount: '1', currency: ''}, {amount: undefined, currency: 'GBP'}])('reads no price from %j', (price) => {
  expect(toPrice(/** @type {any} */ (price))).toBeNull();
});

test('adds up without the noise of binary fractions', () => {
  expect(pricesOf(option({quantity: 3, unit_price: money('0.1'), discounted_unit_price: money('0.1')}))).toEqual({
    now: 3000,
    before: 3000,
    currency: 'GBP',
  });
});

test.each([undefined, null, 0, -1, NaN])('knows no price for the quantity %j', (quantity) => {
  expect(pricesOf(option({quantity}))).toBeNull();
});

test.each([
  ['GBP', 125000, '£12.50'],
  ['JPY', 16000000, 'JP¥1,600'],
  ['KWD', 17000, 'KWD 1.700'],
])('writes %s', (currency, units, text) => {
  expect(write(english, units, currency).replace(/\s/g, ' ')).toBe(text);
});

test.each([
  [{discount: {value: 12.5, value_type: 'percentage', title: ''}}, '12.5%'],
  [{discount: {value: 2, value_type: 'fixed_amount', title: ''}}, '£2.00'],
  [{discount: null}, '£2.00'],
  [{discounted_unit_price: money('10.00')}, null],
  [{discounted_unit_price: money('11.00')}, null],
  [{quantity: 0}, null],
])('names the reduction of %j', (changes, text) => {
  expect(reductionOf(english, option(changes))).toBe(text);
});
