// What opens above the page: modal, popover, menu, tooltip.

import { Standin, define, text } from "./element.js";
import { svg } from "./icons.js";
import { declare } from "./spacing.js";

/** Collects what Tab can reach below `root`, through slots and shadow roots, in reading order. */
export function focusables(root) {
  const found = [];
  const walk = (node) => {
    // Not checkVisibility: a slot has no box of its own and would count as hidden.
    const { display, visibility } = getComputedStyle(node);
    if (display === "none" || visibility === "hidden") return;
    if (node instanceof HTMLElement && node.tabIndex >= 0 && !node.disabled && !node.shadowRoot?.delegatesFocus) found.push(node);
    const below = node.localName === "slot" && node.assignedNodes().length ? node.assignedElements() : (node.shadowRoot ?? node).children;
    for (const child of below) walk(child);
  };
  for (const child of root.children) walk(child);
  return found;
}

function deepActive() {
  let active = document.activeElement;
  while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
  return active;
}

class Overlay extends Standin {
  isOpen = false;
  source = null;

  showOverlay(source) {
    if (this.isOpen || !this.isConnected) return;
    this.isOpen = true;
    this.source = source instanceof HTMLElement ? source : this.source;
    this.returnTo = deepActive();
    this.fire("show");
    this.fire("toggle", { detail: { oldState: "closed", newState: "open" } });
    this.open();
    this.source?.queueUpdate?.();
    requestAnimationFrame(() => {
      if (!this.isOpen) return;
      this.fire("aftershow");
      this.fire("aftertoggle", { detail: { oldState: "closed", newState: "open" } });
    });
  }

  hideOverlay() {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.fire("hide");
    this.fire("toggle", { detail: { oldState: "open", newState: "closed" } });
    this.close();
    this.source?.queueUpdate?.();
    this.fire("afterhide");
    this.fire("aftertoggle", { detail: { oldState: "open", newState: "closed" } });
  }

  toggleOverlay(source) {
    if (this.isOpen) this.hideOverlay();
    else this.showOverlay(source);
  }

  connectedCallback() {
    super.connectedCallback();
    this.tellOpeners();
  }

  update() {
    this.tellOpeners();
  }

  /** What opens this describes itself by it, and may have been parsed earlier. */
  tellOpeners() {
    const name = CSS.escape(this.id);
    if (!this.id) return;
    for (const opener of this.getRootNode().querySelectorAll(`[commandfor="${name}"], [interestfor="${name}"]`)) opener.queueUpdate?.();
  }

  disconnectedCallback() {
    this.hideOverlay();
  }
}

class Modal extends Overlay {
  static props = { size: text("base"), heading: text(), accessibilityLabel: text(), padding: text("base") };
  static template = `
    <dialog>
      <header><h2 id="title"></h2><button type="button" class="close" aria-label="Close"></button></header>
      <div class="body"><slot></slot></div>
      <footer data-for-slot="secondary-actions primary-action"><slot name="secondary-actions"></slot><slot name="primary-action"></slot></footer>
    </dialog>`;
  static styles = `
    :host { display: contents; }
    dialog { inline-size: min(620px, calc(100vw - 32px)); max-block-size: min(calc(100dvh - 32px), 720px); padding: 0; border: 0; border-radius: 16px; background: #fff; color: var(--ink);
      box-shadow: 0 20px 40px rgb(0 0 0 / 30%); overflow: hidden; }
    dialog[open] { display: flex; flex-direction: column; }
    :host([size^="small"]) dialog { inline-size: min(380px, calc(100vw - 32px)); } :host([size^="large"]) dialog { inline-size: min(980px, calc(100vw - 32px)); }
    dialog::backdrop { background: rgb(0 0 0 / 55%); }
    header { display: flex; align-items: center; gap: 8px; padding: 12px 12px 12px 16px; background: #f3f3f3; border-block-end: 1px solid var(--line); }
    h2 { flex: 1; margin: 0; font-size: 14px; line-height: 20px; font-weight: 650; }
    .close { display: inline-flex; padding: 4px; border: 0; border-radius: 8px; background: none; } .close:hover { background: rgb(0 0 0 / 8%); }
    .body { padding: 16px; overflow: auto; display: flex; flex-direction: column; gap: 16px; } :host([padding="none"]) .body { padding: 0; }
    footer { display: flex; flex-wrap: wrap; justify-content: flex-end; gap: 8px; padding: 12px 16px; border-block-start: 1px solid var(--line); }
  `;
  autoCommand = "--show";
  popupKind = "dialog";

