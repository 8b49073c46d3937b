// The base of every stand-in: attributes mirrored as properties, one shadow root, one update per change burst.

const TOKENS = `
  --ink: #303030; --ink-quiet: #616161; --ink-faint: #6d6d6d; --line: #e3e3e3; --line-strong: #8a8a8a;
  --surface: #fff; --surface-quiet: #f7f7f7; --surface-strong: #ebebeb; --page: #f1f1f1;
  --accent: #005bd3; --critical: #b3132b; --success: #0c5132; --warning: #5e4200; --caution: #4f4700; --info: #003a5a;
  --critical-soft: #fee1de; --success-soft: #cdf5de; --warning-soft: #ffe5c2; --caution-soft: #fff3b8; --info-soft: #dceefe;
  --critical-fill: #d3283f; --success-fill: #29845a; --warning-fill: #b28400; --caution-fill: #998a00; --info-fill: #0a78b8;
  --face: "Inter", system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
`;

const SHARED = `
  :host { ${TOKENS} box-sizing: border-box; font-family: var(--face); font-size: 14px; line-height: 20px; color: var(--ink); }
  :host([hidden]) { display: none !important; }
  *, *::before, *::after { box-sizing: border-box; }
  button, input, select, textarea { font: inherit; color: inherit; letter-spacing: inherit; }
  button { cursor: pointer; }
  button:disabled { cursor: default; }
  :focus-visible { outline: 2px solid var(--accent); outline-offset: 1px; }
  [hidden], [data-empty] { display: none !important; }
  .unseen { position: absolute !important; inline-size: 1px; block-size: 1px; margin: -1px; padding: 0; overflow: hidden;
    clip-path: inset(50%); white-space: nowrap; border: 0; }
`;

/** Returns a constructed style sheet: those need no `style-src` allowance. */
export function sheet(css) {
  const made = new CSSStyleSheet();
  made.replaceSync(css);
  return made;
}

const SHARED_SHEET = sheet(SHARED);
const DOCUMENT_SHEET = sheet(`
  @media screen { html:has(s-page) { background: #f1f1f1; } html:has(s-page) body { margin: 0; } }
`);

export const text = (fallback = "") => ({ kind: "text", fallback });
export const flag = () => ({ kind: "flag", fallback: false });
export const number = (fallback) => ({ kind: "number", fallback });

function read(element, attribute, { kind, fallback }) {
  const raw = element.getAttribute(attribute);
  if (kind === "flag") return raw !== null && raw !== "false";
  if (raw === null) return fallback;
  if (kind === "number") return raw.trim() === "" || Number.isNaN(Number(raw)) ? fallback : Number(raw);
  return raw;
}

function write(element, attribute, { kind }, value) {
  if (kind === "flag") element.toggleAttribute(attribute, value !== false && value != null && value !== "false");
  else if (value === null || value === undefined || value === "") element.removeAttribute(attribute);
  else element.setAttribute(attribute, String(value));
}

/** An element whose `static props` are attributes and properties at once. */
export class Standin extends HTMLElement {
  static props = {};
  static styles = "";
  static template = "<slot></slot>";
  static shadow = {};

  static get observedAttributes() {
    return Object.keys(this.props).map((name) => name.toLowerCase());
  }

  constructor() {
    super();
    const root = this.attachShadow({ mode: "open", ...this.constructor.shadow });
    this.dynamicSheet = new CSSStyleSheet();
    root.adoptedStyleSheets = [SHARED_SHEET, this.constructor.ownSheet, this.dynamicSheet];
    root.append(this.constructor.ownTemplate.content.cloneNode(true));
    // Where the script stands in the head, an element is connected before its children are parsed.
    root.addEventListener("slotchange", () => {
      this.markEmptySlots();
      this.queueUpdate();
    });
    this.updateQueued = false;
  }

  /** Finds the first match in the shadow root. */
  part$(selector) {
    return this.shadowRoot.querySelector(selector);
  }

  connectedCallback() {
    this.adoptEarlyProperties();
    this.markEmptySlots();
    this.update();
  }

  attributeChangedCallback() {
    this.queueUpdate();
  }

  queueUpdate() {
    if (this.updateQueued) return;
    this.updateQueued = true;
    queueMicrotask(() => {
      this.updateQueued = false;
      if (this.isConnected) this.update();
    });
  }

  /** Brings the shadow tree in line with the properties; subclasses override. */
  update() {}

  /** Values that a script set before this class was defined lie on the instance and would hide the accessors. */
  adoptEarlyProperties() {
    for (const name of this.constructor.settable) {
      if (!Object.hasOwn(this, name)) continue;
      const value = this[name];
      delete this[name];
      this[name] = value;
    }
  }

  markEmptySlots() {
    for (const wrapper of this.shadowRoot.querySelectorAll("[data-for-slot]")) {
      const wanted = wrapper.dataset.forSlot.split(" ");
      const filled = wanted.some((name) => {
        const slot = this.part$(name === "default" ? "slot:not([name])" : `slot[name="${name}"]`);
        return slot?.assignedNodes().some((node) => node.nodeType === 1 || node.textContent.trim() !== "");
      });
      wrapper.toggleAttribute("data-empty", !filled);
    }
  }

  /** Sets an attribute when there is a value, removes it when there is none. */
  static mirror(target, attribute, value) {
    if (value === null || value === undefined || value === false || value === "") target.removeAttribute(attribute);
    else if (target.getAttribute(attribute) !== String(value)) target.setAttribute(attribute, value === true ? "" : value);
  }

  fire(type, { bubbles = false, cancelable = false, detail } = {}) {
    return this.dispatchEvent(new CustomEvent(type, { bubbles, cancelable, detail }));
  }
}

const GENERATED = new WeakSet();

function isHandWritten(Class, name) {
  for (let level = Class.prototype; level !== Standin.prototype; level = Object.getPrototypeOf(level)) {
    const found = Object.getOwnPropertyDescriptor(level, name);
    if (found) return !GENERATED.has(found.get);
  }
  return false;
}

/** Registers `tag`, giving the class an accessor for each of its props that it does not define itself. */
export function define(tag, Class) {
  if (customElements.get(tag)) return;
  const names = Object.keys(Class.props);
  for (const name of names) {
    if (isHandWritten(Class, name)) continue;
    const attribute = name.toLowerCase();
    const get = function () {
      return read(this, attribute, Class.props[name]);
    };
    GENERATED.add(get);
    const set = function (value) {
      write(this, attribute, Class.props[name], value);
    };
    Object.defineProperty(Class.prototype, name, { configurable: true, enumerable: true, get, set });
  }
  Class.settable = [...names, ...(Class.state ?? [])];
  Class.ownSheet = sheet(Class.styles);
  Class.ownTemplate = document.createElement("template");
  Class.ownTemplate.innerHTML = Class.template;
  customElements.define(tag, Class);
}

/** Gives the page itself its grey ground. */
export function dressDocument() {
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, DOCUMENT_SHEET];
}
