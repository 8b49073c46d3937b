"""Post-purchase tokens: the purchase they tell of, and every forged one with its reason."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.domain.orders import Purchase, PurchaseLine
from server.shopify.tokens import PostPurchaseClaims, TokenRejected, read_post_purchase_token
from tests.sandbox.shopify.signing import make_id_token, make_post_purchase_token
from tests.unit.shopify.forging import (
    CLIENT_ID,
    NOW,
    OLD_SECRET,
    REFERENCE,
    SECRET,
    SHOP,
    input_data,
    money,
    post_purchase_claims,
    session_claims,
    signed,
    signed_by_rsa,
    unsigned,
)


def read(token: str, *secrets: str) -> PostPurchaseClaims:
    return read_post_purchase_token(token, secrets=secrets or (SECRET,), now=NOW)


def rejection(token: str) -> str:
    with pytest.raises(TokenRejected) as caught:
        read(token)
    return caught.value.code


def test_a_good_token_tells_the_whole_purchase() -> None:
    expected = PostPurchaseClaims(
        shop_domain=SHOP,
        reference_id=REFERENCE,
        purchase=Purchase(
            reference_id=REFERENCE,
            currency="GBP",
            total=2590,
            lines=(
                PurchaseLine(variant_id="111", product_id="11", quantity=2, total=2090),
                PurchaseLine(variant_id="121", product_id="12", quantity=1, total=500),
            ),
            presentment_currency="GBP",
            country_code="GB",
            customer_id="7001",
            subscription="none",
            presentment_total=2590,
        ),
        locale="en-GB",
        bought="Lantern",
    )
    assert read(signed(post_purchase_claims())) == expected
    assert read(make_post_purchase_token(secret=SECRET, input_data=input_data(), now=NOW)) == expected


def test_a_line_that_is_a_subscription_names_its_plan() -> None:
    data = input_data()
    data["initialPurchase"]["lineItems"][0]["sellingPlanId"] = 688
    lines = read(signed(post_purchase_claims(data))).purchase.lines
    assert [line.plan_id for line in lines] == ["688", None]


def test_the_lines_are_added_up_while_the_total_is_not_known_yet() -> None:
    data = input_data(purchase={"totalPriceSet": money(0.0)})
    assert read(signed(post_purchase_claims(data))).purchase.total == 2590


@pytest.mark.parametrize(
    ("currency", "amount", "minor"), [("JPY", "1200.0", 1200), ("KWD", "1.250", 1250), ("EUR", 19.99, 1999)]
)
def test_money_is_counted_in_the_currencys_own_minor_units(currency: str, amount: object, minor: int) -> None:
    data = input_data(purchase={"totalPriceSet": money(amount, currency), "lineItems": []})
    purchase = read(signed(post_purchase_claims(data))).purchase
    assert (purchase.total, purchase.currency) == (minor, currency)


def test_what_a_checkout_need_not_know_may_be_missing() -> None:
    data = input_data(purchase={"customerId": None, "destinationCountryCode": None, "lineItems": []}, locale=None)
    claims = read(signed(post_purchase_claims(data)))
    assert (claims.purchase.customer_id, claims.purchase.country_code, claims.locale) == (None, None, "")
    del data["initialPurchase"]["customerId"], data["initialPurchase"]["destinationCountryCode"]
    assert read(signed(post_purchase_claims(data))) == claims


def test_the_presentment_currency_is_kept() -> None:
    bag = {
        "shopMoney": {"amount": "10.00", "currencyCode": "GBP"},
        "presentmentMoney": {"amount": "11.80", "currencyCode": "EUR"},
    }
    purchase = read(signed(post_purchase_claims(input_data(purchase={"totalPriceSet": bag})))).purchase
    assert (purchase.currency, purchase.total, purchase.presentment_currency) == ("GBP", 1000, "EUR")
    assert purchase.presentment_total == 1180


@pytest.mark.parametrize(("currency", "amount", "minor"), [("JPY", "1900", 1900), ("KWD", "3.950", 3950)])
def test_the_shoppers_money_is_counted_in_its_own_minor_units(currency: str, amount: str, minor: int) -> None:
    bag = {
        "shopMoney": {"amount": "10.00", "currencyCode": "GBP"},
        "presentmentMoney": {"amount": amount, "currencyCode": currency},
    }
    purchase = read(signed(post_purchase_claims(input_data(purchase={"totalPriceSet": bag})))).purchase
    assert (purchase.total, purchase.presentment_total) == (1000, minor)


def test_a_line_with_a_selling_plan_starts_a_subscription() -> None:
    data = input_data()
    assert read(signed(post_purchase_claims(data))).purchase.subscription == "none"
    data["initialPurchase"]["lineItems"][1]["sellingPlanId"] = 3610040713
    assert read(signed(post_purchase_claims(data))).purchase.subscription == "first"
    data["initialPurchase"]["lineItems"][1]["sellingPlanId"] = None
    assert read(signed(post_purchase_claims(data))).purchase.subscription == "none"


def test_the_secret_before_the_rotation_still_counts_and_an_empty_one_never() -> None:
    assert read(signed(post_purchase_claims(), secret=OLD_SECRET), SECRET, OLD_SECRET)
    with pytest.raises(TokenRejected) as caught:
        read(signed(post_purchase_claims(), secret=""), "", SECRET)
    assert caught.value.code == "signature"


def test_age_is_what_limits_a_token_that_does_not_expire() -> None:
    moment = int(NOW.timestamp())
    assert read(signed(post_purchase_claims(iat=moment - 7200)))
    assert read(signed(post_purchase_claims(iat=moment + 60)))
    with pytest.raises(TokenRejected):
        read_post_purchase_token(signed(post_purchase_claims(iat=moment - 11)), secrets=(SECRET,), now=NOW, max_age=10)


def _without(path: str) -> dict[str, Any]:
    data = input_data()
    part: Any = data
    *parents, last = path.split(".")
    for name in parents:
        part = part[int(name)] if name.isdecimal() else part[name]
    del part[last]
    return data


MOMENT = int(NOW.timestamp())
SESSION_TOKEN = make_id_token(secret=SECRET, client_id=CLIENT_ID, shop_domain=SHOP, user_id=1, session_id="s", now=NOW)
FORGED = [
    (signed(post_purchase_claims(), secret=OLD_SECRET), "signature"),
    (unsigned(post_purchase_claims()), "algorithm"),
    (signed_by_rsa(post_purchase_claims()), "algorithm"),
    (signed(session_claims()), "wrong_kind"),
    (SESSION_TOKEN, "wrong_kind"),
    (signed(post_purchase_claims(iss=CLIENT_ID)), "wrong_kind"),
    (signed(post_purchase_claims(iss=None)), "wrong_kind"),
    (signed(post_purchase_claims(aud=CLIENT_ID)), "wrong_kind"),
    (signed(post_purchase_claims(dest=f"https://{SHOP}")), "wrong_kind"),
    (signed(post_purchase_claims(changes=[])), "wrong_kind"),
    (signed(post_purchase_claims(sub=None)), "wrong_kind"),
    (signed(post_purchase_claims(input_data="text")), "wrong_kind"),
    (signed({"iss": CLIENT_ID, "sub": REFERENCE, "iat": MOMENT, "changes": []}), "wrong_kind"),
    (signed(post_purchase_claims(sub="b2" * 16)), "malformed"),
    (signed(post_purchase_claims(input_data(shop={"domain": "evil.com"}))), "wrong_shop"),
    (signed(post_purchase_claims(input_data(shop={}))), "wrong_shop"),
    (signed(post_purchase_claims(input_data(shop="gift-shop"))), "wrong_shop"),
    (signed(post_purchase_claims(iat=MOMENT - 7201)), "age"),
    (signed(post_purchase_claims(iat=MOMENT + 61)), "age"),
    (signed(post_purchase_claims(iat=MOMENT * 1000)), "age"),
    (signed(post_purchase_claims(iat=-(10**400))), "age"),
    (signed(post_purchase_claims(iat=10**400)), "age"),
    (signed(post_purchase_claims(iat=float("nan"))), "age"),
    (signed(post_purchase_claims(iat=None)), "malformed"),
    (signed(post_purchase_claims(iat=str(MOMENT))), "malformed"),
    (signed(post_purchase_claims(exp=MOMENT - 11)), "expired"),
    (signed(post_purchase_claims(exp="never")), "malformed"),
    (signed(post_purchase_claims(nbf=MOMENT + 11)), "age"),
    (signed(post_purchase_claims(_without("initialPurchase"))), "malformed"),
    (signed(post_purchase_claims(_without("initialPurchase.referenceId"))), "malformed"),
    (signed(post_purchase_claims(_without("initialPurchase.totalPriceSet"))), "malformed"),
    (signed(post_purchase_claims(_without("initialPurchase.lineItems.0.product"))), "malformed"),
    (signed(post_purchase_claims(_without("initialPurchase.lineItems.0.product.variant"))), "malformed"),
    (signed(post_purchase_claims(input_data(purchase={"totalPriceSet": money("NaN")}))), "malformed"),
    (signed(post_purchase_claims(input_data(purchase={"totalPriceSet": money("1e999999999")}))), "malformed"),
    (signed(post_purchase_claims(input_data(purchase={"totalPriceSet": money("-1")}))), "malformed"),
    (signed(post_purchase_claims(input_data(purchase={"totalPriceSet": money("1", "pounds")}))), "malformed"),
    (signed(post_purchase_claims(input_data(purchase={"customerId": True}))), "malformed"),
]  # fmt: skip


@pytest.mark.parametrize(("token", "code"), FORGED, ids=[f"{number}-{code}" for number, (_, code) in enumerate(FORGED)])
def test_a_forged_token_is_rejected_with_its_reason(token: str, code: str) -> None:
    assert rejection(token) == code


def test_the_rejection_does_not_quote_the_purchase() -> None:
    data = input_data(purchase={"referenceId": ["ann@example.com"]})
    with pytest.raises(TokenRejected) as caught:
        read(signed(post_purchase_claims(data)))
    assert "ann@example.com" not in caught.value.message
    assert "referenceId" in caught.value.message


def test_tiny_and_long_amounts_do_not_break_the_arithmetic() -> None:
    for amount in ("1e-999999999", "0." + "0" * 500 + "1", "12.345678901234567890"):
        data = input_data(purchase={"totalPriceSet": money(amount)})
        assert read(signed(post_purchase_claims(data))).purchase.total >= 0


@given(st.text(max_size=300))
def test_no_text_gets_past_the_reader(text: str) -> None:
    with pytest.raises(TokenRejected):
        read(text)


_JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.dictionaries(st.sampled_from(["shop", "locale", "version"]), _JSON, max_size=2),
    st.dictionaries(
        st.sampled_from(["referenceId", "customerId", "destinationCountryCode", "totalPriceSet", "lineItems"]),
        _JSON | st.builds(money, st.floats() | st.decimals().map(str) | st.integers()),
        max_size=3,
    ),
)
def test_signed_nonsense_is_rejected_or_read(changes: dict[str, Any], purchase: dict[str, Any]) -> None:
    try:
        claims = read(signed(post_purchase_claims(input_data(purchase=purchase, **changes))))
    except TokenRejected:
        return
    assert claims.purchase.total >= 0


@given(st.dictionaries(st.sampled_from(["iss", "sub", "iat", "exp", "nbf", "aud", "dest", "input_data"]), _JSON))
def test_signed_claims_of_any_shape_are_rejected_or_read(changes: dict[str, Any]) -> None:
    try:
        assert read(signed(post_purchase_claims() | changes)).shop_domain == SHOP
    except TokenRejected as rejected:
        assert rejected.code != "signature"  # noqa: PT017 - raising is optional


def test_a_token_of_another_day_is_too_old() -> None:
    token = make_post_purchase_token(secret=SECRET, input_data=input_data(), now=NOW - timedelta(days=1))
    assert rejection(token) == "age"


@pytest.mark.parametrize(
    ("titles", "expected"),
    [(("Lamp", "Ribbon"), "Lamp"), ((None, "Ribbon"), None), (("", "Ribbon"), None), (({"a": 1}, "x"), None)],
)
def test_the_dearest_line_is_known_by_its_title_where_it_has_one(
    titles: tuple[object, ...], expected: str | None
) -> None:
    data = input_data()
    for line, title in zip(data["initialPurchase"]["lineItems"], titles, strict=True):
        line["product"]["title"] = title
    assert read(signed(post_purchase_claims(data))).bought == expected
