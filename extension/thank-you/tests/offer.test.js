import {afterEach, expect, test, vi} from 'vitest';
import {json} from './afters.js';
import {answer, byInvoice, choice, downsell, money, offer} from './answers.js';
import {choose, find, one, openPage, press, THANK_YOU, words} from './page.js';
import {i18nOf} from './translations.js';
import {until} from './turns.js';

const page = openPage(THANK_YOU);

afterEach(() => {
  vi.useRealTimers();
});

/**
 * @param {Record<string, unknown>} changes
 * @param {Record<string, unknown>} [steps]
 */
const offering = (changes, steps = {}) => ({offers: () => json(answer({offer: offer(changes), steps}))});

test('says what it is, what it costs and what pressing does, before the buttons', async () => {
  await page.openOffer();
  expect(one('s-section').getAttribute('heading')).toBe('One more thing you may like');
  expect(words()).toMatch(
    new RegExp(
      [
        'Goes with your Candle holder',
        'Beeswax candle',
        'Large',
        'Price now ?£16.00',
        'Price before ?£20.00',
        'You save £4.00',
        '20% off, taken off at the checkout. Valid for 2 days once you press.',
        'Pressing charges nothing: the checkout opens in a new tab',
        'Buy it at the checkout',
        'No thanks',
      ].join('.*'),
    ),
  );
  expect(one('s-image').getAttribute('src')).toBe('https://cdn.test/candle.jpg');
  expect(one('s-image').getAttribute('alt')).toBe('A lit candle');
});

test('marks the old price as struck out for the eye and by a word for the ear', async () => {
  await page.openOffer();
  const struck = find('s-text').filter((text) => text.getAttribute('type') === 'redundant');
  expect(struck.map((text) => text.textContent)).toEqual(['£20.00']);
  const onlyRead = find('s-text').filter((text) => text.getAttribute('accessibilityVisibility') === 'exclusive');
  expect(onlyRead.map((text) => text.textContent)).toEqual(['', 'Price now', 'Price before']);
});

test('buys by a plain link that leaves the page open, and reports nothing itself', async () => {
  const server = await page.openOffer();
  const [buy] = find('s-button');
  expect(buy?.getAttribute('href')).toBe('https://afters.test/b/0');
  expect(buy?.getAttribute('target')).toBe('_blank');
  expect(buy?.getAttribute('variant')).toBe('primary');
  press(one('s-button'));
  expect(server.events).toEqual(['0 shown']);
});

test('has one primary button and a quieter decline', async () => {
  await page.openOffer();
  expect(find('s-button').map((button) => button.getAttribute('variant'))).toEqual(['primary', 'secondary']);
});

test('takes the words that the merchant wrote, and its own for the rest', async () => {
  await page.openOffer(offering({texts: {heading: 'Light it up', accept: 'Yes please'}}));
  expect(one('s-section').getAttribute('heading')).toBe('Light it up');
  expect(find('s-button').map((button) => button.textContent)).toEqual(['Yes please', 'No thanks']);
  expect(words()).toContain('Pressing charges nothing');
});

test('manages without picture, variant, reason, texts, choices and discount', async () => {
  await page.openOffer(
    offering({
      image: null,
      variant_title: null,
      reason_line: null,
      texts: undefined,
      choices: undefined,
      discount: null,
      discounted_unit_price: money('20.00'),
      code_days: undefined,
    }),
  );
  expect(find('s-image')).toHaveLength(0);
  expect(words()).toContain('£20.00');
  expect(words()).not.toMatch(/save|off,|Valid|undefined|null/);
});

test('names a discount by its sum where the merchant gave a sum', async () => {
  await page.openOffer(offering({discount: {value: 4, value_type: 'fixed_amount', title: ''}, code_days: 1}));
  expect(words()).toContain('£4.00 off, taken off at the checkout. Valid for 1 day once you press.');
});

test('says how many there are and what they cost together', async () => {
  await page.openOffer(offering({quantity: 3}));
  expect(words()).toContain('Quantity: 3');
  expect(words()).toContain('£48.00');
  expect(words()).toContain('You save £12.00');
});

test.each([
  {currency: 'JPY', before: '2000', now: '1600', shown: ['JP¥1,600', 'JP¥2,000']},
  {currency: 'KWD', before: '2.125', now: '1.700', shown: ['KWD 1.700', 'KWD 2.125', 'KWD 0.425']},
])('writes $currency with its own decimals', async ({currency, before, now, shown}) => {
  await page.openOffer(offering({unit_price: money(before, currency), discounted_unit_price: money(now, currency)}));
  for (const amount of shown) expect(words()).toContain(amount);
});

test.each([
  {locale: 'de', shown: ['20 % Rabatt', '16,00 €', '2 Tage']},
  {locale: 'fr', shown: ['20 %', '16,00 €', '2 jours']},
])('speaks $locale', async ({locale, shown}) => {
  page.api.i18n = i18nOf(locale);
  await page.openOffer(offering({unit_price: money('20', 'EUR'), discounted_unit_price: money('16', 'EUR')}));
  for (const text of shown) expect(words().replace(/\s/g, ' ')).toContain(text);
});

