import {breakDown} from './costs.js';
import {LATE, within} from './deadline.js';
import {post} from './server.js';

/** @import {Cost, Failure, Offer, OutcomeStatus, RenderApi} from './contract' */

const CALCULATE_MS = 10000;
const SIGN_MS = 8000;
/** A charge may take its time; the shopper cannot leave meanwhile, so this is the longest the page ever holds anyone. */
const APPLY_MS = 45000;

/**
 * Has the platform work out what the offer costs with shipping and taxes.
 *
 * The server's changes are handed on untouched: it spells their keys (`variantId` here, `variantID` elsewhere in the
 * platform's papers) for this call and for the signed copy alike, in one place.
 *
 * @param {RenderApi} api
 * @param {Offer} offer
 * @returns {Promise<{cost: Cost} | Failure>} never rejects
 */
export async function calculate(api, offer) {
  try {
    const result = await within(CALCULATE_MS, () => api.calculateChangeset({changes: offer.changes}));
    if (result.status !== 'processed') {
      const codes = codesOf(result.errors);
      return {codes, retry: codes.every((code) => code === 'server_error')};
    }
    const cost = breakDown(result.calculatedPurchase, offer);
    return cost ? {cost} : {codes: ['price_unreadable'], retry: true};
  } catch (error) {
    return {codes: [error === LATE ? 'calculate_timeout' : 'calculate_failed'], retry: true};
  }
}

/**
 * Has the server sign the stored offer. Nothing is charged by this, so that a failure may safely be tried again.
 *
 * @param {string} token
 * @param {string} decisionId
 * @param {Offer} offer
 * @returns {Promise<{changeset: string} | Failure>} never rejects
 */
export async function sign(token, decisionId, offer) {
  const {status, body, late} = await post(
    '/post-purchase/changesets',
    token,
    {decision_id: decisionId, option_id: offer.option_id},
    SIGN_MS,
  );
  if (status === 200 && body && typeof body.token === 'string' && body.token) return {changeset: body.token};
  const said = body && body.error && body.error.code;
  const code = typeof said === 'string' ? said : late ? 'sign_timeout' : status === 0 ? 'sign_unreachable' : `sign_http_${status}`;
  return {codes: [code], retry: status < 300 || status === 408 || status === 429 || status >= 500};
}

/**
 * Has the platform add the signed changes to the order and charge for them.
 *
 * @param {RenderApi} api
 * @param {string} changeset signed
 * @param {boolean} isSubscription which the shopper has agreed to
 * @returns {Promise<{status: OutcomeStatus, codes: string[]}>} never rejects; `unknown` when no answer came, for the
 *   charge may have gone through
 */
export async function apply(api, changeset, isSubscription) {
  try {
    const {status, errors} = await within(APPLY_MS, () =>
      isSubscription ? api.applyChangeset(changeset, {buyerConsentToSubscriptions: true}) : api.applyChangeset(changeset),
    );
    const isKnown = status === 'processed' || status === 'partially_processed' || status === 'unprocessed';
    return {status: isKnown ? status : 'unknown', codes: codesOf(errors)};
  } catch (error) {
    return {status: 'unknown', codes: [error === LATE ? 'apply_timeout' : 'apply_failed']};
  }
}

/**
 * @param {{code: string}[] | undefined} errors
 * @returns {string[]}
 */
function codesOf(errors) {
  return (errors || []).map((error) => String(error && error.code));
}
