// Small signs: badge, chip, avatar, thumbnail, image, spinner, progress.

import { borderRules } from "./box.js";
import { Standin, define, flag, number, text } from "./element.js";
import { svg } from "./icons.js";
import { declare } from "./spacing.js";

class Badge extends Standin {
  static props = { tone: text("auto"), color: text("base"), icon: text(), size: text("base") };
  static template = "<span class='mark'></span><slot></slot>";
  static styles = `
    :host { display: inline-flex; align-items: center; gap: 4px; inline-size: fit-content; padding: 0 8px; border-radius: 8px; background: #e9e9e9; color: #4a4a4a;
      font-size: 12px; line-height: 20px; font-weight: 500; white-space: nowrap; vertical-align: middle; }
    :host([size^="large"]) { padding: 3px 10px; font-size: 13px; }
    :host([tone="info"]) { background: var(--info-soft); color: var(--info); }
    :host([tone="success"]) { background: var(--success-soft); color: var(--success); }
    :host([tone="caution"]) { background: var(--caution-soft); color: var(--caution); }
    :host([tone="warning"]) { background: var(--warning-soft); color: var(--warning); }
    :host([tone="critical"]) { background: var(--critical-soft); color: #8e1122; }
    :host([color="strong"]) { background: #303030; color: #fff; }
    :host([color="strong"][tone="info"]) { background: #00527c; } :host([color="strong"][tone="success"]) { background: #0c6b41; }
    :host([color="strong"][tone="caution"]) { background: #6b5d00; } :host([color="strong"][tone="warning"]) { background: #7a5200; }
    :host([color="strong"][tone="critical"]) { background: #b3132b; }
    .mark { display: inline-flex; } .mark:empty { display: none; }
  `;

  update() {
    this.part$(".mark").replaceChildren(...(this.icon ? [svg(this.icon, 14)] : []));
  }
}

export const CHIP_STYLE = `
  :host { display: inline-flex; vertical-align: middle; inline-size: fit-content; max-inline-size: 100%; }
  .chip { display: inline-flex; align-items: center; gap: 4px; min-inline-size: 0; padding: 0 8px; border: 0; border-radius: 8px;
    background: #e3e3e3; font-size: 12px; line-height: 24px; font-weight: 500; }
  :host([color="subdued"]) .chip { background: #f1f1f1; color: var(--ink-quiet); }
  :host([color="strong"]) .chip { background: #303030; color: #fff; } ::slotted(s-icon) { color: inherit; }
  .words { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
  .remove { display: inline-flex; align-items: center; padding: 0; margin-inline-end: -4px; border: 0; border-radius: 6px; background: none;
    inline-size: 24px; block-size: 24px; justify-content: center; color: inherit; }
  .remove:hover { background: rgb(0 0 0 / 8%); }
`;
export const CHIP_PARTS = "<slot name='graphic'></slot><span class='words'><slot></slot></span><button class='remove' type='button'></button>";

class Chip extends Standin {
  static props = { color: text("base"), removable: flag(), accessibilityLabel: text() };
  static template = `<span class='chip'>${CHIP_PARTS}</span>`;
  static styles = CHIP_STYLE;

  connectedCallback() {
    super.connectedCallback();
    this.part$(".remove").onclick = (event) => {
      event.stopPropagation();
      this.fire("remove");
    };
  }

  update() {
    const remove = this.part$(".remove");
    remove.hidden = !this.removable;
    remove.replaceChildren(svg("x", 14));
    remove.setAttribute("aria-label", `Remove ${this.accessibilityLabel || this.textContent.trim()}`);
    Standin.mirror(this, "role", this.accessibilityLabel ? "group" : null);
    Standin.mirror(this, "aria-label", this.accessibilityLabel);
  }
}

const AVATAR_SIZES = { "small-200": 20, "small-100": 24, small: 24, base: 28, large: 32, "large-100": 32, "large-200": 40 };

class Avatar extends Standin {
  static props = { size: text("base"), alt: text(), src: text(), initials: text() };
  static template = "<span role='img'><b></b><img hidden alt=''></span>";
  static styles = `
    :host { display: inline-block; vertical-align: middle; inline-size: fit-content; }
    span { position: relative; display: grid; place-items: center; border-radius: 8px; overflow: hidden; background: #d5e8ff; color: #0b3b6f; }
    b { font-weight: 600; text-transform: uppercase; } img { position: absolute; inset: 0; inline-size: 100%; block-size: 100%; object-fit: cover; }
  `;

  connectedCallback() {
    const picture = this.part$("img");
    picture.onload = () => {
      picture.hidden = false;
      this.fire("load");
    };
    picture.onerror = () => {
      picture.hidden = true;
      this.fire("error");
    };
    super.connectedCallback();
  }

  update() {
    const size = AVATAR_SIZES[this.size] ?? AVATAR_SIZES.base;
    this.dynamicSheet.replaceSync(`span{inline-size:${size}px;block-size:${size}px;font-size:${Math.round(size * 0.42)}px}`);
    this.part$("b").textContent = this.initials.slice(0, 2);
    const frame = this.part$("span");
    const name = this.alt || this.initials;
    Standin.mirror(frame, "aria-label", name);
    Standin.mirror(frame, "role", name ? "img" : "presentation");
    if (this.src) Standin.mirror(this.part$("img"), "src", this.src);
  }
}

const THUMBNAIL_SIZES = { "small-200": 24, "small-100": 32, small: 40, base: 60, large: 80, "large-100": 80 };

