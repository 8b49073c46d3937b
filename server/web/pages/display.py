"""Amounts and moments as the merchant of one shop reads them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time

from server.core.money import Money
from server.outbound.localisation import format_money, read_locale
from server.storage.shops import ShopRow

UNKNOWN = "\N{EN DASH}"


@dataclass(frozen=True, slots=True)
class Display:
    """Writes for one shop: English, with the shop country's way of writing dates and amounts, in the shop's zone."""

    locale: str
    zone: ZoneInfo
    currency: str | None  # None until the shop's facts are imported

    @classmethod
    def of(cls, shop: ShopRow) -> "Display":
        return cls(
            locale=f"en-{shop.country_code}" if shop.country_code else "en",
            zone=ZoneInfo(shop.time_zone or "UTC"),
            currency=shop.currency,
        )

    def money(self, minor: int, currency: str | None = None) -> str:
        """Return an amount in minor units of `currency`, the shop's if none is named."""
        code = currency or self.currency
        return format_money(Money(minor, code), self.locale) if code else UNKNOWN

    def day(self, moment: datetime | None) -> str:
        return format_date(self._local(moment), "long", locale=read_locale(self.locale)) if moment else UNKNOWN

    def moment(self, moment: datetime | None) -> str:
        """Return date and time to the minute."""
        if moment is None:
            return UNKNOWN
        local, locale = self._local(moment), read_locale(self.locale)
        return f"{format_date(local, 'medium', locale=locale)}, {format_time(local, 'short', locale=locale)}"

    def time(self, moment: datetime) -> str:
        """Return the time of day to the second."""
        return str(format_time(self._local(moment), "medium", locale=read_locale(self.locale)))

    def second(self, moment: datetime) -> str:
        """Return date and time to the second, for what follows each other closely."""
        local, locale = self._local(moment), read_locale(self.locale)
        return f"{format_date(local, 'medium', locale=locale)}, {format_time(local, 'medium', locale=locale)}"

    def machine(self, moment: datetime) -> str:
        """Return a moment as `<time datetime>` takes it."""
        return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"

    def _local(self, moment: datetime) -> datetime:
        return moment.astimezone(self.zone)
