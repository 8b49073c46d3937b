// Optional scopes: shown only where the app declares them, asked for by Shopify's own dialog, used at once.

import { go } from "./navigation.js";
import { hideBoxes, showProblems } from "./problems.js";
import { send } from "./sending.js";

/** Shows what may still be asked for: an operator without Shopify's approval does not declare it. */
async function offer() {
  const parts = [...document.querySelectorAll("[data-scope]")];
  if (!parts.length) return;
  const { optional } = await window.shopify.scopes.query();
  // One that is granted and still offered here has not come through to the server yet: asking again brings it there.
  for (const part of parts) part.hidden = !optional.includes(part.dataset.scope);
}

async function ask(button) {
  if (button.hasAttribute("loading")) return;
  button.setAttribute("loading", "");
  hideBoxes(document);
  try {
    const { result } = await window.shopify.scopes.request([button.dataset.askScope]);
    if (result !== "granted-all") return;
    const answer = await send("/set-up/check", new URLSearchParams());
    if (answer.error) showProblems(document.body, answer.error);
    else go(location.pathname, { force: true });
  } finally {
    button.removeAttribute("loading");
  }
}

document.addEventListener("click", (event) => {
  const pressed = event.composedPath().find((node) => node instanceof Element && node.matches("[data-ask-scope]"));
  if (pressed) ask(pressed);
});
offer();
