// Home: the set-up list follows the imports while they run.

import { REFRESH } from "./actions.js";
import { go } from "./navigation.js";
import { send } from "./sending.js";

const PAUSE_MILLISECONDS = 2000;
const holder = document.querySelector("#set-up");
const isBusy = () => holder.querySelector(".steps").dataset.isBusy === "yes";

/** Replaces the steps that changed; the others keep focus and state. */
function take(html) {
  const list = new DOMParser().parseFromString(html, "text/html").querySelector(".steps");
  if (!list) return;
  const own = holder.querySelector(".steps");
  own.dataset.isBusy = list.dataset.isBusy;
  document.querySelector("#set-up-count").textContent = list.dataset.summary;
  for (const step of list.querySelectorAll("[data-part]")) {
    const shown = own.querySelector(`[data-part="${step.dataset.part}"]`);
    if (shown.dataset.signature !== step.dataset.signature) shown.replaceWith(document.adoptNode(step));
  }
}

async function refresh() {
  const wasBusy = isBusy();
  try {
    const response = await fetch("/set-up");
    if (response.ok) take(await response.text());
  } catch {
    // Not reachable just now; the next round asks again.
  }
  if (wasBusy && !isBusy()) go("/");
}

/** Tells the server where the block is placed, which only App Bridge knows, and lets it ask Shopify about the rest. */
async function look() {
  const fields = new URLSearchParams();
  try {
    const extensions = await window.shopify.app.extensions();
    fields.set("is_told", "yes");
    for (const extension of extensions) {
      for (const { target } of extension.type === "ui_extension" ? extension.activations : []) fields.append("target", target);
    }
  } catch {
    // An older App Bridge; the rest can be asked all the same.
  }
  const answer = await send("/set-up/look", fields);
  if (answer.location) go(answer.location);
  else if (!answer.error) await refresh();
}

async function follow() {
  if (isBusy() && !document.hidden) await refresh();
  setTimeout(follow, PAUSE_MILLISECONDS);
}

document.addEventListener(REFRESH, refresh);
look();
setTimeout(follow, PAUSE_MILLISECONDS);
