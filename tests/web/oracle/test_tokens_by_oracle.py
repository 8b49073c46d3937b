"""Tokens: ours and the sandbox's before Shopify's library, and the library's before ours."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from server.core.clock import SystemClock
from server.domain.offered import AppliedDiscount, Change
from server.shopify.tokens import (
    ShopifyChangesetSigner,
    TokenRejected,
    read_post_purchase_token,
    read_session_token,
)
from tests.sandbox.shopify.signing import TokenRefused, make_id_token, make_post_purchase_token, read_changeset
from tests.unit.shopify.forging import (
    CLIENT_ID,
    OLD_SECRET,
    REFERENCE,
    SECRET,
    SHOP,
    input_data,
    post_purchase_claims,
    session_claims,
    signed,
    unsigned,
)
from tests.web.oracle.asking import Oracle, Refused

pytestmark = pytest.mark.oracle
CHANGES = (Change("111", quantity=2, discount=AppliedDiscount("Danke schön", percent=Decimal("12.5"))),)


@pytest.fixture
def now() -> datetime:
    return SystemClock().now()  # the library asks its own clock


def fresh(now: datetime, **offsets_and_claims: Any) -> dict[str, Any]:
    """Return session claims of this moment; `exp` and `nbf` are given in seconds from now."""
    moment = int(now.timestamp())
    times = {"exp": 60, "nbf": 0, "iat": 0}
    given = {**times, **offsets_and_claims}
    return session_claims(**given | {name: moment + given[name] for name in times})


def id_token(now: datetime, secret: str = SECRET) -> str:
    return make_id_token(secret=secret, client_id=CLIENT_ID, shop_domain=SHOP, user_id=42, session_id="5d2a3f", now=now)


def test_the_sandboxs_session_token_is_one_to_the_library_and_to_us(oracle: Oracle, now: datetime) -> None:
    payload = oracle.ask("session_token", token=id_token(now), check_audience=True)
    assert (payload["dest"], payload["iss"], payload["aud"]) == (f"https://{SHOP}", f"https://{SHOP}/admin", CLIENT_ID)
    assert (payload["sub"], payload["sid"]) == ("42", "5d2a3f")
    assert payload["exp"] - payload["nbf"] == 60
    claims = read_session_token(id_token(now), secrets=(SECRET,), client_id=CLIENT_ID, now=now)
    assert (claims.shop_domain, claims.user_id) == (SHOP, "42")


def test_the_librarys_session_token_is_one_to_us(oracle: Oracle, now: datetime) -> None:
    # Its helper leaves the scheme of the issuer out, which Shopify itself does not.
    token = oracle.ask("sign_session", shop=SHOP, claims={"iss": f"https://{SHOP}/admin"})
    assert oracle.takes("session_token", token=token, check_audience=True)
    assert read_session_token(token, secrets=(SECRET,), client_id=CLIENT_ID, now=now).shop_domain == SHOP


FORGED: dict[str, Callable[[datetime], str]] = {
    "another secret": lambda now: id_token(now, OLD_SECRET),
    "an empty secret": lambda now: signed(fresh(now), secret=""),
    "algorithm none": lambda now: unsigned(fresh(now)),
    "another algorithm's name": lambda now: signed(fresh(now), header={"alg": "HS512"}),
    "expired": lambda now: signed(fresh(now, exp=-60)),
    "not yet valid": lambda now: signed(fresh(now, nbf=120)),
    "another app's": lambda now: signed(fresh(now, aud="d" * 32)),
    "cut short": lambda now: id_token(now)[:-4],
    "changed on the way": lambda now: id_token(now).replace(".", ".e", 1),
    "no token": lambda _now: "Bearer",
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_session_token_is_none_to_the_library_nor_to_us(oracle: Oracle, now: datetime, name: str) -> None:
    token = FORGED[name](now)
    assert not oracle.takes("session_token", token=token, check_audience=True)
    with pytest.raises(TokenRejected):
        read_session_token(token, secrets=(SECRET,), client_id=CLIENT_ID, now=now)


@pytest.mark.parametrize("alg", ["RS256", "PS256", "HS384", "HS512"])
def test_well_signed_in_another_algorithm_is_forged_all_the_same(oracle: Oracle, now: datetime, alg: str) -> None:
    secret = SECRET * 2  # long enough for every HS
    token = oracle.ask("sign_claims", claims=fresh(now), alg=alg, secret=secret)
    assert not oracle.takes("session_token", token=token, check_audience=True, secret=secret)
    with pytest.raises(TokenRejected) as caught:
        read_session_token(token, secrets=(secret,), client_id=CLIENT_ID, now=now)
    assert caught.value.code == "algorithm"


def test_a_post_purchase_token_is_signed_as_the_library_expects(oracle: Oracle, now: datetime) -> None:
    made = make_post_purchase_token(secret=SECRET, input_data=input_data(), now=now)
    payload = oracle.ask("session_token", token=made, check_audience=False)
    assert (payload["iss"], payload["sub"]) == ("shopify", REFERENCE)
    assert not oracle.takes("session_token", token=made, check_audience=True), "it has no audience"

    theirs = oracle.ask("sign_claims", claims=post_purchase_claims(iat=int(now.timestamp())), alg="HS256")
    for token in (made, theirs):
        assert read_post_purchase_token(token, secrets=(SECRET,), now=now).purchase.total == 2590


def test_a_session_token_is_no_post_purchase_token_nor_the_reverse(oracle: Oracle, now: datetime) -> None:
    session = oracle.ask("sign_claims", claims=fresh(now), alg="HS256")
    purchase = oracle.ask("sign_claims", claims=post_purchase_claims(iat=int(now.timestamp())), alg="HS256")
    with pytest.raises(TokenRejected) as caught:
        read_post_purchase_token(session, secrets=(SECRET,), now=now)
    assert caught.value.code == "wrong_kind"
    with pytest.raises(TokenRejected) as caught:
        read_session_token(purchase, secrets=(SECRET,), client_id=CLIENT_ID, now=now)
    assert caught.value.code == "wrong_kind"


def test_our_changeset_is_what_the_librarys_jwt_code_reads(oracle: Oracle, now: datetime) -> None:
    token = ShopifyChangesetSigner(client_id=CLIENT_ID, secret=SECRET).sign(
        reference_id=REFERENCE, changes=CHANGES, token_id="1", now=now
    )
    read = oracle.ask("verify_claims", token=token)
    assert read["header"]["alg"] == "HS256"
    payload = read["payload"]
    assert len(payload.pop("jti")) == 36
    assert payload == {
        "iss": CLIENT_ID,
        "sub": REFERENCE,
        "iat": int(now.timestamp()),
        "exp": int(now.timestamp()) + 600,
        "changes": [
            {
                "type": "add_variant",
                "variantId": 111,
                "quantity": 2,
                "discount": {"value": 12.5, "valueType": "percentage", "title": "Danke schön"},
            }
        ],
    }
    with pytest.raises(Refused):
        oracle.ask("verify_claims", token=token, secret=OLD_SECRET)


def test_a_changeset_of_yesterday_is_over(oracle: Oracle, now: datetime) -> None:
    token = ShopifyChangesetSigner(client_id=CLIENT_ID, secret=SECRET).sign(
        reference_id=REFERENCE, changes=CHANGES, token_id="1", now=now - timedelta(days=1)
    )
    with pytest.raises(Refused, match="exp"):
        oracle.ask("verify_claims", token=token)


def test_the_sandbox_reads_a_changeset_that_the_librarys_jwt_code_signed(oracle: Oracle, now: datetime) -> None:
    moment = int(now.timestamp())
    claims = {"iss": CLIENT_ID, "sub": REFERENCE, "jti": "1", "iat": moment, "exp": moment + 600, "changes": [{"a": 1}]}

    def read(token: str) -> dict[str, Any]:
        return read_changeset(secret=SECRET, client_id=CLIENT_ID, reference_id=REFERENCE, token=token, now=now)

    assert read(oracle.ask("sign_claims", claims=claims, alg="HS256"))["changes"] == [{"a": 1}]
    for bad in (
        oracle.ask("sign_claims", claims=claims, alg="HS256", secret=OLD_SECRET),
        oracle.ask("sign_claims", claims=claims, alg="RS256"),
        oracle.ask("sign_claims", claims={**claims, "iat": moment * 1000}, alg="HS256"),
        oracle.ask("sign_claims", claims={**claims, "sub": "b2" * 16}, alg="HS256"),
    ):
        with pytest.raises(TokenRefused):
            read(bad)
