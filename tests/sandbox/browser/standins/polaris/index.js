// Entry of polaris-1.js: the real runtime where it can be reached, the stand-ins where it cannot.

import { defineActions } from "./actions.js";
import { defineBoxes } from "./box.js";
import { defineChoices } from "./choices.js";
import { defineColors } from "./colors.js";
import { defineDates } from "./dates.js";
import { defineDropZone } from "./drop-zone.js";
import { dressDocument } from "./element.js";
import { defineIcons } from "./icons.js";
import { defineMarks } from "./marks.js";
import { defineOverlays } from "./overlays.js";
import { definePages } from "./page.js";
import { defineSelects } from "./select.js";
import { SHOP } from "./shop.js";
import { defineTables } from "./tables.js";
import { defineTextFields } from "./text-fields.js";
import { defineTexts } from "./text.js";

const REAL_RUNTIME = "https://cdn.shopify.com/shopifycloud/polaris-1.js";
const PATIENCE_MILLISECONDS = 1200;

function defineStandins() {
  document.documentElement.dataset.polaris = "standin";
  dressDocument();
  // Overlays before what opens them, fields before the date field that holds a picker.
  for (const defineAll of [defineBoxes, defineIcons, defineTexts, defineMarks, definePages, defineOverlays, defineActions, defineTextFields,
    defineChoices, defineSelects, defineDates, defineColors, defineDropZone, defineTables]) defineAll();
}

/** Looks for the real runtime and runs it, or the stand-ins where it does not come in time. */
function tryRealRuntime() {
  // A preload first: unlike a script it holds nobody up while it waits, and what is too late is never run.
  const probe = Object.assign(document.createElement("link"), { rel: "preload", as: "script", href: REAL_RUNTIME });
  const script = Object.assign(document.createElement("script"), { src: REAL_RUNTIME });
  let isOver = false;
  const fallBack = () => {
    if (isOver) return;
    isOver = true;
    probe.remove();
    defineStandins();
  };
  const timer = setTimeout(fallBack, PATIENCE_MILLISECONDS);
  probe.onerror = fallBack;
  probe.onload = () => {
    clearTimeout(timer);
    if (!isOver) document.head.append(script);
  };
  script.onerror = fallBack;
  script.onload = () => {
    // Something else may have answered in its place, such as the log-in page of a network.
    if (customElements.get("s-page")) document.documentElement.dataset.polaris = "real";
    else fallBack();
  };
  document.head.append(probe);
}

const own = new URL(document.currentScript?.src ?? location.href);
if (SHOP.standinsOnly || own.searchParams.get("standin") === "1") defineStandins();
else tryRealRuntime();
