"""The generator's parameters: what the data lacks is drawn with these shares, and nothing else is drawn."""

from dataclasses import dataclass, field

EmailShares = tuple[tuple[str, int], ...]


@dataclass(frozen=True, kw_only=True)
class Parameters:
    """Shares are per thousand unless named otherwise; every draw depends on `seed` and its subject only.

    Reports that rest on stock, cost, consent, refunds, payment methods or currencies rest on these figures,
    not on the shop whose orders these are.
    """

    seed: str = "afters-1"

    # catalogue
    archived_after_days: int = 360  # no sale for so long before the last order: archived, a fifth of it draft
    compare_at: int = 60
    unit_cost_percent: tuple[int, int] = (35, 60)  # of the price
    unit_cost_missing: int = 30

    # stock
    stock_exact: tuple[tuple[int, int], ...] = ((0, 40), (9, 20), (10, 20), (11, 20))  # (units, share)
    stock_scarce: int = 40  # 1 to 8 units
    stock_weeks: tuple[int, int] = (2, 10)  # of the last 90 days' rate, at least 12 units, for the others
    stock_by_rank: dict[int, int] = field(  # rank by revenue -> units, so that known sellers show each case
        default_factory=lambda: {7: 0, 12: 9, 17: 10, 22: 11}
    )
    continue_selling: int = 50
    untracked: int = 10

    # people
    email_missing: int = 20
    name_missing: int = 30
    redacted: int = 10
    email_states: EmailShares = (
        ("SUBSCRIBED", 470),
        ("NOT_SUBSCRIBED", 330),
        ("UNSUBSCRIBED", 130),
        ("PENDING", 40),
        ("INVALID", 30),
    )
    mobile: int = 250  # share with a mobile number, while fictional ones last
    landline: int = 250
    sms_states: EmailShares = (
        ("SUBSCRIBED", 450),
        ("NOT_SUBSCRIBED", 330),
        ("UNSUBSCRIBED", 150),
        ("PENDING", 70),
    )
    guest_email: int = 600  # of orders without a customer
    guest_phone: int = 100

    # orders
    gateways: EmailShares = (
        ("shopify_payments", 690),
        ("paypal", 140),
        ("apple_pay", 70),
        ("google_pay", 40),
        ("klarna", 30),
        ("manual", 20),
        ("gift_card", 10),
    )
    local_currency: int = 350  # of orders to countries with another currency that the shop shows
    refunded: int = 20
    refunded_wholly: int = 150  # of refunded orders
    cancelled: int = 6
    fulfilled_after_days: int = 3
