import base64
import hashlib
import hmac

import pytest
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from hypothesis import given
from hypothesis import strategies as st

from server.core.signing import LinkSigner, derive_key, digest_matches

SECRET = "7c" * 32
SIGNER = LinkSigner(SECRET, "click links")


@given(st.text(min_size=1, max_size=80), st.text(max_size=40))
def test_keys_are_those_of_hkdf(secret: str, label: str) -> None:
    other = HKDF(algorithm=SHA256(), length=32, salt=None, info=label.encode())
    assert derive_key(secret, label) == other.derive(secret.encode())


def test_a_key_never_changes() -> None:
    # Links in messages already sent would stop working.
    assert derive_key("secret", "click links").hex() == (
        "9c6cb64b05e125ed771f18de034864e653eb5e62fef1c6c3679676054b9fa731"
    )


@given(st.text(max_size=60))
def test_a_link_is_read_back(value: str) -> None:
    assert SIGNER.read(SIGNER.sign(value)) == value


@given(st.text(max_size=80))
def test_nobody_else_makes_a_link(token: str) -> None:
    assert SIGNER.read(token) is None


@pytest.mark.parametrize(
    "change",
    [
        lambda token: token[:-1],
        lambda token: token[:-22],
        lambda token: token + "A",
        lambda token: token.upper(),
        lambda token: "X" + token,
        lambda token: token.replace(".", ""),
        lambda token: "",
        lambda token: ".",
        lambda token: token.partition(".")[2],
        lambda token: token + "\ud800",
        lambda token: "\udfff" + token,
    ],
)
def test_a_tampered_link_is_refused(change: object) -> None:
    assert SIGNER.read(change(SIGNER.sign("touch-1"))) is None  # type: ignore[operator]  # a lambda above


def test_a_link_of_another_purpose_or_secret_is_refused() -> None:
    assert SIGNER.read(LinkSigner(SECRET, "unsubscribe links").sign("touch-1")) is None
    assert SIGNER.read(LinkSigner("9a" * 32, "click links").sign("touch-1")) is None


def test_a_value_may_hold_dots() -> None:
    assert SIGNER.read(SIGNER.sign("a.b.c")) == "a.b.c"


def test_a_link_stays_short() -> None:
    assert len(SIGNER.sign("0123456789ab")) == 12 + 1 + 22


@given(st.binary(max_size=200), st.text(min_size=1, max_size=40))
def test_a_digest_matches_under_any_of_the_secrets(raw: bytes, secret: str) -> None:
    sent = base64.b64encode(hmac.digest(secret.encode(), raw, hashlib.sha256)).decode()
    assert digest_matches(raw=raw, sent=sent, secrets=("another", secret))
    assert not digest_matches(raw=raw + b" ", sent=sent, secrets=("another", secret))
    assert not digest_matches(raw=raw, sent=sent, secrets=("another",))


@pytest.mark.parametrize("sent", [None, "", "====", "a", "ü" * 44, "\ud800"])
def test_what_is_no_digest_never_matches(sent: str | None) -> None:
    assert not digest_matches(raw=b"", sent=sent, secrets=(SECRET,))


def test_an_empty_secret_verifies_nothing() -> None:
    sent = base64.b64encode(hmac.digest(b"", b"raw", hashlib.sha256)).decode()
    assert not digest_matches(raw=b"raw", sent=sent, secrets=("",))
    assert not digest_matches(raw=b"raw", sent=sent, secrets=())
