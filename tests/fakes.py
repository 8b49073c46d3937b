"""Stand-ins for everything beyond the ports, scripted by the tests and remembering what was asked of them."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from server.core.money import Money
from server.domain.codes import NewCode
from server.domain.offered import AnyChange, Change, ShippingPrice, SubscriptionChange
from server.domain.orders import Order, VariantFacts
from server.domain.plans import PlanGroup
from server.ports import (
    Accepted,
    AccessGrant,
    AppState,
    BulkItem,
    BulkResult,
    BulkState,
    CollectionSnapshot,
    ConsentChange,
    CustomerRequest,
    CustomerSnapshot,
    DeliveryHeaders,
    ItemStock,
    Location,
    LocationStock,
    Message,
    MessageChannel,
    OfferMessage,
    Page,
    PermanentFailure,
    PlatformApi,
    ProductSnapshot,
    Receipt,
    ReceiptSource,
    ShopFacts,
    StockLevel,
    TemporaryFailure,
    UnreadablePayload,
    Words,
)
from tests.factories import shop_facts

Read = TypeVar("Read")


class Script:
    """What goes wrong, call by call: the next call of a name raises the next failure that was put down for it."""

    def __init__(self) -> None:
        self.calls: list[str] = []
        self._failures: dict[str, list[Exception | None]] = defaultdict(list)

    def fail(self, name: str, *failures: Exception | None) -> None:
        """Let the next calls of `name` raise these; None lets one through."""
        self._failures[name] += failures

    def called(self, name: str) -> None:
        self.calls.append(name)
        if self._failures[name]:
            failure = self._failures[name].pop(0)
            if failure is not None:
                raise failure


class FakePlatformApi(Script):
    """One shop's API over plain dictionaries; listings come in pages of `page_size`."""

    def __init__(self) -> None:
        super().__init__()
        self.facts = shop_facts()
        self.state = AppState(scopes=("read_orders",), is_post_purchase_app=True)
        self.page_size = 2
        self.claimed: int | None = None  # how much it says there is, where a shop is to be taken for a large one
        self.bulk = BulkResult(BulkState.DONE, 0, url="https://files.example/1", size=1)
        self.gathered_since: datetime | None = None
        self.breaks_off_at: int | None = None
        self.break_with: Exception = TemporaryFailure("the file broke off")
        self.read_from_file: list[int] = []
        self.on_read: Callable[[], None] | None = None
        self.held_products: dict[str, ProductSnapshot] = {}
        self.held_collections: dict[str, CollectionSnapshot] = {}
        self.held_orders: dict[str, Order] = {}
        self.held_customers: dict[str, CustomerSnapshot] = {}
        self.levels: dict[str, StockLevel] = {}
        self.made_codes: dict[str, NewCode] = {}
        self.order_tags: dict[str, list[str]] = defaultdict(list)
        self.local_prices: dict[tuple[str, str], Money] = {}
        self.places: list[Location] = []
        self.held_plan_groups: dict[str, PlanGroup] = {}

    def shop(self) -> ShopFacts:
        self.called("shop")
        return self.facts

    def app_state(self) -> AppState:
        self.called("app_state")
        return self.state

    def products(self, *, cursor: str | None) -> Page[ProductSnapshot]:
        self.called("products")
        return self._page(sorted(self.held_products.values(), key=lambda each: each.product_id), cursor)

    def count_products(self) -> int:
        self.called("count_products")
        return self.claimed or len(self.held_products)

    def collections(self, *, cursor: str | None) -> Page[CollectionSnapshot]:
        self.called("collections")
        return self._page(self._collections(), cursor)

    def count_collections(self) -> int:
        self.called("count_collections")
        return self.claimed or len(self.held_collections)

    def gathered_collections(self, result: BulkResult, *, offset: int) -> Iterator[BulkItem[CollectionSnapshot]]:
        return self._file(self._collections(), offset)

    def collection(self, collection_id: str) -> CollectionSnapshot | None:
        self.called("collection")
        return self.held_collections.get(collection_id)

    def _collections(self) -> list[CollectionSnapshot]:
        return sorted(self.held_collections.values(), key=lambda each: each.collection_id)

    def orders(self, *, since: datetime | None, cursor: str | None) -> Page[Order]:
        self.called("orders")
        found = sorted(self.held_orders.values(), key=lambda each: each.created_at)
        return self._page([each for each in found if since is None or each.created_at >= since], cursor)

    def orders_updated(self, *, since: datetime, cursor: str | None) -> Page[Order]:
        self.called("orders_updated")
        found = sorted(self.held_orders.values(), key=lambda each: (each.updated_at, each.id))
        return self._page([each for each in found if each.updated_at >= since], cursor)

    def count_orders(self, *, since: datetime | None) -> int:
        self.called("count_orders")
        return self.claimed or sum(since is None or each.created_at >= since for each in self.held_orders.values())

    def customers(self, *, cursor: str | None) -> Page[CustomerSnapshot]:
        self.called("customers")
        return self._page(sorted(self.held_customers.values(), key=lambda each: each.customer_id), cursor)

    def count_customers(self) -> int:
        self.called("count_customers")
        return self.claimed or len(self.held_customers)

    def stock_levels(self, *, cursor: str | None) -> Page[ItemStock]:
        self.called("stock_levels")
        return self._page(self._items(), cursor)

    def count_variants(self) -> int:
        self.called("count_variants")
        return self.claimed or len(self._items())

    def gathered_stock(self, result: BulkResult, *, offset: int) -> Iterator[BulkItem[ItemStock]]:
        return self._file(self._items(), offset)

    def _items(self) -> list[ItemStock]:
        return [level.item for _, level in sorted(self.levels.items()) if level.item is not None]

    def gather(self, kind: str, *, since: datetime | None) -> str:
        self.called("gather")
        self.gathered_since = since
        return "900"

    def gathered(self, operation_id: str) -> BulkResult:
        self.called("gathered")
        return self.bulk

    def gathered_products(self, result: BulkResult, *, offset: int) -> Iterator[BulkItem[ProductSnapshot]]:
        return self._file(sorted(self.held_products.values(), key=lambda each: each.product_id), offset)

    def gathered_orders(self, result: BulkResult, *, offset: int) -> Iterator[BulkItem[Order]]:
        return self._file(sorted(self.held_orders.values(), key=lambda each: each.created_at), offset)

    def gathered_customers(self, result: BulkResult, *, offset: int) -> Iterator[BulkItem[CustomerSnapshot]]:
        return self._file(sorted(self.held_customers.values(), key=lambda each: each.customer_id), offset)

    def _file(self, found: list, offset: int) -> Iterator[BulkItem]:
        """Yield things from an offset on, each ten bytes long; fails where a test has the file break off."""
        for number, item in enumerate(found[offset // 10 :], start=offset // 10):
            if number == self.breaks_off_at:
                self.breaks_off_at = None
                raise self.break_with
            self.read_from_file.append(number)
            if self.on_read is not None:
                self.on_read()
            yield BulkItem(item, (number + 1) * 10)

    def order(self, order_id: str) -> Order | None:
        self.called("order")
        return self.held_orders.get(order_id)

    def product(self, product_id: str) -> ProductSnapshot | None:
        self.called("product")
        found = self.held_products.get(product_id)
        if found is None:
            return None
        within = (each.collection_id for each in self._collections() if product_id in each.product_ids)
        return replace(found, collection_ids=tuple(within))

    def stock(self, inventory_item_id: str) -> StockLevel | None:
        self.called("stock")
        return self.levels.get(inventory_item_id)

    def locations(self) -> tuple[Location, ...]:
        self.called("locations")
        return tuple(self.places)

    def plan_groups(self, *, cursor: str | None) -> Page[PlanGroup]:
        self.called("plan_groups")
        return self._page(sorted(self.held_plan_groups.values(), key=lambda each: each.group_id), cursor)

    def plan_group(self, group_id: str) -> PlanGroup | None:
        self.called("plan_group")
        return self.held_plan_groups.get(group_id)

    def variants(self, variant_ids: tuple[str, ...], *, at_locations: bool = False) -> tuple[VariantFacts, ...]:
        self.called("variants")
        held = {each.variant_id: each for product in self.held_products.values() for each in product.variants}
        items = {
            each: item for product in self.held_products.values() for each, item in product.inventory_item_ids.items()
        }
        found = tuple(held[each] for each in variant_ids if each in held)
        return (
            tuple(replace(each, levels=self._lying(items[each.variant_id])) for each in found)
            if at_locations
            else found
        )

    def prices_in(self, country_code: str, variant_ids: tuple[str, ...]) -> Mapping[str, Money]:
        self.called("prices_in")
        return {
            variant_id: price
            for (country, variant_id), price in self.local_prices.items()
            if country == country_code and variant_id in variant_ids
        }

    def _lying(self, item_id: str) -> tuple[LocationStock, ...]:
        level = self.levels.get(item_id)
        return level.item.levels if level is not None and level.item is not None else ()

    def customer(self, customer_id: str) -> CustomerSnapshot | None:
        self.called("customer")
        return self.held_customers.get(customer_id)

    def tag_order(self, order_id: str, tag: str) -> None:
        self.called("tag_order")
        self.order_tags[order_id].append(tag)

    def make_code(self, code: NewCode) -> None:
        self.called("make_code")
        self.made_codes[code.text] = code

    def _page(self, found: list, cursor: str | None) -> Page:
        start = int(cursor or 0)
        end = start + self.page_size
        return Page(items=tuple(found[start:end]), cursor=str(end) if end < len(found) else None)


class FakeApis:
    """Gives out the APIs of shops, and remembers with which token."""

    def __init__(self) -> None:
        self.by_domain: dict[str, FakePlatformApi] = defaultdict(FakePlatformApi)
        self.tokens: list[str] = []
        self.renew: Callable[[], str] | None = None  # of the API that was given out last

    def __call__(self, *, shop_domain: str, access_token: str, renew: Callable[[], str] | None = None) -> PlatformApi:
        self.tokens.append(access_token)
        self.renew = renew
        return self.by_domain[shop_domain]


class FakeAuth(Script):
    """Gives out grants that are good for an hour, numbered as they are given."""

    def __init__(self, now: datetime) -> None:
        super().__init__()
        self.now = now
        self.given = 0

    def exchange(self, *, shop_domain: str, session_token: str) -> AccessGrant:
        self.called(f"exchange {shop_domain} {session_token}")
        return self._grant()

    def redeem(self, *, shop_domain: str, code: str) -> AccessGrant:
        self.called(f"redeem {shop_domain} {code}")
        return self._grant()

    def refresh(self, *, shop_domain: str, refresh_token: str) -> AccessGrant:
        self.called("refresh")
        self.calls[-1] = f"refresh {shop_domain} {refresh_token}"
        return self._grant()

    def _grant(self) -> AccessGrant:
        self.given += 1
        return AccessGrant(
            access_token=f"shpat_{self.given}",
            expires_at=self.now + timedelta(hours=1),
            refresh_token=f"shprt_{self.given}",
            refresh_expires_at=self.now + timedelta(days=90),
            scopes=("read_orders",),
        )


class RecordingChannel(Script):
    """Takes messages, and knows afterwards which it took; `forgets` makes it one that cannot be asked."""

    def __init__(self, channel: str, *, forgets: bool = False) -> None:
        super().__init__()
        self.channel = channel
        self.sent: list[Message] = []
        self._forgets = forgets

    def send(self, message: Message) -> Accepted:
        self.called("send")
        self.sent.append(message)
        return Accepted(f"V{len(self.sent)}-{self.channel}", segments=1)

    def find(self, message: Message, *, since: datetime) -> Accepted | None:
        self.called("find")
        if self._forgets:
            raise PermanentFailure("This vendor cannot be asked.")
        assert since.tzinfo is UTC
        for number, taken in enumerate(self.sent, 1):
            if (taken.recipient, taken.text) == (message.recipient, message.text):
                return Accepted(f"V{number}-{self.channel}")
        return None


class FakeReceipts:
    """Reads receipts that the test has laid down by their bytes."""

    def __init__(self) -> None:
        self.readable: dict[bytes, tuple[Receipt, ...]] = {}

    def verify(self, *, url: str, headers: Mapping[str, str], raw: bytes) -> bool:
        return bool(url and headers is not None) and raw in self.readable

    def parse(self, *, headers: Mapping[str, str], raw: bytes) -> tuple[Receipt, ...]:
        if raw not in self.readable:
            raise UnreadablePayload(f"These {len(raw)} bytes with {len(headers)} headers are no receipt.")
        return self.readable[raw]


@dataclass
class FakeVendors:
    """A vendor for texts and one for e-mails; `broken` are those whose stored settings no longer do."""

    channels: dict[str, RecordingChannel] = field(
        default_factory=lambda: {"texter": RecordingChannel("sms"), "mailer": RecordingChannel("email", forgets=True)}
    )
    sources: dict[str, FakeReceipts] = field(
        default_factory=lambda: {"texter": FakeReceipts(), "mailer": FakeReceipts()}
    )
    broken: set[str] = field(default_factory=set)

    @property
    def texts(self) -> RecordingChannel:
        return self.channels["texter"]

    @property
    def mails(self) -> RecordingChannel:
        return self.channels["mailer"]

    def channel(self, slug: str, settings: Mapping[str, str], *, channel: str) -> MessageChannel | None:
        if slug in self.broken:
            raise PermanentFailure(f"These {len(settings)} settings no longer do.")
        made = self.channels.get(slug)
        return made if made is not None and made.channel == channel else None

    def receipts(self, slug: str, settings: Mapping[str, str]) -> ReceiptSource | None:
        return self.sources.get(slug) if settings is not None else None


class FakeRenderer(Script):
    """Writes messages that name what they are about."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[OfferMessage] = []

    def render(self, channel: str, message: OfferMessage) -> Words:
        self.called("render")
        self.written.append(message)
        text = f"{message.product_title} for {message.first_name} {message.product_url}"
        is_mail = channel == "email"
        return Words(text=text, subject="One more thing" if is_mail else None, html=f"<p>{text}" if is_mail else None)


class FakePhones:
    """Takes numbers that start with + for good, and knows the zones it was told."""

    def __init__(self) -> None:
        self.known_zones: tuple[str, ...] = ("Europe/London",)

    def normalise(self, number: str, *, country_code: str | None) -> str | None:
        if number.startswith("0") and country_code == "GB":
            return f"+44{number[1:]}"
        return number if number.startswith("+") else None

    def zones(self, number: str) -> tuple[str, ...]:
        return self.known_zones if number else ()


class FakeInbound:
    """Reads bodies that the test has laid down by their bytes; all others are unreadable."""

    def __init__(self) -> None:
        self.orders: dict[bytes, Order] = {}
        self.references: dict[bytes, str] = {}
        self.consents: dict[bytes, ConsentChange] = {}
        self.requests: dict[bytes, CustomerRequest] = {}

    def verify_delivery(self, *, headers: Mapping[str, str], raw: bytes) -> bool:
        return bool(headers) and bool(raw)

    def read_headers(self, headers: Mapping[str, str]) -> DeliveryHeaders:
        return DeliveryHeaders(headers["shop"], headers["topic"], headers["id"], None, None, None)

    def parse_order(self, raw: bytes) -> Order:
        return _found(self.orders, raw)

    def parse_order_reference(self, raw: bytes) -> str:
        return _found(self.references, raw)

    def parse_product_reference(self, raw: bytes) -> str:
        return _found(self.references, raw)

    def parse_collection_reference(self, raw: bytes) -> str:
        return _found(self.references, raw)

    def parse_plan_group(self, raw: bytes) -> str:
        return _found(self.references, raw)

    def parse_inventory_item(self, raw: bytes) -> str:
        return _found(self.references, raw)

    def parse_consent(self, raw: bytes, *, topic: str) -> ConsentChange:
        found = _found(self.consents, raw)
        return replace(found, channel="email" if "email" in topic else "sms")

    def parse_customer_request(self, raw: bytes) -> CustomerRequest:
        return _found(self.requests, raw)


def _found(held: Mapping[bytes, Read], raw: bytes) -> Read:
    if raw not in held:
        raise UnreadablePayload("The body cannot be read.")
    return held[raw]


def _kind(change: Change | SubscriptionChange) -> str:
    return f"plan {change.plan_id}: " if isinstance(change, SubscriptionChange) else ""


class FakeSigner:
    """Writes down what it signs instead of encrypting it."""

    lifetime = timedelta(minutes=10)

    def __init__(self) -> None:
        self.signed: list[str] = []

    def sign(self, *, reference_id: str, changes: tuple[AnyChange, ...], token_id: str, now: datetime) -> str:
        token = f"{reference_id}|{token_id}|{now:%H:%M:%S}|" + ",".join(
            f"{each.title}={each.price.text()}"
            if isinstance(each, ShippingPrice)
            else f"{_kind(each)}{each.quantity}x{each.variant_id}-{each.discount.percent if each.discount else 0}%"
            for each in changes
        )
        self.signed.append(token)
        return token
