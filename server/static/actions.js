// Buttons that ask the server for one thing: `data-post` is where, `data-revision` what the page was made from.

import { go, here } from "./navigation.js";
import { hideBoxes, showProblems } from "./problems.js";
import { send } from "./sending.js";

export const REFRESH = "afters:refresh";

async function act(button) {
  const { post, revision, hides, done } = button.dataset;
  if (button.hasAttribute("loading")) return;
  button.setAttribute("loading", "");
  hideBoxes(document);
  const answer = await send(post, new URLSearchParams(revision ? { revision } : {}));
  button.removeAttribute("loading");
  if (hides) document.getElementById(hides)?.hideOverlay?.();
  if (answer.error) {
    showProblems(document.body, answer.error);
    return;
  }
  if (done) window.shopify?.toast?.show(done);
  if ("refresh" in button.dataset && !answer.location) document.dispatchEvent(new CustomEvent(REFRESH));
  else go(answer.location ?? here(), { force: Boolean(answer.location) });
}

document.addEventListener("click", (event) => {
  const pressed = event.composedPath().find((node) => node instanceof Element && node.matches("[data-post], [data-reload]"));
  if (!pressed) return;
  if (pressed.hasAttribute("data-reload")) go(here(), { force: true });
  else act(pressed);
});
