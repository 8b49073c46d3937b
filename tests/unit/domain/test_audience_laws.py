from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.audience import EVERYBODY, AllOf, Answer, AnyOf, Audience, Not, evaluate, explain, leaves, needs
from server.domain.conditions import CONDITIONS
from server.domain.conditions.definition import Facts, Need
from tests.unit.domain.audiences import AUDIENCES, FACTS

_STRENGTH = {Answer.MISS: 0, Answer.UNKNOWN: 1, Answer.MATCH: 2}


@given(AUDIENCES, FACTS)
def test_not_not_changes_nothing(audience: Audience, facts: Facts) -> None:
    assert evaluate(Not(Not(audience)), facts) is evaluate(audience, facts)


@given(st.lists(AUDIENCES, max_size=4), FACTS, st.randoms(use_true_random=False))
def test_the_order_of_siblings_is_irrelevant(parts: list[Audience], facts: Facts, random: object) -> None:
    shuffled = list(parts)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # Hypothesis's own generator, typed by a module we ban
    for kind in (AllOf, AnyOf):
        assert evaluate(kind(tuple(parts)), facts) is evaluate(kind(tuple(shuffled)), facts)


@given(st.lists(AUDIENCES, max_size=4), FACTS)
def test_all_is_the_weakest_and_any_the_strongest_answer(parts: list[Audience], facts: Facts) -> None:
    answers = sorted((evaluate(part, facts) for part in parts), key=_STRENGTH.__getitem__)
    assert evaluate(AllOf(tuple(parts)), facts) is (answers[0] if answers else Answer.MATCH)
    assert evaluate(AnyOf(tuple(parts)), facts) is (answers[-1] if answers else Answer.MISS)


@given(st.lists(AUDIENCES, max_size=4), FACTS)
def test_not_turns_all_into_any(parts: list[Audience], facts: Facts) -> None:
    negated = AnyOf(tuple(Not(part) for part in parts))
    assert evaluate(Not(AllOf(tuple(parts))), facts) is evaluate(negated, facts)


@given(AUDIENCES, FACTS)
def test_what_is_unknown_is_no_match_and_its_negation_neither(audience: Audience, facts: Facts) -> None:
    answer, negated = evaluate(audience, facts), evaluate(Not(audience), facts)
    assert not (answer is Answer.MATCH and negated is Answer.MATCH)
    assert (answer is Answer.UNKNOWN) == (negated is Answer.UNKNOWN)


@given(AUDIENCES, FACTS)
def test_learning_more_never_turns_an_answer_round(audience: Audience, facts: Facts) -> None:
    known = replace(facts.shopper, earlier_orders=facts.shopper.earlier_orders or 0, tier=facts.shopper.tier or "vip")
    before, after = evaluate(audience, facts), evaluate(audience, replace(facts, shopper=known))
    assert before in (Answer.UNKNOWN, after)


@given(AUDIENCES, FACTS)
def test_every_answer_can_be_explained(audience: Audience, facts: Facts) -> None:
    assert bool(explain(audience, facts)) == bool(list(leaves(audience)))


@given(AUDIENCES, FACTS)
def test_what_is_needed_is_enough(audience: Audience, facts: Facts) -> None:
    if Need.HISTORY in needs(audience):
        return
    blind = replace(facts, shopper=replace(facts.shopper, earlier_orders=None, tier=None))
    assert evaluate(audience, blind) is evaluate(audience, facts)


def test_everybody_needs_nothing() -> None:
    assert needs(EVERYBODY) == frozenset()


@pytest.mark.parametrize("key", CONDITIONS)
def test_every_condition_has_cases_and_words(key: str) -> None:
    condition = CONDITIONS[key]
    assert condition.key == key
    assert condition.label
    assert condition.arguments
    for argument in condition.arguments:
        assert argument.kind in {"money", "count", "choice", "texts", "variants", "products"}
        assert bool(argument.choices) == (argument.kind == "choice")
