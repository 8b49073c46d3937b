// What is pressed: button, link, clickable, chips that press, groups; and commands to overlays.

import { BOX_PROPS, boxRules, describeHost } from "./box.js";
import { Standin, define, flag, text } from "./element.js";
import { submitForm } from "./field.js";
import { svg } from "./icons.js";
import { CHIP_PARTS, CHIP_STYLE } from "./marks.js";

const COMMAND_METHODS = { "--show": "showOverlay", "--hide": "hideOverlay", "--toggle": "toggleOverlay" };

function find(element, id) {
  const root = element.getRootNode();
  return (id && (root.getElementById?.(id) ?? document.getElementById(id))) || null;
}

/** Carries out `command` on the element that `commandFor` names. */
function runCommand(source) {
  const target = find(source, source.commandFor);
  if (!target) return;
  const command = source.command === "--auto" ? target.autoCommand ?? "--toggle" : source.command;
  target.dispatchEvent(Object.assign(new CustomEvent("command", { cancelable: true }), { command, source }));
  const method = COMMAND_METHODS[command];
  const name = typeof target[method] === "function" ? method : method?.replace("Overlay", "");
  if (typeof target[name] === "function") target[name](source);
}

/** Ties `interestFor` to a tooltip or popover: it opens on hover and on focus. */
function followInterest(element) {
  const open = () => find(element, element.interestFor)?.showInterest?.(element);
  const close = () => find(element, element.interestFor)?.loseInterest?.();
  element.addEventListener("pointerenter", open);
  element.addEventListener("pointerleave", close);
  element.addEventListener("focusin", open);
  element.addEventListener("focusout", close);
}

/** A host whose shadow holds the real `<button>` or `<a>`. */
class Pressable extends Standin {
  static formAssociated = true;
  static shadow = { delegatesFocus: true };
  static props = {
    disabled: flag(), loading: flag(), href: text(), target: text("auto"), download: text(), type: text("button"), accessibilityLabel: text(),
    commandFor: text(), command: text("--auto"), interestFor: text(),
  };

  constructor() {
    super();
    this.internals = this.attachInternals();
    this.addEventListener("click", (event) => this.afterClick(event));
    followInterest(this);
  }

  get inner() {
    return this.part$("[data-press]");
  }

  /** The host itself has nothing to press: a scripted click goes to the inner control, which may be disabled. */
  click() {
    this.inner?.click();
  }

  focus(options) {
    this.inner?.focus(options);
  }

  get isIdle() {
    return !this.disabled && !this.loading && !this.fieldsetDisabled;
  }

  afterClick(event) {
    if (!this.isIdle) {
      event.preventDefault();
      event.stopImmediatePropagation();
      return;
    }
    // A task, not a microtask: the page's own listeners run first, as with a native submit button.
    setTimeout(() => {
      if (event.defaultPrevented) return;
      if (this.commandFor) runCommand(this);
      else if (!this.href && this.internals.form && this.type === "submit") submitForm(this.internals.form);
      else if (!this.href && this.internals.form && this.type === "reset") HTMLFormElement.prototype.reset.call(this.internals.form);
    });
  }

  formDisabledCallback(disabled) {
    this.fieldsetDisabled = disabled && !this.disabled;
    this.queueUpdate();
  }

  /** Makes the inner element a link or a button, whichever the properties ask for. */
  chooseInner(holder) {
    const wanted = this.href && this.isIdle ? "a" : "button";
    let inner = this.inner;
    if (inner?.localName !== wanted) {
      const fresh = document.createElement(wanted);
      fresh.setAttribute("data-press", "");
      fresh.className = "press";
      fresh.append(...(inner?.childNodes ?? []));
      if (inner) inner.replaceWith(fresh);
      else holder.append(fresh);
      inner = fresh;
    }
    if (wanted === "a") {
      inner.href = this.href;
      Standin.mirror(inner, "target", this.target === "auto" ? null : this.target);
      Standin.mirror(inner, "rel", this.target === "_blank" ? "noopener" : null);
      Standin.mirror(inner, "download", this.download);
    } else {
      inner.type = "button";
      inner.disabled = !this.isIdle;
    }
    this.describe(inner);
    return inner;
  }

  describe(inner) {
    Standin.mirror(inner, "aria-label", this.accessibilityLabel);
    Standin.mirror(inner, "aria-busy", this.loading ? "true" : null);
    Standin.mirror(inner, "lang", this.lang);
    const target = find(this, this.commandFor);
    Standin.mirror(inner, "aria-haspopup", target?.popupKind ?? null);
    Standin.mirror(inner, "aria-expanded", target?.popupKind === "menu" ? String(Boolean(target.isOpen)) : null);
    const hint = find(this, this.interestFor);
    Standin.mirror(inner, "aria-description", hint?.localName === "s-tooltip" ? hint.textContent.trim() : null);
    const inMenu = this.closest("s-menu") !== null;
    Standin.mirror(inner, "role", inMenu ? "menuitem" : null);
    if (inMenu) inner.tabIndex = -1;
    else inner.removeAttribute("tabindex");
    this.toggleAttribute("data-in-menu", inMenu);
  }
}

