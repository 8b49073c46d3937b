// The form of one entry of the rules: sent as a whole, then its page is loaded anew.

import "./actions.js";
import { renumber, startEntries } from "./entries.js";
import { sendOnSubmit } from "./forms.js";
import { startPickers } from "./goods.js";
import { go } from "./navigation.js";

/** Sends `form` when it is submitted, and says so with the words of its `data-done`. */
export function saveEntry(form, { before = () => {} } = {}) {
  sendOnSubmit(form, ({ location: path }) => {
    window.shopify?.toast?.show(form.dataset.done);
    go(path, { force: true });
  }, { root: document.querySelector("s-page"), before });
}

for (const form of document.querySelectorAll("form[data-entry-form]")) {
  startEntries(form);
  startPickers(form);
  saveEntry(form, { before: () => renumber(form) });
}
