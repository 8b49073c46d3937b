from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from server.domain.blocks import Refused, block_of
from server.domain.decision import Candidate, Outcome, Situation, Surface, decide
from server.domain.document import RuleDocument
from server.domain.reasons import Reason
from server.domain.shopper import ShopperFacts
from tests.factories import document, funnel_json, offer_json, purchase, situation, variant
from tests.unit.domain.audiences import WRITTEN
from tests.unit.domain.tables import told

_IDS = st.sampled_from(["1", "2", "3", "4", "9"])
_FUNNELS = st.builds(
    lambda number, ids, **changes: funnel_json(
        id=f"f{number}",
        offer=offer_json(*ids, source=changes.pop("source"), minimum_stock=changes.pop("minimum")),
        **changes,
    ),
    st.integers(0, 5),
    st.lists(_IDS, min_size=1, max_size=3),
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
    bought_together=st.lists(st.builds(Candidate, _IDS, st.just(0.5), st.just("x")), max_size=3).map(tuple),
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
    held = facts.goods[decision.offered.variant_id]
    assert held.is_sellable
    assert held.available is None or held.available >= max(1, decision.offered.minimum_stock)
    assert held.variant_id not in facts.refused.variant_ids
    assert held.product_id not in {line.product_id for line in facts.purchase.lines}
    assert 0 <= decision.offered.discounted_unit_price <= decision.offered.unit_price == held.price
    assert any(funnel.id == decision.offered.funnel_id and funnel.is_live for funnel in rules.funnels)


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
    assert block_of(held, quantity=1, minimum_stock=10, **ask) == (  # type: ignore[arg-type]  # a table of arguments
        Reason.STOCK_BELOW_MINIMUM,
        "Product 2: stock 9 < 10",
    )
    assert block_of(held, quantity=9, minimum_stock=0, **ask) is None  # type: ignore[arg-type]  # as above
    assert block_of(held, quantity=10, minimum_stock=0, **ask) is not None  # type: ignore[arg-type]  # as above
    assert block_of(None, quantity=1, minimum_stock=0, **ask) == (Reason.UNKNOWN_PRODUCT, "")  # type: ignore[arg-type]  # as above