const BUTTON_STYLE = `
  :host { display: inline-block; vertical-align: middle; inline-size: fit-content; max-inline-size: 100%; }
  :host([inlinesize="fill"]) { display: block; inline-size: auto; }
  .press { position: relative; display: inline-flex; align-items: center; justify-content: center; gap: 4px; inline-size: 100%; min-block-size: 32px;
    padding: 6px 12px; border: 0; border-radius: 8px; background: #fff; color: var(--ink); font-size: 13px; line-height: 20px; font-weight: 550;
    text-decoration: none; cursor: pointer; box-shadow: inset 0 0 0 1px #c9c9c9, inset 0 -1px 0 0 #a8a8a8; white-space: nowrap; }
  .press:hover { background: #f6f6f6; } .press:active { background: #ededed; box-shadow: inset 0 0 0 1px #b5b5b5; }
  :host(:is([variant="primary"], [data-auto-variant="primary"]):not([variant="secondary"], [variant="tertiary"])) .press { background: #303030; color: #fff;
    box-shadow: inset 0 0 0 1px #1f1f1f; }
  :host(:is([variant="primary"], [data-auto-variant="primary"])) .press:hover { background: #1a1a1a; }
  :host([variant="tertiary"]) .press { background: none; box-shadow: none; } :host([variant="tertiary"]) .press:hover { background: rgb(0 0 0 / 6%); }
  :host([tone="critical"]) .press { color: var(--critical); }
  :host([variant="primary"][tone="critical"]) .press { background: #b3132b; color: #fff; box-shadow: inset 0 0 0 1px #8e0b20; }
  :host([variant="primary"][tone="critical"]) .press:hover { background: #8e0b20; }
  .press:disabled { background: #e8e8e8 !important; color: #757575 !important; box-shadow: none !important; cursor: default; }
  :host([variant="tertiary"]) .press:disabled { background: none !important; }
  .sign { display: inline-flex; margin-inline-start: -4px; } .sign:empty, .words[data-empty] { display: none !important; }
  :host([data-icon-only]) .press { padding: 6px; inline-size: 32px; } :host([data-icon-only]) .sign { margin: 0; }
  .wait { position: absolute; inset: 0; display: grid; place-items: center; } .wait[hidden] { display: none; }
  .wait i { inline-size: 16px; block-size: 16px; border: 2px solid #b5b5b5; border-block-start-color: #4a4a4a; border-radius: 50%; animation: turn 0.8s linear infinite; }
  .waiting .words, .waiting .sign { opacity: 0; }
  @keyframes turn { to { rotate: 1turn; } }
  :host([data-in-menu]) { display: block; inline-size: auto; }
  :host([data-in-menu]) .press { justify-content: flex-start; background: none; box-shadow: none; font-weight: 450; }
  :host([data-in-menu]) .press:is(:hover, :focus-visible) { background: #f1f1f1; }
  @media (pointer: coarse) { .press { min-block-size: 36px; } }
`;
const BUTTON_PARTS = `<button data-press class="press"><span class="sign"></span><span class="words" data-for-slot="default"><slot></slot></span>
  <span class="wait" hidden><i></i></span></button>`;

class Button extends Pressable {
  static props = { ...Pressable.props, tone: text("auto"), icon: text(), variant: text("auto"), inlineSize: text("auto") };
  static template = BUTTON_PARTS;
  static styles = BUTTON_STYLE;

  update() {
    const inner = this.chooseInner(this.shadowRoot);
    this.part$(".sign").replaceChildren(...(this.icon ? [svg(this.icon)] : []));
    this.part$(".wait").hidden = !this.loading;
    inner.classList.toggle("waiting", this.loading);
    const wordless = this.part$(".words").hasAttribute("data-empty");
    this.toggleAttribute("data-icon-only", wordless && Boolean(this.icon));
    const primary = this.variant === "auto" && this.slot === "primary-action";
    Standin.mirror(this, "data-auto-variant", primary ? "primary" : null);
  }
}

class PressButton extends Button {
  static props = {
    disabled: flag(), loading: flag(), accessibilityLabel: text(), tone: text(), icon: text(), variant: text("secondary"), inlineSize: text("auto"),
    pressed: flag(),
  };
  static state = ["pressed"];

  get pressed() {
    return this.pressedNow ?? this.hasAttribute("pressed");
  }

  set pressed(value) {
    this.pressedNow = Boolean(value);
    this.queueUpdate();
  }

  get defaultPressed() {
    return this.hasAttribute("pressed");
  }

  set defaultPressed(value) {
    this.toggleAttribute("pressed", Boolean(value));
  }

  get href() {
    return "";
  }

  get commandFor() {
    return "";
  }

  get interestFor() {
    return "";
  }

  get type() {
    return "button";
  }

  afterClick(event) {
    super.afterClick(event);
    if (this.isIdle) this.pressed = !this.pressed;
  }

