import {reportFault} from '../errors.js';

let made = 0;

/** Makes an element of a `pp-` class; `attributes` are set as they are, those undefined are left out. */
export function make(tag, name, attributes = {}) {
  const element = document.createElement(tag);
  if (name) element.className = `pp-${name}`;
  put(element, attributes);
  return element;
}

/** Sets each attribute, or removes it when its value is undefined, null or false. */
export function put(element, attributes) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) element.removeAttribute(name);
    else element.setAttribute(name, value === true ? '' : String(value));
  }
}

/** An id that is unique on the page, for labels and descriptions. */
export function freshId(name) {
  made += 1;
  return `pp-${name}-${made}`;
}

/** Calls back into the extension. The DOM event stays here: it cannot cross to the worker. */
export async function tell(callback, ...values) {
  if (!callback) return;
  try {
    await callback(...values);
  } catch (error) {
    reportFault(`a callback of the extension failed: ${error?.message ?? error}`);
  }
}
