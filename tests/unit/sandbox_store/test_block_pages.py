"""The pages with a place for a block, and what they tell it."""

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.sandbox.deploy import DeployFailed, read_texts
from tests.sandbox.shopify.checkout_state import CheckoutState
from tests.sandbox.shopify.orders import Placed
from tests.sandbox.shopify.placed_blocks import ORDER_STATUS, THANK_YOU, place_blocks
from tests.sandbox.shopify.signing import read_jwt
from tests.sandbox.shopify.switches import set_switches
from tests.unit.sandbox_store.conftest import Shop


@pytest.fixture
def deployed(shop: Shop) -> Shop:
    """The shop with a block that is deployed and placed everywhere."""
    shop.settings.block_path.write_text("// never run here\n", encoding="utf-8")
    texts = {"fallback": "en", "locales": {"en": {}, "de": {}}}
    shop.settings.block_texts_path.write_text(json.dumps(texts), encoding="utf-8")
    place_blocks(shop.world, [THANK_YOU, ORDER_STATUS])
    return shop


def told(client: FlaskClient, path: str) -> Any:
    """Return what the page tells its block's script, or None where no block stands."""
    page = client.get(path).get_data(as_text=True)
    _, found, rest = page.partition("data-block-told>")
    return json.loads(rest.partition("</script>")[0]) if found else None


def test_the_order_status_page_shows_the_order_and_its_block(
    deployed: Shop, client: FlaskClient, state: CheckoutState, placed: Placed
) -> None:
    path = f"/orders/{state['checkout_token']}"
    assert placed.order_name in client.get(path).get_data(as_text=True)
    found = told(client, path)
    assert found["target"] == ORDER_STATUS
    values = found["values"]
    assert values["order"]["$signal"]["id"] == f"gid://shopify/Order/{placed.order_id}"
    assert values["authenticationState"] == {"$signal": "pre_authenticated"}
    assert values["checkoutToken"] == {"$signal": state["checkout_token"]}
    assert "orderConfirmation" not in values
    assert client.get("/orders/nothing").status_code == 404


def test_money_is_in_the_currency_the_shopper_paid_in(
    deployed: Shop, client: FlaskClient, state: CheckoutState, placed: Placed
) -> None:
    deployed.change(
        "UPDATE orders SET presentment_currency = 'EUR', presentment_rate = 2, current_total = 1001 WHERE id = ?",
        placed.order_id,
    )
    values = told(client, f"/orders/{state['checkout_token']}")["values"]
    assert values["cost"]["totalAmount"] == {"$signal": {"amount": 20.02, "currencyCode": "EUR"}}
    assert values["localization"]["currency"] == {"$signal": {"isoCode": "EUR"}}
    (line,) = values["lines"]["$signal"]
    assert line["cost"]["totalAmount"]["currencyCode"] == "EUR"


def test_who_the_people_are_needs_approval(
    deployed: Shop, client: FlaskClient, state: CheckoutState, placed: Placed
) -> None:
    path = f"/orders/{state['checkout_token']}"
    assert told(client, path)["values"]["buyerIdentity"]["email"] == {"$signal": "nia@example.com"}
    deployed.change("UPDATE shop SET protected_data_level = 1")
    values = told(client, path)["values"]
    assert values["buyerIdentity"]["email"] == {"$signal": None}
    assert values["shippingAddress"] == values["billingAddress"] == {"$absent": True}


@pytest.mark.usefixtures("deployed", "placed")
@pytest.mark.parametrize(("language", "own"), [("de-AT", "de"), ("de", "de"), ("fr-FR", "en"), ("en-GB", "en")])
def test_the_texts_are_in_the_pages_language_or_the_default(
    client: FlaskClient, state: CheckoutState, language: str, own: str
) -> None:
    place = told(client, f"/orders/{state['checkout_token']}?language={language}")["values"]["localization"]
    assert place["language"] == {"$signal": {"isoCode": language}}
    assert place["extensionLanguage"] == {"$signal": {"isoCode": own}}


