// Integrations: each vendor's form is sent on its own.

import { sendOnSubmit } from "./forms.js";
import { go, here } from "./navigation.js";

for (const form of document.querySelectorAll("form[data-save-bar]")) {
  sendOnSubmit(form, () => {
    window.shopify?.toast?.show("Saved.");
    go(here(), { force: true });
  });
}
