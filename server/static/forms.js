// Forms are sent with `fetch`: a plain POST from inside the frame would carry no session token.

import { clearProblems, hideBoxes, showProblems } from "./problems.js";
import { send } from "./sending.js";

/** Tells App Bridge that a form was changed by a script. */
export function touch(form) {
  const field = form.querySelector("input[type=hidden]") ?? form;
  for (const type of ["input", "change"]) field.dispatchEvent(new Event(type, { bubbles: true }));
}

/** Sends `form` when it is submitted; `done` gets the answer when it was saved. `root` holds fields and boxes. */
export function sendOnSubmit(form, done, { root = form, before = () => {} } = {}) {
  let isSending = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (isSending) return;
    isSending = true;
    before();
    clearProblems(root);
    hideBoxes(root);
    window.shopify?.loading?.(true);
    const answer = await send(form.getAttribute("action"), new URLSearchParams(new FormData(form)));
    window.shopify?.loading?.(false);
    isSending = false;
    if (!answer.error) {
      done(answer);
      return;
    }
    showProblems(root, answer.error);
    // Sending has hidden the bar, and the work is still unsaved.
    await window.shopify?.saveBar?.show?.(form.id).catch(() => {});
  });
  form.addEventListener("reset", () => {
    clearProblems(root);
    hideBoxes(root);
  });
  form.addEventListener("input", (event) => {
    if (event.target.hasAttribute("error")) event.target.removeAttribute("error");
  });
}
