// Web vitals of this page, as App Bridge reports them to whoever asks. Figures from the sandbox are of stand-ins.

const measured = { LCP: 0, CLS: 0, INP: 0 };
let listener = null;
let isMeasuring = false;

function observe(type, take, options = {}) {
  if (!PerformanceObserver.supportedEntryTypes.includes(type)) return;
  new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true, ...options });
}

function report() {
  const id = crypto.randomUUID();
  const metrics = Object.entries(measured).map(([name, value]) => ({ id, name, value }));
  listener?.({ metrics });
}

function measure() {
  observe("largest-contentful-paint", (entry) => {
    measured.LCP = entry.startTime;
  });
  observe("layout-shift", (entry) => {
    if (!entry.hadRecentInput) measured.CLS += entry.value;
  });
  observe("event", (entry) => {
    if (entry.interactionId) measured.INP = Math.max(measured.INP, entry.duration);
  }, { durationThreshold: 16 });
  // A page that is left is hidden first; later values would come too late for anyone.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") report();
  });
}

/** Calls `callback` with LCP and INP (milliseconds) and CLS when the page is left; null ends that. */
export async function onReport(callback) {
  listener = callback;
  if (isMeasuring) return;
  isMeasuring = true;
  measure();
}
