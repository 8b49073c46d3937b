// The resource picker: products, variants and collections of the shop's world, with search, in the shell's own dialog.

import { make, showDialog } from "./dialogs.js";

const PAGE = 30;

function limitOf(multiple) {
  if (multiple === true) return Infinity;
  return typeof multiple === "number" && multiple > 0 ? multiple : 1;
}

const money = new Intl.NumberFormat(undefined, { style: "currency", currency: document.body.dataset.currency });

class Selection {
  constructor({ selectionIds, limit }) {
    this.limit = limit;
    // Product id → ids of its chosen variants; null stands for all of them.
    this.chosen = new Map(selectionIds.map(({ id, variants }) => [id, variants?.length ? new Set(variants.map((variant) => variant.id)) : null]));
  }

  get size() {
    return this.chosen.size;
  }

  has(id) {
    return this.chosen.has(id);
  }

  hasVariant(product, variantId) {
    const variants = this.chosen.get(product.id);
    return this.has(product.id) && (variants === null || variants.has(variantId));
  }

  /** Ticks or unticks; says whether there was room. */
  set(id, wanted) {
    if (!wanted) return this.chosen.delete(id);
    if (this.limit === 1) this.chosen.clear();
    if (this.chosen.size >= this.limit) return false;
    this.chosen.set(id, null);
    return true;
  }

  setVariant(product, variantId, wanted) {
    const all = product.variants.map((variant) => variant.id);
    const now = this.has(product.id) ? new Set(this.chosen.get(product.id) ?? all) : new Set();
    if (wanted) now.add(variantId);
    else now.delete(variantId);
    if (now.size === 0) return this.chosen.delete(product.id);
    if (!this.has(product.id) && !this.set(product.id, true)) return false;
    this.chosen.set(product.id, now.size === all.length ? null : now);
    return true;
  }
}

class Picker {
  constructor(options) {
    this.type = options.type;
    this.filter = { variants: true, draft: undefined, archived: undefined, ...options.filter };
    this.limit = limitOf(options.multiple);
    this.selection = new Selection({ selectionIds: options.selectionIds, limit: this.limit });
    this.query = options.query;
    this.items = [];
    this.list = make("div", { class: "list", tabindex: "0", "aria-label": "Results" });
    this.search = make("input", { class: "input", type: "search", placeholder: `Search ${this.type}s`, "aria-label": `Search ${this.type}s`, value: options.query });
    this.search.oninput = () => this.restart();
    this.generation = 0;
  }

  get content() {
    const top = make("div", { class: "search" }, this.search);
    const holder = make("div", { class: "picker-body" }, top, this.list);
    holder.style.display = "contents";
    return holder;
  }

  restart() {
    this.query = this.search.value;
    this.items = [];
    return this.load();
  }

  async load() {
    this.generation += 1;
    const generation = this.generation;
    const address = new URL("/admin/bridge/resources", location.origin);
    const asked = { type: this.type, query: [this.query, this.filter.query].filter(Boolean).join(" "), offset: this.items.length, limit: PAGE,
      draft: this.filter.draft !== false, archived: this.filter.archived !== false };
    for (const [name, value] of Object.entries(asked)) address.searchParams.set(name, String(value));
    const response = await fetch(address);
    // A slower answer to an older question must not replace a newer one.
    if (generation !== this.generation) return;
    const { items, more } = await response.json();
    this.items.push(...items);
    this.draw(more);
  }

  draw(more) {
    const rows = this.items.flatMap((item) => {
      const main = this.row(item, { picture: true });
      const opens = this.type === "product" && this.filter.variants !== false && item.variants.length > 1;
      return opens ? [main, ...item.variants.map((variant) => this.variantRow(item, variant))] : [main];
    });
    if (rows.length === 0) rows.push(make("p", {}, "Nothing found. Try other words."));
    if (more) {
      const button = make("button", { type: "button", class: "button more" }, "Load more");
      button.onclick = () => this.load();
      rows.push(button);
    }
    this.list.replaceChildren(...rows);
    this.count();
  }

  tick({ checked, label, onchange }) {
    const box = make("input", { type: this.limit === 1 ? "radio" : "checkbox", name: "picked", "aria-label": label });
    box.checked = checked;
    box.onchange = () => {
      if (!onchange(box.checked)) box.checked = !box.checked;
      this.refresh();
    };
    return box;
  }

