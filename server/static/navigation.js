// Moves between the app's own pages with a fresh ID token in the address, which saves the detour over the bounce page.

function dropToken() {
  const address = new URL(location.href);
  if (!address.searchParams.has("id_token")) return;
  // It has done its work, and must not stand in addresses that are copied or sent along.
  address.searchParams.delete("id_token");
  history.replaceState(history.state, "", address);
}

/** Opens a page of the app; asks first when something is unsaved, unless `force` is given. */
export async function go(path, { force = false } = {}) {
  if (!force) await window.shopify?.saveBar?.leaveConfirmation?.();
  for (const table of document.querySelectorAll("s-table")) table.setAttribute("loading", "");
  window.shopify?.loading?.(true);
  const address = new URL(path, location.href);
  const { shop, host, locale } = window.shopify?.config ?? {};
  try {
    const token = await window.shopify.idToken();
    const launch = { embedded: "1", shop, host, locale, id_token: token };
    for (const [name, value] of Object.entries(launch)) if (value) address.searchParams.set(name, value);
  } catch {
    // Without a token the server sends the page over the bounce page, which fetches one.
  }
  location.assign(address);
}

/** Returns the page's own address without what the launch added. */
export function here() {
  const address = new URL(location.href);
  for (const name of ["embedded", "shop", "host", "hmac", "timestamp", "session", "locale", "id_token"]) address.searchParams.delete(name);
  return address.pathname + address.search;
}

function follow(event) {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = event.composedPath().find((node) => node instanceof Element && node.hasAttribute("href"));
  if (!link || !["", "auto", "_self"].includes(link.getAttribute("target") ?? "")) return;
  const address = new URL(link.getAttribute("href"), location.href);
  if (address.origin !== location.origin) return;
  event.preventDefault();
  go(address.pathname + address.search);
}

document.addEventListener("click", follow);
window.shopify?.loading?.(false);
dropToken();
