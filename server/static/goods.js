// Lists of chosen products, variants or collections: picked in Shopify's own picker, ordered and removed here.

import { touch } from "./forms.js";
import { load } from "./sending.js";

const KINDS = {
  variants: { type: "variant", gid: "gid://shopify/ProductVariant/" },
  products: { type: "product", gid: "gid://shopify/Product/" },
  collections: { type: "collection", gid: "gid://shopify/Collection/" },
};

const rows = (picker) => [...picker.querySelectorAll("[data-chosen]")];
const idOf = (row) => row.querySelector("input").value;

/** Shows or hides the words for an empty list, and tells the form. */
function changed(picker) {
  picker.querySelector("[data-chosen-empty]").hidden = rows(picker).length > 0;
  touch(picker.closest("form"));
}

function makeRow(picker, { id, title, detail, image }) {
  const row = picker.querySelector("template[data-row]").content.cloneNode(true).querySelector("[data-chosen]");
  const field = row.querySelector("input");
  field.name = picker.dataset.name;
  field.value = id;
  row.querySelector("[data-chosen-title]").textContent = title;
  row.querySelector("[data-chosen-detail]").textContent = detail;
  if (image) row.querySelector("s-thumbnail").setAttribute("src", image);
  for (const button of row.querySelectorAll("s-button")) {
    button.setAttribute("accessibilityLabel", `${button.getAttribute("accessibilityLabel")}: ${title}`);
  }
  return row;
}

/** Tells what our own catalogue holds of variants; what it does not hold yet is described by the picker's answer. */
async function describe(kind, picked) {
  const known = new Map();
  if (kind === "variants" && picked.length) {
    const ids = picked.map(({ id }) => id.split("/").pop());
    const { variants = [] } = await load(`/offers/variants?ids=${ids.join(",")}`);
    for (const each of variants) known.set(each.id, { id: each.id, title: each.title, detail: `${each.price}, ${each.stock}`, image: each.image_url });
  }
  return picked.map((each) => {
    const id = each.id.split("/").pop();
    const image = each.image?.originalSrc ?? each.images?.[0]?.originalSrc;
    return known.get(id) ?? { id, title: each.displayName ?? each.title, detail: "", image };
  });
}

async function pick(picker) {
  const { picker: kind } = picker.dataset;
  const { type, gid } = KINDS[kind];
  const kept = rows(picker);
  const selectionIds = kept.map((row) => ({ id: gid + idOf(row) }));
  const picked = await window.shopify.resourcePicker({ type, action: "select", multiple: true, selectionIds, filter: { variants: false } });
  if (!picked) return;
  const wanted = new Set(picked.map(({ id }) => id.split("/").pop()));
  const before = new Set(kept.map(idOf));
  const added = await describe(kind, picked.filter(({ id }) => !before.has(id.split("/").pop())));
  for (const row of kept) if (!wanted.has(idOf(row))) row.remove();
  picker.querySelector(".chosen").append(...added.map((each) => makeRow(picker, each)));
  changed(picker);
}

function move(row, way) {
  const other = way === "up" ? row.previousElementSibling : row.nextElementSibling;
  if (!other) return;
  if (way === "up") other.before(row);
  else other.after(row);
  row.querySelector(`[data-move=${way}]`).focus();
}

/** Makes all pickers within `form` work, those added later too. */
export function startPickers(form) {
  form.addEventListener("click", (event) => {
    const button = event.composedPath().find((node) => node instanceof Element && node.matches("[data-pick], [data-move], [data-remove]"));
    const picker = button?.closest("[data-picker]");
    if (!picker) return;
    if (button.hasAttribute("data-pick")) {
      pick(picker);
      return;
    }
    const row = button.closest("[data-chosen]");
    if (button.hasAttribute("data-remove")) row.remove();
    else move(row, button.dataset.move);
    changed(picker);
  });
  form.addEventListener("reset", () => queueMicrotask(() => {
    for (const picker of form.querySelectorAll("[data-picker]")) picker.querySelector("[data-chosen-empty]").hidden = rows(picker).length > 0;
  }));
}
