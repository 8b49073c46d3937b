// What every form field has in common: value, label, details, error, validity, and its place in a form.

import { Standin, flag, text } from "./element.js";
import { svg } from "./icons.js";

export const FIELD_PROPS = {
  label: text(), name: text(), value: text(), disabled: flag(), required: flag(), readOnly: flag(), error: text(), details: text(),
  placeholder: text(), autocomplete: text(), labelAccessibilityVisibility: text("visible"),
};

/** Message lines below a control; `error` and `details` come as attribute or as slot. */
export const MESSAGES = `
  <div class="error" id="error"><span class="error-sign"></span><span class="error-words"></span><slot name="error"></slot></div>
  <div class="details" id="details"><span class="details-words"></span><slot name="details"></slot></div>`;

export const MESSAGE_STYLE = `
  .error { display: flex; gap: 4px; margin-block-start: 4px; color: var(--critical); font-size: 13px; } .error-sign { display: inline-flex; flex: none; }
  .details { margin-block-start: 4px; color: var(--ink-quiet); font-size: 13px; }
`;

export const FRAME_STYLE = `
  :host { display: block; min-inline-size: 0; }
  label { display: block; margin-block-end: 4px; font-size: 13px; line-height: 20px; }
  .needed::after { content: "*" / ""; color: var(--critical); margin-inline-start: 2px; }
  .frame { display: flex; align-items: center; gap: 6px; min-block-size: 32px; padding-inline: 12px; border: 1px solid var(--line-strong); border-block-start-color: #757575; border-radius: 8px; background: #fdfdfd; }
  .frame:hover { border-color: #616161; background: #fafafa; }
  .frame:focus-within { outline: 2px solid var(--accent); outline-offset: 1px; background: #fff; }
  .frame :is(input, select, textarea):focus-visible { outline: 0; }
  .frame :is(input, select, textarea) { flex: 1; min-inline-size: 0; inline-size: 100%; margin: 0; padding: 5px 0; border: 0; background: none; font-size: 14px; line-height: 20px; }
  ::placeholder { color: #6d6d6d; opacity: 1; }
  .prefix, .suffix { color: var(--ink-quiet); white-space: nowrap; } .prefix:empty, .suffix:empty, .sign:empty, .count:empty { display: none; }
  .sign { display: inline-flex; color: #4a4a4a; margin-inline-start: -4px; } .count { color: var(--ink-quiet); font-size: 12px; white-space: nowrap; }
  .invalid .frame { border-color: #b3132b; background: #fff1f0; }
  .disabled .frame { background: #f2f2f2; border-color: #d6d6d6; color: #757575; } .disabled label { color: #757575; }
  .readonly .frame { background: #f7f7f7; border-color: #d6d6d6; }
  @media (pointer: coarse) { .frame { min-block-size: 40px; } .frame :is(input, select, textarea) { font-size: 16px; } }
  ${MESSAGE_STYLE}
`;

export const fieldTemplate = (frame) =>
  `<div class="field"><label for="control"><span class="words"></span><span class="needed" hidden></span></label>${frame}${MESSAGES}</div>`;

/** Submits as a person would. By the prototype, since a control named `requestSubmit` or `reset` hides the method. */
export function submitForm(form) {
  HTMLFormElement.prototype.requestSubmit.call(form);
}

/** Base of all fields; a subclass's template holds an element with the id `control`. */
export class Field extends Standin {
  static formAssociated = true;
  static shadow = { delegatesFocus: true };
  static props = FIELD_PROPS;
  static state = ["value"];
  static styles = FRAME_STYLE;

  constructor() {
    super();
    this.internals = this.attachInternals();
  }

  get control() {
    return this.part$("#control");
  }

  get form() {
    return this.internals.form;
  }

  get labels() {
    return this.internals.labels;
  }

  get validity() {
    return this.internals.validity;
  }

  get validationMessage() {
    return this.internals.validationMessage;
  }

  get willValidate() {
    return this.internals.willValidate;
  }

  checkValidity() {
    return this.internals.checkValidity();
  }

  reportValidity() {
    return this.internals.reportValidity();
  }

  get isOff() {
    return this.disabled || Boolean(this.fieldsetDisabled);
  }

  get defaultValue() {
    return this.getAttribute("value") ?? "";
  }