test.each([
  {name: 'markup', title: '<img src=x onerror="document.body.remove()"><script>alert(1)</script>'},
  {name: 'template syntax', title: '{{ 7 * 7 }} {% raw %} ${7*7}'},
  {name: 'right-to-left', title: 'שמן זית \u202e evil'},
  {name: 'emoji', title: '👩‍👩‍👧‍👦 🕯️'},
  {name: 'length', title: 'Kerze'.repeat(200)},
])('shows words with $name as the text they are', async ({title}) => {
  await page.openOffer(
    offering({title, variant_title: title, reason_line: title, texts: {heading: title, accept: title, decline: title}, image: {url: 'https://cdn.test/a', alt: title}}),
  );
  expect(one('s-heading').textContent).toBe(title);
  expect(one('s-paragraph').textContent).toBe(title);
  expect(one('s-section').getAttribute('heading')).toBe(title);
  expect(find('s-button').map((button) => button.textContent)).toEqual([title, title]);
  expect(document.body.querySelectorAll('img, script')).toHaveLength(0);
});

test('lets shop words run in the direction of their own language', async () => {
  await page.openOffer(offering({variant_title: 'גדול', reason_line: 'מתאים'}));
  expect(one('s-paragraph').getAttribute('dir')).toBe('auto');
  expect(find('s-text').find((text) => text.textContent === 'גדול')?.getAttribute('dir')).toBe('auto');
});

test('offers a choice with the offer itself chosen, and follows it', async () => {
  const server = await page.openOffer(offering({choices: [choice()]}));
  const select = one('s-select');
  expect(select.getAttribute('label')).toBe('Choose');
  expect(select.getAttribute('value')).toBe('0');
  expect(find('s-option').map((option) => [option.getAttribute('value'), option.textContent])).toEqual([
    ['0', 'Large · £16.00'],
    ['0.1', 'Small · £8.00'],
  ]);

  choose('0.1');
  await until(() => one('s-button').getAttribute('href') === 'https://afters.test/b/0.1');
  expect(words()).toContain('You save £2.00');
  expect(one('s-box').getAttribute('accessibilityRole')).toBe('status');
  expect(one('s-box').textContent).toBe('£8.00');
  expect(server.events).toEqual(['0 shown', '0 choice 0.1']);
});

test('tells choices apart by what differs', async () => {
  await page.openOffer(offering({variant_title: null, choices: [choice({title: null, quantity: 2, unit_price: money('20'), discounted_unit_price: money('8')})]}));
  expect(find('s-option').map((option) => option.textContent)).toEqual(['1 piece', '2 pieces']);
});

test('leaves out choices that could not be taken', async () => {
  await page.openOffer(offering({choices: [choice({url: 'javascript:alert(1)'}), choice({discounted_unit_price: money('free')})]}));
  expect(find('s-select')).toHaveLength(0);
});

test('ignores a choice that the page made up', async () => {
  const server = await page.openOffer(offering({choices: [choice()]}));
  choose('9');
  await until(() => server.events.length === 2);
  expect(one('s-button').getAttribute('href')).toBe('https://afters.test/b/0');
});

test('draws nothing after the decline', async () => {
  const server = await page.openOffer();
  press(one('s-button', 1));
  await until(() => document.body.innerHTML === '');
  expect(server.events).toEqual(['0 shown', '0 declined']);
});

test('shows the second offer after a decline, says so to who cannot see it, and nothing after that', async () => {
  const server = await page.openOffer(offering({choices: [choice()]}, {'0d': downsell()}));
  choose('0.1');
  press(one('s-button', 1));
  await until(() => one('s-heading').textContent === 'Tealights');
  expect(one('s-box').textContent).toBe('Another offer: Tealights');
  expect(one('s-button').getAttribute('href')).toBe('https://afters.test/b/0d');
  await until(() => server.events.length === 4);
  expect(server.events).toEqual(['0 shown', '0 choice 0.1', '0 declined', '0d shown']);

  // The rest of a double press is not meant for the new offer.
  press(one('s-button', 1));
  vi.useFakeTimers({toFake: ['Date'], now: Date.now() + 500});
  press(one('s-button', 1));
  await until(() => document.body.innerHTML === '');
  expect(server.events.slice(4)).toEqual(['0d declined']);
});

test('goes on declining as far as the answer goes', async () => {
  const steps = {'0d': downsell(), '0dd': {...downsell(), option_id: '0dd', title: 'A match'}, '0da': downsell()};
  const server = await page.openOffer(offering({}, steps));
  vi.useFakeTimers({toFake: ['Date']});
  for (const title of ['Tealights', 'A match']) {
    press(one('s-button', 1));
    await until(() => one('s-heading').textContent === title);
    vi.setSystemTime(Date.now() + 1000);
  }
  press(one('s-button', 1));
  await until(() => document.body.innerHTML === '');
  await until(() => server.events.length === 6);
  expect(server.events).toEqual(['0 shown', '0 declined', '0d shown', '0d declined', '0dd shown', '0dd declined']);
});

test('skips a second offer that could not be taken', async () => {
  const server = await page.openOffer(offering({}, {'0d': {...downsell(), url: null}}));
  press(one('s-button', 1));
  await until(() => document.body.innerHTML === '');
  expect(server.events).toEqual(['0 shown', '0 declined']);
});

test('keeps the pressed button when the second offer comes, so that the keyboard stays where it was', async () => {
  await page.openOffer(offering({}, {'0d': downsell()}));
  const decline = one('s-button', 1);
  press(decline);
  await until(() => one('s-heading').textContent === 'Tealights');
  expect(one('s-button', 1)).toBe(decline);
});

test('may offer by invoice what was declined by code', async () => {
  await page.openOffer(offering({}, {'0d': byInvoice({option_id: '0d', title: 'Tealights'})}));
  press(one('s-button', 1));
  await until(() => one('s-button').textContent === 'Add it, pay by invoice');
  expect(one('s-button').getAttribute('href')).toBeNull();
});
