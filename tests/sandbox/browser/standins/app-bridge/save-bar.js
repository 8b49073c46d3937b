// The contextual save bar: shown by the shell, fed by `<form data-save-bar>` and `<ui-save-bar>`.

import { ask, hear, tell } from "./port.js";

let shown = null;

function show(owner) {
  if (shown === owner) return;
  shown = owner;
  tell("saveBar.show", { discardConfirmation: owner.wantsConfirmation });
}

function hide(owner) {
  if (shown !== owner) return;
  shown = null;
  tell("saveBar.hide");
}

class FormOwner {
  constructor(form) {
    this.form = form;
  }

  get wantsConfirmation() {
    return this.form.hasAttribute("data-discard-confirmation");
  }

  save() {
    // By the prototype: a control that is called `reset` or `requestSubmit` hides the form's own method.
    HTMLFormElement.prototype.requestSubmit.call(this.form);
  }

  discard() {
    HTMLFormElement.prototype.reset.call(this.form);
  }
}

const owners = new WeakMap();

function ownerOf(target) {
  const form = target instanceof HTMLFormElement ? target : target.form ?? target.closest?.("form");
  if (!form?.hasAttribute("data-save-bar")) return null;
  if (!owners.has(form)) owners.set(form, new FormOwner(form));
  return owners.get(form);
}

function watchForms() {
  for (const type of ["input", "change"]) {
    document.addEventListener(type, (event) => {
      const owner = event.target instanceof Element && ownerOf(event.target);
      if (owner) show(owner);
    });
  }
  for (const type of ["submit", "reset"]) {
    document.addEventListener(type, (event) => {
      const owner = ownerOf(event.target);
      if (owner) hide(owner);
    });
  }
  window.addEventListener("pagehide", () => tell("saveBar.hide"));
}

class SaveBar extends HTMLElement {
  connectedCallback() {
    this.style.display = "none";
  }

  get wantsConfirmation() {
    return this.hasAttribute("discardConfirmation") || this.hasAttribute("discardconfirmation");
  }

  get discardConfirmation() {
    return this.wantsConfirmation;
  }

  set discardConfirmation(value) {
    this.toggleAttribute("discardConfirmation", Boolean(value));
  }

  get showing() {
    return shown === this;
  }

  async show() {
    if (this.showing) return;
    show(this);
    this.dispatchEvent(new Event("show"));
  }

  async hide() {
    if (!this.showing) return;
    hide(this);
    this.dispatchEvent(new Event("hide"));
  }

  toggle() {
    return this.showing ? this.hide() : this.show();
  }

  save() {
    this.querySelector("button[variant=primary]")?.click();
  }

  discard() {
    this.querySelector("button:not([variant=primary])")?.click();
  }
}

function find(id) {
  const found = document.getElementById(id);
  if (found instanceof SaveBar) return found;
  if (found instanceof HTMLFormElement && found.hasAttribute("data-save-bar")) {
    const owner = ownerOf(found);
    return {
      show: async () => show(owner),
      hide: async () => hide(owner),
      toggle: async () => (shown === owner ? hide(owner) : show(owner)),
    };
  }
  throw new Error(`App Bridge: no save bar with the id ${id}`);
}

export const saveBar = {
  show: async (id) => find(id).show(),
  hide: async (id) => find(id).hide(),
  toggle: async (id) => find(id).toggle(),
  /** Resolves when leaving is fine: nothing is unsaved, or the person said so. Staying leaves it pending. */
  async leaveConfirmation() {
    if (!shown) return;
    const mayLeave = await ask("saveBar.leave");
    if (!mayLeave) await new Promise(() => {});
    shown = null;
  },
};

export function startSaveBar() {
  customElements.define("ui-save-bar", SaveBar);
  watchForms();
  hear("saveBar.save", () => shown?.save());
  hear("saveBar.discard", () => shown?.discard());
}
