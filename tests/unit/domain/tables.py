"""Reads the tables of cases, and builds what their rows leave to be understood."""

import json
from collections.abc import Iterable
from copy import deepcopy
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from server.domain.attribution import Click, SignedOffer
from server.domain.blocks import Refused
from server.domain.contact import ContactFacts
from server.domain.decision import Decision
from server.domain.document import Kind, RuleDocument
from server.domain.facts import Context, Facts
from server.domain.goods import UNSORTED, Goods, GoodsLine, Memberships
from server.domain.locations import LocationStock
from server.domain.offers import Band, Wanted
from server.domain.orders import Order, Purchase, PurchaseLine, VariantFacts
from server.domain.plans import Interval, PlanPrice, SellingPlan
from server.domain.reasons import TraceLine
from server.domain.records import record, recorded
from server.domain.shopper import Profile, Service, ShopperFacts
from server.domain.situation import Candidate, Situation, Surface
from server.domain.telling import tell
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
    return purchase(**_sets(changes))


def shopper_in(row: Row) -> ShopperFacts:
    changes = dict(row.get("shopper", {}))
    for name, kind in (("profile", Profile), ("service", Service)):
        changes[name] = kind(**_sets(changes.get(name, {})))
    if "bought" in changes:
        lines = tuple(GoodsLine(frozenset(marks), *rest) for marks, *rest in changes["bought"]["lines"])
        changes["bought"] = Goods(lines, is_whole=changes["bought"]["is_whole"])
    return replace(ShopperFacts(unit_id="customer:77"), **_sets(changes))


def facts_in(row: Row) -> Facts:
    memberships = Memberships(row["memberships"], is_known=True) if "memberships" in row else UNSORTED
    return Facts(purchase_in(row), shopper_in(row), goods_in(row), Context(**row.get("context", {})), memberships)


def _sets(changes: Row) -> Row:
    """JSON has no sets: its lists are sets of words here."""
    return {name: frozenset(value) if isinstance(value, list) else value for name, value in changes.items()}


def goods_in(row: Row) -> dict[str, VariantFacts]:
    """Return variants 1 (in the order) to 4, changed as the row says; null takes one away."""
    made = {each: variant(each) for each in ("1", "2", "3", "4")}
    for variant_id, changes in deepcopy(row.get("goods", {})).items():
        if changes is None:
            del made[variant_id]
        else:
            levels = tuple(changes.pop("stock_levels", ()))
            stands = tuple(tuple(sorted(each.items())) for each in changes.pop("stands", ()))
            if "levels" in changes:
                changes["levels"] = tuple(LocationStock(**each) for each in changes["levels"])
            plans = tuple(plan_in(each) for each in changes.pop("plans", ()))
            made[variant_id] = replace(
                made[variant_id], **_sets(changes), stock_levels=levels, stands=stands, plans=plans
            )
    return made


def plan_in(written: list[Any]) -> SellingPlan:
    """Return a plan written as its id, its interval, and what it makes of the price, such as ["31", "2 week", ...]."""
    plan_id, how_often, *prices = written
    billing, *delivery = [Interval(unit, int(count)) for count, unit in map(str.split, how_often.split(" / "))]
    found = tuple(PlanPrice(after, kind, Decimal(value)) for after, kind, value in prices)
    return SellingPlan(plan_id, f"Plan {plan_id}", billing, delivery[0] if delivery else billing, found)


def rules_in(row: Row) -> dict[str, Any]:
    """Return rules with one live offer of variants 2 and 3, changed as the row says."""
    funnels = [
        funnel_json(**(each if "steps" in each else {**each, "offer": offer_json(**each.get("offer", {}))}))
        for each in row.get("funnels", [{"offer": row.get("offer", {})}])
    ]
    written: dict[str, Any] = rules_json() | {"funnels": funnels} | row.get("document", {})
    return written


def situation_in(row: Row) -> Situation:
    return Situation(
        surface=Surface(row.get("surface", "one_click")),
        facts=facts_in(row),
        goods=goods_in(row),
        candidates=candidates_in(row),
        arms=row.get("arms", {}),
        is_held_out=row.get("is_held_out", False),
        showings=row.get("showings", 0),
        refused=Refused(**{name: frozenset(ids) for name, ids in row.get("refused", {}).items()}),
        local_time=datetime.fromisoformat(row["local_time"]) if "local_time" in row else None,
    )


def candidates_in(row: Row) -> dict[Wanted, tuple[Candidate, ...]]:
    """Return what was found: by what is bought together, by a band of prices, by each pairing."""
    found = {Wanted("bought_together"): row.get("bought_together", [])}
    found[Wanted("dearer", band=Band())] = row.get("dearer", [])
    for pairing, paired in row.get("paired", {}).items():
        found[Wanted("paired", pairing)] = paired
    return {wanted: tuple(Candidate(*each) for each in rows) for wanted, rows in found.items() if rows}


def told(document: RuleDocument, situation: Situation, decision: Decision) -> tuple[TraceLine, ...]:
    """Return every step of a decision, by the facts that would be kept beside it."""
    kept = recorded(json.loads(json.dumps(record(situation.facts, document.live_facts))), document.live_facts)
    is_chosen = decision.offered is not None
    return tell(document, kept, screened=decision.screened, notes=decision.notes, is_chosen=is_chosen)


def contact_in(row: Row, now: datetime) -> ContactFacts:
    """Return a shopper in London who agreed, with an offer that lives three more days."""
    changes = dict(row.get("facts", {}))
    for name in ("expires_at", "other_channel_sent_at", "earlier_sequence_at"):
        if name in changes:
            changes[name] = moment(changes[name])
    if "kind" in changes:
        changes["kind"] = Kind(changes["kind"])
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
    before = row.get("lines_before", {})
    return [SignedOffer(decision_id, frozenset(ids), before) for decision_id, *ids in row.get("signed", [])]


def clicks_in(row: Row, placed: Order) -> list[Click]:
    return [
        Click(f"touch:{touch_id}", token, placed.created_at + timedelta(seconds=seconds))
        for touch_id, token, seconds in row.get("clicks", [])
    ]


def changed(written: dict[str, Any], row: Row) -> dict[str, Any]:
    """Return a document with the changes that a row asks for."""
    for path, given in row.get("set", {}).items():
        parent, last = _place(written, path)
        value = given
        if row.get("copy"):
            source, name = _place(written, given)
            value = deepcopy(source[name])
        elif row.get("fill") == path:
            value = "x" * given
        if isinstance(parent, list) and last == len(parent):
            parent.append(value)
        else:
            parent[last] = value
    if "remove" in row:
        parent, last = _place(written, row["remove"])
        del parent[last]
    return written


def _place(written: Any, path: str) -> tuple[Any, Any]:
    *way, last = _steps(path)
    for step in way:
        written = written[step]
    return written, last


def _steps(path: str) -> Iterable[str | int]:
    return [int(step) if step.isdigit() else step for step in path.split(".")]
