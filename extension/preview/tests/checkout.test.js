import {expect, test} from 'vitest';

import {createCheckout} from '../src/checkout.js';
import {answer, SAMPLE} from './staging.js';

/** @param {Partial<typeof SAMPLE>} [changed] */
function open(changed) {
  /** @type {any[]} */
  const told = [];
  const shown = answer();
  return {...createCheckout({answer: shown, sample: {...SAMPLE, ...changed}, locale: 'en-GB'}, (each) => void told.push(each)), shown, told};
}

test('the purchase is the sample’s', () => {
  const {inputData, storage} = open().api;
  expect(inputData.initialPurchase.totalPriceSet.shopMoney).toEqual({amount: '30.00', currencyCode: 'GBP'});
  expect(inputData.initialPurchase.lineItems.map(({product}) => product.title)).toEqual(['Lantern']);
  expect(inputData.locale).toBe('en-GB');
  expect(storage.initialData.reference_id).toBe(inputData.initialPurchase.referenceId);
});

test('the page gets its offer a second time, and a signature for what it accepts', () => {
  const {ask, shown} = open();
  expect(ask('/post-purchase/offers', {})).toEqual({status: 200, body: shown});
  expect(ask('/post-purchase/changesets', {option_id: '0'})).toMatchObject({status: 200, body: {token: expect.any(String)}});
});

test('an offer that ends does so from when it is seen; every other report goes nowhere', () => {
  const {ask} = open({clocks: {0: 300}});
  expect(ask('/post-purchase/events', {kind: 'shown', step: '0'})).toEqual({status: 200, body: {seconds_left: 300}});
  expect(ask('/post-purchase/events', {kind: 'shown', step: '0d'})).toEqual({status: 204, body: null});
  expect(ask('/post-purchase/events', {kind: 'declined', step: '0'})).toEqual({status: 204, body: null});
  expect(ask('/post-purchase/events', null)).toEqual({status: 204, body: null});
});

test('three acceptances are all that a checkout takes', async () => {
  const {api, told} = open();
  await api.calculateChangeset({changes: answer().offer.changes});
  const remaining = [];
  for (let turn = 0; turn < 3; turn += 1) remaining.push((await api.applyChangeset()).changesetApplicationsRemaining);
  expect(remaining).toEqual([2, 1, 0]);
  expect(told).toEqual(Array(3).fill({kind: 'charged', amount: '10.00', currency: 'GBP'}));
});
