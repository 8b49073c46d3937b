import {readdirSync, readFileSync} from 'node:fs';
import {expect, test} from 'vitest';
import {readLocale} from './translations.js';

const folder = `${import.meta.dirname}/../`;
const names = readdirSync(`${folder}locales`).map((file) => file.replace(/\.json$/, ''));

/**
 * @param {Record<string, any>} words
 * @param {string} [prefix]
 * @returns {[string, string][]} texts by dotted key
 */
function flat(words, prefix = '') {
  return Object.entries(words).flatMap(([key, value]) =>
    typeof value === 'string' ? [/** @type {[string, string]} */ ([prefix + key, value])] : flat(value, `${prefix}${key}.`),
  );
}

const english = new Map(flat(readLocale('en.default')));

/** @param {string} text */
const holes = (text) => (text.match(/\{\{\w+\}\}/g) ?? []).sort();

test('there is one language by default and those of the one-click page and more', () => {
  expect(names.sort()).toEqual(['de', 'en.default', 'es', 'fr', 'it', 'nl', 'pt-BR', 'pt-PT']);
});

test.each(names)('%s has every text, with the same holes', (name) => {
  const texts = new Map(flat(readLocale(name)));
  expect([...texts.keys()]).toEqual([...english.keys()]);
  for (const [key, text] of texts) {
    expect([key, holes(text)]).toEqual([key, holes(english.get(key) ?? '')]);
    expect(text.trim()).toBe(text);
    expect(text).not.toBe('');
  }
});

test.each(names.filter((name) => name !== 'en.default'))('%s is translated', (name) => {
  const same = flat(readLocale(name)).filter(([key, text]) => english.get(key) === text);
  expect(same).toEqual([]);
});

test('the code uses every text and no other', () => {
  const code = readdirSync(`${folder}src`, {encoding: 'utf8'})
    .map((file) => readFileSync(`${folder}src/${file}`, 'utf8'))
    .join('\n');
  const configuration = readFileSync(`${folder}shopify.extension.toml`, 'utf8');
  const quoted = new Set([...code.matchAll(/'([a-z]\w*(?:\.\w+)?)'/gi), ...configuration.matchAll(/"t:(\w+)"/g)].map(([, key]) => key));
  // The endings are named by what the server answered.
  const endings = ['added', 'already', 'gone'].flatMap((kind) => [`${kind}.heading`, `${kind}.text`]);
  const plural = /\.(one|other)$/;
  const keys = new Set([...english.keys()].map((key) => key.replace(plural, '')));
  expect([...keys].filter((key) => !quoted.has(key) && !endings.includes(key))).toEqual([]);
  const asked = [...code.matchAll(/translate\(\s*(?:\w+ \? )?'([\w.]+)'(?: : '([\w.]+)')?/g)].flatMap(([, ...found]) => found.filter(Boolean));
  expect(asked.length).toBeGreaterThan(15);
  expect(asked.filter((key) => !keys.has(String(key)))).toEqual([]);
});