def test_a_page_says_why_it_has_no_block(
    deployed: Shop, client: FlaskClient, state: CheckoutState, placed: Placed
) -> None:
    path = f"/orders/{state['checkout_token']}"
    deployed.settings.block_path.unlink()
    assert "was not deployed" in client.get(path).get_data(as_text=True)
    assert "was not deployed" in client.get("/checkout/editor/order-status").get_data(as_text=True)
    place_blocks(deployed.world, [THANK_YOU])
    assert "has not placed it here" in client.get(path).get_data(as_text=True)
    deployed.change("UPDATE installation SET uninstalled_at = '2026-01-01'")
    assert "is not installed" in client.get(path).get_data(as_text=True)
    assert told(client, path) is None
    assert client.get("/checkout/extension/thank-you.js").status_code == 404


def test_the_editor_shows_both_pages_and_no_other(deployed: Shop, client: FlaskClient, placed: Placed) -> None:
    found = told(client, "/checkout/editor/thank-you")
    assert found["values"]["extension"]["editor"] == {"type": "checkout"}
    assert told(client, "/checkout/editor/order-status")["target"] == ORDER_STATUS
    assert client.get("/checkout/editor/cart").status_code == 404


def test_a_session_token_names_the_customer_only_after_a_login(
    deployed: Shop, client: FlaskClient, state: CheckoutState, placed: Placed
) -> None:
    path = f"/orders/{state['checkout_token']}"

    def claims() -> dict[str, Any]:
        token = client.post(f"{path}/session-token").get_json()["token"]
        return read_jwt(deployed.settings.client_secret, token)

    first, second = claims(), claims()
    assert first["jti"] != second["jti"]
    assert first["exp"] - first["iat"] == 300
    assert set(first) == {"dest", "aud", "exp", "nbf", "iat", "jti"}
    assert client.get(f"{path}/login").location == path
    assert claims()["sub"] == f"gid://shopify/Customer/{placed.customer_id}"
    client.delete_cookie("sandbox_customer", path="/orders")
    assert "sub" not in claims()
    set_switches(deployed.world, {"is_logged_in": True})
    assert claims()["sub"] == f"gid://shopify/Customer/{placed.customer_id}"
    assert client.post("/orders/nothing/session-token").status_code == 404
    assert client.get("/orders/nothing/login").status_code == 404


def test_consent_is_taken_as_true_or_false(
    deployed: Shop, client: FlaskClient, state: CheckoutState, placed: Placed
) -> None:
    path = f"/orders/{state['checkout_token']}"
    answer = client.post(f"{path}/consent", json={"analytics": False})
    assert answer.get_json()["allowedProcessing"]["analytics"] is False
    privacy = told(client, path)["values"]["customerPrivacy"]["$signal"]
    assert privacy["allowedProcessing"]["analytics"] is False
    assert client.post(f"{path}/consent", json={"analytics": "no"}).status_code == 422
    assert client.post("/orders/nothing/consent", json={"analytics": True}).status_code == 422


def test_texts_are_read_with_one_language_as_the_default(tmp_path: Path) -> None:
    (tmp_path / "en.default.json").write_text('{"a": "A"}', encoding="utf-8")
    (tmp_path / "pt-BR.json").write_text('{"a": "B"}', encoding="utf-8")
    assert read_texts(tmp_path) == {"fallback": "en", "locales": {"en": {"a": "A"}, "pt-BR": {"a": "B"}}}
    (tmp_path / "de.default.json").write_text("{}", encoding="utf-8")
    with pytest.raises(DeployFailed, match="exactly one"):
        read_texts(tmp_path)
    (tmp_path / "de.default.json").write_text("[]", encoding="utf-8")
    with pytest.raises(DeployFailed, match="no texts by name"):
        read_texts(tmp_path)
    (tmp_path / "de.default.json").write_text("{", encoding="utf-8")
    with pytest.raises(DeployFailed, match="is no JSON"):
        read_texts(tmp_path)
