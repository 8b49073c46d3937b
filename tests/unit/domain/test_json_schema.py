"""The published JSON Schema says of a document what reading it says, as far as one part is looked at by itself."""

import json
from typing import Any

import pytest
from hypothesis import given
from jsonschema import Draft202012Validator

from server.domain.rules import InvalidRules, json_schema, parse
from server.usecases.presets import FIRST_DRAFT
from tests.factories import funnel_json, rules_json
from tests.unit.domain.audiences import WRITTEN
from tests.unit.domain.tables import Row, changed, rows

_SCHEMA = Draft202012Validator(json_schema())


def test_it_is_a_json_schema_that_survives_being_written() -> None:
    Draft202012Validator.check_schema(json_schema())
    assert json.loads(json.dumps(json_schema())) == json_schema()


def test_the_first_draft_fits() -> None:
    assert _SCHEMA.is_valid(FIRST_DRAFT)


@given(WRITTEN)
def test_every_audience_that_can_be_read_fits(written: dict[str, Any]) -> None:
    document = rules_json(funnel_json(audience=written))
    parse(document)
    assert _SCHEMA.is_valid(document)


@pytest.mark.parametrize("row", rows("rules"))
def test_what_is_faulty_by_itself_does_not_fit(row: Row) -> None:
    written = changed(rules_json(), row)
    with pytest.raises(InvalidRules):
        parse(written)
    assert _SCHEMA.is_valid(written) is row.get("fits_the_schema", False)
