"""Reads the tables of cases, and builds what their rows leave to be understood."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from server.domain.attribution import Click, SignedOffer
from server.domain.contact import ContactFacts
from server.domain.decision import Candidate, Situation, Surface
from server.domain.orders import Order, Purchase, PurchaseLine, ShopperFacts, VariantFacts
from tests.factories import NOW, funnel_json, line, offer_json, order, purchase, rules_json, variant

_FOLDER = Path(__file__).parents[2] / "cases"
Row = dict[str, Any]


def rows(table: str) -> list[Any]:
    """Return the rows of a table as parameters named by their `name`."""
    found = json.loads((_FOLDER / f"{table}.json").read_text(encoding="utf-8"))
    return [pytest.param(row, id=row["name"]) for row in found]


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def purchase_in(row: Row) -> Purchase:
    changes = dict(row.get("purchase", {}))
    if "lines" in changes:
        changes["lines"] = tuple(PurchaseLine(*each) for each in changes["lines"])
    return purchase(**changes)


def shopper_in(row: Row) -> ShopperFacts:
    return replace(ShopperFacts(unit_id="customer:77"), **row.get("shopper", {}))


def goods_in(row: Row) -> dict[str, VariantFacts]:
    """Return variants 1 (in the order) to 4, changed as the row says; null takes one away."""
    made = {each: variant(each) for each in ("1", "2", "3", "4")}
    for variant_id, changes in row.get("goods", {}).items():
        if changes is None:
            del made[variant_id]
        else:
            tags = {"tags": frozenset(changes["tags"])} if "tags" in changes else {}
            made[variant_id] = replace(made[variant_id], **{**changes, **tags})
    return made


def rules_in(row: Row) -> dict[str, Any]:
    """Return rules with one live offer of variants 2 and 3, changed as the row says."""
    funnels = [
        funnel_json(**{**each, "offer": offer_json(**each.get("offer", {}))})
        for each in row.get("funnels", [{"offer": row.get("offer", {})}])
    ]
    written: dict[str, Any] = rules_json() | {"funnels": funnels} | row.get("document", {})
    return written


def situation_in(row: Row) -> Situation:
    return Situation(
        surface=Surface(row.get("surface", "one_click")),
        purchase=purchase_in(row),
        shopper=shopper_in(row),
        goods=goods_in(row),
        bought_together=tuple(Candidate(*each) for each in row.get("bought_together", [])),
        is_held_out=row.get("is_held_out", False),
        showings=row.get("showings", 0),
        refused_variant_ids=frozenset(row.get("refused", [])),
    )


def contact_in(row: Row, now: datetime) -> ContactFacts:
    """Return a shopper in London who agreed, with an offer that lives three more days."""
    changes = dict(row.get("facts", {}))
    for name in ("expires_at", "other_channel_sent_at", "earlier_sequence_at"):
        if name in changes:
            changes[name] = moment(changes[name])
    if "zones" in changes:
        changes["zones"] = tuple(changes["zones"])
    facts = ContactFacts(
        channel="sms",
        address="+447700900123",
        consent="subscribed",
        is_suppressed=False,
        has_connection=True,
        zones=("Europe/London",),
        expires_at=now + timedelta(hours=72),
    )
    return replace(facts, **changes)


def order_in(row: Row) -> Order:
    lines = row.get("lines", [["a", "1", 1_000]])
    return order(
        lines=tuple(line(variant_id, line_id=line_id, total=total) for line_id, variant_id, total in lines),
        outstanding=row.get("outstanding", 0),
        attributes=tuple(("_afters", token) for token in row.get("carried", [])),
        cancelled_at=NOW if row.get("is_cancelled") else None,
    )


def signed_in(row: Row) -> list[SignedOffer]:
    return [SignedOffer(*each) for each in row.get("signed", [])]


def clicks_in(row: Row, placed: Order) -> list[Click]:
    return [
        Click(touch_id, token, placed.created_at + timedelta(seconds=seconds))
        for touch_id, token, seconds in row.get("clicks", [])
    ]
