// s-color-picker and s-color-field: the browser's own colour control plus a hex text.

import { Standin, define, flag, text } from "./element.js";
import { FIELD_PROPS, FRAME_STYLE, Field, fieldTemplate } from "./field.js";

const HEX = /^#(?:[0-9a-f]{3}|[0-9a-f]{6}|[0-9a-f]{8})$/i;

/** Returns the colour as `#rrggbb` plus opacity 0..255; black where the text is no colour. */
function split(value) {
  if (!HEX.test(value)) return ["#000000", 255];
  const digits = value.slice(1).toLowerCase();
  const long = digits.length === 3 ? [...digits].map((digit) => digit + digit).join("") : digits;
  return [`#${long.slice(0, 6)}`, long.length === 8 ? parseInt(long.slice(6), 16) : 255];
}

class ColorPicker extends Standin {
  static formAssociated = true;
  static props = { value: text(), name: text(), alpha: flag() };
  static state = ["value"];
  static template = `<div><input type="color" class="colour" aria-label="Colour"><input type="range" class="alpha" min="0" max="255" aria-label="Opacity" hidden></div>`;
  static styles = ":host { display: inline-block; } div { display: flex; align-items: center; gap: 8px; } .colour { inline-size: 64px; block-size: 40px; padding: 2px; border: 1px solid var(--line-strong); border-radius: 8px; background: #fff; cursor: pointer; }";

  constructor() {
    super();
    this.internals = this.attachInternals();
  }

  get defaultValue() {
    return this.getAttribute("value") ?? "";
  }

  set defaultValue(value) {
    this.setAttribute("value", value);
  }

  get value() {
    return this.current ?? this.defaultValue;
  }

  set value(value) {
    this.current = value ?? "";
    this.update();
  }

  connectedCallback() {
    super.connectedCallback();
    for (const input of this.shadowRoot.querySelectorAll("input")) {
      input.oninput = () => this.take();
      input.onchange = () => {
        this.take();
        this.dispatchEvent(new Event("change", { bubbles: true }));
      };
    }
  }

  take() {
    const alpha = Number(this.part$(".alpha").value);
    const tail = this.alpha && alpha < 255 ? alpha.toString(16).padStart(2, "0") : "";
    this.current = this.part$(".colour").value + tail;
    this.internals.setFormValue(this.value);
  }

  formResetCallback() {
    this.current = undefined;
    this.update();
  }

  update() {
    const [colour, alpha] = split(this.value);
    this.part$(".colour").value = colour;
    this.part$(".alpha").value = String(alpha);
    this.part$(".alpha").hidden = !this.alpha;
    this.internals.setFormValue(this.value);
  }
}

class ColorField extends Field {
  static props = { ...FIELD_PROPS, alpha: flag() };
  static template = fieldTemplate(`<div class="frame"><input type="color" class="swatch" aria-label="Choose a colour" tabindex="-1"><input id="control" type="text" spellcheck="false"></div>`);
  static styles = `${FRAME_STYLE} .frame .swatch { flex: none; inline-size: 22px; block-size: 22px; padding: 0; border-radius: 5px; margin-inline-start: -6px; cursor: pointer; }
    .swatch::-webkit-color-swatch-wrapper { padding: 0; } .swatch::-webkit-color-swatch { border: 1px solid #8a8a8a; border-radius: 5px; }`;

  connectedCallback() {
    super.connectedCallback();
    const swatch = this.part$(".swatch");
    swatch.addEventListener("input", () => {
      this.value = swatch.value;
    });
    swatch.addEventListener("change", () => this.dispatchEvent(new Event("change", { bubbles: true })));
  }

  showValue() {
    super.showValue();
    this.part$(".swatch").value = split(this.value)[0];
    this.part$(".swatch").disabled = this.isOff || this.readOnly;
  }

  takeInput() {
    super.takeInput();
    this.part$(".swatch").value = split(this.value)[0];
  }

  commit() {
    super.commit();
    const usable = this.value === "" || (HEX.test(this.value) && (this.alpha || this.value.length !== 9));
    if (!usable) this.internals.setValidity({ customError: true }, "Enter a colour such as #1A73E8", this.control);
  }
}

export function defineColors() {
  define("s-color-picker", ColorPicker);
  define("s-color-field", ColorField);
}
