"""What the inside needs of the outside: protocols for platforms and vendors, and the four ways a vendor can fail."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

from server.core.errors import AppError
from server.domain.offers import Change
from server.domain.orders import Order, VariantFacts

Item = TypeVar("Item")


class VendorFailure(AppError):
    """A vendor did not do what we asked."""

    code = "vendor_failure"


class TemporaryFailure(VendorFailure):
    """Trying again later may work.

    `is_fate_unknown` is true when the request may have taken effect all the same (a time-out after it was sent).
    """

    code = "temporary_failure"

    def __init__(
        self, message: str, *, retry_after: float | None = None, is_fate_unknown: bool = False, **data: object
    ) -> None:
        super().__init__(message, **data)
        self.retry_after = retry_after  # seconds
        self.is_fate_unknown = is_fate_unknown


class PermanentFailure(VendorFailure):
    """Trying again cannot work."""

    code = "permanent_failure"


class CredentialsRejected(VendorFailure):
    """The vendor does not accept our credentials: the connection pauses until the merchant mends it."""

    code = "credentials_rejected"


class RecipientRejected(VendorFailure):
    """This one recipient cannot be reached; `suppress` says that the address must not be tried again."""

    code = "recipient_rejected"

    def __init__(self, message: str, *, suppress: bool, **data: object) -> None:
        super().__init__(message, **data)
        self.suppress = suppress


class UnreadablePayload(AppError):
    """A delivery or an answer does not have the shape its sender documents."""

    code = "unreadable_payload"


@dataclass(frozen=True, slots=True)
class Message:
    """One message ready to leave: rendered, addressed, with the key that makes a repeat recognisable."""

    idempotency_key: str  # the touch id and its attempt
    channel: str  # sms | email
    recipient: str  # E.164 number or e-mail address
    text: str
    subject: str | None = None
    html: str | None = None
    unsubscribe_url: str | None = None
    callback_url: str | None = None  # where the vendor reports on it


@dataclass(frozen=True, slots=True)
class OfferMessage:
    """What a follow-up says, before it has words: prices in minor units of `currency`."""

    template: str
    locale: str | None
    shop_name: str
    first_name: str | None
    order_name: str
    product_title: str
    product_url: str
    image_url: str | None
    image_alt: str | None
    price: int
    full_price: int
    currency: str
    reason_line: str | None
    unsubscribe_url: str
    postal_address: str


@dataclass(frozen=True, slots=True)
class Words:
    """A rendered message; an SMS has text only."""

    text: str
    subject: str | None = None
    html: str | None = None


class Renderer(Protocol):
    def render(self, channel: str, message: OfferMessage) -> Words: ...


class PhoneNumbers(Protocol):
    def normalise(self, number: str, *, country_code: str | None) -> str | None:
        """Return the number in E.164, or None when it is none."""
        ...

    def zones(self, number: str) -> tuple[str, ...]:
        """Return every time zone the owner of an E.164 number may live in."""
        ...


class Vendors(Protocol):
    """The integrations that are registered, made from a connection's settings."""

    def channel(self, slug: str, settings: Mapping[str, str], *, channel: str) -> "MessageChannel | None":
        """Return the vendor as a sender on `channel`, or None when it is no such thing."""
        ...

    def receipts(self, slug: str, settings: Mapping[str, str]) -> "ReceiptSource | None": ...


@dataclass(frozen=True, slots=True)
class Accepted:
    """The vendor took the message; `vendor_id` finds it again."""

    vendor_id: str
    segments: int | None = None


class MessageChannel(Protocol):
    channel: str

    def send(self, message: Message) -> Accepted:
        """Hand one message to the vendor.

        Raises:
            TemporaryFailure, PermanentFailure, CredentialsRejected, RecipientRejected.
        """
        ...

    def find(self, message: Message, *, since: datetime) -> Accepted | None:
        """Ask the vendor whether the message was taken after all; None when it was not.

        Raises:
            PermanentFailure: this vendor cannot be asked.
        """
        ...


