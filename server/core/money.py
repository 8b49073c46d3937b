"""Money in minor units."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from server.core.errors import AppError

# ISO 4217 exponents other than 2, for the currencies a shop can sell in.
_EXPONENTS = {
    **dict.fromkeys(
        (
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ),
        0,
    ),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}

_LIMIT = Decimal(10) ** 12  # beyond any order, and far within the precision that decimals compute with
_SHOWN = 40


class InvalidMoney(AppError):
    code = "invalid_money"


def exponent(currency: str) -> int:
    """Return how many decimal places `currency` (ISO 4217) has."""
    return _EXPONENTS.get(currency, 2)


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in minor units of a currency (pence of GBP, yen of JPY, fils of KWD)."""

    minor: int
    currency: str

    @classmethod
    def parse(cls, text: str | float | Decimal, currency: str) -> "Money":
        """Read a decimal amount such as "12.50"; more places than the currency has are rounded half up.

        Raises:
            InvalidMoney: the text is no decimal number below a million millions, or the currency is no three-letter
                code.
        """
        if len(currency) != 3 or not (currency.isascii() and currency.isalpha()):  # noqa: PLR2004 - ISO 4217 codes have three letters
            raise InvalidMoney(f"'{currency}' is not an ISO 4217 currency code.")
        written = str(text)
        try:
            value = Decimal(written)
        except InvalidOperation as error:
            raise InvalidMoney(f"'{written[:_SHOWN]}' is not an amount of money.") from error
        if not value.is_finite() or abs(value) >= _LIMIT or "_" in written:
            raise InvalidMoney(f"'{written[:_SHOWN]}' is not an amount of money.")
        places = exponent(currency.upper())
        rounded = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
        return cls(int(rounded.scaleb(places)), currency.upper())

    def decimal(self) -> Decimal:
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    def text(self) -> str:
        """Return the plain decimal text that APIs take, such as "12.50"."""
        return f"{self.decimal():.{exponent(self.currency)}f}"

    def less_percent(self, percent: Decimal) -> "Money":
        """Return the amount after a discount of `percent` (0 to 100), rounded half up."""
        kept = Decimal(self.minor) * (Decimal(100) - percent) / Decimal(100)
        return Money(int(kept.quantize(Decimal(1), rounding=ROUND_HALF_UP)), self.currency)
