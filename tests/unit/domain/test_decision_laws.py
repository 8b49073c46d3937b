import json
from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from server.domain.blocks import Refused, block_of
from server.domain.decision import Outcome, decide
from server.domain.document import RuleDocument
from server.domain.offered import ACCEPTED, answers_before
from server.domain.offers import Wanted
from server.domain.reasons import Reason
from server.domain.records import record_all, recorded_situation, without_person
from server.domain.shopper import ShopperFacts
from server.domain.situation import BLOCKS, Candidate, Situation, Surface
from server.domain.stock import Stock
from tests.factories import document, funnel_json, offer_json, purchase, situation, variant
from tests.unit.domain.audiences import WRITTEN
from tests.unit.domain.tables import told

_IDS = st.sampled_from(["1", "2", "3", "4", "9"])
_STEPS = st.sampled_from(
    [
        [("first", None, None)],
        [("first", "more", None), ("more", None, None)],
        [("first", None, "less"), ("less", None, None)],
        [("first", "more", "less"), ("more", "less", None), ("less", None, None)],
    ]
)


def _steps(ways: list[tuple[str, str | None, str | None]], ids: list[str], **offer: Any) -> list[dict[str, Any]]:
    turned = {"first": ids, "more": ids[::-1], "less": ids[1:] or ids}
    made = []
    for name, accepted, declined in ways:
        step = {"id": name, "offer": offer_json(*turned[name], **{**offer, "id": name})}
        made.append({**step, "if_accepted": accepted, "if_declined": declined})
    other = offer_json(*ids[::-1], id="other")
    return [{**made[0], "experiment": {"arms": [{"id": "b", "offer": other}], "traffic": 60}}, *made[1:]]


_FUNNELS = st.builds(
    lambda number, ids, ways, **changes: funnel_json(
        id=f"f{number}",
        steps=_steps(ways, ids, source=changes.pop("source"), minimum_stock=changes.pop("minimum")),
        **changes,
    ),
    st.integers(0, 5),
    st.lists(_IDS, min_size=1, max_size=3, unique=True),
    _STEPS,
    is_live=st.booleans(),
    priority=st.integers(-2, 2),
    audience=WRITTEN,
    source=st.sampled_from(["fixed", "bought_together"]),
    minimum=st.sampled_from([None, 0, 5]),
)
DOCUMENTS = st.lists(_FUNNELS, max_size=4, unique_by=lambda each: each["id"]).map(
    lambda funnels: document().__class__() if not funnels else document(*funnels)
)


def _goods(stocks: dict[str, int | None], hidden: set[str]) -> dict[str, Any]:
    return {each: variant(each, available=stock, is_sellable=each not in hidden) for each, stock in stocks.items()}


SITUATIONS = st.builds(
    lambda stocks, hidden, **changes: situation(goods=_goods(stocks, hidden), **changes),
    st.dictionaries(_IDS, st.none() | st.integers(-2, 20)),
    st.sets(_IDS, max_size=2),
    surface=st.sampled_from(Surface),
    shopper=st.builds(ShopperFacts, unit_id=st.just("u"), earlier_orders=st.sampled_from([0, 3, None])),
    candidates=st.lists(st.builds(Candidate, _IDS, st.just(0.5), st.just("x")), max_size=3).map(
        lambda found: {Wanted("bought_together"): tuple(found)}
    ),
    is_held_out=st.booleans(),
    showings=st.integers(0, 4),
    refused=st.builds(Refused, variant_ids=st.frozensets(_IDS, max_size=2)),
    purchase=st.builds(purchase, presentment_currency=st.sampled_from(["GBP", "EUR"])),
)


@given(DOCUMENTS, SITUATIONS)
def test_the_same_facts_give_the_same_decision(rules: RuleDocument, facts: Situation) -> None:
    assert decide(rules, facts) == decide(rules, facts)


@given(DOCUMENTS, SITUATIONS)
def test_the_order_in_which_funnels_are_written_is_irrelevant(rules: RuleDocument, facts: Situation) -> None:
    turned = replace(rules, funnels=tuple(reversed(rules.funnels)))
    assert decide(turned, facts) == decide(rules, facts)


