"""Integrations: forms drawn from any vendor's description; a secret goes in and never comes out."""

from typing import Any

import pytest

from server.runtime import Runtime
from server.storage.shops import Connections
from tests.web.installed import TWILIO
from tests.web.pages.conftest import Staff
from tests.web.pages.reading import Markup, words

SMTP = {
    "host": "smtp.example.com",
    "port": "587",
    "security": "starttls",
    "username": "afters",
    "password": "correct horse",
    "from_address": "hello@example.com",
    "from_name": "Gift Shop",
    "reply_to": "",
    "postal_address": "Gift Shop\r\n1 High Street",
}


def form(staff: Staff, slug: str) -> Markup:
    page = Markup.read(staff.open("/integrations").text)
    return next(each for each in page.all("form") if each.attributes["id"] == slug)


def stored(runtime: Runtime, shop_id: int, slug: str) -> dict[str, str] | None:
    with runtime.database.read() as session:
        found = Connections(session, shop_id, runtime.box).get(slug)
        return found.settings if found else None


def problems(answer: Any) -> dict[str, str]:
    assert answer.status_code == 422
    return {each["path"]: each["message"] for each in answer.json["error"]["problems"]}


def test_every_vendor_has_its_form_with_every_setting(staff: Staff, runtime: Runtime) -> None:
    for spec in runtime.registry.specs:
        drawn = form(staff, spec.slug)
        assert drawn.attributes["action"] == f"/integrations/{spec.slug}"
        for setting in spec.fields:
            shown = drawn.named(setting.name)
            assert shown.attributes["label"] == setting.label
            assert setting.help in str(shown.attributes["details"])


def test_kinds_of_settings_have_fields_of_their_own(staff: Staff) -> None:
    drawn = form(staff, "smtp")
    kinds = {each.attributes["name"]: each.tag for each in drawn.every() if each.attributes.get("name")}
    assert kinds == {
        "host": "s-text-field",
        "port": "s-text-field",
        "security": "s-select",
        "username": "s-text-field",
        "password": "s-password-field",
        "from_address": "s-email-field",
        "from_name": "s-text-field",
        "reply_to": "s-email-field",
        "postal_address": "s-text-area",
    }
    assert drawn.named("security").attributes["value"] == "starttls"
    choices = [(each.attributes["value"], words(each)) for each in drawn.named("security").all("s-option")]
    assert choices[0] == ("starttls", "STARTTLS")
    assert "required" in drawn.named("host").attributes
    assert "required" not in drawn.named("reply_to").attributes


def test_good_settings_are_stored_and_shown_again_without_the_secret(
    staff: Staff, runtime: Runtime, shop_id: int
) -> None:
    assert "Not connected" in words(Markup.read(staff.open("/integrations").text))
    assert staff.send("/integrations/smtp", SMTP).json == {"ok": True}
    assert stored(runtime, shop_id, "smtp") == {**SMTP, "postal_address": "Gift Shop\n1 High Street"}
    page = staff.open("/integrations")
    assert "correct horse" not in page.text
    drawn = form(staff, "smtp")
    assert drawn.named("username").attributes["value"] == "afters"
    assert "value" not in drawn.named("password").attributes
    assert str(drawn.named("password").attributes["details"]).startswith("Stored.")
    assert "Not connected" not in words(Markup.read(page.text))


def test_an_empty_secret_keeps_the_stored_one_and_a_new_one_replaces_it(
    staff: Staff, runtime: Runtime, shop_id: int
) -> None:
    fields = {**TWILIO, "auth_token": "", "from_number": "+447700900222"}
    assert staff.send("/integrations/twilio", fields).json == {"ok": True}
    kept = stored(runtime, shop_id, "twilio")
    assert kept is not None
    assert (kept["auth_token"], kept["from_number"]) == (TWILIO["auth_token"], "+447700900222")
    staff.send("/integrations/twilio", {**fields, "auth_token": "3" * 32})
    assert (stored(runtime, shop_id, "twilio") or {})["auth_token"] == "3" * 32


def test_problems_are_said_at_their_fields_and_nothing_is_stored(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    bad = {**SMTP, "host": "https://smtp.example.com", "port": "0", "from_address": "nobody", "from_name": ""}
    found = problems(staff.send("/integrations/smtp", bad))
    assert set(found) == {"host", "port", "from_address", "from_name"}
    assert found["port"].startswith("Port must be a number from 1 to 65535.")
    assert stored(runtime, shop_id, "smtp") is None


def test_rules_between_fields_are_checked_too(staff: Staff) -> None:
    found = problems(staff.send("/integrations/smtp", {**SMTP, "security": "none"}))
    assert list(found) == ["security"]
    found = problems(staff.send("/integrations/twilio", {**TWILIO, "from_number": ""}))
    assert list(found) == ["from_number"]


@pytest.mark.parametrize("secret", ["pass\x07word", "naïve"])
def test_a_refused_secret_is_not_quoted(staff: Staff, secret: str) -> None:
    answer = staff.send("/integrations/smtp", {**SMTP, "password": secret})
    assert answer.status_code == 422
    assert secret not in answer.text


def test_saving_takes_a_paused_connection_up_again(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    with runtime.database.write() as session:
        connections = Connections(session, shop_id, runtime.box)
        connections.pause("twilio", reason="Twilio refused the credentials (20003).", now=staff.clock.now())
    page = staff.open("/integrations").text
    assert "Twilio is paused" in page
    assert "Twilio refused the credentials (20003)." in page
    staff.send("/integrations/twilio", {**TWILIO, "auth_token": "4" * 32})
    assert "Twilio is paused" not in staff.open("/integrations").text


def test_the_address_for_reports_is_shown_where_there_are_any(staff: Staff) -> None:
    shown = [each for each in form(staff, "twilio").every() if "readonly" in each.attributes]
    assert [each.attributes["value"] for each in shown] == [
        "https://afters.example/receipts/twilio?shop=gift-shop.myshopify.com"
    ]
    assert not [each for each in form(staff, "smtp").every() if "readonly" in each.attributes]


def test_an_unknown_vendor_is_not_found(staff: Staff) -> None:
    answer = staff.send("/integrations/pigeon", {})
    assert answer.status_code == 404
    assert answer.json is not None
    assert answer.json["error"]["code"] == "unknown_integration"
