"""A cart seen against the shop as it is: what is in it, what had to be taken out."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from tests.sandbox.browser import shelf
from tests.sandbox.browser.cart import Cart
from tests.sandbox.browser.shelf import Item
from tests.sandbox.shopify.world import World


@dataclass(frozen=True, kw_only=True)
class Basket:
    """`cart` holds only what can be bought now; `notes` say in words what was changed to make it so."""

    cart: Cart
    lines: Sequence[tuple[Item, int]]
    notes: Sequence[str]

    @property
    def subtotal(self) -> int:
        """Goods before discounts, in minor units of the shop's currency."""
        return sum(item.price * count for item, count in self.lines)

    @classmethod
    def of(cls, world: World, cart: Cart) -> "Basket":
        """Return the basket of a cart, trimmed to what is on sale and in stock."""
        with world.read() as connection:
            known = shelf.items(connection, list(cart.lines))
        lines: list[tuple[Item, int]] = []
        notes: list[str] = []
        for variant_id, wanted in cart.lines.items():
            item = known.get(variant_id)
            if item is None:
                notes.append("Something in the basket is no longer on sale and was taken out.")
                continue
            left = item.stock.left
            if item.stock.is_sold_out:
                notes.append(f"{item.title} has sold out and was taken out of the basket.")
                continue
            if left is not None and wanted > left:
                notes.append(f"There are only {left} of {item.title} left.")
            lines.append((item, wanted if left is None else min(wanted, left)))
        return cls(
            cart=replace(cart, lines={item.variant_id: count for item, count in lines}), lines=lines, notes=notes
        )
