import json
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient

from tests.sandbox.browser.eligibility import REASONS
from tests.sandbox.browser.money_text import money_text
from tests.sandbox.shopify.selling_plans import create_group
from tests.sandbox.shopify.signing import make_jwt, read_jwt
from tests.unit.sandbox_store.conftest import Shop

YES = json.dumps({"outcome": "yes", "milliseconds": 120})
JSON = {"Accept": "application/json"}
Open = Callable[..., tuple[str, dict[str, str]]]


@pytest.fixture
def opened(shop: Shop, client: FlaskClient) -> Open:
    """Open a checkout of one article; return its token and the filled-in form, with what the test changes."""

    def make(**changes: str) -> tuple[str, dict[str, str]]:
        body = {"cart": f"{shop.variants[0]}:2", "buyer": "new"}
        answer = post(client, "/sandbox/api/checkouts", json=body).json
        return answer["token"], {**answer["fields"], "should_render": YES, **changes}

    return make


def post(client: FlaskClient, path: str, **body: Any) -> Any:
    return client.post(path, **body)


def pay(client: FlaskClient, token: str, fields: dict[str, str]) -> Any:
    return post(client, f"/checkout/{token}/pay", data=fields, headers=JSON)


def outcome(client: FlaskClient, token: str) -> Any:
    return client.get(f"/sandbox/api/checkouts/{token}").json


def test_a_card_purchase_leads_to_the_one_click_page_and_sends_its_webhooks(
    shop: Shop, client: FlaskClient, opened: Open
) -> None:
    token, fields = opened()
    answer = pay(client, token, fields)
    assert answer.json == {"next": f"/checkout/{token}/post-purchase"}
    assert shop.topics()[:2] == ["orders/create", "orders/paid"]
    assert outcome(client, token)["stage"] == "post_purchase"
    assert shop.one("SELECT held_until FROM orders WHERE checkout_token = ?", token) is not None
    page = client.get(answer.json["next"]).get_data(as_text=True)
    data = json.loads(page.split("data-input-data>")[1].split("</script>")[0])
    claims = read_jwt(shop.settings.client_secret, data.pop("token"))
    assert claims["input_data"] == data
    assert (claims["iss"], claims["sub"]) == ("shopify", token)
    assert data["initialPurchase"]["referenceId"] == token
    assert isinstance(data["initialPurchase"]["customerId"], int)
    assert data["initialPurchase"]["totalPriceSet"]["shopMoney"]["amount"] != "0.00"
    assert data["initialPurchase"]["lineItems"][0]["product"]["variant"]["id"] == shop.variants[0]
    assert data["extensionPoint"] == "Checkout::PostPurchase::Render"


def test_goods_bought_by_a_selling_plan_say_so_on_the_page_and_in_the_order(
    shop: Shop, client: FlaskClient, opened: Open
) -> None:
    _, fields = opened()
    product = int(str(shop.one("SELECT product_id FROM variant WHERE id = ?", shop.variants[0])))
    (plan,) = create_group(
        shop.world, shop.sender, name="Club", plans=[{"name": "Monthly", "interval": "MONTH"}], product_ids=[product]
    )["plan_ids"]
    address = f"/store/cart/{shop.variants[0]}:1?selling_plan={plan}"
    token = client.get(address).location.rpartition("/")[2]
    answer = pay(client, token, fields)
    page = client.get(answer.json["next"]).get_data(as_text=True)
    data = json.loads(page.split("data-input-data>")[1].split("</script>")[0])
    assert [line["sellingPlanId"] for line in data["initialPurchase"]["lineItems"]] == [plan]
    line = """SELECT selling_plan_id FROM order_line l JOIN orders o ON o.id = l.order_id
              LEFT JOIN order_line_plan p ON p.line_id = l.id WHERE checkout_token = ?"""
    assert shop.one(line, token) == plan
    once, fields = opened()
    page = client.get(pay(client, once, fields).json["next"]).get_data(as_text=True)
    assert "sellingPlanId" not in page.split("data-input-data>")[1].split("</script>")[0]
    assert shop.one(line, once) is None


