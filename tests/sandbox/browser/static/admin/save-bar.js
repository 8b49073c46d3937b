// The contextual save bar over the top bar, and the guard that keeps unsaved work.

import { paragraph, showDialog } from "./dialogs.js";

const bar = document.querySelector("#save-bar");
let send = () => {};
let asksBeforeDiscard = false;

const question = (title, words, yes) =>
  showDialog({
    title,
    content: paragraph(words),
    answers: [{ label: "Keep editing", value: false }, { label: yes, value: true, style: "primary critical" }],
  });

export const isUnsaved = () => !bar.hidden;

export function showSaveBar({ discardConfirmation }) {
  asksBeforeDiscard = Boolean(discardConfirmation);
  bar.hidden = false;
}

export function hideSaveBar() {
  bar.hidden = true;
}

/** Draws the eye to the bar: leaving has to wait for a choice. */
export function shakeSaveBar() {
  bar.classList.remove("shake");
  requestAnimationFrame(() => bar.classList.add("shake"));
  bar.querySelector("button")?.focus();
}

/** Says whether the person gives up what is unsaved. */
export async function mayLeave() {
  if (!isUnsaved()) return true;
  const leaves = await question("Leave page with unsaved changes?", "Leaving this page will delete all unsaved changes.", "Leave page");
  if (leaves) hideSaveBar();
  return Boolean(leaves);
}

/** Wires the two buttons; `event(name)` reaches the app. */
export function startSaveBar(event) {
  send = event;
  bar.querySelector("[data-save]").onclick = () => send("saveBar.save");
  bar.querySelector("[data-discard]").onclick = async () => {
    const sure = !asksBeforeDiscard || (await question("Discard all unsaved changes?", "All edits since you last saved will be lost.", "Discard changes"));
    if (sure) send("saveBar.discard");
  };
}
