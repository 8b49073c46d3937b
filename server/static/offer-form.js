// The form of one offer: conditions come and go, problems stand at their fields.

import "./actions.js";
import { sendOnSubmit, touch } from "./forms.js";
import { startPickers } from "./goods.js";
import { go } from "./navigation.js";

const form = document.querySelector("#offer-form");
const list = document.querySelector("#conditions");
const PLACE = /^audience\.all\[\d+\]/;

/** Numbers the conditions as they stand, so that the server's paths lead back to them. */
function renumber() {
  [...(list?.children ?? [])].forEach((box, place) => {
    for (const element of [box, ...box.querySelectorAll("*")]) {
      for (const name of ["name", "data-path", "data-name"]) {
        const value = element.getAttribute(name);
        if (value && PLACE.test(value)) element.setAttribute(name, value.replace(PLACE, `audience.all[${place}]`));
      }
    }
  });
}

function addCondition() {
  const key = document.querySelector("#condition-kind").value;
  const template = document.querySelector(`template[data-condition-template="${key}"]`);
  if (!template) return;
  list.append(template.content.cloneNode(true));
  renumber();
  touch(form);
  list.lastElementChild.querySelector(".fields > *")?.focus?.();
}

/** A reset brings back field values by itself; lists that grew or shrank are put back here. */
function keepLists() {
  const kept = [...form.querySelectorAll("[data-restore]")].filter((element) => !element.parentElement.closest("[data-restore]"));
  const copies = kept.map((element) => [element, element.cloneNode(true)]);
  form.addEventListener("reset", () => {
    for (const [element, copy] of copies) element.replaceChildren(...copy.cloneNode(true).childNodes);
  });
}

document.addEventListener("click", (event) => {
  const button = event.composedPath().find((node) => node instanceof Element && node.matches("[data-add-condition], [data-remove-condition]"));
  if (!button) return;
  if (button.hasAttribute("data-add-condition")) {
    addCondition();
    return;
  }
  button.closest("[data-condition]").remove();
  renumber();
  touch(form);
});

keepLists();
startPickers(form);
sendOnSubmit(form, ({ location: path }) => {
  window.shopify?.toast?.show("Offer saved.");
  go(path, { force: true });
}, { root: document.querySelector("s-page"), before: renumber });
