"""The landing page, and the phone and inbox page: the right people, the right progress, letters that cannot run."""

from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.sandbox.app import Sandbox, build_host
from tests.sandbox.browser.people import people_of
from tests.sandbox.clock import SandboxClock
from tests.sandbox.settings import SandboxSettings
from tests.sandbox.shopify.world import World
from tests.sandbox.shopify.world_build import build_template, copy_template
from tests.sandbox.vendors.inbox import Inbox
from tests.sandbox.vendors.twilio_network import TwilioStandIn
from tests.unit.sandbox_vendors.conftest import PHONE, ListeningApp, TwilioClient
from tests.unit.sandbox_vendors.test_control import keep_letter

MODULES = ("tests.sandbox.browser.landing", "tests.sandbox.browser.inbox", "tests.sandbox.browser.clock_page")


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("world") / "template.sqlite3"
    settings = SandboxSettings(var_dir=path.parent, app_root=path.parent)
    build_template(path, domain=settings.shop_domain, client_id=settings.client_id, orders=50)
    return path


@pytest.fixture
def world(template: Path, settings: SandboxSettings, clock: SandboxClock) -> World:
    copy_template(template, settings.world_path, clock.now())
    return World(settings.world_path, clock)


@pytest.fixture
def pages(sandbox: Sandbox, world: World) -> FlaskClient:
    return build_host("people", replace(sandbox, world=world), MODULES).test_client()


@pytest.fixture
def known(world: World) -> tuple[str, str, str]:
    """The name, number and address of a customer who has all three."""
    with world.read() as connection:
        row = connection.execute(
            "SELECT first_name || ' ' || last_name AS name, phone, email FROM customer"
            " WHERE sms_state = 'SUBSCRIBED' AND email IS NOT NULL AND first_name IS NOT NULL LIMIT 1"
        ).fetchone()
    return row["name"], row["phone"], row["email"]


def test_a_customers_number_and_address_are_one_person(world: World, known: tuple[str, str, str]) -> None:
    name, phone, email = known
    (person,) = people_of(world, [email, phone])
    assert person.name == name
    assert phone in person.phones
    assert email in person.emails


def test_strangers_are_people_of_their_own(world: World, known: tuple[str, str, str]) -> None:
    _, phone, _ = known
    wanted = ["stranger@example.com", phone, "+15005530003"]
    found = people_of(world, wanted)
    assert all(person.has(address) for person, address in zip(found, wanted, strict=True))
    assert [person.name is None for person in found] == [True, False, True]


def test_an_order_joins_a_number_to_an_address(world: World) -> None:
    with world.write() as connection:
        connection.execute(
            "UPDATE orders SET phone = '+447700900950', email = 'new@example.com'"
            " WHERE id = (SELECT max(id) FROM orders)"
        )
    (person,) = people_of(world, ["+447700900950", "new@example.com"])
    assert (person.phones, person.emails) == (("+447700900950",), ("new@example.com",))


def test_nobody(world: World, pages: FlaskClient) -> None:
    assert people_of(world, []) == []
    assert pages.get("/inbox/people").get_json()["people"] == []


def test_the_inbox_groups_by_person_and_changes_its_revision(
    pages: FlaskClient, api: TwilioClient, network: TwilioStandIn, inbox: Inbox, known: tuple[str, str, str]
) -> None:
    name, phone, email = known
    api.send(To=phone, Body="Hello")
    network.settle()
    network.receive(phone, "STOP")
    network.settle()
    first = pages.get("/inbox/people").get_json()
    network.clock.move(60)
    keep_letter(inbox, None, to=email)
    second = pages.get("/inbox/people").get_json()
    assert first["revision"] != second["revision"]
    assert second["revision"] == pages.get("/inbox/people").get_json()["revision"]
    (person,) = second["people"]
    assert person["name"] == name
    assert person["opted_out"] == [phone]
    assert [sms["direction"] for sms in person["sms"]] == ["outbound-api", "inbound", "outbound-reply"]
    assert [letter["subject"] for letter in person["letters"]] == ["Hi"]
    assert person["letters"][0]["html"] is None


