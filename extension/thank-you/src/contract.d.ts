/** What the Afters server and this block say to each other. The server's side is server/web/blocks.py. */

import type {OrderConfirmationApi, StandardApi} from '@shopify/ui-extensions/checkout';
import type {OrderStatusApi, StandardApi as AccountApi} from '@shopify/ui-extensions/customer-account';

export type ThankYouApi = StandardApi<'purchase.thank-you.block.render'> & OrderConfirmationApi;
export type OrderStatusBlockApi = OrderStatusApi<'customer-account.order-status.block.render'> &
  AccountApi<'customer-account.order-status.block.render'>;

type Shared = 'checkoutToken' | 'cost' | 'customerPrivacy' | 'extension' | 'i18n' | 'lines' | 'localization' | 'sessionToken' | 'shippingAddress';

/** What both targets give. Any value may be missing: some need a permission, some come later, some never. */
export type Api = Partial<Pick<ThankYouApi, Shared>> | Partial<Pick<OrderStatusBlockApi, Shared>>;

export type Translate = ThankYouApi['i18n']['translate'];
export type I18n = ThankYouApi['i18n'];

export type Surface = 'thank_you' | 'order_status';

/** A decimal string in the currency's main unit. */
export interface Money {
  amount: string;
  currency: string;
}

export interface Purchase {
  currency: string;
  total: string;
  country_code: string | null;
  lines: {variant_id: string; product_id: string; quantity: number; total: string}[];
}

export interface Discount {
  value: number;
  value_type: 'percentage' | 'fixed_amount';
  title: string;
}

/** One of the things that may be taken instead of each other; prices are of one unit. */
export interface Option {
  option_id: string;
  title: string | null;
  quantity: number;
  unit_price: Money;
  discounted_unit_price: Money;
  discount: Discount | null;
  /** Where its button leads; null in invoice mode. */
  url: string | null;
}

export interface Offer extends Option {
  title: string;
  variant_title: string | null;
  image: {url: string; alt: string | null} | null;
  reason_line: string | null;
  /** Only those the merchant wrote. */
  texts?: {heading?: string; accept?: string; decline?: string} | null;
  /** By a discount code, in a new order; or added to this order and paid by invoice. */
  accept_by: 'code' | 'invoice';
  /** How long the discount holds once the button was pressed. */
  code_days: number;
  /** What may be taken instead. */
  choices?: Option[];
}

export interface Answer {
  decision_id: string;
  offer: Offer;
  /** What comes after a decline: under the step before with a "d" behind it, the first being "0". */
  steps: Record<string, Offer>;
}

export type EventKind = 'shown' | 'declined' | 'choice';