@given(DOCUMENTS, SITUATIONS)
def test_what_is_offered_may_be_offered(rules: RuleDocument, facts: Situation) -> None:
    decision = decide(rules, facts)
    assert (decision.offered is None) == (decision.outcome is Outcome.NOTHING)
    if decision.offered is None:
        return
    held = facts.goods[decision.offered.item.variant_id]
    assert held.is_sellable
    assert held.available is None or held.available >= max(1, decision.offered.minimum_stock)
    assert held.variant_id not in facts.refused.variant_ids
    assert held.product_id not in {line.product_id for line in facts.purchase.lines}
    assert 0 <= decision.offered.item.discounted_unit_price <= decision.offered.item.unit_price == held.price
    assert any(funnel.id == decision.offered.funnel_id and funnel.is_live for funnel in rules.funnels)


@given(DOCUMENTS, SITUATIONS)
def test_no_way_through_the_steps_offers_anything_twice(rules: RuleDocument, facts: Situation) -> None:
    steps = {step.path: step.offered for step in decide(rules, facts).steps}
    for path, offered in steps.items():
        before = [steps[way] for way, _ in answers_before(path)]
        assert not any(offered.variant_ids & other.variant_ids for other in before)
    assert all(len(path) <= 3 for path in steps)
    if facts.surface in BLOCKS:  # who accepts there is led away
        assert not any(ACCEPTED in path for path in steps)
    elif facts.surface is not Surface.ONE_CLICK:
        assert len(steps) <= 1


@given(DOCUMENTS, SITUATIONS)
def test_a_decision_is_made_again_from_what_is_kept_of_it(rules: RuleDocument, facts: Situation) -> None:
    decision = decide(rules, facts)
    kept = json.loads(json.dumps(record_all(rules, facts, decision)))
    again = recorded_situation(kept, rules, facts.purchase)
    assert again is not None
    assert decide(rules, again) == decision
    assert recorded_situation(without_person(kept), rules, facts.purchase) is None


@given(DOCUMENTS, SITUATIONS)
def test_the_holdout_changes_nothing_but_the_outcome(rules: RuleDocument, facts: Situation) -> None:
    treated = decide(rules, replace(facts, is_held_out=False))
    held = decide(rules, replace(facts, is_held_out=True))
    assert held.offered == treated.offered
    assert (held.outcome is Outcome.HELD_OUT) == (treated.outcome is Outcome.OFFERED)
    assert held.notes[: len(treated.notes)] == treated.notes


@given(DOCUMENTS, SITUATIONS)
def test_no_decision_is_silent(rules: RuleDocument, facts: Situation) -> None:
    decision = decide(rules, facts)
    assert decision.reason in Reason
    trace = told(rules, facts, decision)
    assert trace or decision.reason is Reason.NO_LIVE_FUNNEL
    subjects = [line.subject for line in trace]
    if decision.outcome is not Outcome.NOTHING:
        live = {f"funnel:{funnel.id}" for funnel in rules.funnels if funnel.is_live}
        chosen = {f"funnel:{decision.offered.funnel_id}"} if decision.offered else set()
        blocked = {each for each in live if each in subjects}
        assert not blocked & chosen


def test_goods_are_judged_alike_wherever_they_are_asked_about() -> None:
    held = variant("2", available=9)
    ask = {"purchase": purchase(), "refused": Refused()}
    assert block_of(held, quantity=1, stock=Stock(10), **ask) == (  # type: ignore[arg-type]  # a table of arguments
        Reason.STOCK_BELOW_MINIMUM,
        "Product 2: stock 9 < 10",
    )
    assert block_of(held, quantity=9, stock=Stock(0), **ask) is None  # type: ignore[arg-type]  # as above
    assert block_of(held, quantity=10, stock=Stock(0), **ask) is not None  # type: ignore[arg-type]  # as above
    assert block_of(None, quantity=1, stock=Stock(0), **ask) == (Reason.UNKNOWN_PRODUCT, "")  # type: ignore[arg-type]  # as above
