// Forms of the rules that fill a page: saved as a whole, and the page loaded anew.

import "./actions.js";
import { sendOnSubmit } from "./forms.js";
import { go } from "./navigation.js";

for (const form of document.querySelectorAll("form[data-save-bar]")) {
  sendOnSubmit(form, ({ location: path }) => {
    window.shopify?.toast?.show(form.dataset.done);
    go(path, { force: true });
  }, { root: document.querySelector("s-page") });
}
