// Lists in forms whose entries come, go and change places; every field's name holds the place of its entry.

import { touch } from "./forms.js";

const NAMES = ["name", "data-path", "data-name", "data-entries"];
const ACTIONS = "[data-add-entry], [data-remove-entry], [data-move-entry]";

/** Matches the names of one list's entries, wherever the lists around it stand just now. */
function pattern(path) {
  const parts = path.split(/\[\d+\]/).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join("\\[\\d+\\]")}\\[\\d+\\]`);
}

/** Calls an entry, and what its buttons do, by its number. */
function title(head, number) {
  if (!head) return;
  const name = `${head.dataset.word} ${number}`;
  head.querySelector("strong")?.replaceChildren(name);
  for (const button of head.querySelectorAll("s-button")) {
    const [deed] = button.getAttribute("accessibilityLabel").split(": ");
    button.setAttribute("accessibilityLabel", `${deed}: ${name}`);
  }
}

/** Numbers all entries as they stand, so that the server's paths lead back to them. Lists around others come first. */
export function renumber(form) {
  for (const list of form.querySelectorAll("[data-entries]")) {
    const { entries: path, first = "0" } = list.dataset;
    const own = pattern(path);
    [...list.children].forEach((entry, place) => {
      const name = `${path}[${place + Number(first)}]`;
      for (const element of [entry, ...entry.querySelectorAll("*")]) {
        for (const attribute of NAMES) {
          const value = element.getAttribute(attribute);
          if (value && own.test(value)) element.setAttribute(attribute, value.replace(own, name));
        }
      }
      title(entry.querySelector(":scope > [data-word]"), place + 1 + Number(first));
    });
  }
}

function add(button) {
  const list = button.closest("[data-entry-list]").querySelector("[data-entries]");
  const kind = button.dataset.kindFrom ? document.getElementById(button.dataset.kindFrom).value : button.dataset.addEntry;
  const template = document.querySelector(`template[data-entry-template="${kind}"]`);
  if (!template) return null;
  list.append(template.content.cloneNode(true));
  return list.lastElementChild;
}

function move(entry, way) {
  const other = way === "up" ? entry.previousElementSibling : entry.nextElementSibling;
  if (!other) return;
  if (way === "up") other.before(entry);
  else other.after(entry);
  entry.querySelector(`[data-move-entry=${way}]`).focus();
}

/** A reset brings back field values by itself; lists that grew or shrank are put back here. */
function keepLists(form, changed) {
  const kept = [...form.querySelectorAll("[data-restore]")].filter((element) => !element.parentElement.closest("[data-restore]"));
  const copies = kept.map((element) => [element, element.cloneNode(true)]);
  form.addEventListener("reset", () => {
    for (const [element, copy] of copies) element.replaceChildren(...copy.cloneNode(true).childNodes);
    setTimeout(() => changed(null)); // the fields have their values back only after this event
  });
}

/** Makes all lists of `form` work. `changed` gets the entry that was added, null after any other change. */
export function startEntries(form, changed = () => {}) {
  keepLists(form, changed);
  document.addEventListener("click", (event) => {
    const button = event.composedPath().find((node) => node instanceof Element && node.matches(ACTIONS));
    if (!button || !form.contains(button)) return;
    let added = null;
    if (button.hasAttribute("data-add-entry")) added = add(button);
    else if (button.hasAttribute("data-remove-entry")) button.closest("[data-entry]").remove();
    else move(button.closest("[data-entry]"), button.dataset.moveEntry);
    renumber(form);
    changed(added);
    touch(form);
    added?.querySelector("s-text-field, s-number-field, s-money-field, s-select, s-choice-list")?.focus?.();
  });
}