def test_a_selling_plan_that_the_shop_lacks_sells_nothing(shop: Shop, client: FlaskClient, opened: Open) -> None:
    _, fields = opened()
    token = client.get(f"/store/cart/{shop.variants[0]}:1?selling_plan=1").location.rpartition("/")[2]
    assert "sold by the plan 1" in pay(client, token, fields).get_data(as_text=True)
    assert outcome(client, token)["stage"] == "open"


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"payment": "paypal"}, "payment_method"),
        ({"payment": "apple_pay"}, "payment_method"),
        ({"payment": "google_pay"}, "payment_method"),
        ({"payment": "klarna"}, "payment_method"),
        ({"payment": "gift_card"}, "payment_method"),
        ({"presentment_currency": "EUR"}, "multi_currency"),
        ({"delivery": "pickup"}, "pickup"),
        ({"should_render": '{"outcome": "no", "milliseconds": 3}'}, "should_render_no"),
        ({"should_render": '{"outcome": "yes", "milliseconds": 2500}'}, "should_render_late"),
        ({"should_render": "rubbish"}, "should_render_not_asked"),
        ({"should_render": '["yes"]'}, "should_render_not_asked"),
        ({"should_render": '{"outcome": "maybe"}'}, "should_render_not_asked"),
    ],
)
def test_purchases_without_the_page_go_to_the_thank_you_page_and_say_why(
    shop: Shop, client: FlaskClient, opened: Open, changes: dict[str, str], reason: str
) -> None:
    token, fields = opened(**changes)
    assert pay(client, token, fields).json == {"next": f"/orders/{token}/thank-you"}
    assert outcome(client, token)["not_shown"] == reason
    assert shop.one("SELECT held_until FROM orders WHERE checkout_token = ?", token) is None
    assert REASONS[reason] in client.get(f"/orders/{token}/thank-you").get_data(as_text=True)
    # The page itself is not to be had by its address either.
    assert client.get(f"/checkout/{token}/post-purchase").location == f"/orders/{token}/thank-you"


def test_shop_pay_sees_the_page_without_what_should_render_stored(client: FlaskClient, opened: Open) -> None:
    token, fields = opened(payment="shop_pay")
    page = client.get(pay(client, token, fields).json["next"]).get_data(as_text=True)
    assert 'data-storage-forgotten="true"' in page


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("UPDATE shop SET post_purchase_app = NULL", "another_app_chosen"),
        ("UPDATE installation SET uninstalled_at = installed_at", "not_installed"),
    ],
)
def test_without_our_app_nothing_is_loaded(
    shop: Shop, client: FlaskClient, opened: Open, change: str, reason: str
) -> None:
    shop.change(change)
    token, fields = opened()
    draft = post(client, f"/checkout/{token}/draft", data=fields).json
    assert draft["not_loaded"] == reason
    assert "input_data" not in draft
    pay(client, token, fields)
    assert outcome(client, token)["not_shown"] == reason


def test_without_a_bundle_there_is_no_extension(shop: Shop, client: FlaskClient, opened: Open) -> None:
    assert client.get("/checkout/extension/post-purchase.js").status_code == 200
    shop.settings.bundle_path.unlink()
    assert client.get("/checkout/extension/post-purchase.js").status_code == 404
    token, fields = opened()
    assert post(client, f"/checkout/{token}/draft", data=fields).json["not_loaded"] == "extension_not_found"


def test_the_first_run_knows_no_total_and_later_ones_do(shop: Shop, client: FlaskClient, opened: Open) -> None:
    token, fields = opened()
    first = post(client, f"/checkout/{token}/draft", data={**fields, "first_run": "1"}).json
    later = post(client, f"/checkout/{token}/draft", data=fields).json
    assert first["input_data"]["initialPurchase"]["totalPriceSet"]["shopMoney"]["amount"] == "0.00"
    assert later["input_data"]["initialPurchase"]["totalPriceSet"]["shopMoney"]["amount"] == later["total"][1:]
    assert "customerId" not in later["input_data"]["initialPurchase"]
    email = shop.one("SELECT email FROM customer WHERE email IS NOT NULL")
    known = post(client, f"/checkout/{token}/draft", data={**fields, "email": str(email).upper()}).json
    assert known["input_data"]["initialPurchase"]["customerId"] == shop.one(
        "SELECT id FROM customer WHERE email = ?", email
    )


def test_total_currency_and_country_ask_again_and_nothing_else_does(client: FlaskClient, opened: Open) -> None:
    token, fields = opened()

    def key(**changes: str) -> str:
        answer = post(client, f"/checkout/{token}/draft", data={**fields, **changes}).json
        assert isinstance(answer["ask_again_on"], str)
        return answer["ask_again_on"]

    same = key()
    assert key(first_name="Zoe", payment="paypal") == same
    assert len({same, key(country="FR"), key(presentment_currency="USD"), key(discount_code="WELCOME10")}) == 4


def test_paying_twice_is_paying_once(shop: Shop, client: FlaskClient, opened: Open) -> None:
    token, fields = opened()
    first, second = pay(client, token, fields), pay(client, token, fields)
    assert first.json == second.json
    assert shop.one("SELECT COUNT(*) FROM orders WHERE checkout_token = ?", token) == 1
    assert post(client, f"/checkout/{token}/draft", data={}).status_code == 409
    assert client.get(f"/checkout/{token}").location == first.json["next"]


