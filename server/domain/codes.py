"""Discount codes that a message brings: for the goods that it names, or for whatever is bought next."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256

from server.domain.offered import AppliedDiscount

# Without what is easily taken for something else when a code is read out or typed.
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_LENGTH = 10
_LAST_MIDNIGHT = time(12, tzinfo=UTC)  # when the day before has ended everywhere on earth


@dataclass(frozen=True, slots=True)
class NewCode:
    """A code to be made: it is taken once, by one customer where one is named, up to and with its last day.

    `variant_ids` are the goods that it is for; none: everything.
    """

    text: str
    discount: AppliedDiscount
    last_day: date
    variant_ids: tuple[str, ...] = ()
    customer_id: str | None = None

    @property
    def ends_at(self) -> datetime:
        """The moment from which it is taken no more: wherever the shopper is, the last day is over."""
        return datetime.combine(self.last_day + timedelta(days=1), _LAST_MIDNIGHT)


def code_text(touch_id: str, attempt: int) -> str:
    """Return the code of one attempt at a message: the same each time, so that a repeat makes no second one.

    Nobody can guess it who does not know the touch's id, which is drawn at random: 50 bits of it are left.
    """
    digest = int.from_bytes(sha256(f"{touch_id}:{attempt}".encode()).digest(), "big")
    letters = "".join(_LETTERS[digest >> 5 * place & 31] for place in range(_LENGTH))
    return f"{letters[: _LENGTH // 2]}-{letters[_LENGTH // 2 :]}"
