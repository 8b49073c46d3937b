"""What may be told of customers: read, refused with path and cure, and the same in the published schema."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from server.domain.told import MAX_CUSTOMERS, TELLINGS, InvalidFacts, Told, read_fact, read_told, told_schema

_SCHEMA = Draft202012Validator(told_schema())
_WORD = st.text("abcdefghij -é", min_size=1, max_size=20).filter(str.strip)
_GOOD = {
    "open_tickets": st.integers(0, 10_000), "last_ticket": st.sampled_from(["good", "bad", "unrated", "none"]),
    "is_refund_pending": st.booleans(), "is_business": st.booleans(), "loyalty_tier": _WORD,
    "loyalty_points": st.integers(0, 10_000), "predicted_spend": st.sampled_from(["high", "medium", "low"]),
    "segments": st.lists(_WORD, max_size=5, unique=True), "home_country": st.sampled_from(["GB", "DE"]),
}  # fmt: skip
_FACTS = st.fixed_dictionaries({}, optional={name: st.none() | value for name, value in _GOOD.items()})


def tell(facts: Any, customer: Any = "77") -> dict[str, Any]:
    return {"customers": [{"customer": customer, "facts": facts}]}


def problems(value: Any) -> dict[str, str]:
    with pytest.raises(InvalidFacts) as caught:
        read_told(value)
    return {each.path: each.message for each in caught.value.problems}


def test_every_fact_is_tried_here() -> None:
    assert _GOOD.keys() == TELLINGS.keys()


@given(_FACTS)
def test_what_may_be_told_is_read_as_it_is_and_fits_the_schema(facts: dict[str, Any]) -> None:
    assert read_told(tell(facts)) == (Told("77", facts, "customers[0]"),)
    assert _SCHEMA.is_valid(tell(facts))
    json.dumps(facts)


@given(_FACTS, _FACTS)
def test_told_twice_is_told_once(held: dict[str, Any], facts: dict[str, Any]) -> None:
    before = {name: value for name, value in held.items() if value is not None}
    told = Told("77", facts)
    once = told.onto(before)
    assert told.onto(once) == once
    assert None not in once.values()
    assert {name: once.get(name) for name in facts} == facts
    assert {name: value for name, value in once.items() if name not in facts} == {
        name: value for name, value in before.items() if name not in facts
    }
    assert Told("77", None).onto(before) == {}


def test_a_number_of_a_customer_may_be_a_number() -> None:
    assert [each.customer_id for each in read_told(tell({}, 7001234567890))] == ["7001234567890"]


@pytest.mark.parametrize(
    ("value", "path", "told"),
    [
        ([], "document", "must be an object."),
        ({}, "customers", "must be a list."),
        ({"customers": []}, "customers", "is empty; tell of one customer at least."),
        ({"customers": {}}, "customers", "must be a list."),
        ({"customers": [7]}, "customers[0]", "must be an object."),
        ({"customers": [{"customer": "7"}]}, "customers[0].facts", "is missing; give an object of facts, or null"),
        ({"customers": [{"facts": {}}]}, "customers[0].customer", "must be Shopify's number of the customer"),
        (tell({}, "gid://shopify/Customer/7"), "customers[0].customer", "must be Shopify's number of the customer"),
        (tell({}, True), "customers[0].customer", "must be Shopify's number of the customer"),
        (tell({}, -7), "customers[0].customer", "must be Shopify's number of the customer"),
        (tell({}, 7.5), "customers[0].customer", "must be Shopify's number of the customer"),
        (tell({}, "\u0667"), "customers[0].customer", "must be Shopify's number of the customer"),
        (tell([]), "customers[0].facts", "must be an object."),
        (tell({"spent": 9}), "customers[0].facts.spent", "is not known here; known are open_tickets, last_ticket"),
        (tell({"open_tickets": "1"}), "customers[0].facts.open_tickets", "must be a whole number from 0"),
        (tell({"open_tickets": -1}), "customers[0].facts.open_tickets", "must be a whole number from 0"),
        (tell({"open_tickets": True}), "customers[0].facts.open_tickets", "must be a whole number from 0"),
        (tell({"loyalty_points": 10**30}), "customers[0].facts.loyalty_points", "must be a whole number from 0"),
        (tell({"is_business": "yes"}), "customers[0].facts.is_business", "must be true or false."),
        (tell({"last_ticket": "fine"}), "customers[0].facts.last_ticket", "is 'fine'; it must be one of good, bad"),
        (tell({"loyalty_tier": ""}), "customers[0].facts.loyalty_tier", "must be a text of 1 to 300 characters."),
        (tell({"loyalty_tier": "a\x00"}), "customers[0].facts.loyalty_tier", "must not hold control characters."),
        (tell({"segments": "vip"}), "customers[0].facts.segments", "must be a list."),
        (tell({"segments": ["a", 1]}), "customers[0].facts.segments[1]", "must be a text of 1 to 300 characters."),
        (tell({"segments": ["a"] * 101}), "customers[0].facts.segments", "holds 101 entries; at most 100 are allowed."),
        (tell({"home_country": "gb"}), "customers[0].facts.home_country", "must be a code of 2 capital letters."),
    ],
)
def test_what_may_not_be_told_is_said_with_its_place_and_cure(value: Any, path: str, told: str) -> None:
    assert problems(value)[path].startswith(told)
    assert not _SCHEMA.is_valid(value)


def test_one_customer_told_of_twice_must_be_joined() -> None:
    twice = {"customers": [{"customer": "7", "facts": {}}, {"customer": 7, "facts": {"open_tickets": 1}}]}
    assert problems(twice) == {"customers[1].customer": "is told of already at customers[0]; join the two."}


def test_there_is_a_most_of_customers_and_it_is_said() -> None:
    many = [{"customer": str(number), "facts": {}} for number in range(1, MAX_CUSTOMERS + 2)]
    assert read_told({"customers": many[:-1]})
    assert problems({"customers": many}) == {"customers": "holds 501 entries; at most 500 are allowed."}


_NAMES = st.sampled_from(["customers", "customer", "facts", *TELLINGS])
_ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda each: st.lists(each) | st.dictionaries(_NAMES, each),
    max_leaves=30,
)


@given(_ANYTHING)
def test_whatever_is_told_is_read_or_refused_as_the_schema_says(value: Any) -> None:
    try:
        read_told(value)
    except InvalidFacts:
        # Two rows of one customer are what a schema cannot tell.
        assert not _SCHEMA.is_valid(value) or len(value["customers"]) > 1
    else:
        assert _SCHEMA.is_valid(value)


def test_a_command_line_writes_facts_as_words() -> None:
    assert read_fact("segments", "a, b,,a") == ["a", "b"]
    assert read_fact("is_business", "no") is False
    assert read_fact("open_tickets", "") is None
    for wrong in ("1_000", "-1", "\u0663", " 1"):
        with pytest.raises(InvalidFacts, match="open_tickets: takes a whole number"):
            read_fact("open_tickets", wrong)