  row(item) {
    const box = this.tick({ checked: this.selection.has(item.id), label: item.displayName ?? item.title, onchange: (wanted) => this.selection.set(item.id, wanted) });
    box.dataset.id = item.id;
    if (this.type === "collection") {
      const count = `${item.productsCount} product${item.productsCount === 1 ? "" : "s"}`;
      const how = item.ruleSet ? "Fills itself" : "Filled by hand";
      const words = make("span", {}, make("strong", {}, item.title), make("br"), make("span", { class: "quiet small" }, how));
      return make("label", { class: "row" }, box, make("span", { class: "picture" }), words, make("span", { class: "money" }, count));
    }
    const variants = item.variants ?? [item];
    const stock = item.totalInventory ?? item.inventoryQuantity;
    const words = make("span", {}, make("strong", {}, item.displayName ?? item.title), make("br"), make("span", { class: "quiet small" }, item.tracksInventory === false ? "Not tracked" : `${stock} available`));
    const price = variants.length === 1 ? money.format(variants[0].price) : `${variants.length} variants`;
    const image = item.images?.[0] ?? item.image;
    return make("label", { class: "row" }, box, make("img", { class: "picture", src: image.originalSrc, alt: "" }), words, make("span", { class: "money" }, price));
  }

  variantRow(product, variant) {
    const box = this.tick({ checked: this.selection.hasVariant(product, variant.id), label: `${product.title}, ${variant.title}`, onchange: (wanted) => this.selection.setVariant(product, variant.id, wanted) });
    box.type = "checkbox";
    box.dataset.variant = variant.id;
    box.dataset.product = product.id;
    return make("label", { class: "row variant" }, box, make("span", {}, variant.title), make("span", { class: "quiet small stock" }, `${variant.inventoryQuantity} available`), make("span", { class: "money" }, money.format(variant.price)));
  }

  /** One tick may change others: a product's variants, or the one that was chosen before. */
  refresh() {
    for (const box of this.list.querySelectorAll("input[data-id]")) {
      box.checked = this.selection.has(box.dataset.id);
      box.disabled = !box.checked && this.limit !== 1 && this.selection.size >= this.limit;
    }
    for (const box of this.list.querySelectorAll("input[data-variant]")) {
      const product = this.items.find((item) => item.id === box.dataset.product);
      box.checked = this.selection.hasVariant(product, box.dataset.variant);
    }
    this.count();
  }

  count() {
    const most = Number.isFinite(this.limit) && this.limit > 1 ? `/${this.limit}` : "";
    if (this.counter) this.counter.textContent = `${this.selection.size}${most} selected`;
  }

  /** Fetches what was picked whole: a row that the search no longer shows may be among it. */
  async result() {
    const address = new URL("/admin/bridge/resources", location.origin);
    address.searchParams.set("type", this.type);
    for (const id of this.selection.chosen.keys()) address.searchParams.append("id", id);
    if (this.selection.size === 0) return [];
    const { items } = await (await fetch(address)).json();
    return items.map((item) => {
      const variants = this.selection.chosen.get(item.id);
      if (!item.variants) return item;
      return { ...item, variants: variants ? item.variants.filter((variant) => variants.has(variant.id)) : item.variants };
    });
  }
}

/** Lets the person pick; resolves with whole resources as App Bridge gives them, null when cancelled. */
export async function pickResources(options) {
  const picker = new Picker(options);
  const verb = options.action === "select" ? "Select" : "Add";
  const answer = showDialog({
    title: `${verb} ${options.type}${picker.limit === 1 ? "" : "s"}`,
    content: picker.content,
    className: "picker",
    answers: [{ label: "Cancel", value: null }, { label: verb, value: "picked", style: "primary" }],
  });
  picker.counter = make("span", { class: "quiet small" });
  document.querySelector("dialog.picker .foot").prepend(picker.counter);
  await picker.load();
  picker.search.focus();
  return (await answer) === "picked" ? picker.result() : null;
}

/** A picker over rows that the app brings itself; resolves with ids, null when cancelled. */
export async function pickItems({ heading, multiple, headers, items }) {
  const limit = limitOf(multiple);
  const body = make("div", { class: "content" });
  const boxes = items.map((item) => {
    const box = make("input", { type: limit === 1 ? "radio" : "checkbox", name: "picked", value: item.id, disabled: Boolean(item.disabled) });
    box.checked = Boolean(item.selected);
    const columns = (item.data ?? []).map((value, at) => `${headers[at + 1]?.content ? `${headers[at + 1].content}: ` : ""}${value ?? ""}`);
    const badges = (item.badges ?? []).map(({ content, tone = "" }) => make("span", { class: `badge ${tone}` }, content));
    body.append(make("label", { class: "check" }, box, make("span", {}, make("strong", {}, item.heading), " ", ...badges, make("br"), make("span", { class: "quiet small" }, columns.join(" · ")))));
    return box;
  });
  body.onchange = () => {
    const full = boxes.filter((box) => box.checked).length >= limit;
    boxes.forEach((box, at) => { box.disabled = Boolean(items[at].disabled) || (limit !== 1 && full && !box.checked); });
  };
  return showDialog({
    title: heading,
    content: body,
    className: "",
    answers: [{ label: "Cancel", value: null }, { label: "Add", value: () => boxes.filter((box) => box.checked).map((box) => box.value), style: "primary" }],
  });
}
