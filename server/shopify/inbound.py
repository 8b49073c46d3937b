"""What Shopify sends us: signatures over raw bytes, headers, bodies. Implements `server.ports.PlatformInbound`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from server.core.signing import digest_matches
from server.domain.orders import Order
from server.ports import ConsentChange, CustomerRequest, DeliveryHeaders, UnreadablePayload
from server.shopify import payloads
from server.shopify.shop_domain import InvalidShopDomain, read_shop_domain

_MAX_LENGTH = 255


@dataclass(frozen=True, slots=True)
class HeaderNames:
    """How one of Shopify's two delivery systems names its headers, in lower case."""

    hmac: str
    shop_domain: str
    topic: str
    delivery_id: str
    event_id: str
    triggered_at: str
    api_version: str


CLASSIC = HeaderNames(
    hmac="x-shopify-hmac-sha256",
    shop_domain="x-shopify-shop-domain",
    topic="x-shopify-topic",
    delivery_id="x-shopify-webhook-id",
    event_id="x-shopify-event-id",
    triggered_at="x-shopify-triggered-at",
    api_version="x-shopify-api-version",
)


EVENTS = HeaderNames(
    hmac="shopify-hmac-sha256",
    shop_domain="shopify-shop-domain",
    topic="shopify-topic",
    delivery_id="shopify-webhook-id",
    event_id="shopify-event-id",
    triggered_at="shopify-triggered-at",
    api_version="shopify-api-version",
)
# Bodies of events have a shape of their own: their topics must never reach a handler of a webhook's.
_EVENT_TOPIC = "events/{topic}/{action}"


class ShopifyInbound:
    """Verifies and reads deliveries; `secrets` are the client secret and, while rotating, the one before it.

    Shopify has two delivery systems, told apart by which of two signatures is there: classic webhooks, and events
    (https://shopify.dev/docs/apps/build/events).
    """

    def __init__(self, *, secrets: Iterable[str]) -> None:
        self._secrets = tuple(secrets)

    def verify_delivery(self, *, headers: Mapping[str, str], raw: bytes) -> bool:
        """Tell whether the raw body carries a signature under one of the secrets."""
        found = _lowered(headers)
        return digest_matches(raw=raw, sent=found.get(_family(found).hmac), secrets=self._secrets)

    def read_headers(self, headers: Mapping[str, str]) -> DeliveryHeaders:
        """Read what a verified delivery says of itself.

        Raises:
            UnreadablePayload: the shop, the topic or the delivery's id is missing or odd.
        """
        found = _lowered(headers)
        names = _family(found)
        try:
            shop_domain = read_shop_domain(found.get(names.shop_domain))
        except InvalidShopDomain as error:
            raise UnreadablePayload("The delivery names no shop.") from error
        return DeliveryHeaders(
            shop_domain=shop_domain,
            topic=_topic(found, names),
            delivery_id=_needed(found, names.delivery_id),
            event_id=found.get(names.event_id, "")[:_MAX_LENGTH] or None,
            triggered_at=_moment(found.get(names.triggered_at, "")),
            api_version=found.get(names.api_version, "")[:_MAX_LENGTH] or None,
        )

    def parse_order(self, raw: bytes) -> Order:
        return payloads.read_order(raw)

    def parse_order_reference(self, raw: bytes) -> str:
        return payloads.read_order_reference(raw)

    def parse_product_reference(self, raw: bytes) -> str:
        return payloads.read_product_id(raw)

    def parse_collection_reference(self, raw: bytes) -> str:
        return payloads.read_collection_id(raw)

    def parse_inventory_item(self, raw: bytes) -> str:
        return payloads.read_inventory_item_id(raw)

    def parse_plan_group(self, raw: bytes) -> str:
        return payloads.read_plan_group_id(raw)

    def parse_consent(self, raw: bytes, *, topic: str) -> ConsentChange:
        return payloads.read_consent(raw, topic=topic)

    def parse_customer_request(self, raw: bytes) -> CustomerRequest:
        return payloads.read_customer_request(raw)


def _family(headers: Mapping[str, str]) -> HeaderNames:
    return EVENTS if EVENTS.hmac in headers else CLASSIC


def _topic(headers: Mapping[str, str], names: HeaderNames) -> str:
    topic = _needed(headers, names.topic)
    return topic if names is CLASSIC else _EVENT_TOPIC.format(topic=topic, action=headers.get("shopify-action", ""))


def _lowered(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _needed(headers: Mapping[str, str], name: str) -> str:
    value = headers.get(name, "")
    if not 0 < len(value) <= _MAX_LENGTH or not value.isprintable():
        raise UnreadablePayload(f"The delivery has no usable header '{name}'.")
    return value


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):
        return None
