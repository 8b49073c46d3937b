// Fields one types into: text, area, e-mail, url, password, search, number, money.

import { define, number, text } from "./element.js";
import { FIELD_PROPS, FRAME_STYLE, Field, fieldTemplate } from "./field.js";
import { svg } from "./icons.js";
import { SHOP } from "./shop.js";

const LENGTHS = { minLength: number(0), maxLength: number(Infinity) };

const line = (type, extra = "") =>
  fieldTemplate(`<div class="frame"><span class="sign"></span><span class="prefix"></span><input id="control" type="${type}">
    <span class="suffix"></span><span class="count" aria-hidden="true"></span>${extra}</div>`);

class LineField extends Field {
  static props = { ...FIELD_PROPS, ...LENGTHS };
  static template = line("text");

  updateControl(control) {
    if (Number.isFinite(this.maxLength)) control.maxLength = this.maxLength;
    else control.removeAttribute("maxlength");
    control.minLength = this.minLength;
    this.part$(".prefix").textContent = this.prefix ?? "";
    this.part$(".suffix").textContent = this.suffix ?? "";
    this.part$(".sign").replaceChildren(...(this.icon ? [svg(this.icon)] : []));
  }

  showCount() {
    this.part$(".count").textContent = Number.isFinite(this.maxLength) ? `${this.value.length}/${this.maxLength}` : "";
  }
}

class TextField extends LineField {
  static props = { ...LineField.props, icon: text(), prefix: text(), suffix: text() };
  static template = line("text", '<slot name="accessory"></slot>');

  /** `prefix` is a read-only member of Element, so it is taken from the attribute by hand. */
  get prefix() {
    return this.getAttribute("prefix") ?? "";
  }

  set prefix(value) {
    this.setAttribute("prefix", value ?? "");
  }
}

class EmailField extends LineField {
  static template = line("email");
}

class UrlField extends LineField {
  static template = line("url");
}

class PasswordField extends LineField {
  static template = line("password");
}

class SearchField extends LineField {
  static template = line("search", '<button type="button" class="clear" aria-label="Clear" hidden></button>');
  static styles = `${FRAME_STYLE}
    input::-webkit-search-cancel-button { display: none; }
    .clear { display: inline-flex; padding: 2px; margin-inline-end: -6px; border: 0; border-radius: 6px; background: none; } .clear[hidden] { display: none; }
    .clear:hover { background: #ebebeb; }
  `;

  connectedCallback() {
    super.connectedCallback();
    const clear = this.part$(".clear");
    clear.append(svg("x-circle", 18));
    clear.onclick = () => {
      this.value = "";
      this.control.focus();
      this.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
      this.dispatchEvent(new Event("change", { bubbles: true }));
    };
  }

  get icon() {
    return "search";
  }

  showCount() {
    super.showCount();
    this.part$(".clear").hidden = !this.value || this.isOff;
  }
}

class TextArea extends LineField {
  static props = { ...LineField.props, rows: number(2) };
  static template = fieldTemplate(`<div class="frame"><textarea id="control"></textarea><span class="count" aria-hidden="true"></span></div>`);
  static styles = `${FRAME_STYLE} .frame { align-items: flex-end; } textarea { resize: vertical; field-sizing: content; } .count { padding-block-end: 4px; }`;

  updateControl(control) {
    if (Number.isFinite(this.maxLength)) control.maxLength = this.maxLength;
    control.minLength = this.minLength;
    control.rows = this.rows;
    control.style.minBlockSize = `${this.rows * 20 + 12}px`;
  }
}

const STEPPERS = `<span class="steps" aria-hidden="true"><button type="button" tabindex="-1" class="up"></button><button type="button" tabindex="-1" class="down"></button></span>`;

