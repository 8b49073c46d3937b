"""`afters lift` as an operator runs it."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.cli import main
from server.core.clock import SystemClock
from server.storage.contacts import Assignments
from server.storage.db import Database, make_engine
from server.storage.orders import Orders
from server.storage.rules import Rules
from server.storage.secrets import SecretBox
from server.storage.shops import Shops
from tests.cli.environment import KEY, environment
from tests.databases import copied_sqlite
from tests.factories import grant, order
from tests.web.installed import SHOP, fixed_rules


@pytest.fixture
def url(sqlite_template: Path, tmp_path: Path) -> str:
    """A shop that nothing was published in."""
    made = copied_sqlite(sqlite_template, tmp_path)
    database = Database(make_engine(made))
    with database.write() as session:
        shop, _ = Shops(session, SecretBox((KEY,))).install(SHOP, grant=grant(), now=SystemClock().now())
        shop.currency = "GBP"
    database.dispose()
    return made


def run(url: str, *arguments: str) -> Result:
    return CliRunner(env=environment(url)).invoke(main, ["lift", "--shop", SHOP, *arguments])


def fill(url: str, *, offered: int, held_out: int, added: int) -> None:
    """Publish rules with a holdout of a fifth, draw shoppers 40 days ago and let them buy."""
    database, now = Database(make_engine(url)), SystemClock().now()
    at = now - timedelta(days=40)
    with database.write() as session:
        Rules(session, 1).publish_document({**fixed_rules("2"), "holdout": {"percent": 20}}, by=None, now=at)
        for number in range(offered + held_out):
            arm, more = ("treated", added) if number < offered else ("held_out", 0)
            unit_id = f"customer:{number}"
            Assignments(session, 1).assign("holdout:holdout", unit_id, arm=arm, now=at)
            for when, total in ((at, 2_000), (at + timedelta(days=1), 300 + more + 37 * (number % 5))):
                name = f"{number}-{total}"
                placed = order(name, created_at=when, reference_id=name, total=total, current_total=total)
                Orders(session, 1).save(placed, unit_id=unit_id)
    database.dispose()


def test_nothing_live_is_said(url: str) -> None:
    found = run(url)
    assert found.exit_code == 1
    assert "No rules are live" in found.output


def test_too_few_are_said_to_be_too_few(url: str) -> None:
    fill(url, offered=40, held_out=10, added=0)
    found = run(url)
    assert found.exit_code == 0, found.output
    assert "held out                       10 shoppers, 23.74 GBP each, 11.87 GBP an order" in found.output
    assert "25 shoppers are needed on each side, drawn 30 days ago" in found.output


def test_a_share_that_is_not_the_rules_own_says_nothing_else(url: str) -> None:
    fill(url, offered=100, held_out=100, added=500)
    found = run(url)
    assert "Far more or fewer are held out" in found.output
    assert "Offers add" not in found.output


def test_what_offers_add_is_told_with_its_range(url: str) -> None:
    fill(url, offered=160, held_out=40, added=0)
    found = run(url)
    assert "with 95 % certainty from -" in found.output
    assert "That may still be chance" in found.output
    told = json.loads(run(url, "--json").output)
    assert told["is_certain"] is False
    assert told["lift"]["low"] < told["lift"]["difference"] < told["lift"]["high"]
    assert (told["offered"]["shoppers"], told["held_out"]["shoppers"]) == (160, 40)