  connectedCallback() {
    super.connectedCallback();
    const dialog = this.part$("dialog");
    this.part$(".close").onclick = () => this.hideOverlay();
    dialog.oncancel = (event) => {
      event.preventDefault();
      this.hideOverlay();
    };
    // The browser closes by itself when Escape is pressed twice.
    dialog.onclose = () => this.hideOverlay();
    dialog.onkeydown = (event) => this.keepFocusInside(event);
    dialog.onclick = (event) => {
      if (event.target === dialog) this.hideOverlay();
    };
  }

  update() {
    const dialog = this.part$("dialog");
    this.part$("h2").textContent = this.heading;
    this.part$(".close").replaceChildren(svg("x"));
    Standin.mirror(dialog, "aria-label", this.accessibilityLabel);
    Standin.mirror(dialog, "aria-labelledby", this.heading && !this.accessibilityLabel ? "title" : null);
  }

  open() {
    this.part$("dialog").showModal();
  }

  close() {
    this.part$("dialog").close();
    this.returnTo?.focus?.();
  }

  keepFocusInside(event) {
    if (event.key !== "Tab") return;
    const reachable = focusables(this.part$("dialog"));
    const at = reachable.indexOf(deepActive());
    const edge = event.shiftKey ? at <= 0 : at === reachable.length - 1;
    if (!edge || reachable.length === 0) return;
    event.preventDefault();
    reachable.at(event.shiftKey ? -1 : 0).focus();
  }
}

/** Places `panel` under its source, or above where there is no room below. */
function place(panel, source, gap = 4) {
  const around = source.getBoundingClientRect();
  const own = panel.getBoundingClientRect();
  const below = around.bottom + gap + own.height <= innerHeight || around.top < own.height + gap;
  const top = below ? around.bottom + gap : around.top - gap - own.height;
  // Left edges meet, or right edges where the panel would leave the window.
  const left = around.left + own.width <= innerWidth - 8 ? around.left : around.right - own.width;
  panel.style.top = `${Math.max(8, top)}px`;
  panel.style.left = `${Math.max(8, Math.min(left, innerWidth - own.width - 8))}px`;
}

/** Opens `panel` beside `source` until Escape, a press elsewhere, or the window losing focus; returns how to stop. */
export function float(panel, source, dismiss, onKey = () => {}) {
  const outside = (event) => {
    const path = event.composedPath();
    if (!path.includes(panel) && !path.includes(source)) dismiss();
  };
  const keys = (event) => {
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      dismiss();
    } else onKey(event);
  };
  const reposition = () => place(panel, source);
  const listening = [[document, "pointerdown", outside], [document, "keydown", keys], [document, "scroll", reposition], [window, "resize", reposition], [window, "blur", dismiss]];
  panel.showPopover();
  reposition();
  for (const [target, type, listener] of listening) target.addEventListener(type, listener, { capture: target === document, passive: type === "scroll" });
  return () => {
    for (const [target, type, listener] of listening) target.removeEventListener(type, listener, { capture: target === document });
    if (panel.matches(":popover-open")) panel.hidePopover();
  };
}

const PANEL_STYLE = `
  :host { display: contents; }
  [popover] { position: fixed; inset: auto; margin: 0; padding: 0; border: 0; border-radius: 12px; background: #fff; color: var(--ink); box-shadow: 0 0 0 1px rgb(0 0 0 / 8%), 0 8px 24px rgb(0 0 0 / 18%);
    max-inline-size: calc(100vw - 16px); max-block-size: calc(100dvh - 16px); overflow: auto; }
`;

