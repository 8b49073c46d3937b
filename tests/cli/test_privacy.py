"""`afters privacy` as an operator runs it."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.cli import main
from server.core.clock import SystemClock
from server.ports import CustomerRequest
from server.storage.contacts import Contacts
from server.storage.db import Database, make_engine
from server.storage.orders import Orders
from server.storage.secrets import SecretBox
from server.storage.shops import Shops
from server.usecases.imports import order_unit
from server.usecases.privacy import note_data_request
from tests.cli.environment import KEY, environment
from tests.databases import copied_sqlite
from tests.factories import NOW, customer, grant, order
from tests.web.installed import SHOP

BOX = SecretBox((KEY,))


@pytest.fixture
def url(sqlite_template: Path, tmp_path: Path) -> str:
    """A shop with one customer, one order of theirs, and their request for their data."""
    made = copied_sqlite(sqlite_template, tmp_path)
    database = Database(make_engine(made))
    with database.write() as session:
        shop, _ = Shops(session, BOX).install(SHOP, grant=grant(), now=NOW)
        Contacts(session, shop.id).save_customer(customer())
        Orders(session, shop.id).save_all([(order(), order_unit(order()))])
    person = CustomerRequest(customer().customer_id, customer().email, None)
    note_data_request(
        database=database, box=BOX, shop_domain=SHOP, platform_id="1", person=person,
        now=SystemClock().now() - timedelta(days=40),
    )  # fmt: skip
    database.dispose()
    return made


def run(url: str, *arguments: str, typed: str | None = None) -> Result:
    return CliRunner(env=environment(url)).invoke(main, ["privacy", *arguments], input=typed)


def test_requests_are_listed_and_a_late_one_is_said_to_be(url: str) -> None:
    listed = run(url, "list", "--shop", SHOP)
    assert listed.exit_code == 0
    assert "customers/data_request  overdue since" in listed.output
    assert str(customer().email) not in listed.output


def test_the_data_goes_into_a_file_of_ones_own(url: str, tmp_path: Path) -> None:
    path = tmp_path / "data.json"
    written = run(url, "export", "--shop", SHOP, "--request", "1", "--to", str(path))
    assert written.exit_code == 0, written.output
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_text(encoding="utf-8"))["customers"][0]["email"] == customer().email
    again = run(url, "export", "--shop", SHOP, "--request", "1", "--to", str(path))
    assert again.exit_code == 1
    assert "Name a file that is not there" in again.output
    unknown = run(url, "export", "--shop", SHOP, "--request", "9", "--to", str(tmp_path / "other.json"))
    assert (unknown.exit_code, "no open data request" in unknown.output) == (1, True)
    assert not (tmp_path / "other.json").exists()


def test_a_person_is_erased_after_a_yes(url: str) -> None:
    who = ("erase", "--shop", SHOP, "--email", str(customer().email))
    assert run(url, *who, typed="n\n").exit_code == 1
    erased = run(url, *who, typed="y\n")
    assert erased.exit_code == 0, erased.output
    assert "Erased: " in erased.output
    database = Database(make_engine(url))
    with database.read() as session:
        stored = Orders(session, Shops(session, BOX).installed()[0].id).get(order().id)
    database.dispose()
    assert stored is not None
    assert (stored.email, stored.phone) == (None, None)
    assert "customers/redact  done" in run(url, "list", "--shop", SHOP).output


def test_nobody_is_erased_unnamed(url: str) -> None:
    refused = run(url, "erase", "--shop", SHOP, "--yes")
    assert (refused.exit_code, "Name the person" in refused.output) == (2, True)


def test_a_shop_that_is_not_there_is_said(url: str) -> None:
    refused = run(url, "list", "--shop", "another.myshopify.com")
    assert (refused.exit_code, "has not installed the app" in refused.output) == (1, True)
