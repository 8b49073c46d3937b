// Dates as `YYYY-MM-DD` text, in UTC throughout so that no time zone can shift a day; which of them may be picked.

const DAY = 86_400_000;
export const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

/** Returns milliseconds of a real `YYYY-MM-DD`, or null. */
export function parseDay(words) {
  const found = /^(\d{4})-(\d{2})-(\d{2})$/.exec(words.trim());
  if (!found) return null;
  const moment = Date.UTC(Number(found[1]), Number(found[2]) - 1, Number(found[3]));
  return dayText(moment) === words.trim() ? moment : null;
}

export const dayText = (moment) => new Date(moment).toISOString().slice(0, 10);
export const addDays = (moment, days) => moment + days * DAY;

/** Moves by whole months and keeps the day where the month has it. */
export function addMonths(moment, months) {
  const from = new Date(moment);
  const first = Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + months, 1);
  const last = new Date(Date.UTC(from.getUTCFullYear(), from.getUTCMonth() + months + 1, 0)).getUTCDate();
  return addDays(first, Math.min(from.getUTCDate(), last) - 1);
}

/** Place in the week, Monday first. */
export const weekday = (moment) => (new Date(moment).getUTCDay() + 6) % 7;

const edge = (words, end) => {
  const [year, month, day] = words.split("-").map(Number);
  if (day) return Date.UTC(year, month - 1, day);
  if (month) return end ? Date.UTC(year, month, 0) : Date.UTC(year, month - 1, 1);
  return end ? Date.UTC(year, 11, 31) : Date.UTC(year, 0, 1);
};

/** Reads `2024-01-05, 2024-02, 2025--, --2023` into spans of [first, last] in milliseconds. */
export function parseSpans(words) {
  return words.split(",").map((part) => part.trim()).filter(Boolean).map((part) => {
    if (!part.includes("--")) return [edge(part, false), edge(part, true)];
    const [from, to] = part.split("--").map((side) => side.trim());
    return [from ? edge(from, false) : -Infinity, to ? edge(to, true) : Infinity];
  });
}

const inSpans = (moment, words) => parseSpans(words).some(([from, to]) => moment >= from && moment <= to);

function onDays(moment, words) {
  return words.toLowerCase().split(",").map((name) => name.trim()).includes(WEEKDAYS[weekday(moment)]);
}

/** Says whether a day may be picked; `limits` has allow, disallow, allowDays, disallowDays. */
export function mayPick(moment, { allow, disallow, allowDays, disallowDays }) {
  if (allow && !inSpans(moment, allow)) return false;
  if (disallow && inSpans(moment, disallow)) return false;
  if (allowDays && !onDays(moment, allowDays)) return false;
  return !(disallowDays && onDays(moment, disallowDays));
}
