import {readFileSync} from 'node:fs';

/**
 * @param {string} name of the file
 * @returns {Record<string, any>}
 */
export function readLocale(name) {
  return JSON.parse(readFileSync(`${import.meta.dirname}/../locales/${name}.json`, 'utf8'));
}

/**
 * Translates and formats as the page does: by our locale files, with the plural forms of the language. The tester's own
 * `translate` returns the key, which would hide a wrong value.
 *
 * @param {string} locale
 * @param {string} [file]
 */
export function i18nOf(locale, file = locale) {
  const words = readLocale(file);
  /** @type {(key: string, values?: Record<string, any>) => any} */
  function translate(key, values = {}) {
    const found = key.split('.').reduce((/** @type {any} */ part, name) => part?.[name], words);
    const text = typeof found === 'object' ? found[new Intl.PluralRules(locale).select(values.count)] : found;
    if (typeof text !== 'string') throw new Error(`no text for ${key}`);
    return text.replace(/\{\{(\w+)\}\}/g, (_all, name) => {
      if (values[name] === undefined) throw new Error(`${key} lacks ${name}`);
      return String(values[name]);
    });
  }
  return {
    translate,
    formatNumber: (/** @type {number | bigint} */ number, /** @type {any} */ options) => new Intl.NumberFormat(locale, options).format(number),
    formatCurrency: (/** @type {number | bigint} */ number, /** @type {any} */ options) =>
      new Intl.NumberFormat(locale, {style: 'currency', ...options}).format(number),
    formatDate: (/** @type {Date} */ date, /** @type {any} */ options) => new Intl.DateTimeFormat(locale, options).format(date),
  };
}
