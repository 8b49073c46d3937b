// s-table and its parts: a table on wide ground, a list where it is narrow.

import { Standin, define, flag, text } from "./element.js";
import { svg } from "./icons.js";

const LIST_BELOW = 520;

class Table extends Standin {
  static props = { variant: text("auto"), loading: flag(), paginate: flag(), hasPreviousPage: flag(), hasNextPage: flag() };
  static template = `
    <div class="frame">
      <div class="filters" data-for-slot="filters"><slot name="filters"></slot></div>
      <div class="scroll"><div class="table" role="table"><slot></slot></div></div>
      <div class="wait" role="status" hidden><i></i><span class="unseen">Loading</span></div>
      <nav aria-label="Pages" hidden><button type="button" class="previous" aria-label="Previous page"></button><button type="button" class="next" aria-label="Next page"></button></nav>
    </div>`;
  static styles = `
    :host { display: block; }
    .frame { position: relative; border-radius: inherit; } .filters { padding: 8px 12px; border-block-end: 1px solid var(--line); }
    .scroll { overflow-x: auto; } .table { display: table; inline-size: 100%; border-collapse: collapse; }
    .as-list { display: block; }
    .wait { position: absolute; inset: 0; display: grid; place-items: center; background: rgb(255 255 255 / 70%); } .wait[hidden] { display: none; }
    .wait i { inline-size: 20px; block-size: 20px; border: 2.5px solid #d4d4d4; border-block-start-color: #4a4a4a; border-radius: 50%; animation: turn 0.8s linear infinite; }
    nav { display: flex; justify-content: center; gap: 4px; padding: 8px; border-block-start: 1px solid var(--line); } nav[hidden] { display: none; }
    nav button { display: inline-flex; padding: 4px; border: 0; border-radius: 8px; background: #ebebeb; } nav button:disabled { color: #b5b5b5; background: #f4f4f4; }
    @keyframes turn { to { rotate: 1turn; } }
  `;

  constructor() {
    super();
    // Watching the width keeps the choice right inside any container, which a media query would not.
    this.watcher = new ResizeObserver(() => this.layOut());
    this.growth = new MutationObserver(() => this.layOut());
  }

  connectedCallback() {
    super.connectedCallback();
    this.watcher.observe(this);
    this.growth.observe(this, { childList: true, subtree: true, attributes: true, attributeFilter: ["listslot", "format"] });
    this.part$(".previous").onclick = () => this.fire("previouspage");
    this.part$(".next").onclick = () => this.fire("nextpage");
  }

  disconnectedCallback() {
    this.watcher.disconnect();
    this.growth.disconnect();
  }

  get isList() {
    return this.variant === "list" || (this.clientWidth > 0 && this.clientWidth < LIST_BELOW);
  }

  update() {
    this.part$(".wait").hidden = !this.loading;
    Standin.mirror(this.part$(".scroll"), "inert", this.loading);
    Standin.mirror(this.part$(".table"), "aria-busy", this.loading ? "true" : null);
    this.part$("nav").hidden = !this.paginate;
    const [previous, next] = [this.part$(".previous"), this.part$(".next")];
    previous.replaceChildren(svg("chevron-left"));
    next.replaceChildren(svg("chevron-right"));
    previous.disabled = !this.hasPreviousPage;
    next.disabled = !this.hasNextPage;
    this.layOut();
  }

  /** Tells rows and cells how they are shown; each cell learns its column's place, format and label. */
  layOut() {
    const headers = [...this.querySelectorAll("s-table-header")];
    const list = this.isList;
    this.part$(".table").classList.toggle("as-list", list);
    const roles = headers.map((header) => header.getAttribute("listslot"));
    if (!roles.includes("primary") && roles.length) roles[0] = "primary";
    for (const part of this.querySelectorAll("s-table-header-row, s-table-body, s-table-row")) part.toggleAttribute("data-list", list);
    for (const row of this.querySelectorAll("s-table-row")) {
      [...row.children].forEach((cell, column) => {
        const header = headers[column];
        cell.toggleAttribute("data-list", list);
        Standin.mirror(cell, "data-place", roles[column] ?? "labeled");
        Standin.mirror(cell, "data-format", header?.getAttribute("format") ?? "base");
        cell.label?.(list && (roles[column] ?? "labeled") === "labeled" ? header?.textContent.trim() ?? "" : "");
      });
    }
  }
}