  update() {
    super.update();
    this.inner.setAttribute("aria-pressed", String(this.pressed));
    this.toggleAttribute("data-pressed", this.pressed);
    this.dynamicSheet.replaceSync(this.pressed ? ".press{background:#e3e3e3;box-shadow:inset 0 0 0 1px #8a8a8a}" : "");
  }
}

class Link extends Pressable {
  static props = {
    href: text(), target: text("auto"), download: text(), tone: text("auto"), accessibilityLabel: text(), commandFor: text(), command: text("--auto"), interestFor: text(),
  };
  static template = "<button data-press class='press'><slot></slot></button>";
  static styles = `
    :host { display: inline; inline-size: fit-content; font-size: inherit; line-height: inherit; }
    .press { display: inline; padding: 0; border: 0; border-radius: 2px; background: none; color: var(--accent); font: inherit; text-decoration: underline; cursor: pointer;
      text-align: start; text-underline-offset: 2px; }
    .press:hover { color: #003d8f; }
    :host([tone="neutral"]) .press { color: inherit; } :host([tone="critical"]) .press { color: var(--critical); }
    :host([slot="breadcrumb-actions"]) .press { color: var(--ink-quiet); text-decoration: none; } :host([slot="breadcrumb-actions"]) .press:hover { text-decoration: underline; }
  `;

  get disabled() {
    return false;
  }

  get loading() {
    return false;
  }

  get type() {
    return "button";
  }

  update() {
    this.chooseInner(this.shadowRoot);
  }
}

class Clickable extends Pressable {
  static props = { ...BOX_PROPS, ...Pressable.props };
  static template = "<button data-press class='press'><slot></slot></button>";
  static styles = `
    :host { display: block; }
    .press { display: block; inline-size: 100%; margin: 0; border: 0; background: none; color: inherit; text-align: start; text-decoration: none; font: inherit; cursor: pointer; }
    .press:hover { background-color: rgb(0 0 0 / 4%); } .press:disabled { opacity: 0.6; cursor: default; }
  `;

  update() {
    this.chooseInner(this.shadowRoot);
    describeHost(this);
    // The press target carries the label, not the host.
    this.removeAttribute("aria-label");
    if (this.getAttribute("role") === "group") this.removeAttribute("role");
    // A button shrinks to its content where the box it stands for would fill the line.
    this.dynamicSheet.replaceSync(boxRules(this, ".press") + (this.inlineSize === "auto" ? ".press{inline-size:100%}" : ""));
  }
}

class ClickableChip extends Pressable {
  static props = {
    hidden: flag(), disabled: flag(), href: text(), removable: flag(), color: text("base"), interestFor: text(), accessibilityLabel: text(),
    commandFor: text(), command: text("--auto"),
  };
  static template = `<span class='chip'><button data-press class='press'><slot name='graphic'></slot><span class='words'><slot></slot></span></button>
    ${CHIP_PARTS.slice(CHIP_PARTS.indexOf("<button"))}</span>`;
  static styles = `${CHIP_STYLE}
    .chip { padding-inline: 0; } .press { display: inline-flex; align-items: center; gap: 4px; min-inline-size: 0; padding: 0 8px; border: 0; border-radius: 8px; background: none; color: inherit;
      font: inherit; text-decoration: none; cursor: pointer; } .press:hover { background: rgb(0 0 0 / 6%); } .remove { margin-inline-end: 0; }
    .press:disabled { color: #757575; }
  `;

  get loading() {
    return false;
  }

  get type() {
    return "button";
  }

  get target() {
    return "auto";
  }

  connectedCallback() {
    super.connectedCallback();
    this.part$(".remove").onclick = (event) => {
      event.stopPropagation();
      this.fire("remove");
      this.hidden = true;
      this.fire("afterhide");
    };
  }

  update() {
    this.chooseInner(this.part$(".chip"));
    const remove = this.part$(".remove");
    remove.hidden = !this.removable;
    remove.disabled = this.disabled;
    remove.replaceChildren(svg("x", 14));
    remove.setAttribute("aria-label", `Remove ${this.accessibilityLabel || this.textContent.trim()}`);
  }
}

class ButtonGroup extends Standin {
  static props = { accessibilityLabel: text(), gap: text("base") };
  static template = "<div role='group'><slot name='secondary-actions'></slot><slot></slot><slot name='primary-action'></slot></div>";
  static styles = `
    :host { display: inline-block; vertical-align: middle; inline-size: fit-content; max-inline-size: 100%; } div { display: flex; flex-wrap: wrap; gap: 8px; }
    :host([gap="none"]) div { gap: 0; } :host([gap="none"]) ::slotted(*) { margin-inline-start: -1px; }
  `;

  update() {
    Standin.mirror(this.part$("div"), "aria-label", this.accessibilityLabel);
  }
}

export function defineActions() {
  define("s-button", Button);
  define("s-press-button", PressButton);
  define("s-link", Link);
  define("s-clickable", Clickable);
  define("s-clickable-chip", ClickableChip);
  define("s-button-group", ButtonGroup);
}
