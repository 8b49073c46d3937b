"""Bundles at one price: what each of the goods comes to, so that all of them together cost what the rules say."""

from collections.abc import Sequence
from dataclasses import replace

from server.core.money import Money
from server.domain.offered import AppliedDiscount, OfferedItem


def at_one_price(items: Sequence[OfferedItem], price: Money, title: str) -> tuple[OfferedItem, ...]:
    """Return the goods of a bundle with what makes them cost `price` together taken off, each by its share.

    An order takes discounts by unit, so that several units of each may come to a few minor units less, never to more.
    Goods that cost no more than `price` by themselves keep their own prices. All have the same quantity.
    """
    quantity, full = items[0].quantity, sum(each.unit_price for each in items)
    over = quantity * full - price.minor
    if over <= 0:
        return tuple(items)
    off = min(-(-over // quantity), full - 1)
    shares = [off * each.unit_price // full for each in items]
    # What rounding down has left goes to who lost most by it, so that the same bundle is always shared out alike.
    by_loss = sorted(range(len(items)), key=lambda at: (-(off * items[at].unit_price % full), at))
    for at in by_loss[: off - sum(shares)]:
        shares[at] += 1
    return tuple(
        replace(
            each,
            discounted_unit_price=each.unit_price - share,
            discount=AppliedDiscount(title, amount=Money(share, price.currency)),
        )
        if share
        else each
        for each, share in zip(items, shares, strict=True)
    )
