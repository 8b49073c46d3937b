// The panel beside an offer's form: posts the form as it stands, and has the page's own script show the answer in a frame.

import { renumber } from "./entries.js";
import { clearProblems, markProblems, named } from "./problems.js";
import { load, send } from "./sending.js";

const SCREENS = { phone: { width: 390, height: 720 }, desktop: { width: 1160, height: 800 } };
const PAUSE_MS = 500; // after the last key; every step in between would be asked for too
const STAGE_MS = 8000; // for the frame's own script to start
const LEAST_HEIGHT = 320;
const TALLEST = 1500; // of the page itself: below it there would be nothing
const MARGIN = 16; // around the panel, as the style sheet has it
const BESIDE = window.matchMedia("(min-width: 1000px)"); // the style sheet's own
const VARIANT = "gid://shopify/ProductVariant/";

const form = document.querySelector("#offer-form");
const panel = document.querySelector("[data-preview]");
const part = (name) => panel.querySelector(`[data-${name}]`);

/** The frame with the stage in it, which is loaded at the first show. */
class Stage {
  constructor(place, address, hear) {
    this.place = place;
    this.frame = place.querySelector("iframe");
    this.address = address;
    this.hear = hear;
    this.isReady = false;
    this.waiting = null;
    new ResizeObserver(() => this.fit()).observe(panel);
    window.addEventListener("resize", () => this.fit());
    window.addEventListener("message", ({ source, data }) => {
      if (source !== this.frame.contentWindow || data?.preview !== true) return;
      if (data.kind === "ready") this.begin();
      else hear(data);
    });
  }

  show(message) {
    this.place.hidden = false;
    this.fit();
    this.waiting = message;
    if (this.isReady) this.begin();
    else if (!this.timer) this.open();
  }

  open() {
    this.frame.src = this.address;
    this.timer = setTimeout(() => {
      this.timer = null;
      if (!this.isReady) this.hear({ kind: "fault", message: "its page did not answer" });
    }, STAGE_MS);
  }

  begin() {
    this.isReady = true;
    clearTimeout(this.timer);
    // The frame has no origin that could be named; it holds nothing but our own script.
    if (this.waiting) this.frame.contentWindow.postMessage({ kind: "show", ...this.waiting }, "*");
    this.waiting = null;
  }

  /** Brings the chosen screen to the width that there is, and beside the form to the height as well. */
  fit() {
    if (this.place.hidden) return;
    panel.parentElement.toggleAttribute("data-wide", part("screen").value === "desktop");
    const { width, height } = SCREENS[part("screen").value] ?? SCREENS.phone;
    const scale = Math.min(1, this.place.clientWidth / width);
    const others = panel.offsetHeight - this.place.offsetHeight;
    const room = Math.max(LEAST_HEIGHT, window.innerHeight - others - 2 * MARGIN);
    const shown = BESIDE.matches ? Math.min(room, TALLEST * scale) : height * scale;
    Object.assign(this.frame.style, { inlineSize: `${width}px`, blockSize: `${shown / scale}px`, transform: `scale(${scale})` });
    this.place.style.blockSize = `${shown}px`;
    this.place.style.setProperty("--scaled", `${width * scale}px`);
  }
}

class Panel {
  constructor() {
    this.stage = new Stage(part("stage-frame"), panel.dataset.stage, (told) => this.hear(told));
    this.picked = {};
    this.asked = 0;
    this.isOn = false;
    this.shown = null;
  }

  get fields() {
    renumber(form);
    const fields = new URLSearchParams(new FormData(form));
    const asked = { funnel: panel.dataset.funnel, arm: part("arm").value, ...this.picked };
    for (const [name, value] of Object.entries(asked)) if (value) fields.set(`preview.${name}`, value);
    fields.set("preview.locale", part("locale").value);
    return fields;
  }

  /** Asks for the page by the form as it stands; `isAsked` by the merchant, who then sees which fields are wrong. */
  async refresh({ isAsked = false } = {}) {
    this.isOn = true;
    this.asked += 1;
    const mine = this.asked;
    part("show").querySelector("s-button").toggleAttribute("loading", isAsked);
    const answer = await send(panel.dataset.url, this.fields);
    if (mine !== this.asked) return;
    part("show").querySelector("s-button").removeAttribute("loading");
    if (isAsked) clearProblems(form);
    if (answer.error || answer.problems) {
      const { message, problems = [] } = answer.error ?? answer;
      this.refuse(problems.length ? problems.map((each) => named(form, each)) : [message]);
      if (isAsked) markProblems(form, problems).first?.focus?.();
      return;
    }
    part("arms").hidden = answer.arms.length === 0;
    this.fill(part("arm"), answer.arms);
    this.fill(part("locale"), answer.languages);
    if (!answer.answer) {
      this.refuse(answer.reasons);
      return;
    }
    this.shown = { answer: answer.answer, sample: answer.sample };
    this.show();
  }

