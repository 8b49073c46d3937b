"""What is stored, table by table: which columns tell of a person, what for, and for how long.

The policy's page is drawn from this, and a test compares it with the database: a new column is described here, or the
tests fail.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from server.domain import retention
from server.domain.retention import Term


class About(StrEnum):
    """Whom a row tells of."""

    SHOPPER = "shopper"
    SHOP = "shop"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Holding:
    """One table. `personal` says in words what each column tells of a person, `plain` names the other columns.

    `terms` are of personal columns that go before the row does.
    """

    table: str
    what: str
    about: About
    purpose: str
    kept: Term
    personal: Mapping[str, str] = field(default_factory=dict)
    plain: frozenset[str] = frozenset()
    terms: Mapping[str, Term] = field(default_factory=dict)


def _columns(names: str) -> frozenset[str]:
    return frozenset(names.split())


_UNIT = "a code for the shopper: the customer number, or a one-way digest of an address"
_ORDER = "the order's number"

INVENTORY: tuple[Holding, ...] = (
    Holding(
        "customers",
        "customers",
        About.SHOPPER,
        "to reach the shopper about an order, and to tell first-time from regular customers",
        retention.WITH_SHOP,
        {
            "customer_id": "Shopify's number of the customer",
            "first_name": "first name",
            "email": "e-mail address",
            "phone": "phone number",
            "locale": "language",
            "orders_count": "number of orders",
            "spent": "money spent",
            "tags": "the shop's own tags on the customer",
            "told": "what other systems told: open tickets, loyalty, segments",
        },
        _columns("shop_id"),
    ),
    Holding(
        "contacts",
        "permissions and opt-outs",
        About.SHOPPER,
        "to write to nobody who has not agreed, and never again to who opted out",
        retention.WITH_SHOP,
        {
            "address": "e-mail address or phone number; of an erased person, a one-way digest",
            "customer_id": "Shopify's number of the customer",
            "consent": "consent to marketing",
            "consent_at": "when it was given or withdrawn",
            "consent_source": "where that was said",
            "suppressed_at": "when the shopper opted out",
            "suppressed_for": "why nothing is sent",
        },
        _columns("shop_id channel"),
    ),
    Holding(
        "orders",
        "orders",
        About.SHOPPER,
        "to choose what fits an order, to follow it up, and to count what offers earned",
        retention.WITH_SHOP,
        {
            "order_id": "Shopify's number of the order",
            "name": _ORDER,
            "reference_id": "the checkout's number",
            "customer_id": "Shopify's number of the customer",
            "unit_id": _UNIT,
            "email": "e-mail address",
            "phone": "phone number",
            "first_name": "first name",
            "country_code": "country",
            "province_code": "region",
            "locale": "language",
            "attributes": "notes on the cart",
            "total": "amounts",
            "gateways": "the kind of payment",
            "payment_kind": "whether it was a card or a wallet",
            "discount_codes": "discount codes used",
            "shipping_method": "the kind of delivery",
        },
        _columns(
            "shop_id created_at updated_at cancelled_at currency presentment_currency current_total refunded"
            " outstanding financial_status source_name has_shipping_address is_test presentment_total"
            " presentment_current_total starts_subscription needs_shipping has_duties fulfilment"
        ),
        dict.fromkeys(("email", "phone", "first_name", "attributes", "discount_codes"), retention.ORDER_CONTACTS),
    ),
    Holding(
        "order_lines",
        "goods of orders",
        About.SHOPPER,
        "to know what is bought together, and to offer nothing that is in the order already",
        retention.WITH_SHOP,
        {"order_id": "Shopify's number of the order", "variant_id": "what was bought", "quantity": "how much of it"},
        _columns("shop_id line_id product_id title sku unit_price total presentment_unit_price presentment_total"),
    ),
    Holding(
        "decisions",
        "decisions on offers",
        About.SHOPPER,
        "to explain to the shop why an order did or did not get an offer, and to charge what was offered",
        retention.WITH_SHOP,
        {
            "reference_id": "the checkout's number",
            "unit_id": _UNIT,
            "offered": "what was offered",
            "facts": "the purchase it was asked about: goods, country, amount",
            "read_facts": "what the rules asked about the shopper, such as earlier orders, tier or tags",
            "trace": "each step of the decision",
        },
        _columns(
            "id shop_id surface rules_version outcome reason screened decided_at expires_at signed_at signed"
            " open_variant_id open_quantity answer_ms"
        ),
    ),
    Holding(
        "offer_codes",
        "discount codes of blocks",
        About.SHOPPER,
        "to make good what the thank-you and order-status pages offered, and to count what it earned",
        retention.WITH_SHOP,
        {"code": "the discount code that the shopper was given"},
        _columns("shop_id decision_id option_id last_day made_at"),
    ),
    Holding(
        "events",
        "answers on the one-click, thank-you and order-status pages",
        About.SHOPPER,
        "to know whether an offer was seen, accepted or declined",
        retention.WITH_SHOP,
        {"reference_id": "the checkout's number", "kind": "seen, accepted, declined or left", "data": "its timing"},
        _columns("id shop_id decision_id path status occurred_at"),
    ),
    Holding(
        "sequences",
        "follow-ups of orders",
        About.SHOPPER,
        "to write after an order at most once in the period that the shop sets",
        retention.WITH_SHOP,
        {"order_id": "Shopify's number of the order", "reference_id": "the checkout's number", "unit_id": _UNIT},
        _columns("id shop_id journey_id kind rules_version starts_at release_reason refusal refusal_detail created_at"),
    ),
    Holding(
        "touches",
        "messages",
        About.SHOPPER,
        "to send each message once, to show the shop what was said, and to let its reader opt out",
        retention.WITH_SHOP,
        {
            "order_id": "Shopify's number of the order",
            "unit_id": _UNIT,
            "recipient": "the address it was sent to",
            "content": "what it said",
            "code": "the discount code that it brought",
            "receipt": "whether it arrived, was opened or was refused",
            "receipt_code": "the carrier's reason",
        },
        _columns(
            "id shop_id sequence_id step_id channel template state attempt failures due_at expires_at reason detail"
            " decision_id vendor vendor_id claimed_at sent_at"
        ),
        {"content": retention.MESSAGE_TEXTS, "recipient": retention.RECIPIENTS},
    ),
    Holding(
        "clicks",
        "clicks on links in messages",
        About.SHOPPER,
        "to count what a message earned",
        retention.WITH_SHOP,
        {"touch_id": "which message", "clicked_at": "when"},
        _columns("id shop_id token"),
    ),
    Holding(
        "assignments",
        "draws of the holdout",
        About.SHOPPER,
        "to measure what offers really change: a small share of shoppers, drawn at random, is shown none",
        retention.WITH_SHOP,
        {"unit_id": _UNIT, "arm": "whether offers are shown"},
        _columns("shop_id experiment assigned_at"),
    ),
    Holding(
        "ledger",
        "revenue of offers",
        About.SHOPPER,
        "to tell the shop what offers earned, net of refunds",
        retention.WITH_SHOP,
        {"order_id": "Shopify's number of the order", "amount": "amounts"},
        _columns("id shop_id line_id source currency rules_version booked_at"),
    ),
    Holding(
        "charges",
        "charges that failed",
        About.SHOPPER,
        "to tell the shop which accepted goods nobody has paid",
        retention.WITH_SHOP,
        {"order_id": "Shopify's number of the order", "amount": "amounts"},
        _columns("shop_id line_id decision_id state currency since changed_at"),
    ),
    Holding(
        "order_tags",
        "tags that orders are to have in Shopify",
        About.SHOPPER,
        "to let the shop find in Shopify the orders with an accepted offer",
        retention.WITH_SHOP,
        {"order_id": "Shopify's number of the order"},
        _columns("shop_id tag wanted_at due_at failures error done_at"),
    ),
    Holding(
        "deliveries",
        "notices from Shopify and from senders, as they came",
        About.SHOPPER,
        "to lose none of them, and to handle again what went wrong",
        retention.DELIVERIES,
        {"body": "all that an order's notice says: name, addresses, phone, goods, amounts", "headers": "their headers"},
        _columns(
            "id source shop_domain topic delivery_id event_id triggered_at state attempt failures retry_at error"
            " received_at handled_at"
        ),
    ),
    Holding(
        "privacy_requests",
        "privacy requests",
        About.SHOPPER,
        "to do what a shopper asked for, and to prove that it was done",
        retention.PROOFS,
        {"person": "whom it is about, encrypted, until it is done"},
        _columns("id shop_domain kind platform_id state proof received_at done_at"),
    ),
    Holding(
        "shops",
        "shops",
        About.SHOP,
        "to speak to Shopify in the shop's name",
        retention.UNINSTALLED,
        {"name": "name of the shop", "email": "its e-mail address", "grant": "its access to Shopify, encrypted"},
        _columns(
            "id domain platform_id currency time_zone country_code scopes grant_expires_at refreshing_until"
            " needs_reopen is_post_purchase_app withheld checked_at collections_at history_starts_at last_delivery_at"
            " reconciled_at"
            " reconciled_count installed_at uninstalled_at order_tag"
        ),
    ),
    Holding(
        "connections",
        "the shop's accounts at senders",
        About.SHOP,
        "to send messages in the shop's name",
        retention.WITH_SHOP,
        {"settings": "credentials, encrypted"},
        _columns("shop_id slug is_paused pause_reason updated_at"),
    ),
    Holding(
        "rule_drafts", "offers being written", About.SHOP, "to make offers", retention.WITH_SHOP,
        plain=_columns("shop_id document revision updated_at"),
    ),
    Holding(
        "rule_versions", "published offers", About.SHOP, "to make offers", retention.WITH_SHOP,
        {"published_by": "Shopify's number of the member of staff"}, _columns("shop_id number document published_at"),
    ),
    Holding(
        "api_keys", "keys of the shop's own systems", About.SHOP, "to know which shop a system speaks for",
        retention.WITH_SHOP, {"created_by": "Shopify's number of the member of staff"},
        _columns("id shop_id name handle digest created_at last_used_at revoked_at"),
    ),
    Holding(
        "rule_draft_revisions", "drafts of the rules", About.NOBODY, "to tell two editors what the other changed",
        retention.WITH_SHOP, plain=_columns("shop_id revision document"),
    ),
    Holding(
        "variants", "the catalogue", About.NOBODY, "to offer goods that are in stock", retention.WITH_SHOP,
        plain=_columns(
            "shop_id variant_id product_id inventory_item_id sku title variant_title handle description image_url"
            " image_alt tags product_type vendor price compare_at_price unit_cost available stock_at"
            " stock_levels"
            " sells_when_out_of_stock is_sellable is_by_plan_only product_updated_at"
        ),
    ),
    Holding(
        "variant_tags", "tags of the catalogue", About.NOBODY, "to find goods by their tags", retention.WITH_SHOP,
        plain=_columns("shop_id tag variant_id"),
    ),
    Holding(
        "collections", "the shop's collections", About.NOBODY, "to find goods by their collections",
        retention.WITH_SHOP, plain=_columns("shop_id collection_id title read_at"),
    ),
    Holding(
        "collection_products", "goods of collections", About.NOBODY, "to find goods by their collections",
        retention.WITH_SHOP, plain=_columns("shop_id collection_id product_id"),
    ),
    Holding(
        "selling_plan_groups", "the shop's subscriptions", About.NOBODY, "to offer goods by subscription",
        retention.WITH_SHOP, plain=_columns("shop_id group_id name read_at"),
    ),
    Holding(
        "selling_plans", "how often a subscription comes, and its price", About.NOBODY,
        "to offer goods by subscription", retention.WITH_SHOP,
        plain=_columns(
            "shop_id group_id plan_id name billing_unit billing_count delivery_unit delivery_count prices"
        ),
    ),
    Holding(
        "selling_plan_goods", "goods that can be subscribed to", About.NOBODY, "to offer goods by subscription",
        retention.WITH_SHOP, plain=_columns("shop_id group_id kind goods_id"),
    ),
    Holding(
        "locations", "the shop's locations", About.NOBODY, "to know where goods lie", retention.WITH_SHOP,
        plain=_columns("shop_id location_id name is_active is_online"),
    ),
    Holding(
        "location_stock", "stock at each location", About.NOBODY, "to know where goods lie", retention.WITH_SHOP,
        plain=_columns("shop_id inventory_item_id location_id available stock_at"),
    ),
    Holding(
        "item_stands", "stock at each location of late", About.NOBODY, "to tell whether goods ran short and came back",
        retention.WITH_SHOP, plain=_columns("shop_id inventory_item_id stands"),
    ),
    Holding(
        "neighbours", "what is bought together", About.NOBODY, "to choose what fits an order", retention.WITH_SHOP,
        plain=_columns("shop_id variant_id other_id score together"),
    ),
    Holding(
        "gates", "whether the shop's pages are ours to fill", About.NOBODY, "to tell why an offer was not shown",
        retention.WITH_SHOP, plain=_columns("id shop_id surface is_open seen_from seen_to"),
    ),
    Holding(
        "alerts", "what is wrong in the shop", About.NOBODY, "to tell the shop once", retention.WITH_SHOP,
        plain=_columns("shop_id kind figures since"),
    ),
    Holding(
        "imports", "how far imports have come", About.NOBODY, "to go on after a stop", retention.WITH_SHOP,
        plain=_columns(
            "shop_id kind state attempt done total cursor since error retry_at started_at touched_at finished_at"
        ),
    ),
    Holding(
        "workers", "which workers live", About.NOBODY, "to take over a dead one's work", retention.JOBS,
        plain=_columns("id started_at beat_at"),
    ),
)  # fmt: skip
