"""The people who place orders, as decisions need them. None means unknown, which is not the same as zero or no."""

from dataclasses import dataclass

from server.domain.goods import Goods


@dataclass(frozen=True, slots=True)
class Profile:
    """What the platform and a loyalty programme say of a customer."""

    tags: frozenset[str] | None = None
    segments: frozenset[str] | None = None
    locale: str | None = None
    country_code: str | None = None
    is_business: bool | None = None
    predicted_spend: str | None = None  # high | medium | low
    loyalty_tier: str | None = None
    loyalty_points: int | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """What the help desk says of a customer."""

    open_tickets: int | None = None
    last_ticket: str | None = None  # good | bad | unrated | none
    is_refund_pending: bool | None = None


@dataclass(frozen=True, slots=True)
class ShopperFacts:
    """What is known of the shopper before this order."""

    unit_id: str  # what holdouts, arms and shares are drawn by
    earlier_orders: int | None = None
    spent: int | None = None  # minor units of the shop's currency
    days_since_order: int | None = None
    tier: str | None = None
    bought: Goods | None = None
    agreed_channels: frozenset[str] | None = None
    profile: Profile = Profile()
    service: Service = Service()
