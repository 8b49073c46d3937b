"""How the one-click page is laid out: which arrangement, and in which order its blocks stand."""

from dataclasses import dataclass

# What stands in each arrangement unless the merchant says otherwise. Leaving a block out hides it.
LAYOUTS = {
    "picture_left": (
        "badge", "heading", "reason", "timer", "picture", "title", "items", "price", "shipping", "choices", "terms",
        "description",
    ),
    "picture_top": (
        "badge", "heading", "reason", "timer", "picture", "title", "items", "price", "shipping", "description",
        "choices", "terms",
    ),
    "compact": ("heading", "timer", "picture", "badge", "title", "price", "items", "shipping", "choices", "terms"),
    "story": (
        "heading", "reason", "picture", "description", "badge", "title", "items", "price", "shipping", "timer",
        "choices", "terms",
    ),
}  # fmt: skip
BLOCKS = LAYOUTS["picture_left"]
# Without these nobody knows what is sold, for how much, for how long, and what it binds to.
_NEEDED = ("heading", "timer", "title", "items", "price", "choices", "terms")
# The full cost stands before the button that charges it, whatever the merchant orders.
_LAST = ("cost", "buttons", "note")


@dataclass(frozen=True, slots=True)
class Layout:
    """An arrangement of the page; `blocks` in the merchant's own order, empty for the arrangement's usual one."""

    name: str = "picture_left"
    blocks: tuple[str, ...] = ()

    @property
    def order(self) -> tuple[str, ...]:
        """Every block that is shown, in turn: those that are named, those that no page may lack, and the cost last."""
        named = self.blocks or LAYOUTS[self.name]
        return (*named, *(each for each in _NEEDED if each not in named), *_LAST)


USUAL_LAYOUT = Layout()
