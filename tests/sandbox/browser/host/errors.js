// One list of everything the extension did that Shopify's checkout would not stand: tests read it, people see it.

globalThis.__sandboxErrors ??= [];

/** Records a fault of the extension: on the console, in `window.__sandboxErrors` and on the page. */
export function reportFault(message) {
  globalThis.__sandboxErrors.push(message);
  console.error(`[sandbox] ${message}`);
  const list = document.querySelector('[data-sandbox-errors]');
  if (!list) return;
  list.hidden = false;
  const item = document.createElement('li');
  item.textContent = message;
  list.querySelector('ul').append(item);
}
