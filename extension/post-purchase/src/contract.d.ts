/** What the Afters server and this page say to each other. The server's side is server/web/post_purchase.py. */

import type {PostPurchaseRenderApi, PostPurchaseShouldRenderApi} from '@shopify/post-purchase-ui-extensions';
import type {RemoteRoot} from '@remote-ui/core';

export type RenderApi = PostPurchaseRenderApi;
export type ShouldRenderApi = PostPurchaseShouldRenderApi;
/** Either target's arguments: both carry the token, the locale and the reference id. */
export type AnyApi = Pick<RenderApi, 'inputData' | 'storage'>;
export type Root = RemoteRoot<any, true>;

/** A decimal string in the currency's main unit, as Shopify writes money. */
export interface Money {
  amount: string;
  currency: string;
}

type Changeset = Exclude<Parameters<RenderApi['calculateChangeset']>[0], string>;

export interface Interval {
  unit: 'day' | 'week' | 'month' | 'year';
  count: number;
}

/** What the shopper is bound to; prices are of one unit. */
export interface Subscription {
  plan: string;
  billing: Interval;
  delivery: Interval;
  unit_price: Money;
  shipping: Money;
  /** Another price that holds once the goods were paid so often. */
  later: {after: number; unit_price: Money} | null;
}

export interface Picture {
  url: string;
  alt: string | null;
}

/** One of the goods of a bundle; prices are of all its units. */
export interface Part {
  title: string;
  variant_title: string | null;
  quantity: number;
  image: Picture | null;
  price: Money;
  discounted_price: Money;
}

export interface Offer {
  option_id: string;
  variant_id: number;
  product_id: number;
  quantity: number;
  title: string;
  variant_title: string | null;
  description: string | null;
  image: Picture | null;
  more_images?: Picture[];
  unit_price: Money;
  discounted_unit_price: Money;
  discount: {value: number; value_type: 'percentage' | 'fixed_amount'; title: string} | null;
  /** Absent where the goods are sold once. */
  subscription?: Subscription | null;
  reason_line: string | null;
  badge?: string | null;
  /** What sending the goods adds; absent where nothing is said of it. */
  shipping?: {title: string; price: Money} | null;
  /** The goods of a bundle, which is one thing to accept. */
  items?: Part[];
  /** The merchant's arrangement, and which blocks stand in it in which order. */
  layout?: {name: string; blocks: string[]} | null;
  /** Where the offer ends so long after it was first seen. The server says how much of that is left. */
  ends_after_minutes?: number | null;
  /** What may be taken instead: laid over the offer, each is an offer of its own. */
  choices?: Partial<Offer>[];
  /** The merchant's own words; any key of texts.js may stand here. */
  texts: Record<string, string> | null;
  /** Only for the price calculation; what gets signed is the server's own copy. */
  changes: Changeset['changes'];
}

export interface Answer {
  decision_id: string;
  expires_at: string;
  /** What the page begins with. */
  offer: Offer;
  /** What comes after: under the option before with an "a" (accepted) or a "d" (declined) behind it. */
  steps?: Record<string, Offer>;
}

/** What ShouldRender leaves for Render. */
export interface Stored {
  reference_id: string;
  answer: Answer;
}

/**
 * `choice`: another variant or quantity, of which the last counts. `outcome` says what became of the changeset; `left`
 * that the page ended with neither acceptance nor decline.
 */
export type EventKind = 'shown' | 'choice' | 'accepted' | 'declined' | 'outcome' | 'left';

/** `unknown`: the platform never answered, so the item may or may not be on the order. */
export type OutcomeStatus = 'processed' | 'partially_processed' | 'unprocessed' | 'unknown';

export interface EventDetail {
  status?: OutcomeStatus;
  error_codes?: string[];
  option_id?: string;
}

/** One failure: machine-readable codes, and whether the same press may help a second time. */
export interface Failure {
  codes: string[];
  retry: boolean;
}

/** Whole ten-thousandths of the currency's main unit, so that sums are exact. */
export type Units = number;

export interface Cost {
  currency: string;
  subtotal: Units;
  shipping: Units;
  tax: Units;
  isTaxIncluded: boolean;
  total: Units;
}
