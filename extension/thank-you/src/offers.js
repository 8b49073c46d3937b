import {pricesOf} from './prices.js';
import {purchaseOf} from './purchase.js';
import {post} from './server.js';

/** @import {Answer, Api, Offer, Option, Surface} from './contract' */

/** The page is there already and nobody waits for the block, but a block that comes late pushes the page about. */
const ASK_MS = 4000;

/** The order reaches the server some seconds after the page; where the server needs it, it says so and is asked again. */
const WAITS_MS = [1500, 3000];

/**
 * Asks the server what to offer after this purchase.
 *
 * @param {Api} api
 * @param {{surface: Surface, checkoutToken: string | null, orderId: string | null}} about at least one of the ids is known
 * @returns {Promise<Answer | null>} null when there is nothing to offer, whatever the cause; never rejects
 */
export async function askForOffer(api, {surface, checkoutToken, orderId}) {
  const question = {
    surface,
    checkout_token: checkoutToken,
    order_id: orderId,
    locale: api.localization?.language?.value?.isoCode ?? 'en',
    purchase: purchaseOf(api),
  };
  let reply = await post(api, '/blocks/offers', question, ASK_MS);
  for (const wait of WAITS_MS) {
    if (reply.status !== 200 || reply.body?.reason !== 'order_not_known') break;
    await new Promise((resolve) => setTimeout(resolve, wait));
    reply = await post(api, '/blocks/offers', question, ASK_MS);
  }
  return reply.status === 200 ? readAnswer(reply.body) : null;
}

/**
 * @param {any} body
 * @returns {Answer | null} null when it holds no offer that could be shown and taken
 */
function readAnswer(body) {
  const offer = body?.decision_id ? readOffer(body.offer) : null;
  if (!offer) return null;
  /** @type {Record<string, Offer>} */
  const steps = {};
  Object.keys(body.steps ?? {}).forEach((step) => {
    const next = readOffer(body.steps[step]);
    if (next) steps[step] = next;
  });
  return {decision_id: String(body.decision_id), offer, steps};
}

/**
 * @param {any} offer
 * @returns {Offer | null} without the choices that could not be taken
 */
function readOffer(offer) {
  if (!offer?.title || !isUsable(offer, offer.accept_by)) return null;
  const choices = (offer.choices ?? []).filter((/** @type {any} */ choice) => isUsable(choice, offer.accept_by));
  return {...offer, choices};
}

/**
 * @param {any} option
 * @param {unknown} way
 * @returns {boolean} whether its price can be told and its button leads somewhere
 */
function isUsable(option, way) {
  const isTakeable = way === 'invoice' || (way === 'code' && /^https?:\/\//.test(option?.url));
  return isTakeable && Boolean(option.option_id) && pricesOf(option) !== null;
}

/**
 * Lists what the shopper may choose from, the offer as it is made first.
 *
 * @param {Offer} offer
 * @returns {Option[]}
 */
export function optionsOf(offer) {
  return [{...offer, title: offer.variant_title}, ...(offer.choices ?? [])];
}
