// Which app this page belongs to and how it was opened.

const STORED = "afters-sandbox-app-bridge";
const LAUNCH_PARAMETERS = ["embedded", "shop", "host", "hmac", "timestamp", "session", "locale", "id_token", "appLoadId"];

export const SCRIPT = document.currentScript;
export const SHELL_ORIGIN = new URL(SCRIPT.src).origin;
export const IS_EMBEDDED = window.parent !== window;

function meta(name) {
  return document.querySelector(`meta[name="${name}"]`)?.content.trim() ?? "";
}

function remembered() {
  try {
    return JSON.parse(sessionStorage.getItem(STORED)) ?? {};
  } catch {
    return {};
  }
}

/** Reads the client id from the page and the launch parameters from the address, or from this tab's earlier page. */
function readConfig() {
  const apiKey = meta("shopify-api-key") || SCRIPT.dataset.apiKey || "";
  if (!apiKey) {
    throw new Error('App Bridge: no client id. Put <meta name="shopify-api-key" content="…"> before the script.');
  }
  const query = new URLSearchParams(location.search);
  const earlier = remembered();
  const config = {
    apiKey,
    shop: query.get("shop") ?? earlier.shop,
    host: query.get("host") ?? earlier.host,
    locale: query.get("locale") ?? earlier.locale ?? "en",
    appOrigins: meta("shopify-app-origins").split(",").map((origin) => origin.trim()).filter(Boolean),
    disabledFeatures: meta("shopify-disabled-features").split(",").map((feature) => feature.trim()).filter(Boolean),
    experimentalFeatures: [],
    debug: { webVitals: meta("shopify-debug").includes("web-vitals") },
  };
  try {
    const { shop, host, locale } = config;
    sessionStorage.setItem(STORED, JSON.stringify({ shop, host, locale }));
  } catch {
    // Storage may be blocked in a frame; the next page then reads its own address only.
  }
  return config;
}

export const CONFIG = readConfig();

/** Returns the page's path and query as the app knows them, without what the launch added. */
export function appPath() {
  const address = new URL(location.href);
  for (const name of LAUNCH_PARAMETERS) address.searchParams.delete(name);
  return address.pathname + address.search + address.hash;
}
