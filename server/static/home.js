// Home: the set-up list follows the imports while they run.

import { REFRESH } from "./actions.js";
import { go } from "./navigation.js";

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

async function follow() {
  if (isBusy() && !document.hidden) await refresh();
  setTimeout(follow, PAUSE_MILLISECONDS);
}

document.addEventListener(REFRESH, refresh);
setTimeout(follow, PAUSE_MILLISECONDS);
