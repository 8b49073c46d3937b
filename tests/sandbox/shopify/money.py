"""The shop's prices for shipping and tax, in pence; one place for the history and for new orders."""

VAT_COUNTRIES = frozenset({"GB"})
_EUROPE = frozenset(
    "AT BE CH CY CZ DE DK ES FI FR GR IE IS IT JE LT MT NL NO PL PT SE".split()  # noqa: SIM905 -- reads better
)
# Presentment money per pound, and how the shop rounds it; currencies the shop shows beside its own.
RATES = {"GBP": 1.0, "EUR": 1.17, "USD": 1.27, "CHF": 1.12}
# What the shop's markets sell in; elsewhere in its own.
CURRENCY_OF = {
    **dict.fromkeys(("AT", "BE", "DE", "ES", "FI", "FR", "IE", "IT", "NL", "PT"), "EUR"),
    "US": "USD",
    "CH": "CHF",
}


def shipping(country_code: str | None, goods: int) -> int:
    """Return what sending goods of that value (after discounts) costs; None: nothing is sent."""
    if country_code is None:
        return 0
    if country_code == "GB":
        return 0 if goods >= 10_000 else 495
    if country_code in _EUROPE:
        return 0 if goods >= 30_000 else 1295
    return 0 if goods >= 50_000 else 2495


def shipping_title(price: int) -> str:
    """Return the name of the shipping rate with this price."""
    return "Free delivery" if price == 0 else "Standard delivery"


def included_tax(country_code: str | None, gross: int) -> int:
    """Return the VAT of 20 % that a gross amount holds, rounded half up; nothing outside Great Britain."""
    return (gross + 3) // 6 if country_code in VAT_COUNTRIES else 0


def presentment(amount: int, rate: float) -> int:
    """Return the amount in minor units of the presentment currency, rounded half away from zero."""
    rounded = int(abs(amount) * rate + 0.5)
    return rounded if amount >= 0 else -rounded


def text(amount: int) -> str:
    """Return minor units as Shopify writes money: `1234` -> `"12.34"`."""
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100}.{abs(amount) % 100:02}"