@dataclass(frozen=True, slots=True)
class Receipt:
    """A vendor's report on a touch, or a message from a recipient, in our own words.

    `kind` is one of accepted, sent, delivered, deferred, bounced, complained, opened, clicked, unsubscribed,
    resubscribed, replied, failed, unknown.
    """

    kind: str
    vendor_id: str | None
    recipient: str | None
    occurred_at: datetime | None = None
    code: str | None = None
    text: str | None = None
    asks_help: bool = False


class ReceiptSource(Protocol):
    def verify(self, *, url: str, headers: Mapping[str, str], raw: bytes) -> bool:
        """Tell whether the vendor really sent this."""
        ...

    def parse(self, *, headers: Mapping[str, str], raw: bytes) -> tuple[Receipt, ...]:
        """Read a verified report.

        Raises:
            UnreadablePayload.
        """
        ...


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


class SessionTokenRejected(AppError):
    """The platform does not accept this session token: the page must fetch a fresh one."""

    code = "session_token_rejected"


class ReopenNeeded(AppError):
    """The refresh token is dead: only the merchant opening the app again gives a new grant."""

    code = "reopen_needed"


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
    """What the platform says of our installation."""

    scopes: tuple[str, ...]
    is_post_purchase_app: bool


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
    skus: Mapping[str, str]


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
class StockLevel:
    """Stock of one variant over all locations; `available` None: not tracked."""

    variant_id: str
    available: int | None


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

    def parse_inventory_item(self, raw: bytes) -> str:
        """Return the inventory item id that a stock change speaks of."""
        ...

    def parse_consent(self, raw: bytes, *, topic: str) -> ConsentChange: ...

    def parse_customer_request(self, raw: bytes) -> CustomerRequest: ...


class PlatformApi(Protocol):
    """The platform's API for one shop. Every call may raise TemporaryFailure, PermanentFailure, CredentialsRejected."""

    def shop(self) -> ShopFacts: ...

    def app_state(self) -> AppState: ...

    def products(self, *, cursor: str | None) -> Page[ProductSnapshot]: ...

    def count_products(self) -> int: ...

    def orders(self, *, since: datetime, cursor: str | None) -> Page[Order]:
        """Return orders created at or after `since`, oldest first."""
        ...

    def count_orders(self, *, since: datetime) -> int: ...

    def order(self, order_id: str) -> Order | None: ...

    def product(self, product_id: str) -> ProductSnapshot | None: ...

    def stock(self, inventory_item_id: str) -> StockLevel | None: ...

    def variants(self, variant_ids: tuple[str, ...]) -> tuple[VariantFacts, ...]:
        """Return live facts of the variants that still exist."""
        ...

    def customer(self, customer_id: str) -> CustomerSnapshot | None: ...


class PlatformAuth(Protocol):
    """How a shop's API credentials are got and kept fresh."""

    def exchange(self, *, shop_domain: str, session_token: str) -> AccessGrant:
        """Trade a session token for an expiring offline grant.

        Raises:
            SessionTokenRejected: the platform does not take this token (any more).
            TemporaryFailure, CredentialsRejected.
        """
        ...

    def refresh(self, *, shop_domain: str, refresh_token: str) -> AccessGrant:
        """Trade a refresh token for a new grant.

        Raises:
            ReopenNeeded, TemporaryFailure, CredentialsRejected.
        """
        ...


class PlatformApis(Protocol):
    """Makes the API of one shop from its domain and a valid access token."""

    def __call__(self, *, shop_domain: str, access_token: str) -> PlatformApi: ...


class ChangesetSigner(Protocol):
    @property
    def lifetime(self) -> timedelta:
        """How long a token holds from the moment it was signed."""
        ...

    def sign(self, *, reference_id: str, changes: tuple[Change, ...], token_id: str, now: datetime) -> str:
        """Return the signed token that applies `changes` to the purchase `reference_id`, once.

        The same arguments give the same token, so that a lost answer can be asked for again: the platform applies
        one `token_id` once, however often it is handed in.
        """
        ...
