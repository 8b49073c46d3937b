"""What comes back from the grant screen is believed only when it is signed, fresh, and this browser's."""

import hmac
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.shopify.code_grant import GrantedCode, GrantRefused, authorize_url, new_state, read_callback
from server.shopify.shop_domain import InvalidShopDomain
from tests.unit.shopify.forging import CLIENT_ID, NOW, SECRET, SHOP

STATE = "s" * 40
SENT = {"code": "c0de", "host": "YWRtaW4", "shop": SHOP, "state": STATE, "timestamp": str(int(NOW.timestamp()))}


def signed(query: dict[str, str], *, secret: str = SECRET, escaped: bool = False) -> dict[str, str]:
    pairs = sorted((name, quote(value, safe="") if escaped else value) for name, value in query.items())
    text = "&".join(f"{name}={value}" for name, value in pairs)
    return {**query, "hmac": hmac.new(secret.encode(), text.encode(), sha256).hexdigest()}


def read(query: dict[str, str], *, state: str | None = STATE, secrets: tuple[str, ...] = (SECRET,)) -> GrantedCode:
    return read_callback(query, secrets=secrets, state=state, now=NOW)


@pytest.mark.parametrize("escaped", [False, True])
def test_a_good_answer_is_read_however_it_was_spelt(*, escaped: bool) -> None:
    odd = {**SENT, "host": "YWRtaW4+/w"}
    assert read(signed(odd, escaped=escaped)) == GrantedCode(SHOP, "c0de", "YWRtaW4+/w")


def test_the_secret_of_before_a_rotation_still_counts() -> None:
    assert read(signed(SENT, secret="old"), secrets=(SECRET, "old")).code == "c0de"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"timestamp": str(int(NOW.timestamp()) - 91)}, "too old"),
        ({"timestamp": str(int(NOW.timestamp()) + 91)}, "too old"),
        ({"timestamp": "soon"}, "too old"),
        ({"timestamp": "²"}, "too old"),
        ({"state": "another"}, "another browser"),
        ({"state": ""}, "another browser"),
        ({"shop": "evil.example"}, "no code for a shop"),
        ({"code": ""}, "no code for a shop"),
    ],
)
def test_a_signed_answer_that_does_not_fit_is_refused(change: dict[str, str], words: str) -> None:
    with pytest.raises(GrantRefused, match=words):
        read(signed({**SENT, **change}))


@pytest.mark.parametrize("state", [None, "", "t" * 40])
def test_another_browsers_answer_is_refused(state: str | None) -> None:
    with pytest.raises(GrantRefused, match="another browser"):
        read(signed(SENT), state=state)


@pytest.mark.parametrize("missing", sorted(SENT))
def test_nothing_may_be_missing(missing: str) -> None:
    query = {name: value for name, value in SENT.items() if name != missing}
    if missing == "host":
        assert read(signed(query)).host == ""  # the redirect into the admin then refuses it
    else:
        with pytest.raises(GrantRefused):
            read(signed(query))


@given(name=st.sampled_from(sorted(SENT)), value=st.text(max_size=60))
def test_what_was_changed_after_signing_is_refused(name: str, value: str) -> None:
    query = signed(SENT)
    if query[name] != value:
        with pytest.raises(GrantRefused):
            read({**query, name: value})


@given(st.dictionaries(st.text(max_size=12), st.text(max_size=40), max_size=8))
def test_nothing_unsigned_is_believed_and_nothing_breaks(query: dict[str, Any]) -> None:
    with pytest.raises(GrantRefused):
        read(query)


def test_the_grant_screen_is_asked_for_what_is_needed() -> None:
    address = urlsplit(
        authorize_url(
            shop_domain=SHOP, client_id=CLIENT_ID, scopes=("read_orders", "read_products"),
            redirect_uri="https://afters.example/auth/callback", state=STATE,
        )
    )  # fmt: skip
    assert (address.scheme, address.netloc, address.path) == ("https", SHOP, "/admin/oauth/authorize")
    assert parse_qs(address.query) == {
        "response_type": ["code"],
        "client_id": [CLIENT_ID],
        "redirect_uri": ["https://afters.example/auth/callback"],
        "scope": ["read_orders,read_products"],
        "state": [STATE],
    }


@pytest.mark.parametrize("shop", ["", "evil.example", f"{SHOP}.evil.example", f"{SHOP}/x", "a@b.myshopify.com"])
def test_no_other_host_is_a_shops(shop: str) -> None:
    with pytest.raises(InvalidShopDomain):
        authorize_url(shop_domain=shop, client_id=CLIENT_ID, scopes=(), redirect_uri="", state=STATE)


def test_no_state_is_made_twice() -> None:
    made = {new_state() for _ in range(1_000)}
    assert len(made) == 1_000
    assert {len(each) for each in made} == {40}
