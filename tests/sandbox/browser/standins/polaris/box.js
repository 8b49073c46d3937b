// s-box and its relatives: one set of box properties, written into each element's own sheet.

import { Standin, define, text } from "./element.js";
import { borderColour, borderStyle, borderWidth, declare, radius, space } from "./spacing.js";

export const BOX_PROPS = {
  background: text("transparent"), border: text("none"), borderWidth: text(), borderStyle: text(),
  borderColor: text(), borderRadius: text("none"), padding: text("none"), paddingBlock: text(),
  paddingBlockStart: text(), paddingBlockEnd: text(), paddingInline: text(), paddingInlineStart: text(),
  paddingInlineEnd: text(), display: text("auto"), blockSize: text("auto"), minBlockSize: text("0"),
  maxBlockSize: text("none"), inlineSize: text("auto"), minInlineSize: text("0"), maxInlineSize: text("none"),
  accessibilityVisibility: text("visible"), accessibilityRole: text("generic"), accessibilityLabel: text(),
  overflow: text("visible"),
};

const BACKGROUNDS = { transparent: "transparent", base: "#fff", subdued: "#f7f7f7", strong: "#ebebeb" };
const ROLES = {
  header: "banner", footer: "contentinfo", section: "region", aside: "complementary", "ordered-list": "list",
  "unordered-list": "list", "list-item": "listitem", "list-item-separator": "separator", generic: null, none: "none",
  presentation: "presentation",
};
export const VISUALLY_HIDDEN =
  "position:absolute;inline-size:1px;block-size:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap;margin:-1px;padding:0;border:0";

export function borderRules(element, selector) {
  const [width = "none", ...rest] = element.border.trim().split(/\s+/);
  const colour = element.borderColor || rest.find((word) => ["subdued", "base", "strong"].includes(word)) || "base";
  const style = element.borderStyle || rest.find((word) => ["solid", "dashed", "dotted", "none", "auto"].includes(word)) || "solid";
  const shownWidth = element.borderWidth || width;
  return `${selector}{border-width:${borderWidth(shownWidth)};border-style:${borderStyle(style)};border-color:${borderColour(colour)}}`
    + declare(selector, "border-radius", element.borderRadius, radius);
}

/** Returns the CSS of the box properties of `element` for `selector`. */
export function boxRules(element, selector = ":host") {
  const sizes = [["block-size", "blockSize"], ["min-block-size", "minBlockSize"], ["max-block-size", "maxBlockSize"],
    ["inline-size", "inlineSize"], ["min-inline-size", "minInlineSize"], ["max-inline-size", "maxInlineSize"]];
  const paddings = [["padding", "padding"], ["padding-block", "paddingBlock"], ["padding-inline", "paddingInline"],
    ["padding-block-start", "paddingBlockStart"], ["padding-block-end", "paddingBlockEnd"],
    ["padding-inline-start", "paddingInlineStart"], ["padding-inline-end", "paddingInlineEnd"]];
  return [
    `${selector}{background:${BACKGROUNDS[element.background] ?? "transparent"}}`,
    borderRules(element, selector),
    ...paddings.map(([property, name]) => declare(selector, property, element[name], space)),
    ...sizes.map(([property, name]) => declare(selector, property, element[name], (size) => (size === "0" ? "0px" : size))),
    declare(selector, "overflow", element.overflow),
    element.accessibilityVisibility === "exclusive" ? `${selector}{${VISUALLY_HIDDEN}}` : "",
    // Last: it has to win over the display that the kind of box gives itself.
    declare(selector, "display", element.display === "auto" ? "" : element.display, (shown) => (shown === "none" ? "none" : "revert-layer")),
  ].join("");
}

/** Mirrors the three accessibility properties onto the host. */
export function describeHost(element) {
  const wanted = element.accessibilityRole;
  const role = wanted in ROLES ? ROLES[wanted] : wanted;
  // A label on a generic element is not announced, so a labelled box becomes a group.
  Standin.mirror(element, "role", role ?? (element.accessibilityLabel ? "group" : null));
  Standin.mirror(element, "aria-label", element.accessibilityLabel);
  Standin.mirror(element, "aria-hidden", element.accessibilityVisibility === "hidden" ? "true" : null);
}

export class Box extends Standin {
  static props = BOX_PROPS;
  static styles = ":host { display: block; }";

  update() {
    describeHost(this);
    this.dynamicSheet.replaceSync(this.ownRules() + boxRules(this));
  }

  ownRules() {
    return "";
  }
}