def test_an_order_whose_checkout_was_not_noted_is_found_again(shop: Shop, client: FlaskClient, opened: Open) -> None:
    token, fields = opened()
    first = pay(client, token, fields)
    shop.change("UPDATE checkout SET order_id = NULL, stage = 'open' WHERE token = ?", token)
    assert pay(client, token, fields).json == first.json


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"email": "", "phone": "", "accepts_email": "", "accepts_sms": ""}, "email"),
        ({"card_number": "2"}, "payment"),
        ({"card_number": "3"}, "payment"),
        ({"card_number": "4242"}, "card_number"),
        ({"discount_code": "nope"}, "discount_code"),
        ({"zip": ""}, "zip"),
    ],
)
def test_what_cannot_be_paid_makes_no_order(
    shop: Shop, client: FlaskClient, opened: Open, changes: dict[str, str], field: str
) -> None:
    token, fields = opened(**changes)
    answer = pay(client, token, fields)
    assert answer.status_code == 422
    assert list(answer.json["errors"]) == [field]
    assert shop.one("SELECT COUNT(*) FROM orders WHERE checkout_token = ?", token) == 0
    assert shop.topics() == []


def test_stock_that_went_meanwhile_makes_no_order(shop: Shop, client: FlaskClient, opened: Open) -> None:
    token, fields = opened()
    shop.change("UPDATE inventory_level SET available = 1")
    assert "left" in pay(client, token, fields).json["errors"]["payment"]
    assert post(client, f"/checkout/{token}/draft", data=fields).status_code == 422
    assert "cannot be bought" in client.get(f"/checkout/{token}").get_data(as_text=True)


def test_the_form_works_without_a_script(client: FlaskClient, opened: Open) -> None:
    token, fields = opened(zip="")
    page = post(client, f"/checkout/{token}/pay", data=fields)
    assert page.status_code == 422
    assert "Enter a postcode." in page.get_data(as_text=True)
    response = post(client, f"/checkout/{token}/pay", data={**fields, "zip": "LS1 1AA"})
    assert response.location == f"/checkout/{token}/post-purchase"


def test_consent_boxes_reach_the_customer(shop: Shop, client: FlaskClient, opened: Open) -> None:
    token, fields = opened(accepts_email="")
    pay(client, token, fields)
    email = fields["email"]
    assert shop.one("SELECT sms_state FROM customer WHERE email = ?", email) == "SUBSCRIBED"
    assert shop.one("SELECT email_state FROM customer WHERE email = ?", email) == "NOT_SUBSCRIBED"
    assert shop.one("SELECT phone FROM customer WHERE email = ?", email) == fields["phone"]


def test_the_thank_you_page_ends_the_hold(shop: Shop, client: FlaskClient, opened: Open) -> None:
    token, fields = opened()
    assert client.get(f"/orders/{token}/thank-you").location == f"/checkout/{token}"
    pay(client, token, fields)
    page = client.get(f"/orders/{token}/thank-you").get_data(as_text=True)
    assert "Nothing was added" in page
    assert shop.one("SELECT held_until FROM orders WHERE checkout_token = ?", token) is None
    assert client.get(f"/checkout/{token}/post-purchase").location == f"/orders/{token}/thank-you"
    assert client.get("/orders/nothing/thank-you").status_code == 404
    assert client.get("/checkout/nothing").status_code == 404
    assert client.post("/checkout/nothing/pay").status_code == 404
    assert client.post("/checkout/nothing/draft").status_code == 409


@pytest.mark.parametrize("refuses", ["", "1"])
def test_an_accepted_offer_is_on_the_thank_you_page(
    shop: Shop, client: FlaskClient, opened: Open, refuses: str
) -> None:
    token, fields = opened(refuse_later=refuses)
    pay(client, token, fields)
    now = int(shop.clock.now().timestamp())
    discount = {"value": 50, "valueType": "percentage", "title": "Half price"}
    change = {"type": "add_variant", "variantId": shop.variants[1], "quantity": 1, "discount": discount}
    claims = {"iss": shop.settings.client_id, "sub": token, "iat": now, "jti": "j-1", "changes": [change]}
    signed = make_jwt(shop.settings.client_secret, claims)
    calculated = post(client, f"/checkout/{token}/changesets/calculate", json={"token": signed}).json
    assert calculated == post(client, f"/checkout/{token}/changesets/calculate", json={"changes": [change]}).json
    applied = post(client, f"/checkout/{token}/changesets/apply", json={"token": signed}).json
    assert applied["status"] == ("partially_processed" if refuses else "processed")
    page = client.get(f"/orders/{token}/thank-you").get_data(as_text=True)
    assert "Added after purchase" in page
    assert "Half price" in page
    assert ("is still to be paid" in page) is bool(refuses)
    assert outcome(client, token)["changesets"][0]["status"] == applied["status"]


