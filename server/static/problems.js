// Puts the server's problems where they belong: at the field that the path names, or in the page's problem box.

const CHANGED = "draft_changed";

function places(root) {
  const found = new Map();
  for (const element of root.querySelectorAll("[name], [data-path]")) {
    if (element.type === "hidden") continue;
    const path = element.dataset.path ?? element.getAttribute("name");
    if (!found.has(path)) found.set(path, element);
  }
  return found;
}

/** Finds the element of a path, or of the nearest part that holds it. */
function placeOf(known, path) {
  let part = path;
  while (part) {
    if (known.has(part)) return known.get(part);
    part = part.replace(/(\.[^.[\]]+|\[\d+\])$/, "") === part ? "" : part.replace(/(\.[^.[\]]+|\[\d+\])$/, "");
  }
  return null;
}

function mark(element, problem) {
  // A problem behind a fold would not be seen, and folds stand within folds.
  for (let fold = element.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.setAttribute("open", "");
  const help = element.getAttribute("details") ?? "";
  // The help stands below the field already.
  const message = help && problem.endsWith(help) ? problem.slice(0, -help.length).trim() : problem;
  const line = element.querySelector(":scope > [data-error]");
  if (line) {
    line.hidden = false;
    line.querySelector("s-text").textContent = message;
  } else {
    element.setAttribute("error", message);
  }
}

/** Takes away what an earlier answer left. */
export function clearProblems(root) {
  for (const element of root.querySelectorAll("[error]")) element.removeAttribute("error");
  for (const line of root.querySelectorAll("[data-error]")) line.hidden = true;
}

function fillBox(box, message, rest) {
  box.querySelector("[data-problem-message]").textContent = message;
  box.querySelector("[data-problem-list]").replaceChildren(...rest.map((problem) => {
    const item = document.createElement("li");
    item.textContent = problem.message;
    return item;
  }));
  box.querySelector("[data-problem-list]").hidden = rest.length === 0;
  box.hidden = false;
  box.scrollIntoView({ block: "nearest" });
}

/** Hides the boxes of a page or form. */
export function hideBoxes(root) {
  for (const box of root.querySelectorAll("[data-problem-box], [data-changed-box]")) box.hidden = true;
}

/** Tells a problem away from its field, by the field's label, else by its section. */
export function named(root, { path, message }) {
  const element = placeOf(places(root), path);
  const label = element?.getAttribute("label") ?? element?.closest("s-section")?.getAttribute("heading");
  return label ? `${label}: ${message.charAt(0).toLowerCase()}${message.slice(1)}` : message;
}

/** Marks the fields within `root` that problems name; returns the first of them, and the problems that name none. */
export function markProblems(root, problems) {
  const known = places(root);
  const rest = [];
  let first = null;
  for (const problem of problems) {
    const element = placeOf(known, problem.path);
    if (element) mark(element, problem.message);
    else rest.push(problem);
    first ??= element;
  }
  return { first, rest };
}

/** Shows an error of the server within `root`; fields are looked for there, boxes there and then in the page. */
export function showProblems(root, { code, message, problems = [] }) {
  const box = (name) => root.querySelector(`[data-${name}-box]`) ?? document.querySelector(`[data-${name}-box]`);
  if (code === CHANGED && box("changed")) {
    box("changed").querySelector("[data-changed-message]").textContent = message;
    box("changed").hidden = false;
    box("changed").scrollIntoView({ block: "nearest" });
    return;
  }
  const { first, rest } = markProblems(root, problems);
  const summary = first ? "Some fields need your attention." : "Something stands in the way.";
  fillBox(box("problem"), problems.length ? summary : message, rest);
  // Where a plain field stands inside of what shows the problem, that is what can be mended.
  (first?.querySelector("textarea, input:not([type=hidden])") ?? first)?.focus?.();
}
