"""Raw bodies that speak of a person, in every way that a sender may write them."""

import json
from urllib.parse import urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.storage.bodies import naming_pattern, readings

EMAIL, PHONE, CUSTOMER = "jo+gifts@example.com", "+447700900123", "7013000000077"


def speaks_of(body: bytes, *needles: str) -> bool:
    pattern = naming_pattern(needles or (EMAIL, PHONE, CUSTOMER))
    return any(pattern.search(reading) for reading in readings(body))


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"email": EMAIL}).encode(),
        json.dumps({"email": EMAIL.upper()}).encode(),
        json.dumps({"email": EMAIL}).replace("@", "\\u0040").encode(),
        json.dumps({"email": EMAIL}).replace("+", "\\u002B").encode(),
        urlencode({"From": PHONE, "Body": "STOP"}).encode(),
        urlencode({"email": EMAIL}).encode(),
        json.dumps({"phone": "07700 900123"}).encode(),
        json.dumps({"phone": "+44 (0)7700-900.123"}).encode(),
        b"From=%2B44+7700+900123",
        json.dumps({"customer": {"id": int(CUSTOMER)}}).encode(),
        json.dumps({"admin_graphql_api_id": f"gid://shopify/Customer/{CUSTOMER}"}).replace("/", "\\/").encode(),
    ],
)
def test_a_person_is_found_however_they_are_written_down(body: bytes) -> None:
    assert speaks_of(body)


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"email": "al@example.com", "phone": "+447700900124"}).encode(),
        json.dumps({"id": int(CUSTOMER + "1")}).encode(),
        json.dumps({"phone": "+4477009001234"}).encode(),
        b"",
        b"\xff\xfe\\",
        b"100% + 1",
    ],
)
def test_others_are_left_alone(body: bytes) -> None:
    assert not speaks_of(body)


@given(st.emails(), st.text(max_size=20), st.booleans())
def test_any_address_is_found_in_json_and_in_forms(email: str, before: str, as_form: bool) -> None:  # noqa: FBT001 - drawn
    told = {"note": before, "email": email}
    body = urlencode(told).encode() if as_form else json.dumps(told).encode()
    assert speaks_of(body, email)


@given(st.binary(max_size=200))
def test_any_bytes_can_be_read(body: bytes) -> None:
    found = [*readings(body)]
    assert found[0] == body