function gapRules(element) {
  // Two values read "inline block" in these components, the other way round than CSS.
  const gap = (value) => value.trim().split(/\s+/).map((word) => space(word)).reverse().join(" ");
  return declare(":host", "gap", element.gap, gap)
    + declare(":host", "row-gap", element.rowGap, space) + declare(":host", "column-gap", element.columnGap, space);
}

class Stack extends Box {
  static props = {
    ...BOX_PROPS, direction: text("block"), gap: text("none"), rowGap: text(), columnGap: text(),
    justifyContent: text("normal"), alignItems: text("normal"), alignContent: text("normal"),
  };
  static styles = ":host { display: flex; flex-wrap: wrap; }";

  ownRules() {
    const flow = (direction) => (direction === "inline" ? "row wrap" : "column nowrap");
    return declare(":host", "flex-flow", this.direction, flow)
      + declare(":host", "justify-content", this.justifyContent) + declare(":host", "align-items", this.alignItems)
      + declare(":host", "align-content", this.alignContent) + gapRules(this);
  }
}

class Grid extends Box {
  static props = {
    ...BOX_PROPS, gridTemplateColumns: text("none"), gridTemplateRows: text("none"), gap: text("none"),
    rowGap: text(), columnGap: text(), alignItems: text(), justifyItems: text(), placeItems: text("normal normal"),
    alignContent: text(), justifyContent: text(), placeContent: text("normal normal"),
  };
  static styles = ":host { display: grid; } ::slotted(*) { min-inline-size: 0; }";

  ownRules() {
    return declare(":host", "grid-template-columns", this.gridTemplateColumns)
      + declare(":host", "grid-template-rows", this.gridTemplateRows)
      + declare(":host", "place-items", this.placeItems) + declare(":host", "place-content", this.placeContent)
      + declare(":host", "align-items", this.alignItems) + declare(":host", "justify-items", this.justifyItems)
      + declare(":host", "align-content", this.alignContent)
      + declare(":host", "justify-content", this.justifyContent) + gapRules(this);
  }
}

class GridItem extends Box {
  static props = { ...BOX_PROPS, gridColumn: text("auto"), gridRow: text("auto") };

  ownRules() {
    return declare(":host", "grid-column", this.gridColumn) + declare(":host", "grid-row", this.gridRow);
  }
}

class ScrollBox extends Box {
  static props = { ...BOX_PROPS, overflow: text("auto"), snapType: text("none"), scrollPadding: text("base"), scrollMargin: text("0") };

  connectedCallback() {
    super.connectedCallback();
    this.addEventListener("scroll", this.reportEdge, { passive: true });
  }

  disconnectedCallback() {
    this.removeEventListener("scroll", this.reportEdge);
  }

  reportEdge() {
    const atEnd = this.scrollTop + this.clientHeight >= this.scrollHeight - 1;
    const atStart = this.scrollTop <= 0;
    if (atStart || atEnd) this.fire("scrolltoedge", { detail: { edge: atEnd ? "block-end" : "block-start" } });
  }

  ownRules() {
    const [block = "auto", inline = block] = this.overflow.split(/\s+/);
    return `:host{overflow-block:${block};overflow-inline:${inline};scroll-padding:${space(this.scrollPadding)}}`
      + (this.snapType === "none" ? "" : `:host{scroll-snap-type:both ${this.snapType}}`);
  }

  update() {
    super.update();
    // What scrolls has to be reachable by keyboard.
    if (this.overflow !== "hidden") this.tabIndex = 0;
  }
}

class QueryContainer extends Standin {
  static props = { containerName: text() };
  static styles = ":host { display: block; container-type: inline-size; container-name: s-default; }";

  update() {
    this.style.containerName = `s-default ${this.containerName}`.trim();
  }
}

class Divider extends Standin {
  static props = { direction: text("inline"), color: text("base") };
  static template = "<div role='separator'></div>";
  static styles = `
    :host { display: block; }
    div { border-block-start: 1px solid var(--line); }
    :host([color="strong"]) div { border-color: var(--line-strong); }
    :host([direction="block"]) { display: inline-block; align-self: stretch; }
    :host([direction="block"]) div { block-size: 100%; border-block-start: 0; border-inline-start: 1px solid var(--line); }
  `;

  update() {
    Standin.mirror(this.part$("div"), "aria-orientation", this.direction === "block" ? "vertical" : "horizontal");
  }
}

export function defineBoxes() {
  define("s-box", Box);
  define("s-stack", Stack);
  define("s-grid", Grid);
  define("s-grid-item", GridItem);
  define("s-scroll-box", ScrollBox);
  define("s-query-container", QueryContainer);
  define("s-divider", Divider);
}
