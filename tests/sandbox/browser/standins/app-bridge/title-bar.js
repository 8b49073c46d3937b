// The real `s-page` leaves its heading and actions to the admin's title bar. Our own draws them itself, so the bar is
// told of them only where the real runtime runs.

import { hear, tell } from "./port.js";

const ACTIONS = ":scope > [slot=primary-action], :scope > [slot=secondary-actions]";
let pressable = [];
let isWatching = false;

function actionsOf(page) {
  return [...page.querySelectorAll(ACTIONS)].flatMap((action) => {
    const inner = action.localName === "s-button-group" ? [...action.querySelectorAll("s-button, button")] : [action];
    return inner.map((button) => ({ button, isPrimary: action.slot === "primary-action" }));
  });
}

function describePage() {
  const page = document.querySelector("s-page");
  const actions = page ? actionsOf(page) : [];
  pressable = actions.map(({ button }) => button);
  tell("titleBar", {
    heading: page?.getAttribute("heading") ?? "",
    actions: actions.map(({ button, isPrimary }) => ({
      label: button.textContent.trim() || button.getAttribute("accessibilitylabel") || "",
      isPrimary,
      isDisabled: button.hasAttribute("disabled") || button.hasAttribute("loading"),
      isCritical: button.getAttribute("tone") === "critical",
    })),
  });
}

function begin() {
  if (isWatching || document.documentElement.dataset.polaris !== "real") return;
  isWatching = true;
  describePage();
  new MutationObserver(describePage).observe(document.documentElement, {
    childList: true, subtree: true, characterData: true, attributeFilter: ["heading", "disabled", "loading", "slot", "tone"],
  });
}

export function startTitleBar() {
  hear("titleBar.press", ({ at }) => pressable[at]?.click());
  new MutationObserver(begin).observe(document.documentElement, { attributeFilter: ["data-polaris"] });
  begin();
}
