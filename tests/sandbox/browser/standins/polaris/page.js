// The frame of a page: page, section, banner, empty state.

import { Standin, define, flag, text } from "./element.js";
import { svg } from "./icons.js";
import { headingLevel } from "./text.js";

class Page extends Standin {
  static props = { heading: text(), inlineSize: text("base") };
  static template = `
    <div class="page">
      <header>
        <span class="crumb" data-for-slot="breadcrumb-actions"><slot name="breadcrumb-actions"></slot><i></i></span>
        <h1></h1>
        <div class="actions" data-for-slot="secondary-actions primary-action">
          <slot name="secondary-actions"></slot><slot name="primary-action"></slot>
        </div>
      </header>
      <div data-for-slot="supplemental-start" class="before"><slot name="supplemental-start"></slot></div>
      <div class="columns">
        <main><slot></slot></main>
        <aside data-for-slot="aside"><slot name="aside"></slot></aside>
      </div>
    </div>`;
  static styles = `
    :host { display: block; container-type: inline-size; }
    .page { max-inline-size: 998px; margin-inline: auto; padding: 0 16px 40px; }
    :host([inlinesize="small"]) .page { max-inline-size: 662px; }
    :host([inlinesize="large"]) .page { max-inline-size: none; padding-inline: 24px; }
    header { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 12px; padding-block: 20px 16px; }
    h1 { flex: 1 1 auto; margin: 0; font-size: 20px; line-height: 24px; font-weight: 650; text-wrap: balance; overflow-wrap: anywhere; min-inline-size: 0; }
    .crumb { display: inline-flex; align-items: center; gap: 4px; color: var(--ink-quiet); } .crumb i { display: inline-flex; }
    .actions { display: flex; flex-wrap: wrap; gap: 8px; margin-inline-start: auto; align-items: center; }
    .before, main, aside { display: flex; flex-direction: column; gap: 16px; min-inline-size: 0; }
    .before { margin-block-end: 16px; }
    .columns { display: grid; gap: 16px; grid-template-columns: minmax(0, 1fr); }
    .unheaded header { padding-block: 16px 0; }
    @container (inline-size >= 760px) { .columns.with-aside { grid-template-columns: minmax(0, 2fr) minmax(0, 1fr); align-items: start; } }
    @container (inline-size < 480px) { .page, :host([inlinesize]) .page { padding-inline: 0; }
      ::slotted(:is(s-paragraph, s-text, s-heading, s-link, s-button, s-button-group, s-badge)) { margin-inline: 16px; }
      .actions ::slotted(*), .crumb ::slotted(*) { margin-inline: 0 !important; } header { padding: 16px 16px 12px; } .before { padding-inline: 16px; }
      .actions { inline-size: 100%; margin-inline-start: 0; } }
  `;

  connectedCallback() {
    super.connectedCallback();
    this.part$(".crumb i").replaceChildren(svg("chevron-right", 16));
  }

  markEmptySlots() {
    super.markEmptySlots();
    const aside = this.part$("aside");
    if (this.inlineSize !== "base") aside.toggleAttribute("data-empty", true);
    this.part$(".columns").classList.toggle("with-aside", !aside.hasAttribute("data-empty"));
  }

  update() {
    const heading = this.part$("h1");
    heading.textContent = this.heading;
    heading.hidden = !this.heading;
    const bare = !this.heading && [...this.shadowRoot.querySelectorAll("header > [data-for-slot]")].every((part) => part.hasAttribute("data-empty"));
    this.part$("header").hidden = bare;
    this.markEmptySlots();
  }
}

class Section extends Standin {
  static props = { accessibilityLabel: text(), heading: text(), subheading: text(), padding: text("base") };
  static template = `
    <section>
      <header>
        <span class="graphic" aria-hidden="true" data-for-slot="graphic"><slot name="graphic"></slot></span>
        <div class="titles"><div class="title"><h2 id="title"></h2><slot name="accessory"></slot></div><p></p></div>
        <slot name="supplemental"></slot>
        <div class="actions" data-for-slot="secondary-actions primary-action">
          <slot name="secondary-actions"></slot><slot name="primary-action"></slot>
        </div>
      </header>
      <div class="body" data-for-slot="default"><slot></slot></div>
    </section>`;
  static styles = `
    :host { display: block; container-type: inline-size; }
    :host(:not([data-nested])) { background: #fff; border-radius: 12px; box-shadow: 0 1px 0 rgb(0 0 0 / 5%), 0 0 0 1px rgb(0 0 0 / 6%); }
    section { padding: 16px; } :host([data-nested]) section { padding: 0; } :host([padding="none"]) section { padding: 0; overflow: hidden; border-radius: inherit; }
    header { display: flex; flex-wrap: wrap; align-items: center; gap: 8px 12px; margin-block-end: 12px; }
    header[hidden] { display: none; }
    :host([padding="none"]) header { padding: 16px 16px 0; }
    .graphic { display: inline-flex; } .titles { flex: 1 1 auto; min-inline-size: 0; }
    .title { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; }
    h2 { margin: 0; font-size: 14px; line-height: 20px; font-weight: 650; } :host([data-nested]) h2 { font-size: 13px; }
    p { margin: 2px 0 0; color: var(--ink-quiet); font-size: 13px; } p:empty { display: none; }
    .actions { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
    .body { display: flex; flex-direction: column; gap: 16px; min-inline-size: 0; }
    @container (inline-size < 480px) { :host(:not([data-nested])) section { border-radius: 0; } }
  `;

