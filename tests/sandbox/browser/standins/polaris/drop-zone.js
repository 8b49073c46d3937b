// s-drop-zone: files by dropping or by choosing.

import { Standin, define, flag, text } from "./element.js";
import { Field, MESSAGES, MESSAGE_STYLE } from "./field.js";
import { svg } from "./icons.js";

class DropZone extends Field {
  static props = {
    label: text(), name: text(), disabled: flag(), required: flag(), error: text(), multiple: flag(), accept: text(), accessibilityLabel: text(),
    labelAccessibilityVisibility: text("visible"),
  };
  static state = [];
  static template = `
    <div class="field"><label for="control"><span class="words"></span><span class="needed" hidden></span></label>
      <div class="zone"><input id="control" type="file"><span class="sign"></span><span class="what">Add file</span><span class="hint">or drop files to upload</span>
      <span class="names"></span><slot></slot></div>${MESSAGES}</div>`;
  static styles = `
    :host { display: block; } label { display: block; margin-block-end: 4px; font-size: 13px; } .needed::after { content: "*" / ""; color: var(--critical); }
    .zone { position: relative; display: grid; justify-items: center; gap: 4px; padding: 24px 16px; border: 1px dashed var(--line-strong); border-radius: 8px; background: #fafafa; text-align: center; }
    .zone:hover, .over { background: #f0f5ff; border-color: var(--accent); } .zone:focus-within { outline: 2px solid var(--accent); outline-offset: 1px; }
    input { position: absolute; inset: 0; opacity: 0; cursor: pointer; inline-size: 100%; } .what { font-weight: 550; } .hint, .names { font-size: 13px; color: var(--ink-quiet); }
    .invalid .zone { border-color: #b3132b; background: #fff1f0; } .disabled .zone { background: #f2f2f2; color: #757575; }
    ${MESSAGE_STYLE}
  `;

  get files() {
    return Object.freeze([...(this.chosen ?? [])]);
  }

  get value() {
    return this.chosen?.length ? `C:\\fakepath\\${this.chosen[0].name}` : "";
  }

  set value(value) {
    if (value) throw new DOMException("A file can only be chosen by a person", "InvalidStateError");
    this.chosen = [];
    this.control.value = "";
    this.showValue();
    this.commit();
  }

  get readOnly() {
    return false;
  }

  get details() {
    return "";
  }

  connectedCallback() {
    super.connectedCallback();
    const zone = this.part$(".zone");
    this.part$(".sign").append(svg("upload"));
    zone.ondragover = (event) => {
      event.preventDefault();
      zone.classList.add("over");
    };
    zone.ondragleave = () => zone.classList.remove("over");
    zone.ondrop = (event) => this.takeDrop(event, zone);
  }

  takeDrop(event, zone) {
    event.preventDefault();
    zone.classList.remove("over");
    if (this.isOff) return;
    const dropped = [...event.dataTransfer.files];
    const fits = dropped.filter((file) => this.accepts(file)).slice(0, this.multiple ? undefined : 1);
    if (fits.length < dropped.length) this.fire("droprejected");
    if (!fits.length) return;
    this.chosen = fits;
    this.showValue();
    this.commit();
    this.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }

  accepts(file) {
    const kinds = this.accept.split(",").map((kind) => kind.trim().toLowerCase()).filter(Boolean);
    return kinds.length === 0 || kinds.some((kind) =>
      kind.startsWith(".") ? file.name.toLowerCase().endsWith(kind)
        : kind.endsWith("/*") ? file.type.startsWith(kind.slice(0, -1)) : file.type === kind);
  }

  takeInput() {
    this.chosen = [...this.control.files];
    this.showValue();
    this.commit();
  }

  showValue() {
    this.part$(".names").textContent = this.files.map((file) => file.name).join(", ");
  }

  commit() {
    const data = new FormData();
    for (const file of this.files) data.append(this.name, file);
    this.internals.setFormValue(this.name ? data : null);
    const missing = this.required && this.files.length === 0;
    this.internals.setValidity(missing ? { valueMissing: true } : {}, missing ? "Choose a file" : "", this.control);
  }

  submitOnEnter() {}

  formResetCallback() {
    this.value = "";
  }

  formStateRestoreCallback() {}

  updateControl(control) {
    control.multiple = this.multiple;
    Standin.mirror(control, "accept", this.accept);
  }
}

export function defineDropZone() {
  define("s-drop-zone", DropZone);
}
