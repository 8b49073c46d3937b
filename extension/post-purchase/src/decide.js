import {within} from './deadline.js';
import {post} from './server.js';

/** @import {Answer, AnyApi, ShouldRenderApi, Stored} from './contract' */

/**
 * Shopify skips the page when ShouldRender is not through in about 1.5 to 2 seconds, starting the worker included.
 * Asking and storing together stay at 1.4 seconds; the server answers in some 25 ms, so the rest is for slow networks.
 */
export const ASK_BEFORE_PAY_MS = 1200;
export const STORE_MS = 200;

/** In Render the order is already paid and no limit of the platform runs; the shopper waits at a spinner, though. */
export const ASK_ON_PAGE_MS = 4000;

/**
 * Asks the server what to offer on this purchase.
 *
 * @param {AnyApi} api
 * @param {number} ms
 * @returns {Promise<Answer | null>} null when there is no offer, whatever the cause; never rejects
 */
export async function askForOffer(api, ms) {
  const reply = await post('/post-purchase/offers', api.inputData.token, {}, ms);
  return reply.status === 200 ? readAnswer(reply.body) : null;
}

/**
 * @param {any} body
 * @returns {Answer | null} null when it holds no offer that could be shown, priced and signed
 */
function readAnswer(body) {
  const offer = body && body.offer;
  const isUsable =
    offer && body.decision_id && offer.option_id && offer.title && Array.isArray(offer.changes) && offer.changes.length > 0;
  return isUsable ? body : null;
}

/**
 * Decides whether the page is shown. Any failure means no page: the shopper is never held.
 *
 * @param {ShouldRenderApi} api
 * @returns {Promise<{render: boolean}>}
 */
export async function shouldRender(api) {
  try {
    const answer = await askForOffer(api, ASK_BEFORE_PAY_MS);
    if (!answer) return {render: false};
    /** @type {Stored} */
    const stored = {reference_id: api.inputData.initialPurchase.referenceId, answer};
    // Without the stored answer Render asks again, so a failure here costs a moment and not the page.
    await within(STORE_MS, () => api.storage.update(stored)).catch(() => undefined);
    return {render: true};
  } catch {
    return {render: false};
  }
}

/**
 * Reads what ShouldRender stored. Shop Pay does not hand it over: then the page has to ask again.
 * `expires_at` is left to the server, which refuses an offer that is over: the shopper's clock may be wrong.
 *
 * @param {AnyApi} api
 * @returns {Answer | null}
 */
export function storedOffer(api) {
  const stored = /** @type {Partial<Stored> | null | undefined} */ (api.storage.initialData);
  const isOfThisPurchase = stored && stored.reference_id === api.inputData.initialPurchase.referenceId;
  return isOfThisPurchase ? readAnswer(stored.answer) : null;
}
