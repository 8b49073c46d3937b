"""What a shop platform is to the inside: its deliveries, its API, its credentials."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from server.core.money import Money
from server.domain.codes import NewCode
from server.domain.locations import LocationStock
from server.domain.offered import AnyChange
from server.domain.orders import Order, VariantFacts
from server.domain.plans import PlanGroup

Item = TypeVar("Item")

CONTACT_DATA = ("first_name", "email", "phone")  # an app is approved for each by itself


@dataclass(frozen=True, slots=True)
class AccessGrant:
    """An API credential of one shop; tokens are secret."""

    access_token: str
    expires_at: datetime
    refresh_token: str
    refresh_expires_at: datetime
    scopes: tuple[str, ...]

    def __repr__(self) -> str:
        return f"AccessGrant(expires_at={self.expires_at:%Y-%m-%dT%H:%MZ}, scopes={self.scopes})"


@dataclass(frozen=True, slots=True)
class ShopFacts:
    platform_id: str
    domain: str
    name: str
    email: str | None
    currency: str
    time_zone: str
    country_code: str | None


@dataclass(frozen=True, slots=True)
class AppState:
    """What the platform says of our installation.

    `withheld` names what of CONTACT_DATA the platform keeps from us; None where it has no customer to tell by.
    """

    scopes: tuple[str, ...]
    is_post_purchase_app: bool
    withheld: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class ProductSnapshot:
    """A product with its variants, stock summed over locations."""

    product_id: str
    title: str
    handle: str
    status: str
    tags: tuple[str, ...]
    product_type: str
    vendor: str
    updated_at: datetime
    variants: tuple[VariantFacts, ...]
    inventory_item_ids: Mapping[str, str]  # variant id -> inventory item id
    collection_ids: tuple[str, ...] | None = None  # None: not asked for
    # None where not all were asked for, which makes no other product.
    plan_group_ids: frozenset[str] | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class CollectionSnapshot:
    """A collection with all of its products, however they came into it."""

    collection_id: str
    title: str
    product_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ConsentChange:
    """A person's consent on one channel, as the platform states it."""

    channel: str  # sms | email
    customer_id: str | None
    address: str | None  # E.164 number or e-mail address
    state: str  # subscribed unsubscribed not_subscribed pending invalid redacted
    occurred_at: datetime | None
    opt_in_level: str | None = None


@dataclass(frozen=True, slots=True)
class CustomerSnapshot:
    customer_id: str
    first_name: str | None
    email: str | None
    phone: str | None
    locale: str | None
    orders_count: int
    spent: int
    tags: tuple[str, ...]
    consents: tuple[ConsentChange, ...]


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """One page of a listing; `cursor` is None on the last one."""

    items: tuple[Item, ...]
    cursor: str | None


class BulkState(StrEnum):
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class BulkResult:
    """How far the platform is with a listing that it gathers by itself.

    `count` objects so far; `url` and `size` in bytes of the file when it is done, None where nothing was found.
    """

    state: BulkState
    count: int
    url: str | None = None
    size: int | None = None
    error: str | None = None


@dataclass(frozen=True, slots=True)
class BulkItem(Generic[Item]):
    """One thing of a gathered listing, and where in its file the next one begins."""

    item: Item
    end: int


@dataclass(frozen=True, slots=True)
class DeliveryHeaders:
    """What a delivery says of itself, once its signature was found good."""

    shop_domain: str
    topic: str
    delivery_id: str
    event_id: str | None
    triggered_at: datetime | None
    api_version: str | None


@dataclass(frozen=True, slots=True)
class Location:
    """A place where a shop keeps goods; see `LocationStock`."""

    location_id: str
    name: str
    is_active: bool
    is_online: bool


@dataclass(frozen=True, slots=True)
class ItemStock:
    """Where an item of the inventory lies, every location of it."""

    inventory_item_id: str
    levels: tuple[LocationStock, ...]


@dataclass(frozen=True, slots=True)
class StockLevel:
    """Stock of one variant over all locations, and at each; `available` None: not tracked."""

    variant_id: str
    available: int | None
    item: ItemStock | None = None


@dataclass(frozen=True, slots=True)
class CustomerRequest:
    """A privacy request about one person, who may be named by id, e-mail or phone only."""

    customer_id: str | None
    email: str | None
    phone: str | None
    order_ids: tuple[str, ...] = ()


class PlatformInbound(Protocol):
    """What a platform sends us: deliveries verified on raw bytes, bodies read into our own words.

    The parsers raise UnreadablePayload.
    """

    def verify_delivery(self, *, headers: Mapping[str, str], raw: bytes) -> bool: ...

    def read_headers(self, headers: Mapping[str, str]) -> DeliveryHeaders: ...

    def parse_order(self, raw: bytes) -> Order: ...

    def parse_order_reference(self, raw: bytes) -> str:
        """Return the order id that an edit, a refund or a cancellation speaks of."""
        ...

    def parse_product_reference(self, raw: bytes) -> str:
        """Return the product id that a change or a deletion speaks of."""
        ...

    def parse_collection_reference(self, raw: bytes) -> str:
        """Return the collection id that a change or a deletion speaks of."""
        ...

    def parse_inventory_item(self, raw: bytes) -> str:
        """Return the inventory item id that a stock change speaks of."""
        ...

    def parse_plan_group(self, raw: bytes) -> str:
        """Return the id of the group of selling plans that a change speaks of."""
        ...

    def parse_consent(self, raw: bytes, *, topic: str) -> ConsentChange: ...

    def parse_customer_request(self, raw: bytes) -> CustomerRequest: ...


