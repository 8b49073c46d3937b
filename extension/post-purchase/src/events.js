import {post} from './server.js';

/** @import {EventDetail, EventKind} from './contract' */
/** @import {Reply} from './server' */

/** How long a report may take before it is given up. */
const REPORT_MS = 5000;

/** How long the page waits on leaving for reports still under way: the worker ends with the page, not every browser keeps them alive. */
export const LAST_REPORTS_MS = 250;

/**
 * Tells the server what happened on the page. Fire and forget: a report that fails is lost, the page goes on.
 * `latency_ms` runs from `since` for the first report, from the report before for every other.
 *
 * @param {string} token
 * @param {string} decisionId
 * @param {number} since milliseconds of `Date.now()`
 */
export function createReporter(token, decisionId, since) {
  /** @type {Promise<unknown>[]} */
  const underWay = [];
  let last = since;
  let step = '0';
  let isAnswered = false;

  return {
    /** @param {string} next the step that is told of from now on */
    goOn(next) {
      step = next;
      isAnswered = false;
    },

    /**
     * The shopper answers a step once: after the first press only outcomes are news.
     *
     * @param {EventKind} kind
     * @param {EventDetail} [detail]
     * @returns {Promise<Reply | undefined>} the server's answer; none where nothing was told
     */
    report(kind, detail) {
      if (isAnswered && kind !== 'outcome') return Promise.resolve(undefined);
      isAnswered = isAnswered || (kind !== 'shown' && kind !== 'choice');
      const now = Date.now();
      const body = Object.assign({decision_id: decisionId, step, kind, latency_ms: Math.max(0, now - last)}, detail);
      last = now;
      const told = post('/post-purchase/events', token, body, REPORT_MS, true);
      underWay.push(told);
      return told;
    },

    /** @returns {Promise<unknown>} settled once every report is through or `LAST_REPORTS_MS` is up */
    settle() {
      return Promise.race([Promise.all(underWay), new Promise((resolve) => setTimeout(resolve, LAST_REPORTS_MS))]);
    },
  };
}

/** @typedef {ReturnType<typeof createReporter>} Reporter */
