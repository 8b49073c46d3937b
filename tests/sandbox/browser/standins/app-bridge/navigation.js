// Where the app is: the shell's address follows, the shell's menu shows the app's links, the bounce page reloads.

import { CONFIG, IS_EMBEDDED, appPath } from "./config.js";
import { ask, hear, tell } from "./port.js";

/** Opens an admin address (`shopify://admin/…`) or leaves the frame, through the shell. */
export function openAddress(url, target = "_top") {
  tell("open", { url: url.startsWith("shopify:") ? url : new URL(url, location.href).href, target });
}

function patchWindowOpen() {
  const plainOpen = window.open.bind(window);
  window.open = (url = "", target = "_blank", features = undefined) => {
    if (!String(url).startsWith("shopify:")) return plainOpen(url, target, features);
    openAddress(String(url), target);
    return null;
  };
  document.addEventListener("click", (event) => {
    const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement && node.getAttribute("href")?.startsWith("shopify:"));
    if (!link || event.defaultPrevented) return;
    event.preventDefault();
    openAddress(link.getAttribute("href"), link.target || "_top");
  });
}

const reportPath = () => tell("path", { path: appPath(), title: document.title });

function followHistory() {
  for (const name of ["pushState", "replaceState"]) {
    const plain = history[name].bind(history);
    history[name] = (...change) => {
      plain(...change);
      reportPath();
    };
  }
  window.addEventListener("popstate", reportPath);
  window.addEventListener("hashchange", reportPath);
  // A page from the back-forward cache runs no script anew.
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) hello();
  });
}

/** Presses a link to `path` inside the app, so that a client router may take it; otherwise the browser loads it. */
function goTo({ path }) {
  const link = document.createElement("a");
  link.href = path;
  link.hidden = true;
  document.body.append(link);
  link.click();
  link.remove();
}

function hello() {
  tell("hello", { apiKey: CONFIG.apiKey, path: appPath(), title: document.title });
  document.querySelector("s-app-nav, ui-nav-menu")?.report?.();
}

class AppNav extends HTMLElement {
  connectedCallback() {
    this.style.display = "none";
    this.watcher = new MutationObserver(() => this.report());
    this.watcher.observe(this, { childList: true, subtree: true, characterData: true, attributeFilter: ["href", "rel"] });
    this.report();
  }

  disconnectedCallback() {
    this.watcher.disconnect();
  }

  report() {
    const links = [...this.querySelectorAll("a[href], s-link[href]")].map((link) => ({
      label: link.textContent.trim(),
      href: link.getAttribute("href"),
      isHome: link.getAttribute("rel") === "home",
    }));
    tell("nav", { links: links.filter(({ label }) => label) });
  }
}

/** On the bounce page: loads the wanted path again, with a fresh ID token. Says whether this is that page. */
function bounce() {
  const wanted = new URLSearchParams(location.search).get("shopify-reload");
  if (wanted === null) return false;
  const address = new URL(wanted, location.href);
  if (address.origin !== location.origin || !/^https?:$/.test(address.protocol)) {
    throw new Error("App Bridge: shopify-reload leads to another origin");
  }
  ask("idToken").then((token) => {
    address.searchParams.set("id_token", token);
    location.replace(address.href);
  }, (reason) => tell("failed", { message: `No ID token: ${reason.message}` }));
  return true;
}

export function startNavigation() {
  if (!IS_EMBEDDED || bounce()) return;
  customElements.define("s-app-nav", AppNav);
  customElements.define("ui-nav-menu", class extends AppNav {});
  patchWindowOpen();
  followHistory();
  hear("navigate", goTo);
  hello();
  document.addEventListener("DOMContentLoaded", reportPath);
}
