"""Replays all orders of a shop under several drafts, and has the checker judge every touch."""

from collections.abc import Iterator
from dataclasses import astuple
from datetime import datetime
from typing import Any

from sqlalchemy import select

from server.domain.document import RuleDocument
from server.domain.rules import parse
from server.outbound.phone import NumberingPlan
from server.storage.db import Database, make_engine
from server.storage.shops import ShopRow
from server.usecases.backtest import run_backtest
from server.usecases.presets import FIRST_DRAFT, PRESETS, with_preset
from tests.soak.replayed import Limits, Touch, violations

_ALL_DAYS = 3_650


def drafts() -> dict[str, dict[str, Any]]:
    """Return rules that lean on caps, holds and stock in different ways, with nobody held out.

    Goods that go on selling when out of stock are kept to their stock, so that the checker need not know of them.
    """
    stock = {"minimum": 10, "offers_oversold": False}
    base = {**FIRST_DRAFT, "holdout": {"percent": 0, "salt": "holdout"}, "stock": stock}
    return {
        "first": base,
        "short": {
            **base,
            "caps": {"sequence_days": 3},
            "holds": {"sms_holds_email_hours": 6, "email_holds_sms_hours": 6},
        },
        "scarce": {**base, "stock": {**stock, "minimum": 40, "resume_at": 60}},
        "vip": with_preset(with_preset(base, PRESETS["vip-call"]), PRESETS["high-value-to-service"]),
        "renewals": with_preset(base, PRESETS["renewal-add-on"]),
    }


def judge(url: str, domain: str, *, now: datetime) -> Iterator[tuple[str, int, int, list[str]]]:
    """Yield for each draft its name, how many orders were played, how many touches were judged, and what is wrong."""
    database = Database(make_engine(url))
    with database.read() as session:
        shop_id = session.scalars(select(ShopRow.id).where(ShopRow.domain == domain)).one()
    documents = {name: parse(written) for name, written in drafts().items()}
    report = run_backtest(
        database=database,
        shop_id=shop_id,
        shop=domain,
        phones=NumberingPlan(),
        documents=documents,
        days=_ALL_DAYS,
        now=now,
    )
    database.dispose()
    for results in report.results:
        found = [Touch(*astuple(each)) for each in results.touches]
        name = f"{results.label}, {results.stock_model}"
        yield name, results.orders, len(found), violations(found, _limits(documents[results.label]))


def _limits(document: RuleDocument) -> Limits:
    caps, holds = document.caps, document.holds
    return Limits(
        days_between={"sales": caps.sequence_days, "renewal": caps.renewal_days},
        messages_per_order=caps.messages_per_sequence,
        sms_holds_email_hours=holds.sms_holds_email_hours,
        email_holds_sms_hours=holds.email_holds_sms_hours,
        minimum_stock=document.stock.minimum,
    )
