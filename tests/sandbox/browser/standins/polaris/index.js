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

/** Lets a real runtime that arrives after the stand-ins pass over names that are taken, instead of failing half-way. */
function tolerateLateRuntime() {
  const native = customElements.define.bind(customElements);
  customElements.define = (name, ...rest) => {
    if (!(name.startsWith("s-") && customElements.get(name))) native(name, ...rest);
  };
}

function tryRealRuntime() {
  const script = document.createElement("script");
  let settled = false;
  const fallBack = () => {
    if (settled) return;
    settled = true;
    script.remove();
    tolerateLateRuntime();
    defineStandins();
  };
  script.src = REAL_RUNTIME;
  script.onerror = fallBack;
  script.onload = () => {
    settled = true;
    document.documentElement.dataset.polaris = "real";
  };
  setTimeout(fallBack, PATIENCE_MILLISECONDS);
  document.head.append(script);
}

const own = new URL(document.currentScript?.src ?? location.href);
if (SHOP.standinsOnly || own.searchParams.get("standin") === "1") defineStandins();
else tryRealRuntime();
