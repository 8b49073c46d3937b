// s-select with its options: a native `<select>` that mirrors the light children.

import { Standin, define, flag, text } from "./element.js";
import { FRAME_STYLE, Field, fieldTemplate } from "./field.js";
import { svg } from "./icons.js";

class OptionElement extends Standin {
  static props = { value: text(), disabled: flag(), selected: flag() };
  static template = "";
  static styles = ":host { display: none; }";

  get value() {
    return this.getAttribute("value") ?? this.textContent.trim();
  }

  set value(value) {
    this.setAttribute("value", value);
  }

  get defaultSelected() {
    return this.hasAttribute("selected");
  }

  set defaultSelected(value) {
    this.toggleAttribute("selected", Boolean(value));
  }
}

class OptionGroupElement extends Standin {
  static props = { label: text(), disabled: flag() };
  static template = "";
  static styles = ":host { display: none; }";
}

class Select extends Field {
  static props = {
    label: text(), name: text(), value: text(), disabled: flag(), required: flag(), error: text(), details: text(), placeholder: text(), icon: text(),
    labelAccessibilityVisibility: text("visible"),
  };
  static template = fieldTemplate(`<div class="frame"><span class="sign"></span><select id="control"></select><span class="arrow"></span></div><slot></slot>`);
  static styles = `${FRAME_STYLE}
    select { appearance: none; text-overflow: ellipsis; cursor: pointer; padding-inline-end: 24px !important; margin-inline-end: -28px !important; } .arrow { display: inline-flex; flex: none; color: #4a4a4a; pointer-events: none; margin-inline-end: -4px; }
    .frame { box-shadow: inset 0 -1px 0 rgb(0 0 0 / 12%); }
  `;

  constructor() {
    super();
    this.watcher = new MutationObserver(() => this.update());
  }

  connectedCallback() {
    super.connectedCallback();
    this.part$(".arrow").replaceChildren(svg("select"));
    this.watcher.observe(this, { childList: true, subtree: true, characterData: true, attributeFilter: ["value", "selected", "disabled", "label"] });
  }

  disconnectedCallback() {
    this.watcher.disconnect();
  }

  get readOnly() {
    return false;
  }

  get defaultValue() {
    const chosen = this.querySelector("s-option[selected]");
    if (this.hasAttribute("value")) return this.getAttribute("value");
    if (chosen) return chosen.value ?? chosen.getAttribute("value") ?? "";
    return this.placeholder ? "" : this.querySelector("s-option:not([disabled])")?.getAttribute("value") ?? "";
  }

  mirrorOption(source) {
    const option = new Option(source.textContent.trim(), source.getAttribute("value") ?? source.textContent.trim());
    option.disabled = source.hasAttribute("disabled");
    return option;
  }

  updateControl(control) {
    const entries = [...this.children].filter((child) => ["s-option", "s-option-group"].includes(child.localName)).map((child) => {
      if (child.localName === "s-option") return this.mirrorOption(child);
      const group = document.createElement("optgroup");
      group.label = child.getAttribute("label") ?? "";
      group.disabled = child.hasAttribute("disabled");
      group.append(...[...child.children].map((option) => this.mirrorOption(option)));
      return group;
    });
    const hint = new Option(this.placeholder || "", "");
    hint.disabled = true;
    hint.hidden = true;
    control.replaceChildren(hint, ...entries);
    this.part$(".sign").replaceChildren(...(this.icon ? [svg(this.icon)] : []));
  }
}

export function defineSelects() {
  define("s-option", OptionElement);
  define("s-option-group", OptionGroupElement);
  define("s-select", Select);
}
