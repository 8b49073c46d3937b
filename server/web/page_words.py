"""What is said about an offer on the pages of a shop, by language; they bring their own buttons and labels."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from server.core.money import Money
from server.domain.offered import Offered, OfferedItem
from server.domain.page_words import words_for
from server.outbound.localisation import format_money, format_percentage

_BECAUSE = {
    "de": {
        "bought_together": "Wird oft zusammen mit {} gekauft",
        "dearer": "Eine Stufe über {}",
        "paired": "Passt zu {}",  # codespell:ignore passt
        "as_subscription": "Sie haben gerade {} gekauft",  # codespell:ignore sie
    },
    "fr": {
        "bought_together": "Souvent acheté avec {}",
        "dearer": "Un cran au-dessus de {}",
        "paired": "Va bien avec {}",
        "as_subscription": "Vous venez d\u2019acheter {}",
    },
}
_BUTTONS = ("heading", "accept", "decline")


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: the checkout's locale, and the title of the dearest product that was bought.

    Where `prices_differ`, the shopper pays in another currency than the offer is in: no text names an amount then.
    """

    locale: str = ""
    bought: str | None = None
    prices_differ: bool = False


@dataclass(frozen=True)
class Words:
    """The merchant's words about one thing to accept, called `title`, in the reader's language."""

    offered: Offered
    item: OfferedItem
    title: str
    reader: Reader

    @property
    def texts(self) -> dict[str, str]:
        """The heading and the buttons, as far as the merchant has words for them."""
        return {name: text for name in _BUTTONS if (text := self.said(name)) is not None}

    @property
    def reason(self) -> str | None:
        """Why the goods are offered; a merchant's own line that could not be filled is not said at all."""
        offered = self.offered
        said = self.said("reason") or _because_in(self.reader.locale, offered.found_by, offered.bought)
        return said or (offered.reason_line if offered.texts.reason is None else None)

    def said(self, name: str) -> str | None:
        """Return one of the texts; None where there is none that can be filled."""
        offered = self.offered
        return words_for(name, offered.texts, offered.translations, locale=self.reader.locale, values=self._values)

    @cached_property
    def _values(self) -> dict[str, str | None]:
        """What variables stand for; None where there is nothing to say."""
        item, locale = self.item, self.reader.locale
        full, paid = item.quantity * item.unit_price, item.total
        percent = Decimal((full - paid) * 100 // full if full > paid else 0)
        if item.discount is not None and item.discount.percent is not None and item.plan is None:
            percent = item.discount.percent
        return {
            "product": self.title,
            "bought": self.offered.bought or self.reader.bought,
            "percent": format_percentage(percent, locale) if percent else None,
            "price": self._money(paid),
            "saving": self._money(full - paid) if full > paid else None,
        }

    def _money(self, minor: int) -> str | None:
        if self.reader.prices_differ:
            return None
        return format_money(Money(minor, self.offered.currency), self.reader.locale)


def _because_in(locale: str, found_by: str | None, bought: str | None) -> str | None:
    words = _BECAUSE.get(locale[:2].casefold(), {}).get(found_by or "")
    return words.format(bought) if words is not None and bought is not None else None
