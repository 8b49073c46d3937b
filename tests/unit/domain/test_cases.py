"""Behaviour pinned by tables: each row of tests/cases is one test."""

import json
from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from server.domain.attribution import credit_order
from server.domain.audience import Answer, evaluate, facts_of
from server.domain.contact import may_contact
from server.domain.decision import Decision, decide
from server.domain.document import Caps, Holds, Journey, QuietHours, RuleDocument, tier_of
from server.domain.experiments import bucket
from server.domain.journeys import can_see_page, choose_journey, release
from server.domain.matching import MATCH, compile_screen
from server.domain.pages import PageState
from server.domain.plans import PlanTerms
from server.domain.reasons import Reason, TraceLine
from server.domain.records import record, recorded
from server.domain.rules import InvalidRules, parse
from server.domain.unmet import Unmet
from tests.factories import NOW, journey_json, rules_json
from tests.unit.domain import tables
from tests.unit.domain.tables import Row, rows


def _audience(written: object) -> Any:
    funnels = rules_json()["funnels"]
    return parse(rules_json({**funnels[0], "audience": written})).funnels[0].audience


@pytest.mark.parametrize("row", rows("conditions"))
def test_conditions(row: Row) -> None:
    facts, audience = tables.facts_in(row), _audience(row["audience"])
    assert evaluate(audience, facts) is Answer(row["expected"])
    assert (compile_screen([audience])(facts) == [MATCH]) is (row["expected"] == "match")
    read = tuple(facts_of(audience))
    kept = recorded(json.loads(json.dumps(record(facts, read))), read)
    assert kept is not None
    assert evaluate(audience, kept) is Answer(row["expected"])
    if "detail" in row:
        assert Unmet(facts).tell(audience)[1] == row["detail"]


@pytest.mark.parametrize("row", rows("decisions"))
def test_decisions(row: Row) -> None:
    document, situation = parse(tables.rules_in(row)), tables.situation_in(row)
    decision = decide(document, situation)
    expected = row["expected"]
    assert _outcome(decision) == {
        name: expected[name] for name in ("offered", "held_out", "nothing") if name in expected
    }
    _check_offer(decision, expected)
    _check_trace(tables.told(document, situation, decision), expected)


def _outcome(decision: Decision) -> dict[str, str]:
    offered = decision.offered.item.variant_id if decision.offered else decision.reason.value
    return {decision.outcome.value: offered}


def _check_offer(decision: Decision, expected: dict[str, Any]) -> None:
    offered = decision.offered
    if offered is None:
        return
    told = {
        "price": offered.item.unit_price,
        "discounted": offered.item.discounted_unit_price,
        "quantity": offered.item.quantity,
        "arm": offered.arm,
        "shipping": [offered.shipping.title, offered.shipping.price.minor] if offered.shipping else None,
        "items": [[each.variant_id, each.quantity, each.discounted_unit_price] for each in offered.items],
        "choices": [[each.variant_id, each.quantity, each.discounted_unit_price] for each in offered.choices],
        "steps": {step.path: step.offered.item.variant_id for step in decision.steps},
        "plan": _plan(offered.item.plan),
        "reason_line": offered.reason_line,
        "funnel": offered.funnel_id,
    }
    assert told == told | {name: expected[name] for name in told if name in expected}


def _plan(terms: PlanTerms | None) -> list[Any] | None:
    if terms is None:
        return None
    later = [terms.later_after, terms.later_price] if terms.later_after is not None else []
    return [terms.plan_id, terms.unit_price, terms.shipping, *later]


def _check_trace(trace: Iterable[TraceLine], expected: dict[str, Any]) -> None:
    trace = tuple(trace)
    because = {line.subject: line.reason.value for line in trace}
    details = {line.subject: line.detail for line in trace}
    assert because == because | expected.get("because", {})
    assert details == details | expected.get("detail", {})
    if "trace" in expected:
        assert [[line.subject, line.reason.value] for line in trace] == expected["trace"]


@pytest.mark.parametrize("row", rows("contact"))
def test_contacts(row: Row) -> None:
    now = tables.moment(row.get("now", "2026-11-23T12:00:00Z"))
    ruling = may_contact(
        tables.contact_in(row, now),
        caps=Caps(**row.get("caps", {})),
        holds=Holds(**row.get("holds", {})),
        quiet=QuietHours(**row.get("quiet", {})),
        now=now,
    )
    assert (ruling.verdict.value, ruling.reason.value) == (row["expected"], row.get("reason", "sent"))
    assert ruling.until == (tables.moment(row["until"]) if "until" in row else None)
    if "detail" in row:
        assert ruling.detail == row["detail"]


