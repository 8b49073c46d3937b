// Words and figures: text, paragraph, heading, number, lists.

import { VISUALLY_HIDDEN } from "./box.js";
import { Standin, define, number, text } from "./element.js";
import { TONE_COLOURS } from "./icons.js";

const SIZES = {
  "small-200": "11px/16px", "small-100": "12px/16px", small: "13px/20px", base: "14px/20px", large: "16px/24px", "large-100": "16px/24px",
};
const WEIGHTS = { base: 400, medium: 500, semibold: 600, bold: 700 };

const WORDS_STYLE = `
  ${TONE_COLOURS}
  :host([tone="neutral"]), :host([color="subdued"]) { color: var(--ink-quiet); }
  :host([fontvariantnumeric="tabular-nums"]) { font-variant-numeric: tabular-nums; }
`;

/** Returns the rules of size, weight and visibility that text-like elements share. */
function typeRules(element, sizes) {
  const [size, height] = (sizes[element.fontSize] ?? "").split("/");
  const clamp = Number.isFinite(element.lineClamp) && element.lineClamp > 0
    ? `:host{display:-webkit-box;-webkit-box-orient:vertical;-webkit-line-clamp:${element.lineClamp};overflow:hidden}` : "";
  return (size ? `:host{font-size:${size};line-height:${height}}` : "")
    + (WEIGHTS[element.fontWeight] ? `:host{font-weight:${WEIGHTS[element.fontWeight]}}` : "")
    + (element.accessibilityVisibility === "exclusive" ? `:host{${VISUALLY_HIDDEN}}` : "") + clamp;
}

const hideFromReaders = (element) =>
  Standin.mirror(element, "aria-hidden", element.accessibilityVisibility === "hidden" ? "true" : null);

class Text extends Standin {
  static props = {
    color: text(), type: text("generic"), tone: text("auto"), fontVariantNumeric: text(), fontSize: text("auto"),
    fontWeight: text("auto"), accessibilityVisibility: text("visible"), interestFor: text(),
  };
  static styles = `
    :host { display: inline; font-size: inherit; line-height: inherit; color: inherit; }
    :host([type="strong"]) { font-weight: 600; }
    :host([type="address"]) { display: block; font-style: normal; white-space: pre-line; }
    :host([type="redundant"]) { text-decoration: line-through; }
    ${WORDS_STYLE}
  `;

  update() {
    hideFromReaders(this);
    this.dynamicSheet.replaceSync(typeRules(this, SIZES));
  }
}

class Figure extends Text {
  static styles = `
    :host { display: inline; font-size: inherit; line-height: inherit; color: inherit; font-variant-numeric: tabular-nums; }
    ${WORDS_STYLE}
  `;
}

class Paragraph extends Standin {
  static props = {
    color: text(), tone: text("auto"), fontSize: text("auto"), fontWeight: text("auto"), fontVariantNumeric: text(),
    accessibilityVisibility: text("visible"), lineClamp: number(Infinity),
  };
  static template = "<slot></slot>";
  static styles = `:host { display: block; } ${WORDS_STYLE}`;

  update() {
    hideFromReaders(this);
    if (!this.hasAttribute("role")) this.setAttribute("role", "paragraph");
    this.dynamicSheet.replaceSync(typeRules(this, SIZES));
  }
}

const HEADING_SIZES = {
  small: "12px/16px", base: "14px/20px", large: "16px/24px", "large-100": "16px/24px", "large-200": "20px/24px",
  "large-300": "24px/32px", "large-400": "30px/40px",
};

/** Returns how many titled sections lie around `element`; the page's own heading is level 1. */
export function headingLevel(element) {
  let level = 2;
  for (let outer = element.parentElement; outer; outer = outer.parentElement) {
    if (outer.localName === "s-section" && (outer.heading || outer.getAttribute("heading"))) level += 1;
  }
  return Math.min(level, 6);
}

class Heading extends Standin {
  static props = {
    fontSize: text("auto"), accessibilityRole: text("heading"), accessibilityVisibility: text("visible"), lineClamp: number(Infinity),
  };
  static styles = ":host { display: block; font-weight: 600; font-size: 14px; line-height: 20px; text-wrap: balance; }";

  update() {
    const isHeading = this.accessibilityRole === "heading";
    Standin.mirror(this, "role", isHeading ? "heading" : "presentation");
    Standin.mirror(this, "aria-level", isHeading ? headingLevel(this) : null);
    hideFromReaders(this);
    this.dynamicSheet.replaceSync(typeRules(this, HEADING_SIZES));
  }
}

class List extends Standin {
  static template = "<div role='list'><slot></slot></div>";
  static styles = ":host { display: block; } div { padding-inline-start: 24px; list-style: disc; counter-reset: list-item; }";
}

class OrderedList extends List {
  static styles = ":host { display: block; } div { padding-inline-start: 24px; list-style: decimal; counter-reset: list-item; }";
}

class ListItem extends Standin {
  static styles = ":host { display: list-item; padding-block: 2px; } :host::marker { color: var(--ink-quiet); }";

  update() {
    this.setAttribute("role", "listitem");
  }
}

export function defineTexts() {
  define("s-text", Text);
  define("s-number", Figure);
  define("s-paragraph", Paragraph);
  define("s-heading", Heading);
  define("s-unordered-list", List);
  define("s-ordered-list", OrderedList);
  define("s-list-item", ListItem);
}