  set defaultValue(value) {
    this.setAttribute("value", value ?? "");
  }

  /** The attribute is the value until a person or a script sets another. */
  get value() {
    return this.current ?? this.defaultValue;
  }

  set value(value) {
    this.current = this.normalise(value === null || value === undefined ? "" : String(value));
    this.showValue();
    this.commit();
  }

  normalise(value) {
    return value;
  }

  connectedCallback() {
    const control = this.control;
    control.addEventListener("input", () => this.takeInput());
    control.addEventListener("change", () => {
      this.takeInput();
      // `change` does not leave a shadow root by itself.
      this.dispatchEvent(new Event("change", { bubbles: true }));
    });
    control.addEventListener("keydown", (event) => this.submitOnEnter(event));
    super.connectedCallback();
  }

  takeInput() {
    this.current = this.control.value;
    this.commit();
    this.showCount();
  }

  submitOnEnter(event) {
    const isLine = this.control.localName === "input";
    if (event.key !== "Enter" || event.isComposing || !isLine || !this.form || event.defaultPrevented) return;
    const submits = [...this.form.querySelectorAll("s-button[type=submit], button:not([type]), [type=submit]")];
    if (submits.length) submits[0].click();
    else submitForm(this.form);
  }

  showValue() {
    const control = this.control;
    if (control && control.value !== this.value) control.value = this.value;
    this.showCount();
  }

  showCount() {}

  /** Hands value and validity to the form. */
  commit() {
    this.internals.setFormValue(this.value);
    const control = this.control;
    if (control.validity.valid || this.readOnly) this.internals.setValidity({});
    else this.internals.setValidity(control.validity, control.validationMessage || "Not valid", control);
  }

  formResetCallback() {
    this.current = undefined;
    this.showValue();
    this.commit();
  }

  formDisabledCallback(disabled) {
    this.fieldsetDisabled = disabled;
    this.queueUpdate();
  }

  formStateRestoreCallback(state) {
    this.value = state;
  }

  update() {
    const control = this.control;
    this.updateControl(control);
    control.disabled = this.isOff;
    control.required = this.required;
    if ("readOnly" in control) control.readOnly = this.readOnly;
    if ("placeholder" in control) control.placeholder = this.placeholder;
    Standin.mirror(control, "autocomplete", this.autocomplete);
    this.showValue();
    this.updateMessages(control);
    this.commit();
  }

  updateControl() {}

  updateMessages(control) {
    const outerLabel = this.label ? null : [...this.labels].map((label) => label.textContent.trim()).join(" ");
    showLabel(this, this.label);
    Standin.mirror(control, "aria-label", outerLabel || (this.label ? null : this.accessibilityLabel));
    this.part$(".field").classList.toggle("disabled", this.isOff);
    this.part$(".field").classList.toggle("readonly", this.readOnly);
    showMessages(this, control);
  }

  markEmptySlots() {
    super.markEmptySlots();
    if (this.isConnected && this.control) showMessages(this, this.control);
  }
}

/** Writes the label text, its mark for a required field, and its visibility. */
export function showLabel(element, words) {
  const label = element.part$("label, legend");
  element.part$(".words").textContent = words;
  element.part$(".needed").hidden = !element.required || !words;
  label.hidden = !words;
  label.classList.toggle("unseen", element.labelAccessibilityVisibility === "exclusive");
}

/** Shows error and details and ties those that are shown to `control`. */
export function showMessages(element, control) {
  const shown = [];
  for (const [kind, words] of [["error", element.error], ["details", element.details]]) {
    const line = element.part$(`.${kind}`);
    const slotted = element.part$(`slot[name=${kind}]`)?.assignedNodes().length > 0;
    element.part$(`.${kind}-words`).textContent = words;
    line.hidden = !words && !slotted;
    line.toggleAttribute("data-empty", line.hidden);
    if (!line.hidden) shown.push(kind);
  }
  const invalid = shown.includes("error");
  if (invalid && !element.part$(".error-sign").firstChild) element.part$(".error-sign").append(svg("alert-circle", 18));
  element.part$(".field").classList.toggle("invalid", invalid);
  Standin.mirror(control, "aria-invalid", invalid ? "true" : null);
  Standin.mirror(control, "aria-describedby", shown.join(" "));
}
