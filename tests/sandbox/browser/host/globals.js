// Shopify promises a post-purchase worker `self`, `console`, timers and fetch with its classes, and no more.
// A real worker has a few hundred other names; whatever is not listed here is taken away before the bundle loads,
// so that an extension which leans on one of them fails here and not in a buyer's checkout.

const LANGUAGE = [
  'AggregateError', 'Array', 'ArrayBuffer', 'Atomics', 'BigInt', 'BigInt64Array', 'BigUint64Array', 'Boolean', 'DataView', 'Date',
  'Error', 'EvalError', 'FinalizationRegistry', 'Float16Array', 'Float32Array', 'Float64Array', 'Function', 'Infinity', 'Int16Array',
  'Int32Array', 'Int8Array', 'Intl', 'Iterator', 'JSON', 'Map', 'Math', 'NaN', 'Number', 'Object', 'Promise', 'Proxy', 'RangeError',
  'ReferenceError', 'Reflect', 'RegExp', 'Set', 'SharedArrayBuffer', 'String', 'SuppressedError', 'Symbol', 'SyntaxError',
  'TypeError', 'URIError', 'Uint16Array', 'Uint32Array', 'Uint8Array', 'Uint8ClampedArray', 'WeakMap', 'WeakRef', 'WeakSet',
  'decodeURI', 'decodeURIComponent', 'encodeURI', 'encodeURIComponent', 'escape', 'eval', 'globalThis', 'isFinite', 'isNaN',
  'parseFloat', 'parseInt', 'undefined', 'unescape',
];

const PROMISED = [
  'self', 'console', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval', 'fetch', 'Headers', 'Request', 'Response',
  // a Request has a `signal`: without these two nobody could make or read one
  'AbortController', 'AbortSignal',
];

/** Removes from `scope` every name an extension may not count on; `further` are those its kind of extension may. */
export function narrow(scope, further = []) {
  const kept = new Set([...LANGUAGE, ...PROMISED, ...further]);
  for (const name of inheritedNames(scope)) {
    if (kept.has(name)) continue;
    remove(scope, name);
  }
}

function inheritedNames(scope) {
  const names = new Set();
  for (let level = scope; level && level !== Object.prototype; level = Object.getPrototypeOf(level)) {
    for (const name of Object.getOwnPropertyNames(level)) names.add(name);
  }
  return names;
}

function remove(scope, name) {
  for (let level = scope; level && level !== Object.prototype; level = Object.getPrototypeOf(level)) {
    deleteOwn(level, name);
  }
  if (scope[name] !== undefined) {
    Object.defineProperty(scope, name, {value: undefined, writable: false, configurable: false});
  }
}

function deleteOwn(level, name) {
  const own = Object.getOwnPropertyDescriptor(level, name);
  if (own?.configurable) Reflect.deleteProperty(level, name);
}