@pytest.mark.parametrize("row", rows("releases"))
def test_releases(row: Row) -> None:
    page = None
    if row["page"] is not None:
        at = {
            name: NOW + timedelta(seconds=row["page"][name])
            for name in ("shown_at", "answered_at")
            if name in row["page"]
        }
        answer = Reason(row["page"]["answer"]) if "answer" in row["page"] else None
        page = PageState(was_offered=row["page"].get("was_offered", False), answer=answer, **at)
    found = release(page, ordered_at=NOW, is_eligible=row.get("is_eligible", True))
    assert ((found.at - NOW).total_seconds(), found.reason.value) == (row["at"], row["reason"])


@pytest.mark.parametrize("row", rows("payments"))
def test_payments(row: Row) -> None:
    found = can_see_page(
        tuple(row["gateways"]),
        currency="GBP",
        presentment_currency=row.get("presentment_currency", "GBP"),
        has_address=row.get("has_address", True),
    )
    assert found is row["expected"]


@pytest.mark.parametrize("row", rows("attribution"))
def test_attribution(row: Row) -> None:
    placed = tables.order_in(row)
    found: dict[str, dict[str, int]] = {}
    signed, clicks = tables.signed_in(row), tables.clicks_in(row, placed)
    for credit in credit_order(
        placed, signed=signed, clicks=clicks, coded=[f"touch:{each}" for each in row.get("coded", ())]
    ):
        found.setdefault(credit.source, {})[credit.line_id] = credit.amount
    assert found == row["expected"]


@pytest.mark.parametrize("row", rows("buckets"))
def test_buckets_never_change(row: Row) -> None:
    # Another value would move shoppers from one side of a running holdout to the other.
    assert bucket(salt=row["salt"], unit_id=row["unit"]) == row["expected"]


@pytest.mark.parametrize("row", rows("tiers"))
def test_tiers(row: Row) -> None:
    spent, orders = ({"key": f"customer.{each}"} for each in ("spent", "orders"))
    vip = {"all": [{**spent, "args": {"at_least": 100_000}}, {**orders, "args": {"at_least": 5}}]}
    tiers = [{"name": "vip", "audience": vip}, {"name": "regular", "audience": {**orders, "args": {"at_least": 2}}}]
    document: RuleDocument = parse(rules_json(tiers=row.get("tiers", tiers)))
    assert tier_of(document, tables.facts_in(row)) == row["expected"]


@pytest.mark.parametrize("row", rows("markets"))
def test_markets(row: Row) -> None:
    document = parse(rules_json(**row.get("document", {}), markets=row["markets"]))
    found = document.of_purchase(country_code=row.get("country"), currency=row.get("currency", "GBP"))
    told = {
        "market": found.market,
        "minimum": found.stock.minimum,
        "days": found.caps.sequence_days,
        "variants": list(found.funnels[0].steps[0].offer.variant_ids),
        "is_live": found.funnels[0].is_live,
        "heading": found.funnels[0].steps[0].offer.texts.heading,
        "delay": found.journeys[0].steps[0].delay_seconds,
        "holdout": found.holdout.percent,
    }
    assert told == told | row["expected"]


@pytest.mark.parametrize("row", rows("journeys"))
def test_journeys(row: Row) -> None:
    journeys = [journey_json(**each) for each in row["journeys"]]
    document = parse(rules_json(journeys=journeys, tiers=row.get("tiers", [])))
    facts = tables.facts_in(row)
    facts = replace(facts, shopper=replace(facts.shopper, tier=tier_of(document, facts)))
    found = choose_journey(document.live_journeys, facts)
    assert (found.id if isinstance(found, Journey) else [found[0].value, found[1]]) == row["expected"]


@pytest.mark.parametrize("row", rows("rules"))
def test_faulty_rules(row: Row) -> None:
    written = tables.changed(rules_json(), row)
    with pytest.raises(InvalidRules) as caught:
        parse(written)
    found = {problem.path: problem.message for problem in caught.value.problems}
    assert found.keys() == row["expected"].keys()
    for path, words in row["expected"].items():
        assert words in found[path]
        assert path in caught.value.message
