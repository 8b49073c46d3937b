// Toasts: what the app says in passing.

import { make } from "./dialogs.js";

const shelf = document.querySelector("#toasts");
const shown = new Map();

/** Shows a toast; `onAction` and `onDismiss` tell the app what became of it. */
export function showToast({ id, message, duration, isError, action }, { onAction, onDismiss }) {
  const dismiss = () => {
    if (!shown.delete(id)) return;
    clearTimeout(timer);
    toast.remove();
    onDismiss();
  };
  const close = make("button", { type: "button", "aria-label": "Dismiss" }, "✕");
  close.onclick = dismiss;
  const act = action ? make("button", { type: "button" }, action) : null;
  if (act) act.onclick = onAction;
  const toast = make("div", { class: isError ? "toast error" : "toast", role: isError ? "alert" : "status" }, make("span", {}, message), act, close);
  const timer = setTimeout(dismiss, duration);
  shown.set(id, dismiss);
  shelf.append(toast);
}

export function hideToast(id) {
  shown.get(id)?.();
}