class PlatformApi(Protocol):
    """The platform's API for one shop. Every call may raise TemporaryFailure, PermanentFailure, CredentialsRejected."""

    def shop(self) -> ShopFacts: ...

    def app_state(self) -> AppState: ...

    def products(self, *, cursor: str | None) -> Page[ProductSnapshot]: ...

    def count_products(self) -> int: ...

    def collections(self, *, cursor: str | None) -> Page[CollectionSnapshot]: ...

    def count_collections(self) -> int: ...

    def orders(self, *, since: datetime | None, cursor: str | None) -> Page[Order]:
        """Return orders created at or after `since` (None: all that the app may see), oldest first."""
        ...

    def count_orders(self, *, since: datetime | None) -> int: ...

    def customers(self, *, cursor: str | None) -> Page[CustomerSnapshot]: ...

    def count_customers(self) -> int: ...

    def stock_levels(self, *, cursor: str | None) -> Page[ItemStock]:
        """Return where items of the inventory lie."""
        ...

    def locations(self) -> tuple[Location, ...]:
        """Return every location of the shop, deactivated ones too."""
        ...

    def count_variants(self) -> int:
        """Return how many variants there are, each of which is an item of the inventory."""
        ...

    def gather(self, kind: str, *, since: datetime | None) -> str:
        """Have the platform gather all of a kind, and return the operation's id.

        Kinds: "products", "collections", "orders", "customers", "stock".
        """
        ...

    def gathered(self, operation_id: str) -> BulkResult: ...

    def gathered_products(self, result: BulkResult, *, offset: int) -> Iterator[BulkItem[ProductSnapshot]]:
        """Yield what was gathered, from an offset in its file on, one at a time.

        Raises:
            TemporaryFailure: the file broke off; what was yielded is whole, and the rest can be asked for from there.
            PermanentFailure: the file is gone or cannot be read; page by page it may be had all the same.
        """
        ...

    def gathered_collections(self, result: BulkResult, *, offset: int) -> Iterator[BulkItem[CollectionSnapshot]]: ...

    def gathered_orders(self, result: BulkResult, *, offset: int) -> Iterator[BulkItem[Order]]: ...

    def gathered_customers(self, result: BulkResult, *, offset: int) -> Iterator[BulkItem[CustomerSnapshot]]: ...

    def gathered_stock(self, result: BulkResult, *, offset: int) -> Iterator[BulkItem[ItemStock]]: ...

    def orders_updated(self, *, since: datetime, cursor: str | None) -> Page[Order]:
        """Return orders that changed at or after `since`, in the order of their changes."""
        ...

    def order(self, order_id: str) -> Order | None: ...

    def product(self, product_id: str) -> ProductSnapshot | None:
        """Return a product as it stands, with the collections it is in."""
        ...

    def collection(self, collection_id: str) -> CollectionSnapshot | None: ...

    def stock(self, inventory_item_id: str) -> StockLevel | None: ...

    def plan_groups(self, *, cursor: str | None) -> Page[PlanGroup]:
        """Return groups of selling plans, each with all goods that are sold by it."""
        ...

    def plan_group(self, group_id: str) -> PlanGroup | None: ...

    def variants(self, variant_ids: tuple[str, ...], *, at_locations: bool = False) -> tuple[VariantFacts, ...]:
        """Return live facts of the variants that still exist, with where they lie if that is asked."""
        ...

    def prices_in(self, country_code: str, variant_ids: tuple[str, ...]) -> Mapping[str, Money]:
        """Return what variants cost in a country, in the currency of the shop's market there."""
        ...

    def customer(self, customer_id: str) -> CustomerSnapshot | None: ...

    def tag_order(self, order_id: str, tag: str) -> None:
        """Put a tag on an order; one that it has already stays there once."""
        ...

    def make_code(self, code: NewCode) -> None:
        """Make a discount code; one that was made before with the same text is left as it is."""
        ...


class PlatformAuth(Protocol):
    """How a shop's API credentials are got and kept fresh."""

    def exchange(self, *, shop_domain: str, session_token: str) -> AccessGrant:
        """Trade a session token for an expiring offline grant.

        Raises:
            SessionTokenRejected: the platform does not take this token (any more).
            TemporaryFailure, CredentialsRejected.
        """
        ...

    def redeem(self, *, shop_domain: str, code: str) -> AccessGrant:
        """Trade the code that a grant screen gave for an expiring offline grant.

        Raises:
            SessionTokenRejected: the code was used, or is too old.
            TemporaryFailure, PermanentFailure, CredentialsRejected.
        """
        ...

    def refresh(self, *, shop_domain: str, refresh_token: str) -> AccessGrant:
        """Trade a refresh token for a new grant.

        Raises:
            ReopenNeeded, TemporaryFailure, CredentialsRejected.
        """
        ...


class PlatformApis(Protocol):
    """Makes the API of one shop from its domain and a valid access token.

    `renew` gives another token for one that the platform refuses before its time; the call is then made once more.
    """

    def __call__(
        self, *, shop_domain: str, access_token: str, renew: Callable[[], str] | None = None
    ) -> PlatformApi: ...


class ChangesetSigner(Protocol):
    @property
    def lifetime(self) -> timedelta:
        """How long a token holds from the moment it was signed."""
        ...

    def sign(self, *, reference_id: str, changes: tuple[AnyChange, ...], token_id: str, now: datetime) -> str:
        """Return the signed token that applies `changes` to the purchase `reference_id`, once.

        The same arguments give the same token, so that a lost answer can be asked for again: the platform applies
        one `token_id` once, however often it is handed in.
        """
        ...
