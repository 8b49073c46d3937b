"""The changesets we sign, read by the sandbox's own code."""

from datetime import timedelta
from decimal import Decimal

import pytest
from joserfc.errors import JoseError

from server.core.money import Money
from server.domain.offered import AppliedDiscount, Change, ShippingPrice, SubscriptionChange
from server.ports import ChangesetSigner
from server.shopify.tokens import ShopifyChangesetSigner, TokenRejected, read_post_purchase_token, read_session_token
from tests.sandbox.shopify.signing import TokenRefused, read_changeset
from tests.unit.shopify.forging import CLIENT_ID, NOW, REFERENCE, SECRET

SIGNER: ChangesetSigner = ShopifyChangesetSigner(client_id=CLIENT_ID, secret=SECRET)
CHANGES = (
    Change(variant_id="111", quantity=2, discount=AppliedDiscount(percent=Decimal("15.00"), title="Thank you")),
    Change(variant_id="121", quantity=1, discount=AppliedDiscount(percent=Decimal("12.5"), title="Half")),
    Change(variant_id="131", quantity=1),
    ShippingPrice("Parcel", Money(295, "GBP")),
    ShippingPrice("Free delivery", Money(0, "GBP")),
)


def token(token_id: str = "decision-1") -> str:
    return SIGNER.sign(reference_id=REFERENCE, changes=CHANGES, token_id=token_id, now=NOW)


def token_id_of(signed: str) -> object:
    return read_changeset(secret=SECRET, client_id=CLIENT_ID, reference_id=REFERENCE, token=signed, now=NOW)["jti"]


def test_the_sandbox_takes_it_and_finds_what_was_offered() -> None:
    claims = read_changeset(secret=SECRET, client_id=CLIENT_ID, reference_id=REFERENCE, token=token(), now=NOW)
    assert claims["iss"] == CLIENT_ID
    assert claims["sub"] == REFERENCE
    assert claims["iat"] == int(NOW.timestamp())
    assert claims["exp"] == claims["iat"] + 600
    assert claims["changes"] == [
        {
            "type": "add_variant",
            "variantId": 111,
            "quantity": 2,
            "discount": {"value": 15, "valueType": "percentage", "title": "Thank you"},
        },
        {
            "type": "add_variant",
            "variantId": 121,
            "quantity": 1,
            "discount": {"value": 12.5, "valueType": "percentage", "title": "Half"},
        },
        {"type": "add_variant", "variantId": 131, "quantity": 1},
        {"type": "add_shipping_line", "price": 2.95, "title": "Parcel"},
        {"type": "add_shipping_line", "price": 0, "title": "Free delivery"},
    ]


def test_a_subscription_names_its_plan_and_what_sending_costs_now_and_later() -> None:
    change = SubscriptionChange(
        variant_id="111",
        plan_id="688",
        quantity=2,
        first_shipping=ShippingPrice("Post", Money(250, "GBP")),
        later_shipping=Money(100, "GBP"),
        discount=AppliedDiscount("First box", amount=Money(350, "GBP")),
    )
    signed = SIGNER.sign(reference_id=REFERENCE, changes=(change,), token_id="subscription", now=NOW)
    claims = read_changeset(secret=SECRET, client_id=CLIENT_ID, reference_id=REFERENCE, token=signed, now=NOW)
    assert claims["changes"] == [
        {
            "type": "add_subscription",
            "variantId": 111,
            "sellingPlanId": 688,
            "quantity": 2,
            "initialShippingPrice": 2.5,
            "recurringShippingPrice": 1,
            "shippingOption": {"title": "Post", "presentmentTitle": "Post"},
            "discount": {"value": 3.5, "valueType": "fixed_amount", "title": "First box"},
        }
    ]


def test_each_decision_has_a_token_id_of_its_own() -> None:
    assert token_id_of(token("decision-1")) != token_id_of(token("decision-2"))


def test_the_same_signature_can_be_asked_for_again() -> None:
    assert token() == token()
    later = SIGNER.sign(
        reference_id=REFERENCE, changes=CHANGES, token_id="decision-1", now=NOW + timedelta(microseconds=900_000)
    )
    assert token_id_of(later) == token_id_of(token())


def test_it_is_over_after_ten_minutes() -> None:
    assert SIGNER.lifetime == timedelta(minutes=10)
    with pytest.raises(TokenRefused):
        read_changeset(
            secret=SECRET,
            client_id=CLIENT_ID,
            reference_id=REFERENCE,
            token=token(),
            now=NOW + timedelta(minutes=11),
        )


def test_our_own_changeset_opens_no_endpoint_of_ours() -> None:
    with pytest.raises(TokenRejected) as caught:
        read_post_purchase_token(token(), secrets=(SECRET,), now=NOW)
    assert caught.value.code == "wrong_kind"
    with pytest.raises(TokenRejected) as caught:
        read_session_token(token(), secrets=(SECRET,), client_id=CLIENT_ID, now=NOW)
    assert caught.value.code == "wrong_kind"


def test_nothing_is_signed_with_an_empty_secret() -> None:
    with pytest.raises((ValueError, JoseError)):
        ShopifyChangesetSigner(client_id=CLIENT_ID, secret="")