def test_whoever_was_active_last_comes_first(
    pages: FlaskClient, network: TwilioStandIn, inbox: Inbox, app: ListeningApp
) -> None:
    keep_letter(inbox, None, to="early@example.com")
    network.clock.move(60)
    network.receive(PHONE, "Hello")
    network.settle()
    network.clock.move(60)
    inbox.add_refusal(vendor="smtp", recipient="late@bounce.example", code=550, words="5.1.1 No such mailbox")
    people = pages.get("/inbox/people").get_json()["people"]
    assert [(each["phones"] + each["emails"])[0] for each in people] == [
        "late@bounce.example",
        PHONE,
        "early@example.com",
    ]
    assert people[0]["refused"][0]["code"] == 550
    assert app.heard


def test_a_letter_is_served_so_that_it_cannot_run(pages: FlaskClient, inbox: Inbox) -> None:
    raw = b"Content-Type: text/html\r\n\r\n<script>alert(1)</script><a href='http://127.0.0.1/c/x'>Offer</a>"
    email_id = inbox.add_email(mail_from="a@x.example", recipients=["b@x.example"], raw=raw)
    answer = pages.get(f"/inbox/letters/{email_id}")
    assert answer.text.startswith('<base target="_blank">')
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups" in policy
    assert "script" not in policy
    assert pages.get("/inbox/letters/99").status_code == 404


@pytest.mark.parametrize("path", ["/", "/inbox", "/clock"])
def test_every_page_carries_clock_and_navigation(path: str, pages: FlaskClient) -> None:
    page = pages.get(path)
    assert page.status_code == 200
    for expected in ("<sandbox-clock>", 'href="/admin"', 'href="/store"', 'lang="en"', "<h1"):
        assert expected in page.text


def test_progress_follows_the_tour(
    pages: FlaskClient, world: World, settings: SandboxSettings, api: TwilioClient
) -> None:
    begun = pages.get("/sandbox/api/progress").get_json()
    assert begun == {
        "shop": "Gift Shop",
        "is_app_up": False,
        "is_installed": False,
        "is_chosen": True,
        "read": {
            "products": {"read": 0, "total": None},
            "orders": {"read": 0, "total": None},
            "customers": {"read": 0, "total": None},
            "stock": {"read": 0, "total": None},
        },
        "app_state": "Afters is not answering yet.",
        "states": {
            "install": [False, "Not installed yet."],
            "buy": [False, "0 bought here, 0 of them today."],
            "accept": [False, "0 accepted."],
            "messages": [False, "0 SMS, 0 e-mails."],
            "why": [False, "No order to read about yet."],
        },
        "orders": 0,
        "orders_today": 0,
        "last_order": None,
        "accepted": 0,
        "sms": 0,
        "emails": 0,
    }
    with world.write() as connection:
        connection.execute(
            "INSERT INTO installation (client_id, application_url, scopes, installed_at) VALUES (?, ?, '', ?)",
            (settings.client_id, settings.app_origin, world.now_text()),
        )
        last = connection.execute("SELECT id, name, checkout_token FROM orders ORDER BY id DESC LIMIT 1").fetchone()
        connection.execute(
            "INSERT INTO checkout (token, state, order_id, stage, created_at) VALUES (?, '{}', ?, 'done', ?)",
            (last["checkout_token"], last["id"], world.now_text()),
        )
        connection.execute(
            "INSERT INTO changeset (jti, reference_id, status, changes, applied_at)"
            " VALUES ('j', ?, 'processed', '[]', ?)",
            (last["checkout_token"], world.now_text()),
        )
    api.send()
    done = pages.get("/sandbox/api/progress").get_json()
    assert done["is_installed"] is True
    assert (done["orders"], done["orders_today"], done["last_order"]) == (1, 0, last["name"])
    assert (done["accepted"], done["sms"]) == (1, 1)
    with world.write() as connection:
        connection.execute("UPDATE orders SET created_at = ? WHERE id = ?", (world.now_text(), last["id"]))
    assert pages.get("/sandbox/api/progress").get_json()["orders_today"] == 1
    assert 'data-done="true"' in pages.get("/").text