class NumberField extends TextField {
  static props = { ...FIELD_PROPS, inputMode: text("decimal"), min: number(-Infinity), max: number(Infinity), step: number(1), prefix: text(), suffix: text() };
  static template = line("number", STEPPERS);
  static styles = `${FRAME_STYLE}
    input { appearance: textfield; } input::-webkit-inner-spin-button { display: none; }
    .steps { display: grid; margin-inline-end: -8px; } .steps button { display: grid; place-items: center; inline-size: 20px; block-size: 13px; padding: 0; border: 0; border-radius: 4px; background: #ebebeb; }
    .steps button + button { margin-block-start: 2px; } .steps button:hover { background: #d9d9d9; }
  `;

  connectedCallback() {
    super.connectedCallback();
    for (const [name, sign, picture] of [["up", 1, "chevron-up"], ["down", -1, "chevron-down"]]) {
      const button = this.part$(`.${name}`);
      button.append(svg(picture, 12));
      button.onclick = () => this.stepBy(sign);
    }
  }

  get inputMode() {
    return this.getAttribute("inputmode") ?? "decimal";
  }

  set inputMode(value) {
    this.setAttribute("inputmode", value);
  }

  /** Moves by one step, ending on `min` or `max` rather than beyond. */
  stepBy(sign) {
    if (this.isOff || this.readOnly) return;
    const digits = (String(this.step).split(".")[1] ?? "").length;
    const from = this.value === "" ? 0 : Number(this.value);
    const to = Math.min(this.max, Math.max(this.min, from + sign * this.step));
    this.value = Number.isFinite(to) ? to.toFixed(digits) : "";
    this.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }

  get maxLength() {
    return Infinity;
  }

  updateControl(control) {
    control.inputMode = this.inputMode;
    control.min = Number.isFinite(this.min) ? String(this.min) : "";
    control.max = Number.isFinite(this.max) ? String(this.max) : "";
    control.step = String(this.step);
    this.part$(".prefix").textContent = this.prefix;
    this.part$(".suffix").textContent = this.suffix;
    this.part$(".steps").hidden = this.isOff || this.readOnly;
  }
}

class MoneyField extends Field {
  static props = { ...FIELD_PROPS, min: number(-Infinity), max: number(Infinity), currencyCode: text("auto") };
  static template = line("text");
  static styles = `${FRAME_STYLE} input { font-variant-numeric: tabular-nums; }`;

  get currency() {
    return this.currencyCode === "auto" ? SHOP.currency : this.currencyCode;
  }

  connectedCallback() {
    super.connectedCallback();
    this.control.addEventListener("blur", () => this.showValue());
  }

  get digits() {
    return new Intl.NumberFormat("en", { style: "currency", currency: this.currency }).resolvedOptions().maximumFractionDigits;
  }

  updateControl(control) {
    control.inputMode = "decimal";
    const parts = new Intl.NumberFormat(document.documentElement.lang || "en", { style: "currency", currency: this.currency, currencyDisplay: "narrowSymbol" }).formatToParts(0);
    this.part$(".prefix").textContent = parts.find((part) => part.type === "currency").value;
  }

  takeInput() {
    this.current = this.control.value.trim().replace(",", ".");
    this.commit();
  }

  showValue() {
    const amount = Number(this.value);
    const written = this.value === "" || Number.isNaN(amount) ? this.value : amount.toFixed(this.digits);
    if (this.shadowRoot.activeElement !== this.control && this.control.value !== written) this.control.value = written;
  }

  commit() {
    super.commit();
    if (this.value === "" || this.readOnly) return;
    const amount = Number(this.value);
    const fault = Number.isNaN(amount) ? [{ badInput: true }, "Enter an amount"]
      : amount < this.min ? [{ rangeUnderflow: true }, `Enter at least ${this.min}`]
        : amount > this.max ? [{ rangeOverflow: true }, `Enter at most ${this.max}`] : null;
    if (fault) this.internals.setValidity(...fault, this.control);
  }
}

export function defineTextFields() {
  define("s-text-field", TextField);
  define("s-email-field", EmailField);
  define("s-url-field", UrlField);
  define("s-password-field", PasswordField);
  define("s-search-field", SearchField);
  define("s-text-area", TextArea);
  define("s-number-field", NumberField);
  define("s-money-field", MoneyField);
}
