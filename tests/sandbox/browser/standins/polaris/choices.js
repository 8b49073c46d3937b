// What is ticked or picked: checkbox, switch, choice list.

import { Standin, define, flag, text } from "./element.js";
import { Field, MESSAGES, MESSAGE_STYLE, showLabel, showMessages } from "./field.js";

const TICK_STYLE = `
  :host { display: block; }
  .row { display: flex; align-items: flex-start; gap: 8px; } label { padding-block-start: 0; cursor: pointer; }
  input { appearance: none; flex: none; display: grid; place-content: center; inline-size: 18px; block-size: 18px; margin: 1px 0; border: 1px solid var(--line-strong); border-radius: 5px; background: #fdfdfd; cursor: pointer; }
  input:checked, input[type="checkbox"]:indeterminate { background: #303030; border-color: #303030; }
  input:checked::after { content: ""; inline-size: 10px; block-size: 5px; border: solid #fff; border-width: 0 0 2px 2px; rotate: -45deg; translate: 0 -1px; }
  input[type="checkbox"]:indeterminate::after { content: ""; inline-size: 8px; border-block-start: 2px solid #fff; rotate: none; }
  input[type="radio"] { border-radius: 50%; } input[type="radio"]:checked::after { inline-size: 8px; block-size: 8px; border: 0; border-radius: 50%; background: #fff; rotate: none; translate: none; }
  input:disabled { background: #e3e3e3; border-color: #d6d6d6; } input:disabled:checked { background: #b5b5b5; } input:disabled ~ *, .disabled label { color: #757575; cursor: default; }
  .invalid input { border-color: #b3132b; } .needed::after { content: "*" / ""; color: var(--critical); margin-inline-start: 2px; }
  .text { min-inline-size: 0; } .details { margin-block-start: 0; }
  ${MESSAGE_STYLE} .details { margin-block-start: 0; }
`;

const tick = (role) => `
  <div class="field"><div class="row"><input id="control" type="checkbox"${role}><div class="text">
    <label for="control"><span class="words"></span><span class="needed" hidden></span></label>${MESSAGES}</div></div></div>`;

class Checkbox extends Field {
  static props = {
    label: text(), name: text(), value: text("on"), disabled: flag(), required: flag(), error: text(), details: text(), checked: flag(), indeterminate: flag(),
    accessibilityLabel: text(), labelAccessibilityVisibility: text("visible"),
  };
  static state = ["value", "checked", "indeterminate"];
  static template = tick("");
  static styles = TICK_STYLE;

  get value() {
    return this.getAttribute("value") ?? "on";
  }

  set value(value) {
    this.setAttribute("value", value);
  }

  get defaultChecked() {
    return this.hasAttribute("checked");
  }

  set defaultChecked(value) {
    this.toggleAttribute("checked", Boolean(value));
  }

  get checked() {
    return this.checkedNow ?? this.defaultChecked;
  }

  set checked(value) {
    this.checkedNow = Boolean(value);
    this.showValue();
    this.commit();
  }

  get defaultIndeterminate() {
    return this.hasAttribute("indeterminate");
  }

  set defaultIndeterminate(value) {
    this.toggleAttribute("indeterminate", Boolean(value));
  }

  get indeterminate() {
    return this.mixedNow ?? this.defaultIndeterminate;
  }

  set indeterminate(value) {
    this.mixedNow = Boolean(value);
    this.showValue();
  }

  get readOnly() {
    return false;
  }

  click() {
    this.control.click();
  }

  takeInput() {
    this.checkedNow = this.control.checked;
    this.mixedNow = false;
    this.commit();
  }

  showValue() {
    this.control.checked = this.checked;
    this.control.indeterminate = this.indeterminate;
  }

  commit() {
    this.internals.setFormValue(this.checked ? this.value : null, this.checked ? "on" : "off");
    if (this.control.validity.valid) this.internals.setValidity({});
    else this.internals.setValidity({ valueMissing: true }, this.control.validationMessage, this.control);
  }

  submitOnEnter() {}

  formResetCallback() {
    this.checkedNow = undefined;
    this.mixedNow = undefined;
    this.showValue();
    this.commit();
  }

  formStateRestoreCallback(state) {
    this.checked = state === "on";
  }
}

class Switch extends Checkbox {
  static props = { ...Checkbox.props };
  static template = tick(' role="switch"');
  static styles = `${TICK_STYLE}
    input { position: relative; inline-size: 32px; block-size: 20px; margin: 0; border: 0; border-radius: 10px; background: #8a8a8a; place-content: center start; padding: 2px; }
    input::after, input:checked::after { content: ""; inline-size: 16px; block-size: 16px; border: 0; border-radius: 50%; background: #fff; rotate: none; translate: none; transition: translate 0.1s; }
    input:checked { background: #303030; } input:checked::after { translate: 12px 0; }
  `;
}

class Choice extends Standin {
  static props = { value: text(), disabled: flag(), selected: flag(), accessibilityLabel: text() };
  static state = ["selected"];
  static shadow = { delegatesFocus: true };
  static template = `
    <div class="row"><input id="control" type="radio" aria-describedby="details"><div class="text"><label for="control"></label><slot hidden></slot>
      <div class="details" id="details" data-for-slot="details"><slot name="details"></slot></div>
      <div data-for-slot="secondary-content" class="more"><slot name="secondary-content"></slot></div></div></div>`;
  static styles = `${TICK_STYLE} .more { margin-block-start: 8px; }`;

