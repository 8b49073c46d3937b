"""How amounts look on the shopper's pages."""

from tests.sandbox.shopify import money

_SIGNS = {"GBP": "£", "EUR": "€", "USD": "US$"}


def money_text(minor: int, currency: str = "GBP", rate: float = 1.0) -> str:
    """Return shop money as a buyer reads it in `currency`, e.g. `£1,250.00`."""
    shown = money.presentment(minor, rate)
    sign = "\N{MINUS SIGN}" if shown < 0 else ""
    whole, pence = divmod(abs(shown), 100)
    return f"{sign}{_SIGNS.get(currency, currency + chr(160))}{whole:,}.{pence:02}"
