"""What a block on the thank-you or the order-status page asks."""

from dataclasses import dataclass

from server.domain.orders import Purchase
from server.domain.situation import Surface


@dataclass(frozen=True, slots=True)
class BlockQuestion:
    """What a block tells of the order that its page is about.

    The customer is that of its signed token. All else is the browser's word: an offer may be shown on it, and a code is
    made only for an order that the platform told us of. `claimed` is the purchase by that word.
    """

    surface: Surface
    checkout_token: str | None
    order_id: str | None
    customer_id: str | None
    claimed: Purchase | None
    locale: str = ""
