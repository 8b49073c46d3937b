// Entry of app-bridge.js: `window.shopify`, as the typings of the real one describe it.

import { CONFIG, IS_EMBEDDED } from "./config.js";
import { idToken, patchFetch } from "./fetching.js";
import { startNavigation } from "./navigation.js";
import { ask, hear, tell } from "./port.js";
import { saveBar, startSaveBar } from "./save-bar.js";
import { startTitleBar } from "./title-bar.js";
import { onReport } from "./vitals.js";

const toasts = new Map();
let lastToast = 0;
let supportHandler = null;

const toast = {
  show(message, options = {}) {
    lastToast += 1;
    const id = `toast-${lastToast}`;
    const { duration = 5000, isError = false, action, onAction, onDismiss } = options;
    toasts.set(id, { onAction, onDismiss });
    tell("toast.show", { id, message: String(message), duration, isError, action });
    return id;
  },
  hide(id) {
    tell("toast.hide", { id });
  },
};

hear("toast.action", ({ id }) => toasts.get(id)?.onAction?.());
hear("toast.dismiss", ({ id }) => {
  toasts.get(id)?.onDismiss?.();
  toasts.delete(id);
});
hear("support", () => supportHandler?.());

/** Calls the method that an overlay has under either of its two names. */
async function overlay(id, verb) {
  const found = document.getElementById(id);
  const method = found?.[`${verb}Overlay`] ?? found?.[verb];
  if (typeof method !== "function") throw new Error(`App Bridge: no modal with the id ${id}`);
  await method.call(found);
}

/** Resolves with the picked resources, which carry themselves again as `selection`; undefined when cancelled. */
async function resourcePicker({ type, action = "add", filter = {}, multiple = false, query = "", selectionIds = [] }) {
  if (!["product", "variant", "collection"].includes(type)) throw new TypeError(`App Bridge: no resource picker for ${type}`);
  const picked = await ask("resourcePicker", { type, action, filter, multiple, query, selectionIds });
  return picked && Object.assign(picked, { selection: picked });
}

/** Resolves when the picker is open; its `selected` resolves with the chosen ids, undefined when cancelled. */
async function picker({ heading, multiple = false, headers = [], items }) {
  return { selected: ask("picker", { heading, multiple, headers, items }) };
}

const missing = (name) => () => Promise.reject(new Error(`App Bridge: the sandbox has no ${name}`));

window.shopify = {
  config: CONFIG,
  origin: location.origin,
  ready: Promise.resolve(),
  environment: { mobile: false, embedded: IS_EMBEDDED, pos: false, intent: false },
  setSignals() {},
  idToken,
  user: () => ask("user"),
  toast,
  loading: (isLoading = true) => tell("loading", { isLoading: Boolean(isLoading) }),
  saveBar,
  modal: {
    show: (id) => overlay(id, "show"),
    hide: (id) => overlay(id, "hide"),
    toggle: (id) => overlay(id, "toggle"),
  },
  resourcePicker,
  picker,
  scopes: {
    query: () => ask("scopes.query"),
    request: (scopes) => ask("scopes.request", { scopes }),
    revoke: (scopes) => ask("scopes.revoke", { scopes }),
  },
  app: { extensions: () => ask("app.extensions") },
  reviews: { request: () => ask("reviews.request") },
  support: {
    async registerHandler(callback) {
      supportHandler = callback;
      tell("support.handler", { isRegistered: callback !== null });
    },
  },
  webVitals: { onReport },
  shopifyQL: { available: async () => false },
  scanner: { capture: missing("scanner") },
  intents: { request: { value: null, subscribe: () => () => {} }, invoke: missing("intents"), register: () => () => {} },
};

patchFetch();
startSaveBar();
startNavigation();
startTitleBar();
// The shell dims its own parts while a dialog stands over the app; `show` does not bubble, so it is caught on its way down.
for (const type of ["show", "hide"]) {
  document.addEventListener(type, (event) => {
    if (event.target.localName === "s-modal") tell("dim", { isDim: type === "show" });
  }, true);
}