  get list() {
    return this.closest("s-choice-list");
  }

  get control() {
    return this.part$("#control");
  }

  get defaultSelected() {
    return this.hasAttribute("selected");
  }

  set defaultSelected(value) {
    this.toggleAttribute("selected", Boolean(value));
  }

  get selected() {
    return this.selectedNow ?? this.defaultSelected;
  }

  set selected(value) {
    this.selectedNow = Boolean(value);
    this.update();
    this.list?.settle(this);
  }

  click() {
    this.control.click();
  }

  markEmptySlots() {
    super.markEmptySlots();
    this.showWords();
  }

  /** The label is the plain text of the content; markup in it counts for nothing, as with the real one. */
  showWords() {
    const words = this.part$("slot:not([name])").assignedNodes().map((node) => node.textContent);
    this.part$("label").textContent = words.join("").replace(/\s+/g, " ").trim();
  }

  connectedCallback() {
    super.connectedCallback();
    const control = this.control;
    control.addEventListener("input", (event) => event.stopPropagation());
    control.addEventListener("change", () => {
      this.selectedNow = control.checked;
      this.list?.pick(this);
    });
    control.addEventListener("keydown", (event) => this.list?.steer(event, this));
    this.list?.queueUpdate();
  }

  update() {
    const control = this.control;
    const list = this.list;
    control.type = list?.multiple ? "checkbox" : "radio";
    control.name = "choice";
    control.value = this.value;
    control.checked = this.selected;
    control.disabled = this.disabled || Boolean(list?.isOff);
    this.showWords();
    Standin.mirror(control, "aria-label", this.accessibilityLabel);
  }
}

class ChoiceList extends Field {
  static props = {
    label: text(), name: text(), disabled: flag(), multiple: flag(), error: text(), details: text(), labelAccessibilityVisibility: text("visible"),
  };
  static state = ["values"];
  static shadow = {};
  static template = `
    <div class="field"><div id="control" role="radiogroup"><div class="legend"><label><span class="words" id="legend"></span><span class="needed" hidden></span></label></div>
    <div class="choices"><slot></slot></div></div>${MESSAGES}</div>`;
  static styles = `${TICK_STYLE} .choices { display: flex; flex-direction: column; gap: 8px; } label { display: block; margin-block-end: 6px; font-size: 13px; } .details { margin-block-start: 4px; }`;

  get choices() {
    return [...this.querySelectorAll("s-choice")].filter((choice) => choice.list === this);
  }

  get required() {
    return false;
  }

  get readOnly() {
    return false;
  }

  get values() {
    return this.choices.filter((choice) => choice.selected).map((choice) => choice.value);
  }

  set values(values) {
    const wanted = new Set(values ?? []);
    for (const choice of this.choices) {
      choice.selectedNow = wanted.has(choice.value);
      choice.update();
    }
    this.update();
  }

  get value() {
    return this.values[0] ?? "";
  }

  connectedCallback() {
    Standin.prototype.connectedCallback.call(this);
  }

  /** Keeps one choice in a list of one. */
  settle(chosen) {
    if (!this.multiple && chosen.selected) {
      for (const other of this.choices) {
        if (other === chosen) continue;
        other.selectedNow = false;
        other.update();
      }
    }
    this.update();
  }

  pick(chosen) {
    this.settle(chosen);
    this.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** Arrow keys move through a list of one: its radios lie in separate shadow roots, so the browser cannot. */
  steer(event, from) {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!step || this.multiple) return;
    event.preventDefault();
    const open = this.choices.filter((choice) => !choice.control.disabled);
    const next = open[(open.indexOf(from) + step + open.length) % open.length];
    next.control.focus();
    if (next.selected) return;
    next.selectedNow = true;
    next.update();
    this.pick(next);
  }

  update() {
    const choices = this.choices;
    const group = this.control;
    group.setAttribute("role", this.multiple ? "group" : "radiogroup");
    Standin.mirror(group, "aria-labelledby", this.label ? "legend" : null);
    Standin.mirror(group, "aria-disabled", this.isOff ? "true" : null);
    showLabel(this, this.label);
    showMessages(this, group);
    group.removeAttribute("aria-invalid");
    this.part$(".field").classList.toggle("disabled", this.isOff);
    const home = choices.find((choice) => choice.selected) ?? choices.find((choice) => !choice.disabled);
    choices.forEach((choice, place) => {
      choice.queueUpdate?.();
      if (!choice.control) return;
      choice.control.tabIndex = this.multiple || choice === home ? 0 : -1;
      Standin.mirror(choice.control, "aria-posinset", this.multiple ? null : String(place + 1));
      Standin.mirror(choice.control, "aria-setsize", this.multiple ? null : String(choices.length));
    });
    this.commit();
  }

  commit() {
    const data = new FormData();
    for (const value of this.values) data.append(this.name, value);
    this.internals.setFormValue(this.name ? data : null);
  }

  formResetCallback() {
    for (const choice of this.choices) {
      choice.selectedNow = undefined;
      choice.update();
    }
    this.update();
  }

  formStateRestoreCallback() {}
}

export function defineChoices() {
  define("s-checkbox", Checkbox);
  define("s-switch", Switch);
  define("s-choice", Choice);
  define("s-choice-list", ChoiceList);
}