class HeaderRow extends Standin {
  static styles = `
    :host { display: table-row; background: #f7f7f7; }
    :host([data-list]) { position: absolute; display: block; inline-size: 1px; block-size: 1px; overflow: hidden; clip-path: inset(50%); }
  `;

  update() {
    this.setAttribute("role", "row");
  }
}

class Header extends Standin {
  static props = { listSlot: text("labeled"), format: text("base") };
  static styles = `
    :host { display: table-cell; padding: 8px 12px; border-block-end: 1px solid var(--line); font-size: 12px; line-height: 16px; font-weight: 550; color: var(--ink-quiet); text-align: start; white-space: nowrap; }
    :host(:is([format="numeric"], [format="currency"])) { text-align: end; }
  `;

  update() {
    this.setAttribute("role", "columnheader");
  }
}

class Body extends Standin {
  static styles = ":host { display: table-row-group; } :host([data-list]) { display: block; }";

  update() {
    this.setAttribute("role", "rowgroup");
  }
}

class Row extends Standin {
  static props = { clickDelegate: text() };
  static styles = `
    :host { display: table-row; } :host([clickdelegate]) { cursor: pointer; } :host(:hover) { background: #fafafa; }
    :host([data-list]) { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 2px 12px; padding: 12px 16px; border-block-end: 1px solid var(--line); }
  `;

  connectedCallback() {
    super.connectedCallback();
    this.onclick = (event) => this.delegate(event);
  }

  update() {
    this.setAttribute("role", "row");
  }

  delegate(event) {
    const target = this.clickDelegate && this.getRootNode().getElementById(this.clickDelegate);
    const pressed = event.composedPath().some((node) => node.matches?.("a, button, input, select, textarea, label, [role=button]"));
    if (!target || pressed || getSelection()?.toString()) return;
    target.click();
  }
}

class Cell extends Standin {
  static template = "<span class='label'></span><slot></slot>";
  static styles = `
    :host { display: table-cell; padding: 10px 12px; border-block-end: 1px solid var(--line); vertical-align: middle; font-size: 13px; }
    :host(:is([data-format="numeric"], [data-format="currency"])) { text-align: end; font-variant-numeric: tabular-nums; white-space: nowrap; }
    .label:empty { display: none; }
    :host([data-list]) { display: block; padding: 0; border: 0; text-align: start; grid-column: 1 / -1; order: 4; }
    :host([data-list][data-place="kicker"]) { order: 0; font-size: 12px; color: var(--ink-quiet); }
    :host([data-list][data-place="primary"]) { order: 1; font-weight: 600; grid-column: 1; }
    :host([data-list][data-place="inline"]) { order: 1; grid-column: 2; text-align: end; }
    :host([data-list][data-place="secondary"]) { order: 2; color: var(--ink-quiet); }
    :host([data-list][data-place="labeled"]) { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 4px 12px; order: 3; }
    .label { color: var(--ink-quiet); }
  `;

  update() {
    this.setAttribute("role", "cell");
  }

  label(words) {
    const shown = this.part$(".label");
    if (shown.textContent !== words) shown.textContent = words;
  }
}

export function defineTables() {
  define("s-table", Table);
  define("s-table-header-row", HeaderRow);
  define("s-table-header", Header);
  define("s-table-body", Body);
  define("s-table-row", Row);
  define("s-table-cell", Cell);
}
