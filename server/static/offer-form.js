// The form of one funnel: conditions, further offers and tests come and go, problems stand at their fields.

import { startEntries, renumber } from "./entries.js";
import { startPickers } from "./goods.js";
import { saveEntry } from "./entry-form.js";

const form = document.querySelector("#offer-form");
const NEW = "offer-";

/** The hidden fields that hold the ids of all steps, the first one's first. */
const stepIds = () => [form.querySelector("[data-first-step]"), ...form.querySelectorAll("#steps > [data-step] > input")];

// What was stored under the id of an offer that was taken away must not come back with a new one.
const stored = stepIds().map(({ value }) => value);

function nameStep(step) {
  const taken = new Set([...stored, ...stepIds().map(({ value }) => value)]);
  let number = taken.size;
  while (taken.has(`${NEW}${number}`)) number += 1;
  step.querySelector("input").value = `${NEW}${number}`;
  step.querySelector("input").defaultValue = `${NEW}${number}`;
}

function nameArm(arm) {
  const field = arm.querySelector("s-text-field");
  const taken = new Set([...arm.parentElement.children].filter((each) => each !== arm).map((each) => each.querySelector("s-text-field").value));
  const free = [..."bcdefghijk"].find((letter) => !taken.has(letter));
  if (free) field.setAttribute("value", free);
}

/** Brings the numbers of the offers, and what may come next after each, up to date. */
function followSteps() {
  const ids = stepIds().map(({ value }) => value);
  // The first is where every way begins: one that leads back to it would go in a circle.
  const choices = ids.map((id, place) => ({ id, words: `Offer ${place + 1}` })).slice(1);
  for (const field of stepIds()) {
    const step = field.closest("[data-step]");
    const path = step?.dataset.path ?? "steps[0]";
    for (const select of ["if_accepted", "if_declined"].map((answer) => form.querySelector(`[name="${path}.${answer}"]`))) {
      const { value } = select;
      const options = [{ id: "", words: "Nothing more" }, ...choices.filter(({ id }) => id !== field.value)];
      select.replaceChildren(...options.map(({ id, words }) => {
        const option = document.createElement("s-option");
        option.setAttribute("value", id);
        option.textContent = words;
        return option;
      }));
      select.value = options.some(({ id }) => id === value) ? value : "";
    }
  }
}

startEntries(form, (added) => {
  if (added?.hasAttribute("data-step")) nameStep(added);
  else if (added?.hasAttribute("data-arm")) nameArm(added);
  followSteps();
});
startPickers(form);
saveEntry(form, { before: () => renumber(form) });
