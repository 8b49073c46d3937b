"""Which answer and which error means what."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.outbound.http import failure_from, raise_for_vendor, retry_after_seconds, vendor_failures
from server.ports import CredentialsRejected, PermanentFailure, TemporaryFailure, VendorFailure

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


@given(st.integers(100, 599))
def test_every_status_but_success_raises_exactly_one_failure(status: int) -> None:
    response = httpx.Response(status, text="ann@example.com shpat_0123 secret")
    if 200 <= status < 300:
        raise_for_vendor(response, vendor="Twilio", now=NOW)
        return
    with pytest.raises(VendorFailure) as caught:
        raise_for_vendor(response, vendor="Twilio", now=NOW)
    expected: type[VendorFailure] = PermanentFailure
    if status >= 500 or status in {408, 425, 429}:
        expected = TemporaryFailure
    elif status in {401, 403}:
        expected = CredentialsRejected
    assert type(caught.value) is expected
    assert str(status) in caught.value.message
    assert "ann@" not in repr(caught.value) + repr(caught.value.data)


@pytest.mark.parametrize(("status", "is_unknown"), [(500, False), (502, True), (503, False), (504, True), (429, False)])
def test_a_gateway_does_not_know_what_the_vendor_did(status: int, is_unknown: bool) -> None:  # noqa: FBT001 - a table
    with pytest.raises(TemporaryFailure) as caught:
        raise_for_vendor(httpx.Response(status), vendor="Twilio", now=NOW)
    assert caught.value.is_fate_unknown is is_unknown


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("30", 30.0),
        ("2.0", 2.0),
        (" 7 ", 7.0),
        (format_datetime(NOW + timedelta(minutes=2), usegmt=True), 120.0),
        ("Sun, 22 Nov 2026 10:00:30 -0000", 30.0),
        (format_datetime(NOW - timedelta(minutes=2), usegmt=True), 0.0),
        ("soon", None),
        ("-5", None),
        ("²", None),
        ("1.2.3", None),
        ("", None),
    ],
)
def test_retry_after_is_read_in_both_forms(text: str, seconds: float | None) -> None:
    response = httpx.Response(429, headers={b"Retry-After": text.encode()})
    assert retry_after_seconds(response, now=NOW) == seconds
    with pytest.raises(TemporaryFailure) as caught:
        raise_for_vendor(response, vendor="Shopify", now=NOW)
    assert caught.value.retry_after == seconds


def test_no_retry_after_is_no_time() -> None:
    assert retry_after_seconds(httpx.Response(429), now=NOW) is None


@given(st.text(alphabet=st.characters(min_codepoint=32, max_codepoint=255), max_size=60))
def test_no_retry_after_breaks_the_reader(text: str) -> None:
    seconds = retry_after_seconds(httpx.Response(503, headers={b"Retry-After": text.encode("latin-1")}), now=NOW)
    assert seconds is None or seconds >= 0


REQUEST = httpx.Request("POST", "https://api.twilio.com/")


@pytest.mark.parametrize(
    ("error", "is_unknown"),
    [
        (httpx.ConnectError("refused"), False),
        (httpx.ConnectTimeout("slow"), False),
        (httpx.PoolTimeout("busy"), False),
        (httpx.ProxyError("proxy"), False),
        (httpx.ReadTimeout("slow"), True),
        (httpx.WriteTimeout("slow"), True),
        (httpx.ReadError("cut"), True),
        (httpx.WriteError("cut"), True),
        (httpx.CloseError("cut"), True),
        (httpx.RemoteProtocolError("cut"), True),
        (httpx.DecodingError("gzip", request=REQUEST), True),
    ],
)
def test_the_fate_is_known_only_when_nothing_was_sent(error: httpx.HTTPError, is_unknown: bool) -> None:  # noqa: FBT001 - a table
    failure = failure_from(error, vendor="Twilio")
    assert isinstance(failure, TemporaryFailure)
    assert failure.is_fate_unknown is is_unknown
    assert failure.retry_after is None


@pytest.mark.parametrize(
    "error",
    [
        httpx.UnsupportedProtocol("ftp"),
        httpx.LocalProtocolError("Illegal header value b'Bearer sekret'"),
        httpx.TooManyRedirects("loop", request=REQUEST),
    ],
)
def test_a_request_that_cannot_be_made_is_not_repeated(error: httpx.HTTPError) -> None:
    failure = failure_from(error, vendor="Twilio")
    assert isinstance(failure, PermanentFailure)


def test_the_quoted_header_of_an_httpx_message_stays_inside() -> None:
    with pytest.raises(PermanentFailure) as caught, vendor_failures("Twilio"):
        raise httpx.LocalProtocolError("Illegal header value b'Bearer sekret'")
    assert "sekret" not in caught.value.message + repr(caught.value.data)
    assert caught.value.__suppress_context__


def test_other_errors_pass_through() -> None:
    with pytest.raises(ZeroDivisionError), vendor_failures("Twilio"):
        raise ZeroDivisionError
