"""X-Twilio-Signature by our own code, judged by Twilio's own library."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator  # type: ignore[import-untyped]  # ships no types

from tests.sandbox.vendors.signature import sign

TOKEN = "12345"
URL = "https://mycompany.com/myapp.php?foo=1&bar=2"
FORM = {
    "CallSid": "CA1234567890ABCDE",
    "Caller": "+14158675309",
    "Digits": "1234",
    "From": "+14158675309",
    "To": "+18005551212",
}
FORMS = st.dictionaries(st.text(min_size=1, max_size=12), st.text(max_size=40), max_size=8)


def test_the_documented_example() -> None:
    assert sign(TOKEN, URL, FORM) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


@pytest.mark.oracle
@given(FORMS, st.text(alphabet="0123456789abcdef", min_size=32, max_size=32))
def test_twilios_library_accepts_ours(form: dict[str, str], token: str) -> None:
    assert RequestValidator(token).validate(URL, form, sign(token, URL, form))


@pytest.mark.oracle
@given(FORMS)
def test_twilios_library_refuses_another_token_or_a_changed_field(form: dict[str, str]) -> None:
    signature = sign("a" * 32, URL, form)
    assert not RequestValidator("b" * 32).validate(URL, form, signature)
    assert not RequestValidator("a" * 32).validate(URL, {**form, "ErrorCode": "30003"}, signature)
    assert not RequestValidator("a" * 32).validate(URL + "x", form, signature)
