// Sizes by keyword, and the `@container` form of a value, as the typings of the real components describe them.

export const SPACES = {
  none: "0", "small-500": "2px", "small-400": "4px", "small-300": "6px", "small-200": "8px", "small-100": "12px",
  small: "12px", base: "16px", large: "20px", "large-100": "20px", "large-200": "24px", "large-300": "32px",
  "large-400": "40px", "large-500": "48px",
};

const RADII = {
  none: "0", "small-200": "4px", "small-100": "6px", small: "6px", base: "8px", large: "12px", "large-100": "12px",
  "large-200": "16px", max: "9999px",
};

const BORDER_WIDTHS = { none: "0", "small-100": "1px", small: "1px", base: "1px", large: "2px", "large-100": "4px" };
const BORDER_STYLES = { none: "none", solid: "solid", dashed: "dashed", dotted: "dotted", auto: "solid" };
const BORDER_COLOURS = { subdued: "#ebebeb", base: "#e3e3e3", strong: "#8a8a8a" };

const translate = (table) => (value) =>
  value
    .trim()
    .split(/\s+/)
    .map((word) => table[word] ?? (/^\d/.test(word) ? word : "0"))
    .join(" ");

export const space = translate(SPACES);
export const radius = translate(RADII);
export const borderWidth = translate(BORDER_WIDTHS);
export const borderStyle = (value) => value.trim().split(/\s+/).map((word) => BORDER_STYLES[word] ?? "solid").join(" ");
export const borderColour = (value) => BORDER_COLOURS[value] ?? BORDER_COLOURS.base;

function balanced(source, from) {
  let depth = 0;
  for (let at = from; at < source.length; at += 1) {
    if (source[at] === "(") depth += 1;
    if (source[at] === ")") depth -= 1;
    if (depth === 0) return at + 1;
  }
  return source.length;
}

function splitOnce(source) {
  let depth = 0;
  for (let at = 0; at < source.length; at += 1) {
    if (source[at] === "(") depth += 1;
    if (source[at] === ")") depth -= 1;
    if (source[at] === "," && depth === 0) return [source.slice(0, at).trim(), source.slice(at + 1).trim()];
  }
  return [source.trim(), ""];
}

/** Splits `@container name (query) yes, no`; null for a plain value. */
export function parseContainerValue(value) {
  const opening = /^@container\s+(?!not\b)([A-Za-z_-][\w-]*\s+)?/.exec(value) ?? /^@container\s*/.exec(value);
  if (!opening) return null;
  let at = opening[0].length;
  const start = at;
  for (;;) {
    const lead = /^\s*(?:and\s+|or\s+|not\s+)*(?=\()/.exec(value.slice(at));
    if (!lead || (at > start && lead[0].trim() === "")) break;
    at = balanced(value, at + lead[0].length);
  }
  const [whenTrue, whenFalse] = splitOnce(value.slice(at));
  const name = (opening[1] ?? "").trim();
  return { name: name === "s-default" ? "" : name, query: value.slice(start, at).trim(), whenTrue, whenFalse };
}

/** Writes `property: convert(value)` for `selector`, with a container query where the value is one. */
export function declare(selector, property, value, convert = (same) => same) {
  if (value === "" || value === null || value === undefined) return "";
  const parsed = parseContainerValue(value);
  if (!parsed) return `${selector}{${property}:${convert(value)}}`;
  const otherwise = parsed.whenFalse && `${selector}{${property}:${convert(parsed.whenFalse)}}`;
  return `${otherwise}@container ${parsed.name} ${parsed.query}{${selector}{${property}:${convert(parsed.whenTrue)}}}`;
}
