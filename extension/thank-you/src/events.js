import {post} from './server.js';

/** @import {Api, EventKind} from './contract' */

const REPORT_MS = 5000;

/** The server takes no longer time; these pages stay open for days. */
const LONGEST_MS = 3600000;

/**
 * Tells the server what happens in the block. Fire and forget: a report that fails is lost, the block goes on.
 * `latency_ms` runs from the report before, for the first from `since`.
 *
 * @param {Api} api
 * @param {string} decisionId
 * @param {number} since milliseconds of `Date.now()`
 * @returns {(step: string, kind: EventKind, optionId?: string) => void}
 */
export function createReporter(api, decisionId, since) {
  let last = since;
  return (step, kind, optionId) => {
    const now = Date.now();
    // Times measure the shopper. Where the page does not say that this is allowed, they are not sent.
    const mayMeasure = api.customerPrivacy?.value?.allowedProcessing?.analytics === true;
    const event = {
      decision_id: decisionId,
      step,
      kind,
      latency_ms: mayMeasure ? Math.min(LONGEST_MS, Math.max(0, now - last)) : 0,
      ...(optionId && {option_id: optionId}),
      may_measure: mayMeasure,
    };
    last = now;
    void post(api, '/blocks/events', event, REPORT_MS, true);
  };
}
