import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from server.domain.audience import AllOf, Leaf, leaves
from server.domain.document import Caps, Holds, Kind, QuietHours, RuleDocument
from server.domain.offers import Discount
from server.domain.rules import InvalidRules, parse
from server.usecases.presets import FIRST_DRAFT
from tests.factories import funnel_json, journey_json, offer_json, rules_json
from tests.unit.domain.audiences import WRITTEN

_KEYS = st.sampled_from(
    ["schema", "funnels", "journeys", "caps", "tiers", "id", "name", "offer", "audience", "all", "any", "not", "key",
     "args", "steps", "percent", "discount", "variants", "texts", "holdout", "stock", "minimum"]
)  # fmt: skip
_ODD: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=10)
    | st.sampled_from(["order.value", 1]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS | st.text(max_size=4), inner, max_size=4),
    max_leaves=12,
)


def read_or_refuse(written: object) -> RuleDocument | None:
    try:
        return parse(written)
    except InvalidRules as raised:
        fault = raised
    assert fault.problems
    for problem in fault.problems:
        assert problem.path
        assert problem.message.endswith(".")
    assert len(fault.message) < 5_000
    assert fault.message.encode()
    return None


@given(_ODD)
@example({"schema": [[[]]]})
@example({1: 2, None: 3, "\ud800": 4})
@example({"schema": 1, "x" * 100_000: 1})
def test_nothing_else_than_a_refusal_comes_of_nonsense(written: object) -> None:
    read_or_refuse(written)


