// s-date-picker and s-date-field.

import { addDays, addMonths, dayText, mayPick, parseDay, weekday, WEEKDAYS } from "./calendar.js";
import { Standin, define, text } from "./element.js";
import { FIELD_PROPS, FRAME_STYLE, Field, fieldTemplate } from "./field.js";
import { svg } from "./icons.js";
import { float } from "./overlays.js";

const LIMIT_PROPS = { allow: text(), disallow: text(), allowDays: text(), disallowDays: text(), view: text() };

const locale = () => document.documentElement.lang || "en";
const inWords = (moment, options) => new Intl.DateTimeFormat(locale(), { timeZone: "UTC", ...options }).format(moment);

class DatePicker extends Standin {
  static formAssociated = true;
  static props = { ...LIMIT_PROPS, type: text("single"), value: text(), name: text(), visibleMonths: text("auto") };
  static state = ["value"];
  static template = `
    <div class="picker"><div class="head"><button type="button" class="back" aria-label="Previous month"></button><strong aria-live="polite"></strong>
      <button type="button" class="on" aria-label="Next month"></button></div>
      <table role="grid"><thead><tr></tr></thead><tbody></tbody></table></div>`;
  static styles = `
    :host { display: block; inline-size: fit-content; max-inline-size: 100%; } .picker { padding: 12px; } .head { display: flex; align-items: center; gap: 8px; } strong { flex: 1; text-align: center; font-weight: 600; }
    .head button { display: inline-flex; padding: 6px; border: 0; border-radius: 8px; background: none; } .head button:hover { background: #f1f1f1; }
    table { border-collapse: collapse; margin-block-start: 8px; } th { inline-size: 36px; font-size: 12px; font-weight: 400; color: var(--ink-quiet); }
    td { padding: 0; text-align: center; } td button { inline-size: 36px; block-size: 34px; border: 0; border-radius: 8px; background: none; } td button:hover { background: #f1f1f1; }
    td button[aria-pressed="true"] { background: #303030; color: #fff; } td button:disabled { color: #a8a8a8; text-decoration: line-through; } .between button { background: #ebebeb; border-radius: 0; }
    .today button { font-weight: 700; }
  `;

  constructor() {
    super();
    this.internals = this.attachInternals();
  }

  get defaultValue() {
    return this.getAttribute("value") ?? "";
  }

  set defaultValue(value) {
    this.setAttribute("value", value ?? "");
  }

  get value() {
    return this.current ?? this.defaultValue;
  }

  set value(value) {
    this.current = value ?? "";
    this.internals.setFormValue(this.value);
    this.queueUpdate();
  }

  get defaultView() {
    return this.getAttribute("view") ?? "";
  }

  set defaultView(value) {
    this.setAttribute("view", value);
  }

  /** The picked days in milliseconds: none, one, or the two ends of a span. */
  get picked() {
    return this.value.split("--").map((part) => parseDay(part)).filter((moment) => moment !== null);
  }

  get month() {
    const asked = this.shownMonth ?? parseDay(`${this.view}-01`);
    return asked ?? addDays(this.picked[0] ?? Date.now(), 1 - new Date(this.picked[0] ?? Date.now()).getUTCDate());
  }

  connectedCallback() {
    super.connectedCallback();
    this.internals.setFormValue(this.value);
    this.part$(".back").append(svg("chevron-left"));
    this.part$(".on").append(svg("chevron-right"));
    this.part$(".back").onclick = () => this.turn(-1);
    this.part$(".on").onclick = () => this.turn(1);
    this.part$("tbody").onclick = (event) => this.pick(event.target.closest("button")?.value);
    this.part$("tbody").onkeydown = (event) => this.steer(event);
  }

  turn(months) {
    this.shownMonth = addMonths(this.month, months);
    this.fire("viewchange", { detail: { view: dayText(this.shownMonth).slice(0, 7) } });
    this.update();
  }

  pick(day) {
    if (!day) return;
    const open = this.type === "range" && this.picked.length === 1 ? dayText(this.picked[0]) : null;
    this.value = open ? [open, day].sort().join("--") : day;
    this.update();
    this.focusDay(parseDay(day));
    this.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }

  steer(event) {
    const from = parseDay(event.target.value ?? "");
    if (from === null) return;
    const moves = {
      ArrowLeft: () => addDays(from, -1), ArrowRight: () => addDays(from, 1), ArrowUp: () => addDays(from, -7), ArrowDown: () => addDays(from, 7),
      Home: () => addDays(from, -weekday(from)), End: () => addDays(from, 6 - weekday(from)), PageUp: () => addMonths(from, -1), PageDown: () => addMonths(from, 1),
    };
    if (!(event.key in moves)) return;
    event.preventDefault();
    const to = moves[event.key]();
    const turned = dayText(to).slice(0, 7) !== dayText(this.month).slice(0, 7);
    this.shownMonth = addDays(to, 1 - new Date(to).getUTCDate());
    if (turned) this.fire("viewchange", { detail: { view: dayText(to).slice(0, 7) } });
    this.update();
    this.focusDay(to);
  }

  focusDay(moment) {
    for (const button of this.shadowRoot.querySelectorAll("td button")) button.tabIndex = button.value === dayText(moment) ? 0 : -1;
    this.part$(`td button[value="${dayText(moment)}"]`)?.focus();
  }

  formResetCallback() {
    this.value = this.defaultValue;
  }

