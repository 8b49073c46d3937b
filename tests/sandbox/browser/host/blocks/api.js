// The global `shopify` of one target. Values come from the page as JSON, with `{$signal: value}` where the typings have
// a signal and `{$absent: true}` for a name with nothing behind it.
import {makeI18n} from './i18n.js';

const ALWAYS = new Set(['extend', 'reload', 'setSignals']);

/** A signal for bundles that bring none: enough for `value` and `subscribe`. */
class PlainSignal {
  #hearers = new Set();

  constructor(value) {
    this.now = value;
  }

  get value() {
    return this.now;
  }

  set value(next) {
    this.now = next;
    for (const hear of this.#hearers) hear(next);
  }

  subscribe(hear) {
    hear(this.now);
    this.#hearers.add(hear);
    return () => this.#hearers.delete(hear);
  }
}

/** Returns the API object and the function that puts a new value into one of its signals. */
export function makeApi({values, calls, texts, Signal = PlainSignal, complain}) {
  const api = unfold(values, Signal);
  const {localization} = api;
  return {
    api: {
      ...api,
      ...calls,
      i18n: makeI18n({
        ...texts,
        language: localization.extensionLanguage.value.isoCode,
        buyer: localization.language.value.isoCode,
        currency: localization.currency.value.isoCode,
        complain,
      }),
    },
    change(name, value) {
      api[name].value = value;
    },
  };
}

function unfold(value, Signal) {
  if (Array.isArray(value) || value === null || typeof value !== 'object') return value;
  if ('$absent' in value) return undefined;
  if ('$signal' in value) return new Signal(value.$signal ?? undefined);
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, unfold(inner, Signal)]));
}

/** Returns the global: reading a name that the typings do not promise at this target, or that has no stand-in, is a fault. */
export function guard(api, promised, complain) {
  const names = new Set(promised);
  return new Proxy(api, {
    get(target, name, receiver) {
      if (typeof name === 'string' && !ALWAYS.has(name)) {
        if (!names.has(name)) complain(`the typings do not promise shopify.${name} here`);
        else if (!(name in target)) complain(`the sandbox has no stand-in for shopify.${name}`);
      }
      return Reflect.get(target, name, receiver);
    },
  });
}