def _places(body: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    inner = body.items() if isinstance(body, dict) else enumerate(body) if isinstance(body, list) else ()
    return [path, *(place for key, held in inner for place in _places(held, (*path, key)))]


_WHOLE = rules_json(
    funnel_json(
        audience={"all": [{"key": "order.value", "args": {"at_least": 1}}, {"not": {"any": []}}]},
        offer=offer_json(texts={"heading": "H"}, minimum_stock=3),
        priority=1,
        trigger="order_placed",
    ),
    caps={"sequence_days": 14},
    holds={"sms_holds_email_hours": 48},
    quiet_hours={"start_hour": 9, "end_hour": 20},
    tiers=[{"name": "vip", "audience": {"key": "customer.spent", "args": {"at_least": 1}}}],
    stock={"minimum": 10},
    holdout={"percent": 5, "salt": "s"},
    journeys=[journey_json(audience={"all": []})],
    markets=[{"id": "eu", "name": "EU", "countries": ["FR"], "overrides": {"stock": {"minimum": 5}}}],
    templates=[{"tag": "gift", "template": "offer"}],
)


@given(st.data())
def test_no_odd_value_in_good_rules_breaks_the_reading(data: st.DataObject) -> None:
    written = json.loads(json.dumps(_WHOLE))
    place = data.draw(st.sampled_from([each for each in _places(written) if each]))
    parent = written
    for step in place[:-1]:
        parent = parent[step]
    parent[place[-1]] = data.draw(_ODD)
    read_or_refuse(written)


@given(WRITTEN)
def test_every_sound_audience_is_read_and_survives_storage(written: dict[str, Any]) -> None:
    document = rules_json(funnel_json(audience=written))
    assert parse(json.loads(json.dumps(document))) == parse(document)


def test_nothing_but_the_schema_is_needed() -> None:
    assert parse({"schema": 1}) == RuleDocument()


def test_the_first_draft_of_every_shop_is_sound() -> None:
    document = parse(FIRST_DRAFT)
    assert [funnel.is_live for funnel in document.funnels] == [True]
    assert [journey.id for journey in document.journeys] == ["after-the-order"]


def test_everything_written_is_read() -> None:
    document = parse(_WHOLE)
    funnel, journey = document.funnels[0], document.journeys[0]
    assert (funnel.id, funnel.priority, funnel.is_live, funnel.trigger) == ("funnel", 1, True, "order_placed")
    assert funnel.steps[0].offer.discount is not None
    assert funnel.steps[0].offer.discount.percent == Decimal(15)
    assert (
        funnel.steps[0].offer.minimum_stock,
        funnel.steps[0].offer.texts.heading,
        funnel.steps[0].offer.texts.accept,
    ) == (3, "H", None)
    assert isinstance(funnel.audience, AllOf)
    assert [leaf.key for leaf in leaves(funnel.audience)] == ["order.value"]
    assert [(step.channel, step.delay_seconds) for step in journey.steps] == [("sms", 120), ("email", 240)]
    assert (document.stock.minimum, document.holdout.percent, document.holdout.salt) == (10, 5.0, "s")
    assert document.tiers[0].name == "vip"


@pytest.mark.parametrize(
    ("written", "percent"),
    [(15, "15"), (12.5, "12.5"), ("15", "15"), ("7.25", "7.25"), (0.01, "0.01"), (100, "100"), ("100.00", "100")],
)
def test_a_discount_may_be_a_number_or_its_text(written: object, percent: str) -> None:
    funnel = funnel_json(offer=offer_json(discount={"percent": written, "title": "T"}))
    discount = parse(rules_json(funnel)).funnels[0].steps[0].offer.discount
    assert discount is not None
    assert discount.percent == Decimal(percent)


def test_a_blank_limit_is_off_and_one_not_named_has_its_default() -> None:
    document = parse(rules_json(caps={"sequence_days": None}, holds={"sms_holds_email_hours": None}))
    assert document.caps == Caps(sequence_days=0)
    assert document.holds == Holds(sms_holds_email_hours=0)
    assert document.quiet_hours == QuietHours()


def test_everybody_may_be_written_in_two_ways_or_not_at_all() -> None:
    ways: list[object] = [None, {}, {"all": []}]
    for audience in ways:
        assert parse(rules_json(funnel_json(audience=audience))).funnels[0].audience == AllOf(())
    assert parse(rules_json()).funnels[0].audience == AllOf(())


def _nested(depth: int) -> dict[str, Any]:
    written: dict[str, Any] = {"key": "order.value", "args": {"at_least": 1}}
    for _ in range(depth):
        written = {"not": written}
    return written


def test_twenty_levels_are_enough_for_anybody() -> None:
    assert parse(rules_json(funnel_json(audience=_nested(20)))).funnels
    with pytest.raises(InvalidRules, match="nested deeper than 20 levels"):
        parse(rules_json(funnel_json(audience=_nested(21))))


@pytest.mark.parametrize("form", ["not", "all"])
def test_nesting_without_end_is_refused_and_not_followed(form: str) -> None:
    written: Any = {}
    for _ in range(100_000):
        written = {form: written} if form == "not" else {form: [written]}
    with pytest.raises(InvalidRules) as caught:
        parse({"schema": written, "funnels": [funnel_json(audience=written)], "tiers": written})
    assert len(caught.value.problems) == 3


def test_a_thousand_conditions_are_read_and_no_more() -> None:
    leaf = {"key": "order.value", "args": {"at_least": 1}}
    audience = parse(rules_json(funnel_json(audience={"all": [leaf] * 999}))).funnels[0].audience
    assert sum(isinstance(each, Leaf) for each in leaves(audience)) == 999
    written = rules_json(funnel_json(audience={"all": [{"any": [leaf] * 100}] * 100}))
    with pytest.raises(InvalidRules) as caught:
        parse(written)
    assert [problem.message for problem in caught.value.problems] == [
        "is beyond the 1000 conditions that may be used in one audience; use fewer."
    ]
    many = [funnel_json(id=f"f{number}", audience={"all": [leaf] * 999}) for number in range(21)]
    with pytest.raises(InvalidRules) as caught:
        parse(rules_json(*many))
    assert [problem.message for problem in caught.value.problems] == [
        "is beyond the 20000 conditions that may be used in all audiences together; use fewer."
    ]


def test_a_list_has_a_thousand_entries_at_most() -> None:
    with pytest.raises(InvalidRules, match=r"variants: holds 1001 entries; at most 1000 are allowed\."):
        parse(rules_json(funnel_json(*(str(number) for number in range(1_001)))))


def test_many_problems_are_all_kept_but_not_all_told() -> None:
    with pytest.raises(InvalidRules) as caught:
        parse(rules_json(*({"id": str(number)} for number in range(500))))
    assert len(caught.value.problems) == 1_000
    assert caught.value.message.endswith("and 995 more")
    assert caught.value.data == {"count": 1_000}


def test_a_message_that_brings_a_code_names_no_goods_and_thanks_come_within_the_day() -> None:
    step = {"id": "a", "channel": "sms", "delay_seconds": 60, "template": "thanks", "has_offer": False}
    step |= {"code": {"title": "Thank you", "percent": 10}}
    (journey,) = parse(
        rules_json(journeys=[journey_json(steps=[step], trigger="ticket_resolved", expires_hours=24)])
    ).journeys
    assert (journey.kind, journey.code_days) == (Kind.GOODWILL, 7)
    assert journey.steps[0].code == Discount("Thank you", percent=Decimal(10))
