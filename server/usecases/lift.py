"""Measures what offers add: shoppers who may be offered something beside those who are held out."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from server.domain.lift import PLANNED, Lift, Shopper, Sums, capped, compare, is_mismatched, per_order
from server.storage.db import Database
from server.storage.outcomes import Outcomes
from server.storage.rules import Rules
from server.storage.shops import currency_of
from server.usecases.situations import HELD_OUT, holdout_experiment


@dataclass(frozen=True, slots=True)
class Side:
    """One side of the comparison; money is minor units of the shop's currency, the largest figures cut."""

    shoppers: int
    per_shopper: float
    per_order: float | None


@dataclass(frozen=True, slots=True)
class LiftReport:
    """What was compared, and what came of it; `lift` is None while there are too few shoppers."""

    currency: str
    since: datetime
    window_days: int
    percent: float
    offered: Side
    held_out: Side
    lift: Lift | None
    is_mismatched: bool

    def as_json(self) -> dict[str, Any]:
        told = asdict(self)
        return {**told, "since": self.since.isoformat(), "is_certain": self.lift is not None and self.lift.is_certain}


def measure_lift(
    *, database: Database, shop_id: int, days: int, window_days: int, now: datetime, planned: int = PLANNED
) -> LiftReport | None:
    """Compare what shoppers drawn in the last `days` bought within `window_days` of it; None where nothing is live."""
    since = now - timedelta(days=days)
    with database.read() as session:
        live, currency = Rules(session, shop_id).live(), currency_of(session, shop_id)
        if live is None or currency is None:
            return None
        found = list(
            Outcomes(session, shop_id).of(
                holdout_experiment(live.document), since=since, until=now, window=timedelta(days=window_days)
            )
        )
    shoppers = capped([shopper for _, shopper in found])
    held_out = [each for each, (arm, _) in zip(shoppers, found, strict=True) if arm == HELD_OUT]
    offered = [each for each, (arm, _) in zip(shoppers, found, strict=True) if arm != HELD_OUT]
    sums = [_sums(offered), _sums(held_out)]
    percent = live.document.holdout.percent
    return LiftReport(
        currency=currency,
        since=since,
        window_days=window_days,
        percent=percent,
        offered=_side(offered, sums[0]),
        held_out=_side(held_out, sums[1]),
        lift=compare(*sums, planned=planned),
        is_mismatched=is_mismatched(len(offered), len(held_out), percent=percent),
    )


def _sums(shoppers: list[Shopper]) -> Sums:
    sums = Sums()
    for each in shoppers:
        sums.add(each.before, each.value)
    return sums


def _side(shoppers: list[Shopper], sums: Sums) -> Side:
    return Side(sums.n, sums.mean, per_order(shoppers))
