"""The closed list of reasons: why an order, an offer or a touch came out as it did, in words a merchant reads."""

from enum import StrEnum
from typing import NamedTuple


class Reason(StrEnum):
    """One cause. The value is what is stored and searched; `WORDING` is what is read."""

    OFFERED = "offered"
    HELD_OUT = "held_out"
    NO_LIVE_FUNNEL = "no_live_funnel"
    NOTHING_ELIGIBLE = "nothing_eligible"
    AUDIENCE_MISS = "audience_miss"
    AUDIENCE_UNKNOWN = "audience_unknown"
    RULE_BROKEN = "rule_broken"
    CURRENCY_MISMATCH = "currency_mismatch"
    SHOWING_CAP = "showing_cap"
    NO_CANDIDATES = "no_candidates"
    UNKNOWN_PRODUCT = "unknown_product"
    NOT_SELLABLE = "not_sellable"
    STOCK_BELOW_MINIMUM = "stock_below_minimum"
    STOCK_UNKNOWN = "stock_unknown"
    ALREADY_IN_ORDER = "already_in_order"
    ALREADY_DECLINED = "already_declined"
    BOUGHT_LATELY = "bought_lately"
    DECLINED_LATELY = "declined_lately"
    OUT_OF_SCHEDULE = "out_of_schedule"
    NO_AMOUNT_IN_CURRENCY = "no_amount_in_currency"
    DISCOUNT_ABOVE_PRICE = "discount_above_price"
    COST_UNKNOWN = "cost_unknown"
    MARGIN_TOO_LOW = "margin_too_low"
    ONLY_ON_PAGE = "only_on_page"
    NO_SELLING_PLAN = "no_selling_plan"
    ALREADY_SUBSCRIBED = "already_subscribed"
    LOWER_PRIORITY = "lower_priority"
    CHOSEN = "chosen"
    ORDER_NOT_KNOWN = "order_not_known"

    PAGE_NOT_ASKED = "page_not_asked"
    PAGE_NOT_ELIGIBLE = "page_not_eligible"
    PAGE_NOT_SHOWN = "page_not_shown"
    PAGE_WAITING = "page_waiting"
    PAGE_SHOWN = "page_shown"
    PAGE_ACCEPTED = "page_accepted"
    PAGE_ACCEPTED_UNPAID = "page_accepted_unpaid"
    PAGE_PAID_LATER = "page_paid_later"
    PAGE_UNPAID_REMOVED = "page_unpaid_removed"
    PAGE_WRITTEN_OFF = "page_written_off"
    PAGE_DECLINED = "page_declined"
    PAGE_LEFT = "page_left"
    PAGE_FAILED = "page_failed"
    PAGE_UNSURE = "page_unsure"
    PAGE_ANSWERED_LATE = "page_answered_late"
    GATE_CLOSED = "gate_closed"
    OTHER_CHANNEL = "other_channel"
    PAYMENT_WITHOUT_PAGE = "payment_without_page"
    NO_SHIPPING_ADDRESS = "no_shipping_address"
    NOTHING_TO_SHIP = "nothing_to_ship"
    PICKED_UP = "picked_up"
    HAS_DUTIES = "has_duties"
    TOTAL_TOO_SMALL = "total_too_small"

    BLOCK_NOT_PLACED = "block_not_placed"
    BLOCK_NOT_ASKED = "block_not_asked"
    BLOCK_NOT_SHOWN = "block_not_shown"
    BLOCK_SHOWN = "block_shown"
    BLOCK_DECLINED = "block_declined"
    BLOCK_TAKEN = "block_taken"

    TICKET_RESOLVED = "ticket_resolved"

    NO_FOLLOW_UP = "no_follow_up"
    PLANNED = "planned"
    SENT = "sent"
    NO_LIVE_JOURNEY = "no_live_journey"
    SEQUENCE_CAP = "sequence_cap"
    MESSAGE_CAP = "message_cap"
    GOODWILL_BUDGET = "goodwill_budget"
    CHANNEL_HOLD = "channel_hold"
    QUIET_HOURS = "quiet_hours"
    NO_CONSENT = "no_consent"
    SUPPRESSED = "suppressed"
    NO_ADDRESS = "no_address"
    DATA_WITHHELD = "data_withheld"
    NO_CONNECTION = "no_connection"
    ORDER_CANCELLED = "order_cancelled"
    ORDER_REFUNDED = "order_refunded"
    BOUGHT_SINCE = "bought_since"
    NOTHING_TO_OFFER = "nothing_to_offer"
    NO_CODES = "no_codes"
    EXPIRED = "expired"
    RECIPIENT_REJECTED = "recipient_rejected"
    UNWRITABLE = "unwritable"
    VENDOR_FAILED = "vendor_failed"
    VENDOR_BUSY = "vendor_busy"
    OUR_FAULT = "our_fault"
    FATE_UNKNOWN = "fate_unknown"
    UNINSTALLED = "uninstalled"


