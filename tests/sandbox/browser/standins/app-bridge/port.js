// The line between this page and the shell around it: questions with answers, notices, and events from the shell.

import { IS_EMBEDDED, SHELL_ORIGIN } from "./config.js";

const waiting = new Map();
const listeners = new Map();
let lastQuestion = 0;

function post(message) {
  // A frame that is being thrown away is its own parent at the end.
  if (window.parent === window) return;
  window.parent.postMessage({ bridge: "afters-sandbox", ...message }, SHELL_ORIGIN);
}

/** Asks the shell and resolves with its answer; rejects with its reason. */
export function ask(method, params = {}) {
  if (!IS_EMBEDDED) return Promise.reject(new Error(`App Bridge: ${method} works only inside the admin`));
  lastQuestion += 1;
  const id = lastQuestion;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    post({ id, method, params });
  });
}

/** Tells the shell something that needs no answer. */
export function tell(method, params = {}) {
  if (IS_EMBEDDED) post({ method, params });
}

/** Calls `listener` with the detail of every `event` from the shell. */
export function hear(event, listener) {
  listeners.set(event, [...(listeners.get(event) ?? []), listener]);
}

window.addEventListener("message", ({ source, origin, data }) => {
  if (source !== window.parent || origin !== SHELL_ORIGIN || data?.bridge !== "afters-sandbox") return;
  if (data.event) {
    for (const listener of listeners.get(data.event) ?? []) listener(data.detail ?? {});
    return;
  }
  const asked = waiting.get(data.id);
  waiting.delete(data.id);
  if (data.error) asked?.reject(new Error(data.error));
  else asked?.resolve(data.result);
});