class Popover extends Overlay {
  static props = {
    blockSize: text("auto"), inlineSize: text("auto"), minBlockSize: text("0"), minInlineSize: text("0"), maxBlockSize: text("none"), maxInlineSize: text("none"),
  };
  static template = "<div popover='manual' tabindex='-1' role='dialog'><slot></slot></div>";
  static styles = `${PANEL_STYLE} [popover] { min-inline-size: 160px; }`;
  autoCommand = "--toggle";
  popupKind = "dialog";

  get panel() {
    return this.part$("[popover]");
  }

  update() {
    const sizes = [["block-size", this.blockSize], ["inline-size", this.inlineSize], ["min-block-size", this.minBlockSize],
      ["min-inline-size", this.minInlineSize], ["max-block-size", this.maxBlockSize], ["max-inline-size", this.maxInlineSize]];
    const given = sizes.filter(([, value]) => !["auto", "0", "none"].includes(value));
    this.dynamicSheet.replaceSync(given.map(([property, value]) => declare("[popover]", property, value)).join(""));
    Standin.mirror(this.panel, "aria-label", this.getAttribute("aria-label") ?? "Popover");
  }

  open() {
    this.stopFloating = float(this.panel, this.source ?? document.body, () => this.hideOverlay(), (event) => this.onKey(event));
    this.focusInside();
  }

  focusInside() {
    (focusables(this.panel)[0] ?? this.panel).focus({ preventScroll: true });
  }

  close() {
    const hadFocus = this.contains(document.activeElement) || this.shadowRoot.activeElement;
    this.stopFloating();
    if (hadFocus) this.returnTo?.focus?.();
  }

  onKey() {}

  showInterest(source) {
    this.showOverlay(source);
  }

  loseInterest() {}
}

class Menu extends Popover {
  static props = { accessibilityLabel: text() };
  static template = "<div popover='manual' tabindex='-1' role='menu'><slot></slot></div>";
  static styles = `${PANEL_STYLE} [popover] { min-inline-size: 180px; padding: 6px; } ::slotted(s-section) { padding-block: 4px; }`;
  popupKind = "menu";

  connectedCallback() {
    super.connectedCallback();
    this.onclick = (event) => {
      if (event.target.closest?.("s-button, s-link, s-clickable")) this.hideOverlay();
    };
  }

  get items() {
    return [...this.querySelectorAll("s-button, s-link, s-clickable")].map((item) => item.inner).filter((inner) => inner && !inner.disabled);
  }

  update() {
    Standin.mirror(this.panel, "aria-label", this.accessibilityLabel || "Menu");
  }

  focusInside() {
    (this.items[0] ?? this.panel).focus({ preventScroll: true });
  }

  onKey(event) {
    const items = this.items;
    const at = items.indexOf(deepActive());
    const steps = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 };
    if (event.key === "Tab") this.hideOverlay();
    if (!(event.key in steps) || items.length === 0) return;
    event.preventDefault();
    items.at((steps[event.key] + items.length) % items.length).focus();
  }
}

class Tooltip extends Overlay {
  static template = "<div popover='manual' role='tooltip'><slot></slot></div>";
  static styles = `:host { display: contents; } [popover] { position: fixed; inset: auto; margin: 0; padding: 6px 8px; border: 0; border-radius: 8px; background: #303030; color: #fff; font-size: 13px; max-inline-size: 240px;
    --ink: #fff; --ink-quiet: #e3e3e3; }`;

  open() {
    const panel = this.part$("[popover]");
    panel.showPopover();
    place(panel, this.source);
  }

  close() {
    const panel = this.part$("[popover]");
    if (panel.matches(":popover-open")) panel.hidePopover();
  }

  showInterest(source) {
    this.source = source;
    this.showOverlay(source);
  }

  loseInterest() {
    this.hideOverlay();
  }
}

export function defineOverlays() {
  define("s-modal", Modal);
  define("s-popover", Popover);
  define("s-menu", Menu);
  define("s-tooltip", Tooltip);
}