@pytest.mark.parametrize("body", ["", "[]", "nonsense", '{"token": 5}'])
def test_calls_without_sense_are_answered_as_the_platform_does(client: FlaskClient, opened: Open, body: str) -> None:
    token, fields = opened()
    pay(client, token, fields)
    for call in ("calculate", "apply"):
        answer = post(client, f"/checkout/{token}/changesets/{call}", data=body).json
        assert answer["status"] == "unprocessed"
        assert [error["code"] for error in answer["errors"]] == ["invalid_request"]


def test_the_next_answer_can_be_forced_over_http(client: FlaskClient, opened: Open) -> None:
    token, fields = opened()
    pay(client, token, fields)
    control, call = "/sandbox/api/next-changeset", f"/checkout/{token}/changesets/apply"
    assert post(client, control, json={"outcome": "server_error", "checkout_token": token}).status_code == 200
    assert post(client, call, json={}).json["errors"][0]["code"] == "server_error"
    post(client, control, json={"outcome": "no_answer"})
    assert post(client, call, json={}).status_code == 503
    post(client, control, json={"outcome": "no_answer"})
    assert client.delete(control).status_code == 200
    assert post(client, call, json={}).status_code == 200
    assert post(client, control, json={"outcome": "boom"}).status_code == 422
    assert post(client, control, data="x").status_code == 422


@pytest.mark.parametrize("preset", ["new", "us"])
def test_newcomers_are_filled_in_with_numbers_nobody_has(shop: Shop, client: FlaskClient, preset: str) -> None:
    body = {"cart": f"{shop.variants[0]}:1", "buyer": preset}
    fields = post(client, "/sandbox/api/checkouts", json=body).json["fields"]
    assert fields["accepts_sms"] == fields["accepts_email"] == "1"
    assert shop.one("SELECT COUNT(*) FROM customer WHERE phone = ?", fields["phone"]) == 0
    assert fields["presentment_currency"] == ("USD" if preset == "us" else "GBP")


def test_customers_are_filled_in_as_they_are(shop: Shop, client: FlaskClient) -> None:
    address = json.dumps(
        {"address1": "1 Way", "city": "Bath", "province_code": None, "zip": "BA1", "country_code": "GB"}
    )
    for state, name in (("SUBSCRIBED", "Yes"), ("UNSUBSCRIBED", "No")):
        shop.change(
            "INSERT INTO customer (id, first_name, last_name, email, phone, address, time_zone, email_state, sms_state,"
            " number_of_orders, created_at, updated_at)"
            " VALUES (NULL, 'Pat', ?, ?, ?, ?, 'Europe/London', ?, ?, 3, '', '')",
            *(name, f"{name}@example.com", f"+44770090099{len(name)}", address, state, state),
        )
    shop.change(
        "DELETE FROM customer WHERE last_name NOT IN ('Yes', 'No') AND id NOT IN (SELECT customer_id FROM orders)"
    )
    cart = f"{shop.variants[0]}:1"
    token = post(client, "/sandbox/api/checkouts", json={"cart": cart, "buyer": None}).json["token"]
    for preset, state in (("returning", "SUBSCRIBED"), ("opted-out", "UNSUBSCRIBED")):
        page = client.get(f"/checkout/{token}?buyer={preset}").get_data(as_text=True)
        email = page.split('name="email"')[1].split('value="')[1].split('"')[0]
        assert shop.one("SELECT email_state FROM customer WHERE email = ?", email) == state
    shop.change("UPDATE customer SET email_state = 'PENDING'")
    assert "no such customer" in client.get(f"/checkout/{token}?buyer=returning").get_data(as_text=True)
    body = {"cart": cart, "buyer": "returning"}
    assert post(client, "/sandbox/api/checkouts", json=body).status_code == 422


@pytest.mark.parametrize("body", ['"x"', "{}", '{"cart": "x"}', '{"cart": "1:1", "buyer": "king"}'])
def test_bad_orders_to_open_a_checkout_are_refused(client: FlaskClient, body: str) -> None:
    assert post(client, "/sandbox/api/checkouts", data=body).status_code == 422
    assert client.get("/sandbox/api/checkouts/none").status_code == 404


@pytest.mark.parametrize(
    ("minor", "currency", "rate", "expected"),
    [(125000, "GBP", 1.0, "£1,250.00"), (-500, "EUR", 1.0, "\N{MINUS SIGN}€5.00"), (5, "CHF", 1.0, "CHF\xa00.05")],
)
def test_money_reads_well(minor: int, currency: str, rate: float, expected: str) -> None:
    assert money_text(minor, currency, rate) == expected
