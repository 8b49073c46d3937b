import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.audience import (
    EVERYBODY,
    AllOf,
    Answer,
    AnyOf,
    Audience,
    Not,
    evaluate,
    facts_of,
    leaves,
    needs,
)
from server.domain.conditions import CONDITIONS
from server.domain.conditions.definition import Argument
from server.domain.facts import Facts, Need
from server.domain.matching import BROKEN, MATCH, compile_screen
from server.domain.reasons import Reason
from server.domain.records import record, recorded
from server.domain.rules import parse
from server.domain.shopper import ShopperFacts
from server.domain.telling import tell
from server.domain.unmet import Unmet
from tests.factories import purchase, rules_json
from tests.unit.domain.audiences import AUDIENCES, FACTS, read

_KINDS = {
    "money",
    "count",
    "percent",
    "hour",
    "choice",
    "choices",
    "text",
    "texts",
    "variants",
    "products",
    "collections",
}
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
    assert bool(_told(audience, facts)) == bool(list(leaves(audience)))


@given(st.lists(AUDIENCES, max_size=5), FACTS)
def test_what_kept_a_funnel_out_is_told_as_it_was_answered(audiences: list[Audience], facts: Facts) -> None:
    (funnel,) = parse(rules_json()).funnels
    funnels = tuple(replace(funnel, id=f"f{at}", is_live=True, audience=each) for at, each in enumerate(audiences))
    document = replace(parse(rules_json()), funnels=funnels)
    screened = document.screen(facts)
    lines = tell(document, facts, screened=screened, notes=(), is_chosen=False)
    reasons = {Answer.MISS: Reason.AUDIENCE_MISS, Answer.UNKNOWN: Reason.AUDIENCE_UNKNOWN}
    answers = {f"funnel:f{at}": evaluate(each, facts) for at, each in enumerate(audiences)}
    assert {line.subject: line.reason for line in lines} == {
        subject: reasons[answer] for subject, answer in answers.items() if answer is not Answer.MATCH
    }
    assert all(line.detail.startswith(f"{funnel.name}: ") for line in lines)


@given(AUDIENCES, FACTS)
def test_what_is_needed_is_enough(audience: Audience, facts: Facts) -> None:
    if needs(audience) & {Need.HISTORY, Need.TIER}:
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
        assert argument.kind in _KINDS
        assert bool(argument.choices) == (argument.kind in {"choice", "choices"})


@given(st.lists(AUDIENCES, max_size=5), FACTS)
def test_asked_at_once_they_match_as_they_do_alone(audiences: list[Audience], facts: Facts) -> None:
    screened = compile_screen(audiences)(facts)
    assert [each == MATCH for each in screened] == [evaluate(each, facts) is Answer.MATCH for each in audiences]
    for audience, unmet in zip(audiences, screened, strict=True):
        if unmet != MATCH and isinstance(audience, AllOf):
            assert [evaluate(part, facts) for part in audience.parts[:unmet]] == [Answer.MATCH] * unmet
            assert evaluate(audience.parts[unmet], facts) is not Answer.MATCH


@given(AUDIENCES, FACTS)
def test_facts_that_were_recorded_give_the_same_answer_and_words(audience: Audience, facts: Facts) -> None:
    read = tuple(facts_of(audience))
    kept = recorded(json.loads(json.dumps(record(facts, read))), read)
    assert kept is not None
    assert (evaluate(audience, kept), _told(audience, kept)) == (evaluate(audience, facts), _told(audience, facts))


def test_an_audience_that_fails_to_run_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = [read({"key": "order.country", "args": {"countries": ["GB"]}}), EVERYBODY]
    broken = property(lambda _: 1 / 0)
    monkeypatch.setattr(Facts, "country", broken)
    facts = Facts(purchase(), ShopperFacts(unit_id="u"), {})
    assert compile_screen(parts)(facts) == [BROKEN, MATCH]


HOSTILE = [
    "'); 1/0; ('",
    '"""',
    "{facts}",
    "k0",
    "facts.shopper",
    "\\",
    "__import__('os')",
    "x" * 300,
    "None",
    "\u202e",
]


@pytest.mark.parametrize("key", CONDITIONS)
def test_no_word_of_a_document_is_ever_run(key: str) -> None:
    given = {each.name: _hostile(each) for each in CONDITIONS[key].arguments}
    given = {name: value for name, value in given.items() if value is not None}
    facts = Facts(purchase(), ShopperFacts(unit_id="u"), {})
    (unmet,) = compile_screen([read({"key": key, "args": given})])(facts)
    assert unmet in {0, MATCH}


def _hostile(argument: Argument) -> object:
    match argument.kind:
        case "texts" | "variants" | "products" | "collections":
            return HOSTILE
        case "text":
            return HOSTILE[0]
        case "choice":
            return argument.choices[0]
        case "choices":
            return list(argument.choices)
    return 1


def _told(audience: Audience, facts: Facts) -> str:
    return Unmet(facts).tell(audience)[1]
