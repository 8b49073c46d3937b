"""Session tokens: the good one, and every forged one with its reason."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.shopify.tokens import SessionClaims, TokenRejected, read_session_token
from tests.sandbox.shopify.signing import make_id_token
from tests.unit.shopify.forging import (
    CLIENT_ID,
    NOW,
    OLD_SECRET,
    REFERENCE,
    SECRET,
    SHOP,
    post_purchase_claims,
    segment,
    session_claims,
    signed,
    signed_by_rsa,
    unsigned,
)


def read(token: str, *secrets: str) -> SessionClaims:
    return read_session_token(token, secrets=secrets or (SECRET,), client_id=CLIENT_ID, now=NOW)


def rejection(token: str, *secrets: str) -> str:
    with pytest.raises(TokenRejected) as caught:
        read(token, *secrets)
    assert token not in caught.value.message or not token
    return caught.value.code


def test_a_good_token_names_shop_and_person() -> None:
    expected = SessionClaims(shop_domain=SHOP, user_id="42", session_id="5d2a3f")
    assert read(signed(session_claims())) == expected
    made = make_id_token(secret=SECRET, client_id=CLIENT_ID, shop_domain=SHOP, user_id=42, session_id="5d2a3f", now=NOW)
    assert read(made) == expected


def test_the_secret_before_the_rotation_still_counts() -> None:
    token = signed(session_claims(), secret=OLD_SECRET)
    assert read(token, SECRET, OLD_SECRET).shop_domain == SHOP
    assert rejection(token, SECRET) == "signature"


def test_an_empty_secret_never_counts() -> None:
    token = signed(session_claims(), secret="")
    assert rejection(token, "") == "signature"
    assert rejection(token, "", SECRET) == "signature"
    with pytest.raises(TokenRejected):
        read_session_token(token, secrets=(), client_id=CLIENT_ID, now=NOW)


CHANGESET = {"iss": CLIENT_ID, "jti": "x", "iat": 1, "sub": REFERENCE, "changes": []}


FORGED = [
    (signed(session_claims(), secret="shpss_" + "9" * 32), "signature"),
    (unsigned(session_claims()), "algorithm"),
    (signed_by_rsa(session_claims()), "algorithm"),
    (signed(session_claims(), header={"alg": "HS512"}), "algorithm"),
    (signed(session_claims(), header={"alg": "hs256"}), "algorithm"),
    (signed(session_claims(), header={"alg": "HS256", "crit": ["exp"]}), "malformed"),
    (signed(session_claims(), header={"typ": "JWT"}), "malformed"),
    (signed(post_purchase_claims()), "wrong_kind"),
    (signed(CHANGESET), "wrong_kind"),
    (signed(session_claims(input_data={})), "wrong_kind"),
    (signed(session_claims(changes=[])), "wrong_kind"),
    (signed(session_claims(sid=None)), "wrong_kind"),  # a checkout extension's token
    (signed(session_claims(iss=None)), "wrong_kind"),
    (signed(session_claims(jti=None)), "wrong_kind"),
    (signed(session_claims(sub="")), "wrong_kind"),
    (signed(session_claims(sub=42)), "wrong_kind"),
    (signed(session_claims(aud="d" * 32)), "wrong_kind"),
    (signed(session_claims(aud=[CLIENT_ID])), "wrong_kind"),
    (signed(session_claims(aud=None)), "wrong_kind"),
    (signed(session_claims(dest="https://other.myshopify.com")), "wrong_shop"),
    (signed(session_claims(iss="https://other.myshopify.com/admin")), "wrong_shop"),
    (signed(session_claims(iss=f"https://{SHOP}")), "wrong_shop"),
    (signed(session_claims(iss="shopify")), "wrong_shop"),
    (signed(session_claims(dest=SHOP)), "wrong_shop"),
    (signed(session_claims(dest=f"http://{SHOP}")), "wrong_shop"),
    (signed(session_claims(dest=f"https://{SHOP}/", iss=f"https://{SHOP}//admin")), "wrong_shop"),
    (signed(session_claims(dest="https://evil.com", iss="https://evil.com/admin")), "wrong_shop"),
    (signed(session_claims(dest="https://x.myshopify.com.evil.com")), "wrong_shop"),
    (signed(session_claims(dest="https://[::1")), "wrong_shop"),
    (signed(session_claims(exp=int(NOW.timestamp()) - 11)), "expired"),
    (signed(session_claims(exp=None)), "malformed"),
    (signed(session_claims(exp="soon")), "malformed"),
    (signed(session_claims(exp=True)), "malformed"),
    (signed(session_claims(exp=float("nan"))), "expired"),
    (signed(session_claims(nbf=None)), "malformed"),
    (signed(session_claims(nbf=int(NOW.timestamp()) + 11)), "age"),
    (signed(session_claims(iat=int(NOW.timestamp()) + 3600)), "age"),
    (signed(session_claims(iat=int(NOW.timestamp()) * 1000)), "age"),
    (signed([1, 2]), "malformed"),
    (signed("text"), "malformed"),
    ("", "malformed"),
    ("..", "malformed"),
    ("a.b.c", "malformed"),
    ("ü.ü.ü", "malformed"),
    (signed(session_claims())[:-5], "signature"),
    (signed(session_claims()) + ".x", "malformed"),
    ("x" * 70_000, "malformed"),
    (segment(b"[" * 40_000) + ".e30.e30", "malformed"),
    (segment(b'{"alg":"HS256","alg":{}}') + ".e30.e30", "malformed"),
]


@pytest.mark.parametrize(("token", "code"), FORGED, ids=[f"{number}-{code}" for number, (_, code) in enumerate(FORGED)])
def test_a_forged_token_is_rejected_with_its_reason(token: str, code: str) -> None:
    assert rejection(token) == code


def test_ten_seconds_of_skew_are_borne_on_both_sides() -> None:
    moment = int(NOW.timestamp())
    assert read(signed(session_claims(exp=moment - 9)))
    assert read(signed(session_claims(nbf=moment + 10)))


def test_a_token_of_yesterday_is_over() -> None:
    token = make_id_token(
        secret=SECRET,
        client_id=CLIENT_ID,
        shop_domain=SHOP,
        user_id=42,
        session_id="s",
        now=NOW - timedelta(days=1),
    )
    assert rejection(token) == "expired"


@given(st.text(max_size=300))
def test_no_text_gets_past_the_reader(text: str) -> None:
    with pytest.raises(TokenRejected):
        read(text)


_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
_NAMES = st.sampled_from(["iss", "dest", "aud", "sub", "exp", "nbf", "iat", "jti", "sid", "input_data", "changes"])


@given(st.dictionaries(_NAMES, _JSON, max_size=4), st.sets(_NAMES, max_size=2))
def test_signed_nonsense_is_rejected_or_read(changes: dict[str, Any], dropped: set[str]) -> None:
    claims = {name: value for name, value in (session_claims() | changes).items() if name not in dropped}
    try:
        read(signed(claims))
    except TokenRejected as rejected:
        assert rejected.code in {"wrong_kind", "wrong_shop", "malformed", "expired", "age"}  # noqa: PT017 - raising is optional


@given(_JSON)
def test_signed_json_of_any_shape_is_rejected(claims: object) -> None:
    with pytest.raises(TokenRejected):
        read(signed(claims))


@given(st.integers(0, 2000), st.binary(min_size=1, max_size=1))
def test_a_token_with_one_byte_changed_is_rejected_or_says_the_same(position: int, byte: bytes) -> None:
    token = signed(session_claims())
    index = position % len(token)
    changed = token[:index] + byte.decode("latin-1") + token[index + 1 :]
    try:
        claims = read(changed)
    except TokenRejected:
        return
    # Base64 carries bits that no decoder looks at in a segment's last character.
    assert claims == read(token)