  update() {
    const first = this.month;
    const [from, to = from] = this.picked;
    this.part$("strong").textContent = inWords(first, { month: "long", year: "numeric" });
    this.part$("table").setAttribute("aria-label", inWords(first, { month: "long", year: "numeric" }));
    this.part$("thead tr").replaceChildren(...WEEKDAYS.map((_, at) => {
      const cell = document.createElement("th");
      const monday = Date.UTC(2024, 0, 1);
      cell.scope = "col";
      cell.abbr = inWords(addDays(monday, at), { weekday: "long" });
      cell.textContent = inWords(addDays(monday, at), { weekday: "short" });
      return cell;
    }));
    const focused = this.shadowRoot.activeElement?.value;
    const start = addDays(first, -weekday(first));
    const days = Array.from({ length: 42 }, (_, at) => addDays(start, at));
    const inMonth = (day) => dayText(day).slice(0, 7) === dayText(first).slice(0, 7);
    const home = days.find((day) => day === from && inMonth(day)) ?? days.find((day) => inMonth(day) && mayPick(day, this));
    const weeks = Array.from({ length: 6 }, (_, week) => days.slice(week * 7, week * 7 + 7)).filter((week) => week.some(inMonth));
    this.part$("tbody").replaceChildren(...weeks.map((week) => {
      const row = document.createElement("tr");
      row.append(...week.map((day) => this.cell(day, { inMonth: inMonth(day), isHome: day === home, from, to })));
      return row;
    }));
    // Drawing anew must not throw the keyboard out of the calendar.
    if (focused) this.part$(`td button[value="${focused}"]`)?.focus();
  }

  cell(day, { inMonth, isHome, from, to }) {
    const cell = document.createElement("td");
    if (!inMonth) return cell;
    const button = document.createElement("button");
    button.type = "button";
    button.value = dayText(day);
    button.textContent = String(new Date(day).getUTCDate());
    button.setAttribute("aria-label", inWords(day, { dateStyle: "full" }));
    button.setAttribute("aria-pressed", String(day === from || day === to));
    button.disabled = !mayPick(day, this);
    button.tabIndex = isHome ? 0 : -1;
    cell.classList.toggle("between", day > from && day < to);
    cell.append(button);
    return cell;
  }
}

class DateField extends Field {
  static props = { ...FIELD_PROPS, ...LIMIT_PROPS };
  static template = fieldTemplate(`<div class="frame"><input id="control" type="text" inputmode="numeric"><button type="button" class="open" aria-label="Choose a date" aria-haspopup="dialog"></button></div>
    <div popover="manual" role="dialog" aria-label="Calendar"><s-date-picker></s-date-picker></div>`);
  static styles = `${FRAME_STYLE}
    .open { display: inline-flex; padding: 4px; margin-inline-end: -8px; border: 0; border-radius: 6px; background: none; } .open:hover { background: #ebebeb; }
    [popover] { position: fixed; inset: auto; margin: 0; padding: 0; border: 0; border-radius: 12px; box-shadow: 0 0 0 1px rgb(0 0 0 / 8%), 0 8px 24px rgb(0 0 0 / 18%); }
  `;

  get picker() {
    return this.part$("s-date-picker");
  }

  connectedCallback() {
    super.connectedCallback();
    const open = this.part$(".open");
    const panel = this.part$("[popover]");
    open.append(svg("calendar", 18));
    open.onclick = () => (this.stopFloating ? this.closePanel() : this.openPanel(panel));
    this.picker.addEventListener("input", (event) => event.stopPropagation());
    this.picker.addEventListener("viewchange", (event) => this.fire("viewchange", { detail: event.detail }));
    this.picker.addEventListener("change", (event) => {
      event.stopPropagation();
      this.value = this.picker.value;
      this.closePanel();
      this.dispatchEvent(new Event("input", { bubbles: true, composed: true }));
      this.dispatchEvent(new Event("change", { bubbles: true }));
    });
  }

  openPanel(panel) {
    for (const name of ["allow", "disallow", "allowDays", "disallowDays", "view"]) this.picker[name] = this[name];
    this.picker.value = this.value;
    this.picker.shownMonth = null;
    this.picker.update();
    this.stopFloating = float(panel, this.part$(".frame"), () => this.closePanel());
    this.picker.shadowRoot.querySelector("td button[tabindex='0']")?.focus();
  }

  closePanel() {
    const isInside = this.shadowRoot.activeElement === this.picker;
    this.stopFloating?.();
    this.stopFloating = null;
    if (isInside) this.part$(".open").focus();
  }

  disconnectedCallback() {
    this.closePanel();
  }

  get defaultView() {
    return this.getAttribute("view") ?? "";
  }

  set defaultView(value) {
    this.setAttribute("view", value);
  }

  get placeholder() {
    return this.getAttribute("placeholder") ?? "YYYY-MM-DD";
  }

  set placeholder(value) {
    this.setAttribute("placeholder", value);
  }

  updateControl() {
    this.part$(".open").disabled = this.isOff || this.readOnly;
  }

  commit() {
    super.commit();
    if (this.value === "" || this.readOnly) return;
    const moment = parseDay(this.value);
    const fault = moment === null ? "Enter a date as YYYY-MM-DD" : mayPick(moment, this) ? "" : "This date cannot be picked";
    if (!fault) return;
    this.internals.setValidity({ customError: true }, fault, this.control);
  }
}

export function defineDates() {
  define("s-date-picker", DatePicker);
  define("s-date-field", DateField);
}
