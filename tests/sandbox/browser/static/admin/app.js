// The frame around the app: answers its App Bridge, mirrors its address and its menu, watches how it is framed.

import { make, showDialog } from "./dialogs.js";
import { pickItems, pickResources } from "./picker.js";
import { hideSaveBar, isUnsaved, mayLeave, shakeSaveBar, showSaveBar, startSaveBar } from "./save-bar.js";
import { hideToast, showToast } from "./toasts.js";

const stage = document.querySelector("#app");
const frame = stage.querySelector("iframe");
const { appOrigin, base, shopDomain } = stage.dataset;
const loadingBar = document.querySelector("#loading");
const links = document.querySelector("#app-links");

function event(name, detail = {}) {
  frame.contentWindow.postMessage({ bridge: "afters-sandbox", event: name, detail }, appOrigin);
}

async function bridge(path, body) {
  const options = body === undefined ? {} : { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
  const response = await fetch(`/admin/bridge/${path}`, options);
  const answer = await response.json();
  if (!response.ok) throw new Error(answer.error ?? `the sandbox answered ${response.status}`);
  return answer;
}

function scopeList(scopes) {
  const list = make("ul", { class: "scopes" }, ...scopes.map((scope) => make("li", {}, make("code", {}, scope))));
  return make("div", { class: "content" }, make("p", {}, "The app asks for more access to your shop:"), list);
}

async function requestScopes({ scopes }) {
  const detail = await bridge("scopes");
  const wanted = scopes.filter((scope) => !detail.granted.includes(scope));
  const undeclared = wanted.filter((scope) => !detail.optional.includes(scope));
  if (undeclared.length) throw new Error(`not among the optional scopes of shopify.app.toml: ${undeclared.join(", ")}`);
  if (wanted.length === 0) return { result: "granted-all", detail };
  const agreed = await showDialog({
    title: "Allow more access?",
    content: scopeList(wanted),
    answers: [{ label: "Cancel", value: false }, { label: "Allow", value: true, style: "primary" }],
  });
  if (!agreed) return { result: "declined-all", detail };
  return { result: "granted-all", detail: await bridge("scopes/grant", { scopes: wanted }) };
}

async function requestReview() {
  const { refusal } = await bridge("review");
  if (refusal) return { success: false, ...refusal };
  const stars = make("fieldset", { class: "content" }, make("legend", { class: "unseen" }, "Stars"));
  for (const count of [1, 2, 3, 4, 5]) stars.append(make("label", { class: "check" }, make("input", { type: "radio", name: "stars", value: count, checked: count === 5 }), `${count} of 5`));
  const given = await showDialog({ title: "How do you like this app?", content: stars, answers: [{ label: "Not now", value: null }, { label: "Send", value: "sent", style: "primary" }] });
  if (given === null) return { success: false, code: "cancelled", message: "The merchant closed the dialog" };
  await bridge("review", { isSent: true });
  return { success: true, code: "success", message: "Review modal shown successfully" };
}

const ADMIN_PLACES = { orders: "/admin/orders", products: "/admin/products", customers: "/admin/customers", apps: "/admin/apps", settings: "/admin/settings/checkout" };

/** Turns `shopify://admin/…` and the shop's own admin addresses into pages of this shell. */
function adminAddress(url) {
  const storeAdmin = new RegExp(`^https://(?:admin\\.shopify\\.com/store/[^/]+|${shopDomain.replaceAll(".", "\\.")}/admin)`);
  const path = url.replace(/^shopify:\/*(?:admin)?\/*/, "/").replace(storeAdmin, "");
  if (path === url) return null;
  const [, place = "", rest = ""] = /^\/([^/?]*)\/?(.*)$/.exec(path) ?? [];
  return place in ADMIN_PLACES ? ADMIN_PLACES[place] + (rest && place !== "settings" ? `/${rest}` : "") : "/admin";
}

async function open({ url, target }) {
  const address = adminAddress(url) ?? (/^https?:/.test(url) ? url : null);
  if (address === null) return;
  if (target === "_blank" || target === "auto") window.open(address, "_blank", "noopener");
  else if (await mayLeave()) location.assign(address);
}

function followPath({ path, title }) {
  const clean = path.replace(/^\/+/, "");
  history.replaceState(history.state, "", `${base}/${clean}`);
  if (title) document.title = `${title} · ${document.body.dataset.shop}`;
  markCurrent(path);
}

function markCurrent(path) {
  const here = path.split(/[?#]/)[0];
  for (const link of links.querySelectorAll("a")) {
    const own = new URL(link.dataset.path, appOrigin).pathname;
    if (here === own || (own !== "/" && here.startsWith(`${own}/`))) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
}

/** Shows the app's own menu. It stands without its home link, which the app's name already is. */
function showLinks({ links: wanted }) {
  links.replaceChildren(...wanted.filter(({ isHome }) => !isHome).map(({ label, href }) => {
    const path = new URL(href, appOrigin);
    const link = make("a", { href: `${base}${path.pathname}${path.search}`, "data-path": href }, label);
    return make("li", {}, link);
  }));
  markCurrent(`/${location.pathname.slice(base.length).replace(/^\/+/, "")}`);
}

/** A menu link of the app moves the app, not the shell; unsaved work stops it. */
function pressLink(click) {
  const link = click.target.closest("#app-links a, #app-home");
  if (!link || click.metaKey || click.ctrlKey || click.button !== 0) return;
  click.preventDefault();
  if (isUnsaved()) shakeSaveBar();
  else event("navigate", { path: link.dataset.path });
}

/** A dialog of the app stands over the whole admin: what is around the frame is dark and out of reach. */
function setDim({ isDim }) {
  document.body.classList.toggle("dimmed", isDim);
  for (const part of document.querySelectorAll(".top, .side, .app-bar")) part.inert = isDim;
}

/** Heading and actions of the real `s-page`, which it leaves to the admin. */
function showTitleBar({ heading, actions }) {
  const bar = document.querySelector("#title-bar");
  const buttons = actions.map(({ label, isPrimary, isDisabled, isCritical }, at) => {
    const button = make("button", { type: "button", class: `button ${isPrimary ? "primary" : ""} ${isCritical ? "critical" : ""}`, disabled: isDisabled }, label);
    button.onclick = () => event("titleBar.press", { at });
    return button;
  });
  bar.replaceChildren(...(heading ? [make("strong", {}, heading)] : []), ...buttons);
}

const answers = {
  idToken: async () => (await bridge("id-token", {})).id_token,
  user: () => bridge("user"),
  resourcePicker: async (options) => (await pickResources(options)) ?? undefined,
  picker: async (options) => (await pickItems(options)) ?? undefined,
  "saveBar.leave": () => mayLeave(),
  "scopes.query": () => bridge("scopes"),
  "scopes.request": requestScopes,
  "scopes.revoke": async ({ scopes }) => ({ detail: await bridge("scopes/revoke", { scopes }) }),
  "app.extensions": () => bridge("extensions"),
  "reviews.request": requestReview,
};

const notices = {
  hello(detail) {
    hideSaveBar();
    loadingBar.hidden = true;
    showTitleBar({ heading: "", actions: [] });
    setDim({ isDim: false });
    followPath(detail);
  },
  path: followPath,
  nav: showLinks,
  titleBar: showTitleBar,
  open,
  loading: ({ isLoading }) => { loadingBar.hidden = !isLoading; },
  dim: setDim,
  failed: ({ message }) => showFaults([message]),
  "toast.show": (toast) => showToast(toast, { onAction: () => event("toast.action", { id: toast.id }), onDismiss: () => event("toast.dismiss", { id: toast.id }) }),
  "toast.hide": ({ id }) => hideToast(id),
  "saveBar.show": showSaveBar,
  "saveBar.hide": hideSaveBar,
  "support.handler": ({ isRegistered }) => { document.querySelector("#support").hidden = !isRegistered; },
};

window.addEventListener("message", async ({ source, origin, data }) => {
  if (source !== frame.contentWindow || origin !== appOrigin || data?.bridge !== "afters-sandbox") return;
  const { id, method, params } = data;
  if (id === undefined) {
    notices[method]?.(params);
    return;
  }
  const reply = { bridge: "afters-sandbox", id };
  try {
    if (!(method in answers)) throw new Error(`the sandbox knows no ${method}`);
    reply.result = await answers[method](params);
  } catch (reason) {
    reply.error = reason.message;
  }
  source.postMessage(reply, origin);
});

function showFaults(faults) {
  const box = document.querySelector("#fault");
  box.hidden = faults.length === 0;
  box.querySelector("ul").replaceChildren(...faults.map((fault) => make("li", {}, fault)));
}

/** After the first load, so that the app's first-install work is not done twice at once. */
frame.addEventListener("load", async () => {
  const { faults } = await bridge(`check?path=${encodeURIComponent(stage.dataset.path)}`);
  showFaults(faults);
}, { once: true });

document.addEventListener("click", pressLink);
document.querySelector("#support").onclick = () => event("support");
for (const link of document.querySelectorAll("#side a:not([data-path])")) {
  link.addEventListener("click", (click) => {
    if (!isUnsaved()) return;
    click.preventDefault();
    shakeSaveBar();
  });
}
startSaveBar(event);
// Set last: the app may greet before a listener above it exists.
frame.src = stage.dataset.src;