class Picture extends Standin {
  static props = { src: text(), alt: text() };

  connectedCallback() {
    const picture = this.part$("img");
    picture.onload = () => this.settle(true);
    picture.onerror = () => this.settle(false);
    super.connectedCallback();
  }

  settle(worked) {
    this.toggleAttribute("data-broken", !worked);
    this.fire(worked ? "load" : "error");
  }
}

class Thumbnail extends Picture {
  static props = { ...Picture.props, size: text("base") };
  static template = "<span><i></i><img alt=''></span>";
  static styles = `
    :host { display: inline-block; vertical-align: middle; flex: none; inline-size: fit-content; }
    span { position: relative; display: grid; place-items: center; background: #fff; border-radius: 8px; overflow: hidden; box-shadow: inset 0 0 0 1px var(--line);
      color: var(--ink-faint); }
    img { position: absolute; inset: 0; inline-size: 100%; block-size: 100%; object-fit: contain; }
    img:not([src]), :host([data-broken]) img { display: none; }
  `;

  update() {
    const size = THUMBNAIL_SIZES[this.size] ?? THUMBNAIL_SIZES.base;
    this.dynamicSheet.replaceSync(`span{inline-size:${size}px;block-size:${size}px}`);
    this.part$("i").replaceChildren(svg("image", Math.min(20, size * 0.6)));
    this.part$("img").alt = this.alt;
    Standin.mirror(this.part$("img"), "src", this.src);
  }
}

class ImageElement extends Picture {
  static props = {
    ...Picture.props, srcSet: text(), sizes: text(), loading: text("eager"), accessibilityRole: text("img"), inlineSize: text("fill"),
    aspectRatio: text("1/1"), objectFit: text("contain"), border: text("none"), borderColor: text(), borderRadius: text("none"),
    borderStyle: text(), borderWidth: text(),
  };
  static template = "<img alt=''>";
  static styles = ":host { display: block; } img { display: block; max-inline-size: 100%; }";

  update() {
    const picture = this.part$("img");
    const decorative = this.accessibilityRole !== "img";
    picture.alt = decorative ? "" : this.alt;
    Standin.mirror(picture, "role", decorative ? "presentation" : null);
    picture.loading = this.loading;
    Standin.mirror(picture, "sizes", this.sizes);
    Standin.mirror(picture, "srcset", this.srcSet);
    Standin.mirror(picture, "src", this.src);
    this.dynamicSheet.replaceSync(
      borderRules(this, "img")
      + declare("img", "aspect-ratio", this.aspectRatio) + declare("img", "object-fit", this.objectFit)
      + (this.inlineSize === "fill" ? "img{inline-size:100%;block-size:auto}" : ""),
    );
  }
}

class Spinner extends Standin {
  static props = { size: text("base"), accessibilityLabel: text() };
  static template = "<span role='status'><i></i><b class='unseen'></b></span>";
  static styles = `
    :host { display: inline-block; vertical-align: middle; inline-size: fit-content; } span { display: block; position: relative; }
    i { display: block; inline-size: 20px; block-size: 20px; border: 2.5px solid #d4d4d4; border-block-start-color: #4a4a4a; border-radius: 50%;
      animation: turn 0.8s linear infinite; }
    :host([size^="large"]) i { inline-size: 44px; block-size: 44px; border-width: 4px; }
    @keyframes turn { to { rotate: 1turn; } }
    @media (prefers-reduced-motion: reduce) { i { animation-duration: 3s; } }
  `;

  update() {
    this.part$("b").textContent = this.accessibilityLabel || "Loading";
  }
}

class Progress extends Standin {
  static props = { accessibilityLabel: text(), max: number(1), tone: text("auto"), value: number(0) };
  static template = "<div role='progressbar'><i></i></div>";
  static styles = `
    :host { display: block; } div { block-size: 8px; border-radius: 4px; background: #e3e3e3; overflow: hidden; }
    i { display: block; block-size: 100%; background: #303030; border-radius: 4px; }
    :host([tone="info"]) i { background: var(--info-fill); } :host([tone="success"]) i { background: var(--success-fill); }
    :host([tone="caution"]) i { background: var(--caution-fill); } :host([tone="warning"]) i { background: var(--warning-fill); }
    :host([tone="critical"]) i { background: var(--critical-fill); }
    .unknown i { inline-size: 30% !important; animation: pass 1.4s ease-in-out infinite; }
    @keyframes pass { from { translate: -100% 0; } to { translate: 340% 0; } }
  `;

  update() {
    const bar = this.part$("div");
    const known = this.hasAttribute("value");
    const share = Math.min(1, Math.max(0, this.value / (this.max > 0 ? this.max : 1)));
    bar.classList.toggle("unknown", !known);
    bar.setAttribute("aria-label", this.accessibilityLabel || "Progress");
    Standin.mirror(bar, "aria-valuemin", known ? "0" : null);
    Standin.mirror(bar, "aria-valuemax", known ? this.max : null);
    Standin.mirror(bar, "aria-valuenow", known ? String(this.value) : null);
    this.dynamicSheet.replaceSync(`i{inline-size:${share * 100}%}`);
  }
}

export function defineMarks() {
  define("s-badge", Badge);
  define("s-chip", Chip);
  define("s-avatar", Avatar);
  define("s-thumbnail", Thumbnail);
  define("s-image", ImageElement);
  define("s-spinner", Spinner);
  define("s-progress", Progress);
}
