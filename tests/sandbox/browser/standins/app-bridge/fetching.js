// `fetch` to the app's own origin carries a fresh ID token, is tried once more when the app asks for that, and follows
// a demand to leave the frame.

import { CONFIG } from "./config.js";
import { openAddress } from "./navigation.js";
import { ask } from "./port.js";

const RETRY = "X-Shopify-Retry-Invalid-Session-Request";
const LEAVE = "X-Shopify-API-Request-Failure-Reauthorize-Url";

export const idToken = () => ask("idToken");

function isOwn(url) {
  const { origin } = new URL(url, location.href);
  return origin === location.origin || CONFIG.appOrigins.includes(origin);
}

async function withToken(request) {
  request.headers.set("Authorization", `Bearer ${await idToken()}`);
  return request;
}

/** Replaces `window.fetch`, unless the page switched that off. */
export function patchFetch() {
  if (CONFIG.disabledFeatures.includes("fetch")) return;
  const plainFetch = window.fetch.bind(window);
  window.fetch = async (input, init) => {
    const url = input instanceof Request ? input.url : String(input);
    if (!isOwn(url)) return plainFetch(input, init);
    const first = new Request(input, init);
    if (first.headers.has("Authorization")) return plainFetch(first);
    const second = first.clone();
    let response = await plainFetch(await withToken(first));
    if (response.status === 401 && response.headers.has(RETRY)) response = await plainFetch(await withToken(second));
    const elsewhere = response.headers.get(LEAVE);
    if (response.status === 401 && elsewhere) openAddress(elsewhere, "_top");
    return response;
  };
}