  /** Puts what was answered last on the stage, from its beginning. */
  show() {
    if (!this.shown) return;
    part("problem").hidden = true;
    for (const name of ["again", "note"]) part(name).hidden = false;
    part("show").hidden = true;
    const bought = this.shown.sample.bought.map(({ title }) => title).join(", ");
    if (!this.picked.bought) this.name("bought", bought);
    this.say("");
    this.stage.show({ ...this.shown, locale: part("locale").value });
  }

  refuse(reasons, heading = "This cannot be shown yet") {
    this.shown = null;
    part("problem-heading").setAttribute("heading", heading);
    part("problem-reasons").replaceChildren(...reasons.map((reason) => {
      const item = document.createElement("li");
      item.textContent = reason;
      return item;
    }));
    part("problem").hidden = false;
    part("stage-frame").hidden = true;
    for (const name of ["again", "note"]) part(name).hidden = true;
    part("show").hidden = false;
    this.say("");
  }

  hear(told) {
    if (told.kind === "charged") this.say(`In the real page this would charge ${told.price}.`);
    if (told.kind === "left") this.say(`${part("said").textContent} Here the shopper goes on to the order confirmation.`.trim());
    if (told.kind === "fault") this.refuse(["The page's script did not run. Try again; if that does not help, load this page anew.", told.message], "The preview stopped");
  }

  say(words) {
    part("said").textContent = words;
  }

  name(which, title) {
    const words = panel.querySelector(`[data-pick-one=${which}] [data-picked]`);
    words.textContent = title || words.dataset.otherwise;
  }

  /** Offers what the answer names; what was chosen stays chosen where it is still there. */
  fill(select, choices) {
    const chosen = select.value;
    const known = [...select.children].map((option) => option.getAttribute("value"));
    if (choices.length !== known.length || choices.some(({ value }, place) => value !== known[place])) {
      select.replaceChildren(...choices.map(({ value, label }) => {
        const option = document.createElement("s-option");
        option.setAttribute("value", value);
        option.textContent = label;
        return option;
      }));
    }
    select.value = choices.some(({ value }) => value === chosen) ? chosen : choices[0]?.value ?? "";
  }

  async choose(box) {
    const { pickOne: which } = box.dataset;
    const selectionIds = this.picked[which] ? [{ id: VARIANT + this.picked[which] }] : [];
    const picked = await window.shopify.resourcePicker({ type: "variant", action: "select", multiple: false, selectionIds, filter: { variants: false } });
    if (!picked?.length) return;
    const id = picked[0].id.split("/").pop();
    const { variants = [] } = await load(`/offers/variants?ids=${id}`);
    this.picked[which] = id;
    this.name(which, variants[0]?.title ?? picked[0].displayName ?? picked[0].title);
    box.querySelector("[data-forget]").hidden = false;
    this.refresh({ isAsked: true });
  }

  forget(box) {
    delete this.picked[box.dataset.pickOne];
    this.name(box.dataset.pickOne, "");
    box.querySelector("[data-forget]").hidden = true;
    box.querySelector("[data-choose]").focus?.();
    this.refresh();
  }
}

function start() {
  const shown = new Panel();
  let pause;
  const later = () => {
    if (!shown.isOn) return;
    clearTimeout(pause);
    pause = setTimeout(() => shown.refresh(), PAUSE_MS);
  };
  for (const type of ["input", "change", "reset"]) form.addEventListener(type, later);
  part("locale").addEventListener("change", () => shown.refresh());
  part("arm").addEventListener("change", () => shown.refresh());
  part("screen").addEventListener("change", () => shown.stage.fit());
  panel.addEventListener("click", (event) => {
    const button = event.composedPath().find((node) => node instanceof Element && node.matches("[data-show], [data-again], [data-choose], [data-forget]"));
    if (!button) return;
    const box = button.closest("[data-pick-one]");
    if (button.hasAttribute("data-choose")) shown.choose(box);
    else if (button.hasAttribute("data-forget")) shown.forget(box);
    else if (button.hasAttribute("data-again")) shown.show();
    else shown.refresh({ isAsked: true });
  });
  document.querySelector("[data-to-preview]")?.addEventListener("click", () => {
    panel.scrollIntoView({ behavior: "smooth", block: "start" });
    shown.refresh({ isAsked: true });
  });
  // Beside the form it is seen all the time; below it only by who asks for it.
  shown.isOn = BESIDE.matches;
  // An empty form has nothing to show: that would be the first thing said of a new offer.
  if (shown.isOn && panel.dataset.funnel) shown.refresh();
}

if (panel.dataset.stage) start();
