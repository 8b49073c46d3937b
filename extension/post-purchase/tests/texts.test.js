import {describe, expect, test} from 'vitest';
import {afterPaying, notAdded} from '../src/endings.js';
import {fill, LANGUAGES, textsFor} from '../src/texts.js';
import {ERROR_CODES} from './purchase.js';

const OPTIONAL = ['method', 'released', 'broken'];
const english = /** @type {Record<string, string>} */ (LANGUAGES.en);

describe.each(Object.entries(LANGUAGES))('%s', (_language, texts) => {
  const words = /** @type {Record<string, string>} */ (texts);

  test('has every word, and none that English lacks', () => {
    expect(Object.keys(english).filter((key) => !OPTIONAL.includes(key) && !words[key])).toEqual([]);
    expect(Object.keys(words).filter((key) => !english[key])).toEqual([]);
  });

  test('has its places for amounts where English has them', () => {
    const places = (/** @type {Record<string, string>} */ table) => Object.keys(words).filter((key) => table[key]?.includes('{0}'));
    expect(places(words)).toEqual(places(english));
  });

  test.each(ERROR_CODES)('says something for %s', (code) => {
    for (const ending of [notAdded(texts, [code], 'gone'), afterPaying(texts, 'unprocessed', [code], '')]) {
      expect(ending.title.length).toBeGreaterThan(10);
      expect(ending.text).toMatch(/^\p{Lu}.{20,}[.!]$/u);
      expect(ending.text).not.toContain('undefined');
    }
  });
});

test('in English every reason is told', () => {
  for (const code of ERROR_CODES.filter((one) => one !== 'changeset_already_applied')) {
    const {text} = notAdded(textsFor('en'), [code], 'gone');
    expect(text.length).toBeGreaterThan(textsFor('en').notCharged.length + 10);
  }
});

test('the first known code is told', () => {
  expect(notAdded(textsFor('en'), ['constructor', 'new_error', 'insufficient_inventory', 'payment_required'], 'gone').text).toContain('sold out');
});

test.each([
  ['en-US', 'No thanks'],
  ['DE', 'Nein danke'],
  ['fr_CA', 'Non merci'],
  ['pl', 'No thanks'],
  ['', 'No thanks'],
])('the locale %j declines with %j', (locale, word) => {
  expect(textsFor(locale).decline).toBe(word);
});

test('a locale that is missing does not stop the page', () => {
  expect(textsFor(/** @type {any} */ (undefined)).decline).toBe('No thanks');
});

test('the server’s words come first where it has any, for any word of the page', () => {
  const texts = textsFor('de', {accept: 'Buy', heading: '', decline: null, soldOut: 'Weg!'});
  expect([texts.accept, texts.heading, texts.decline, texts.soldOut]).toEqual(['Buy', LANGUAGES.de?.heading, 'Nein danke', 'Weg!']);
  expect(LANGUAGES.de?.accept).toBe('Jetzt zahlen');
});

test('an amount with a dollar sign is put in as it stands', () => {
  expect(fill('You save {0}', '$$1.00')).toBe('You save $$1.00');
});
