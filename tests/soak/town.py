"""The truth of a soak: shops, their shoppers and orders, drawn from a seed before anything runs."""

import random  # noqa: TID251 - a seeded generator of test data, not a decision
from dataclasses import dataclass, field
from datetime import datetime

# What every shop sells: variant id, title, price in pence, stock. The offers name all but the first, dearest last.
GOODS = (
    (101, "Plain mug", "8.00", 500),
    (102, "Scarce saucer", "5.00", 9),  # below the least stock of 10: must never be offered
    (103, "Sugar bowl", "6.50", 400),
    (104, "Tea towel", "4.25", 300),
)
BOUGHT, OFFERED = GOODS[0], GOODS[1:]
STATES = ("SUBSCRIBED", "SUBSCRIBED", "SUBSCRIBED", "UNSUBSCRIBED", "NOT_SUBSCRIBED")
_MOST_SHOPPERS = 999  # fictional mobile numbers that the regulator keeps for drama


@dataclass(slots=True)
class Shopper:
    """A customer of one shop; the states are what Shopify says of consent when the run starts."""

    shop: str
    id: int
    email: str
    phone: str
    sms: str
    mail: str
    withdraws: bool  # takes consent back on both channels between the text and the e-mail


@dataclass(slots=True)
class Order:
    """One order; `fate` is kept, cancelled or refunded. `placed_at` is filled in when it is sent."""

    shop: str
    id: int
    shopper: Shopper
    wave: int  # 0: at the start; 1: two days later, inside the cap
    fate: str
    placed_at: datetime | None = None

    @property
    def name(self) -> str:
        return f"#{self.id}"


@dataclass(slots=True)
class Town:
    """Everything there is; `by_key` finds orders and shoppers as the Admin API is asked for them."""

    shops: tuple[str, ...]
    shoppers: list[Shopper] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    by_order: dict[tuple[str, int], Order] = field(init=False)
    by_customer: dict[tuple[str, int], Shopper] = field(init=False)

    def __post_init__(self) -> None:
        self.by_order = {(order.shop, order.id): order for order in self.orders}
        self.by_customer = {(shopper.shop, shopper.id): shopper for shopper in self.shoppers}

    def wave(self, number: int) -> list[Order]:
        return [order for order in self.orders if order.wave == number]


def make_town(*, seed: int, shops: int, orders: int) -> Town:
    """Draw a town: one shop in twenty has a third of all orders, most shoppers buy once, some twice."""
    draw = random.Random(seed)
    names = tuple(f"soak-{number:02d}.myshopify.com" for number in range(shops))
    shoppers: list[Shopper] = []
    placed: list[Order] = []
    known: dict[str, list[Shopper]] = {name: [] for name in names}
    for number in range(orders):
        shop = names[0] if draw.random() < 1 / 3 and len(known[names[0]]) < _MOST_SHOPPERS else draw.choice(names)
        regulars = known[shop]
        again = bool(regulars) and (draw.random() < 0.15 or len(regulars) >= _MOST_SHOPPERS)
        if not again:
            shopper = _shopper(draw, shop, len(regulars))
            regulars.append(shopper)
            shoppers.append(shopper)
        else:
            shopper = draw.choice(regulars)
        fate = draw.choices(("kept", "cancelled", "refunded"), (90, 6, 4))[0]
        wave = 1 if again and draw.random() < 0.6 else 0
        placed.append(Order(shop, 5_000_000 + number, shopper, wave, fate))
    return Town(names, shoppers, placed)


def _shopper(draw: random.Random, shop: str, number: int) -> Shopper:
    place = shop.partition(".")[0]
    return Shopper(
        shop=shop,
        id=9_000_000 + number,
        email=f"shopper{number}@{place}.example",
        phone=f"+447700900{number:03d}",
        sms=draw.choice(STATES),
        mail=draw.choice(STATES),
        withdraws=draw.random() < 0.1,
    )
