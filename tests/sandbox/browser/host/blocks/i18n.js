// `shopify.i18n`: texts from the extension's locale files, with plurals, and formats after the buyer's language.

/**
 * `locales` maps a language to its texts, `fallback` names the one marked as default, `language` is the extension's,
 * `buyer` the shop page's, `currency` what the buyer pays in. A key that is missing everywhere is told to `complain`.
 */
export function makeI18n({locales, fallback, language, buyer, currency, complain}) {
  const texts = [locales[language], locales[language.split('-')[0]], locales[fallback]].filter(Boolean);
  const plural = new Intl.PluralRules(language);
  const localeOf = (options) => (options?.inExtensionLocale ? language : buyer);

  function find(key, count) {
    for (const each of texts) {
      const found = key.split('.').reduce((place, part) => place?.[part], each);
      const text = typeof found === 'object' && count !== undefined ? (found[plural.select(Number(count))] ?? found.other) : found;
      if (typeof text === 'string') return text;
    }
    return undefined;
  }

  return {
    translate(key, options = {}) {
      const text = find(key, options.count);
      if (text === undefined) {
        complain(`no locale file has a text for ${key}`);
        return key;
      }
      return fill(text, options, (name) => complain(`the text ${key} wants a value for ${name}`));
    },
    formatNumber: (number, options) => new Intl.NumberFormat(localeOf(options), bare(options)).format(number),
    formatCurrency: (number, options) =>
      new Intl.NumberFormat(localeOf(options), {style: 'currency', currency, ...bare(options)}).format(number),
    formatDate: (date, options) => new Intl.DateTimeFormat(localeOf(options), bare(options)).format(date),
  };
}

function bare({inExtensionLocale: _, ...options} = {}) {
  return options;
}

/** Returns one string, or a list of parts when a value is something to be drawn. */
function fill(text, values, miss) {
  const parts = text.split(/(\{\{\s*\w+\s*\}\})/).map((part) => {
    const name = /^\{\{\s*(\w+)\s*\}\}$/.exec(part)?.[1];
    if (name === undefined) return part;
    if (!(name in values)) miss(name);
    return values[name] ?? '';
  });
  return parts.every((part) => typeof part !== 'object') ? parts.join('') : parts.filter((part) => part !== '');
}