WORDING: dict[Reason, str] = {
    Reason.OFFERED: "An offer was made.",
    Reason.HELD_OUT: "The shopper is in the holdout: the offer was worked out but kept back, to measure its effect.",
    Reason.NO_LIVE_FUNNEL: "No funnel is live.",
    Reason.NOTHING_ELIGIBLE: "No live funnel fitted this order.",
    Reason.AUDIENCE_MISS: "The order or the customer does not meet the funnel's conditions.",
    Reason.AUDIENCE_UNKNOWN: "A condition could not be answered, so the funnel stayed closed.",
    Reason.RULE_BROKEN: "A condition failed to run, so the funnel was passed over; the log says why.",
    Reason.CURRENCY_MISMATCH: "The order is paid in another currency than the shop's.",
    Reason.SHOWING_CAP: "The shopper has seen enough offers lately.",
    Reason.NO_CANDIDATES: "Nothing was found that goes with this order.",
    Reason.UNKNOWN_PRODUCT: "The product is no longer in the catalogue.",
    Reason.NOT_SELLABLE: "The product is not for sale.",
    Reason.STOCK_BELOW_MINIMUM: "Too little stock.",
    Reason.STOCK_UNKNOWN: "The rules count stock at some locations, and where it lies was not read yet.",
    Reason.ALREADY_IN_ORDER: "It is in the order already.",
    Reason.ALREADY_DECLINED: "The shopper declined it for this order.",
    Reason.BOUGHT_LATELY: "The shopper bought it lately.",
    Reason.DECLINED_LATELY: "The shopper declined it lately.",
    Reason.OUT_OF_SCHEDULE: "The offer is made at another time.",
    Reason.NO_AMOUNT_IN_CURRENCY: "The offer's discount, price or shipping has no amount in this currency.",
    Reason.DISCOUNT_ABOVE_PRICE: "The discount is more than the price.",
    Reason.COST_UNKNOWN: "What it costs the shop is not known, so its margin cannot be kept.",
    Reason.MARGIN_TOO_LOW: "Too little would be left after its cost.",
    Reason.ONLY_ON_PAGE: "Bundles and subscriptions are offered on the one-click page only.",
    Reason.NO_SELLING_PLAN: "It is not sold by the subscription that the offer asks for.",
    Reason.ALREADY_SUBSCRIBED: "The order holds a subscription already, and Shopify adds no second one to it.",
    Reason.LOWER_PRIORITY: "Another funnel came first.",
    Reason.CHOSEN: "This was chosen.",
    Reason.ORDER_NOT_KNOWN: "The order had not reached Afters yet.",
    Reason.PAGE_NOT_ASKED: "The checkout never asked for an offer.",
    Reason.PAGE_NOT_ELIGIBLE: "The payment or the currency keeps this order from the one-click page.",
    Reason.PAGE_NOT_SHOWN: "An offer was ready, but the page never came: the answer was too late, or the shopper left.",
    Reason.PAGE_WAITING: "Waiting to see whether the shopper answers on the one-click page.",
    Reason.PAGE_SHOWN: "The one-click page was shown.",
    Reason.PAGE_ACCEPTED: "The shopper accepted the offer.",
    Reason.PAGE_ACCEPTED_UNPAID: "The item is on the order, but the card was not charged.",
    Reason.PAGE_PAID_LATER: "The shopper accepted the offer; the card was not charged then, and it was paid later.",
    Reason.PAGE_UNPAID_REMOVED: "The card was not charged, and the item was taken off the order again.",
    Reason.PAGE_WRITTEN_OFF: "The item is on the order, and was not paid for so long that it is no longer waited for.",
    Reason.PAGE_DECLINED: "The shopper declined the offer.",
    Reason.PAGE_LEFT: "The shopper left the page without an answer.",
    Reason.PAGE_FAILED: "The shopper accepted, but the change to the order was refused.",
    Reason.PAGE_UNSURE: "The shopper accepted, and the platform did not say what came of it; the order will.",
    Reason.PAGE_ANSWERED_LATE: "An offer was ready, but Afters took too long to say so, and the checkout went on.",
    Reason.GATE_CLOSED: "The page after payment belonged to another app, or to none, when this order was placed.",
    Reason.OTHER_CHANNEL: "The order was not placed in the online store.",
    Reason.PAYMENT_WITHOUT_PAGE: "It was paid by a wallet, in instalments or in another way without a card to charge.",
    Reason.NO_SHIPPING_ADDRESS: "The order has no shipping address: it is collected, or holds nothing to ship.",
    Reason.NOTHING_TO_SHIP: "Nothing of the order is shipped, and Shopify shows the page for shipped goods only.",
    Reason.PICKED_UP: "The order is collected, and Shopify shows the page for shipped orders only.",
    Reason.HAS_DUTIES: "The order was charged duties.",
    Reason.TOTAL_TOO_SMALL: "The order is worth less than 0.50.",
    Reason.BLOCK_NOT_PLACED: "The block was not placed on the page; Home says how to place it.",
    Reason.BLOCK_NOT_ASKED: "The block never asked for an offer: the page was not opened, or the block not placed.",
    Reason.BLOCK_NOT_SHOWN: "An offer was ready, but the block never said that it was shown.",
    Reason.BLOCK_SHOWN: "The block was shown.",
    Reason.BLOCK_DECLINED: "The shopper declined the block's offer.",
    Reason.BLOCK_TAKEN: "The shopper took up the block's offer.",
    Reason.TICKET_RESOLVED: "A support ticket of theirs ended well.",
    Reason.NO_FOLLOW_UP: "No follow-up was planned for this order, or not yet.",
    Reason.PLANNED: "Planned.",
    Reason.SENT: "Sent.",
    Reason.NO_LIVE_JOURNEY: "No follow-up is live.",
    Reason.SEQUENCE_CAP: "The shopper had a follow-up lately; one order opens at most one, within the cap.",
    Reason.MESSAGE_CAP: "This order's follow-up has sent all the messages it may.",
    Reason.GOODWILL_BUDGET: "The shop's follow-ups after tickets are used up for this month.",
    Reason.CHANNEL_HOLD: "A message on the other channel holds this one back.",
    Reason.QUIET_HOURS: "It is night or early morning where the shopper is.",
    Reason.NO_CONSENT: "The shopper has not agreed to marketing on this channel.",
    Reason.SUPPRESSED: "The shopper opted out, or the address cannot be reached.",
    Reason.NO_ADDRESS: "There is no address or number to write to.",
    Reason.DATA_WITHHELD: "Shopify keeps shoppers' e-mail addresses and phone numbers from Afters; Home says why.",
    Reason.NO_CONNECTION: "No sender is connected for this channel.",
    Reason.ORDER_CANCELLED: "The order was cancelled.",
    Reason.ORDER_REFUNDED: "The order was refunded.",
    Reason.BOUGHT_SINCE: "The shopper has ordered again since.",
    Reason.NOTHING_TO_OFFER: "No product could be offered.",
    Reason.NO_CODES: "Afters may not make discount codes in this shop; open it in Shopify and allow it.",
    Reason.EXPIRED: "Too late to be useful.",
    Reason.RECIPIENT_REJECTED: "The carrier or the mail server does not accept this recipient.",
    Reason.UNWRITABLE: "The message could not be written from its template.",
    Reason.VENDOR_FAILED: "The sending service refused the message.",
    Reason.VENDOR_BUSY: "The sending service could not be reached; trying again.",
    Reason.OUR_FAULT: "Something went wrong in Afters itself; the log of the worker says what.",
    Reason.FATE_UNKNOWN: "Sending was cut off and nobody can say whether it arrived; it is not sent twice.",
    Reason.UNINSTALLED: "The app was uninstalled.",
}


class TraceLine(NamedTuple):
    """One step of a decision: what was looked at, what came out, and the values compared ("stock 8 < 10")."""

    subject: str  # funnel:<id>, variant:<id>, touch:<id>, page
    reason: Reason
    detail: str = ""