  update() {
    const outer = this.parentElement?.closest("s-section, s-modal, s-popover, s-menu");
    this.toggleAttribute("data-nested", Boolean(outer));
    const title = this.part$("h2");
    title.textContent = this.heading;
    title.setAttribute("role", "heading");
    title.setAttribute("aria-level", String(headingLevel(this)));
    this.part$("p").textContent = this.subheading;
    this.part$("header").hidden = !this.heading && !this.subheading && this.part$(".actions").hasAttribute("data-empty");
    title.hidden = !this.heading;
    this.part$(".graphic").toggleAttribute("data-empty", !this.heading || this.part$(".graphic").hasAttribute("data-empty"));
    const box = this.part$("section");
    const isMenuGroup = outer?.localName === "s-menu";
    Standin.mirror(box, "role", isMenuGroup ? "group" : null);
    Standin.mirror(box, "aria-label", this.accessibilityLabel);
    Standin.mirror(box, "aria-labelledby", this.heading && !this.accessibilityLabel ? "title" : null);
  }
}

const BANNER_ICONS = { info: "info", success: "check-circle", warning: "alert-triangle", critical: "alert-octagon", auto: "info" };

class Banner extends Standin {
  static props = { tone: text("auto"), heading: text(), dismissible: flag(), hidden: flag() };
  static template = `
    <div class="banner">
      <div class="head"><span class="sign"></span><h2></h2><button type="button" class="close" aria-label="Dismiss notification"></button></div>
      <div class="body" data-for-slot="default secondary-actions">
        <div class="words"><slot></slot></div>
        <div class="actions" data-for-slot="secondary-actions"><slot name="secondary-actions"></slot></div>
      </div>
    </div>`;
  static styles = `
    :host { display: block; }
    .banner { border-radius: 12px; overflow: hidden; background: #fff; box-shadow: 0 1px 0 rgb(0 0 0 / 5%), 0 0 0 1px rgb(0 0 0 / 8%); }
    .head { display: flex; align-items: center; gap: 8px; padding: 8px 12px; background: #cfe6fb; color: var(--info); }
    .sign { display: inline-flex; flex: none; } h2 { flex: 1; margin: 0; font-size: 14px; line-height: 20px; font-weight: 600; }
    .close { display: inline-flex; padding: 4px; border: 0; border-radius: 8px; background: none; color: inherit; } .close:hover { background: rgb(0 0 0 / 8%); }
    .close[hidden] { display: none; }
    .body { padding: 12px; } .words { display: flex; flex-direction: column; gap: 8px; } .actions { display: flex; flex-wrap: wrap; gap: 8px; margin-block-start: 12px; }
    :host([tone="success"]) .head { background: #b9efcf; color: var(--success); } :host([tone="warning"]) .head { background: #ffdca8; color: var(--warning); }
    :host([tone="critical"]) .head { background: #fbc9c5; color: #7d0d1c; }
    .plain { display: flex; align-items: flex-start; } .plain .head { align-self: stretch; align-items: flex-start; padding-block: 14px; order: 0; }
    .plain .head h2 { display: none; } .plain .body { flex: 1; order: 1; padding-block: 14px; }
  `;

  connectedCallback() {
    super.connectedCallback();
    this.part$(".close").onclick = () => {
      this.fire("dismiss");
      this.hidden = true;
      this.fire("afterhide");
    };
  }

  update() {
    this.part$(".sign").replaceChildren(svg(BANNER_ICONS[this.tone] ?? "info"));
    const title = this.part$("h2");
    title.textContent = this.heading;
    title.hidden = !this.heading;
    title.setAttribute("role", "heading");
    title.setAttribute("aria-level", String(headingLevel(this)));
    const close = this.part$(".close");
    close.hidden = !this.dismissible;
    close.replaceChildren(svg("x"));
    const banner = this.part$(".banner");
    banner.classList.toggle("plain", !this.heading && !this.dismissible);
    banner.setAttribute("role", this.tone === "critical" || this.tone === "warning" ? "alert" : "status");
  }
}

class EmptyState extends Standin {
  static props = { heading: text() };
  static template = `
    <div class="state">
      <div class="graphic" data-for-slot="graphic"><slot name="graphic"></slot></div>
      <h2></h2>
      <div class="words" data-for-slot="subheading"><slot name="subheading"></slot></div>
      <div class="actions" data-for-slot="secondary-actions primary-action"><slot name="secondary-actions"></slot><slot name="primary-action"></slot></div>
    </div>`;
  static styles = `
    :host { display: block; } .state { display: grid; justify-items: center; gap: 12px; padding: 40px 16px; text-align: center; }
    .graphic { max-inline-size: 226px; color: var(--ink-faint); } h2 { margin: 0; font-size: 16px; line-height: 24px; font-weight: 650; }
    .words { max-inline-size: 420px; color: var(--ink-quiet); } .actions { display: flex; flex-wrap: wrap; justify-content: center; gap: 8px; margin-block-start: 4px; }
  `;

  update() {
    const title = this.part$("h2");
    title.textContent = this.heading;
    title.setAttribute("role", "heading");
    title.setAttribute("aria-level", String(headingLevel(this)));
  }
}

export function definePages() {
  define("s-page", Page);
  define("s-section", Section);
  define("s-banner", Banner);
  define("s-empty-state", EmptyState);
}
