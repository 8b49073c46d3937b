// API keys: a new key is shown once, and is gone with the page.

import "./actions.js";
import { sendOnSubmit } from "./forms.js";

const form = document.getElementById("key-form");
const made = document.getElementById("made");
sendOnSubmit(form, ({ key }) => {
  made.querySelector("s-text-field").value = key;
  made.hidden = false;
  document.getElementById("no-keys")?.remove();
  form.hidden = true; // a second key is made once this one is put away
  made.scrollIntoView({ block: "nearest" });
  made.querySelector("s-text-field").focus?.();
  window.shopify?.toast?.show("The key was made.");
});
