import {post} from './server.js';

/** @import {Api, Money} from './contract' */

/** The server edits the order and has the invoice sent, which are several calls to the platform. */
const ADD_MS = 20000;

/** Which of the server's refusals is told how; all others may pass. */
const REFUSALS = /** @type {const} */ ({already_added: 'already', offer_unavailable: 'gone', offer_expired: 'gone'});

/** @typedef {{kind: 'added', total: Money | null} | {kind: 'already' | 'gone' | 'unsure', total?: undefined}} Addition */

/**
 * Has the server add an option to the order, to be paid by invoice.
 *
 * @param {Api} api
 * @param {string} decisionId
 * @param {string} optionId
 * @returns {Promise<Addition>} `unsure` when no clear answer came: it may be on the order, and asking again adds nothing
 *   twice; never rejects
 */
export async function addToOrder(api, decisionId, optionId) {
  const {status, body} = await post(api, '/blocks/additions', {decision_id: decisionId, option_id: optionId}, ADD_MS);
  if (status === 200 && body?.status === 'added') return {kind: 'added', total: body.total ?? null};
  const code = body?.error?.code;
  if (Object.prototype.hasOwnProperty.call(REFUSALS, code)) return {kind: REFUSALS[/** @type {keyof typeof REFUSALS} */ (code)]};
  // Any other clear refusal will not change by pressing again.
  return {kind: status >= 400 && status < 500 && status !== 408 && status !== 429 ? 'gone' : 'unsure'};
}
