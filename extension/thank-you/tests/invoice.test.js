import {expect, test} from 'vitest';
import {html, json, refusal, unreachable} from './afters.js';
import {answer, byInvoice, choice, DECISION_ID, downsell} from './answers.js';
import {choose, find, one, openPage, ORDER_STATUS, press, words} from './page.js';
import {until} from './turns.js';

const page = openPage(ORDER_STATUS);

const offers = () => json(answer({offer: byInvoice({choices: [choice({url: null})]}), steps: {'0d': downsell()}}));

/** @param {string} heading */
const ended = (heading) => until(() => find('s-banner')[0]?.getAttribute('heading') === heading);

test('says what pressing leads to before it can be pressed', async () => {
  await page.openOffer({offers});
  expect(one('s-section').getAttribute('heading')).toBe('Add this to your order?');
  expect(words()).toMatch(
    /It goes onto your order now, and £16.00 plus any shipping and taxes is then still to pay.*Pressing charges nothing: you get an invoice by e-mail and pay it there.*Add it, pay by invoice/,
  );
  expect(words()).not.toContain('checkout');
});

test('adds what was chosen, once, and says what is to pay', async () => {
  /** @type {((response: Response) => void) | undefined} */
  let reply;
  const server = await page.openOffer({offers, additions: () => new Promise((resolve) => (reply = resolve))});
  choose('0.1');
  await until(() => words().includes('£8.00 plus any shipping'));
  press(one('s-button'));
  await until(() => one('s-button').getAttribute('loading') !== null);
  await until(() => Boolean(reply));
  expect(one('s-button', 1).getAttribute('disabled')).not.toBeNull();
  expect(one('s-select').getAttribute('disabled')).not.toBeNull();
  press(one('s-button'));
  press(one('s-button', 1));
  reply?.(json({status: 'added', total: {amount: '9.60', currency: 'GBP'}}));
  await ended('Added to your order');
  expect(one('s-banner').getAttribute('tone')).toBe('success');
  expect(words()).toContain('To pay: £9.60');
  expect(words()).toContain('Nothing has been charged. The invoice comes by e-mail.');
  expect(find('s-button')).toHaveLength(0);
  expect(server.of('additions').map(({body}) => body)).toEqual([{decision_id: DECISION_ID, option_id: '0.1'}]);
  expect(server.events).toEqual(['0 shown', '0 choice 0.1']);
});

test.each([undefined, {amount: 'much', currency: 'GBP'}])('says no sum where the server told none: %j', async (total) => {
  await page.openOffer({offers, additions: () => json({status: 'added', total})});
  press(one('s-button'));
  await ended('Added to your order');
  expect(words()).not.toContain('To pay');
});

test.each([
  {code: 'offer_unavailable', status: 409, heading: 'The item was not added', tone: 'warning'},
  {code: 'offer_expired', status: 409, heading: 'The item was not added', tone: 'warning'},
  {code: 'already_added', status: 409, heading: 'It is on your order already', tone: 'info'},
  {code: 'constructor', status: 403, heading: 'The item was not added', tone: 'warning'},
])('ends when the server refuses: $code', async ({code, status, heading, tone}) => {
  await page.openOffer({offers, additions: () => refusal(code, status)});
  press(one('s-button'));
  await ended(heading);
  expect(one('s-banner').getAttribute('tone')).toBe(tone);
  expect(find('s-button')).toHaveLength(0);
});

test.each([
  {name: 'a failure', additions: () => refusal('internal', 500)},
  {name: 'too many requests', additions: () => refusal('too_many_requests', 429)},
  {name: 'a page of a proxy', additions: () => html()},
  {name: 'no network', additions: unreachable},
])('says that it does not know after $name, and lets the same button try again', async ({additions}) => {
  const server = await page.openOffer({offers, additions});
  press(one('s-button'));
  await ended('We could not confirm that it was added');
  expect(one('s-button').getAttribute('loading')).toBeNull();
  server.routes.additions = () => refusal('already_added');
  press(one('s-button'));
  await ended('It is on your order already');
});

test('forgets the doubt when the shopper declines', async () => {
  await page.openOffer({offers, additions: unreachable});
  press(one('s-button'));
  await ended('We could not confirm that it was added');
  press(one('s-button', 1));
  await until(() => one('s-heading').textContent === 'Tealights');
  expect(find('s-banner')).toHaveLength(0);
});
