"""`afters backtest` and `afters simulate` on a small shop."""

import json
from collections.abc import Callable
from datetime import timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from server.cli import main
from server.core.clock import SystemClock
from server.storage.catalog import Catalog
from server.storage.contacts import Contacts
from server.storage.db import Database, make_engine
from server.storage.orders import Orders
from server.storage.rules import Rules
from server.storage.secrets import SecretBox
from server.storage.shops import Connections, Shops
from server.usecases.backtest import ASSUMPTIONS
from server.usecases.imports import order_unit
from server.usecases.rule_text import write_rules
from tests.cli.environment import KEY, environment
from tests.databases import copied_sqlite
from tests.factories import customer, funnel_json, grant, order, product, rules_json, variant
from tests.web.installed import SHOP, TWILIO

BOX = SecretBox((KEY,))
Run = Callable[..., Result]


@pytest.fixture
def url(sqlite_template: Path, tmp_path: Path) -> str:
    """A shop with goods, live rules, one customer who agreed, and two orders of theirs within the last weeks."""
    made, now = copied_sqlite(sqlite_template, tmp_path), SystemClock().now()
    database = Database(make_engine(made))
    with database.write() as session:
        shop, _ = Shops(session, BOX).install(SHOP, grant=grant(), now=now - timedelta(days=90))
        shop.time_zone, shop.currency = "Europe/London", "GBP"
        for each in ("1", "2", "3", "4"):
            Catalog(session, shop.id).save(product(variant(each, unit_cost=300)))
        Rules(session, shop.id).save_draft(rules_json(), revision=0, now=now)
        Rules(session, shop.id).publish(by="77", now=now)
        Contacts(session, shop.id).save_customer(customer())
        Connections(session, shop.id, BOX).save("twilio", TWILIO, now=now)
        for number, days in (("500", 30), ("501", 2)):
            at = (now - timedelta(days=days)).replace(microsecond=0)
            placed = order(number, name=f"#{number}", reference_id=f"r{number}", created_at=at, updated_at=at)
            Orders(session, shop.id).save_all([(placed, order_unit(placed))])
    database.dispose()
    return made


@pytest.fixture
def run(url: str) -> Run:
    return lambda *arguments: CliRunner(env=environment(url)).invoke(main, [*map(str, arguments)])


def draft(folder: Path, **changes: Any) -> Path:
    path = folder / "draft.yaml"
    path.write_text(write_rules(rules_json(**changes), as_json=False), encoding="utf-8")
    return path


class TestBacktest:
    def test_live_and_draft_are_told_side_by_side_with_and_without_stock(self, run: Run, tmp_path: Path) -> None:
        path = draft(tmp_path, stock={"minimum": 99})
        told = run("backtest", "--shop", SHOP, "--rules", path, "--format", "json")
        assert told.exit_code == 0, told.output
        report = json.loads(told.stdout)
        found = {(each["label"], each["stock_model"]): each for each in report["replays"]}
        assert {name: sum(row["offers"] for row in each["reach"]) for name, each in found.items()} == {
            ("live", "sold_since"): 4,
            ("live", "unlimited"): 4,
            ("draft", "sold_since"): 0,
            ("draft", "unlimited"): 4,
        }
        assert found["draft", "sold_since"]["never_reached"] == [
            {"funnel": "funnel", "most_often": "stock_below_minimum"}
        ]
        low, high = found["live", "sold_since"]["expected"]["revenue"]
        assert 0 < low < high
        assert report["assumptions"] == list(ASSUMPTIONS)
        assert "8 of 8 orders played" in told.stderr

    def test_the_text_is_a_merchants(self, run: Run) -> None:
        told = run("backtest", "--shop", SHOP, "--days", "10").stdout
        for part in (
            "Live rules, with modelled stock",
            "Live rules, without limits of stock",
            "1 orders of 1 shoppers",
            "Funnel on the page: 1 offers",
            "Expected: ",
            "What is taken for granted:",
        ):
            assert part in told
        assert "one_click" not in told

    def test_the_page_stands_alone(self, run: Run, tmp_path: Path) -> None:
        path = tmp_path / "report.html"
        rules = draft(tmp_path, funnels=[funnel_json(name="<script>alert(1)</script>")])
        assert run("backtest", "--shop", SHOP, "--rules", rules, "--format", "html", "--output", path).exit_code == 0
        html = path.read_text(encoding="utf-8")
        assert "<script" not in html
        assert "&lt;script&gt;" in html
        assert "http" not in html
        HTMLParser().feed(html)

    def test_without_rules_there_is_nothing_to_play(self, run: Run, url: str) -> None:
        database = Database(make_engine(url))
        with database.write() as session:
            session.connection().exec_driver_sql("DELETE FROM rule_versions")
        database.dispose()
        for command in (("backtest",), ("simulate", "--order", "#500")):
            refused = run(*command, "--shop", SHOP)
            assert refused.exit_code == 1
            assert "No rules are live; name a file of rules with --rules." in refused.output

    def test_faulty_rules_are_told_before_anything_is_played(self, run: Run, tmp_path: Path) -> None:
        refused = run("backtest", "--shop", SHOP, "--rules", draft(tmp_path, stock={"minimum": -1}))
        assert refused.exit_code == 1
        assert "stock.minimum: must be a whole number" in refused.output


class TestSimulate:
    def test_an_order_is_told_step_by_step(self, run: Run) -> None:
        told = run("simulate", "--shop", SHOP, "--order", "#501", "--at", "2026-11-29T12:00", "--json")
        assert told.exit_code == 0, told.output
        page, follow_up, text, mail = json.loads(told.stdout)
        assert (page["what"], page["reason"], page["detail"]) == ("The one-click page", "offered", "0: Product 2")
        assert page["trace"] == [["variant:2", "chosen", "Funnel: Product 2"]]
        assert (follow_up["reason"], follow_up["detail"]) == ("planned", "Journey")
        assert (text["at"], text["reason"], text["detail"]) == ("2026-11-29T12:02:40Z", "offered", "0: Product 3")
        assert (mail["reason"], mail["says"]) == ("no_connection", "No sender is connected for this channel.")

    def test_at_night_the_text_waits(self, run: Run) -> None:
        told = run("simulate", "--shop", SHOP, "--order", "501", "--at", "2026-11-29T23:00").stdout
        assert "It is night or early morning where the shopper is. 23:02 in Europe/" in told
        assert "2026-11-30 09:00:00 UTC  Message “text” by sms" in told

    def test_a_draft_is_tried_without_being_stored(self, run: Run, tmp_path: Path) -> None:
        path = draft(tmp_path, funnels=[funnel_json("4")], journeys=[])
        told = run("simulate", "--shop", SHOP, "--order", "#501", "--rules", path).stdout
        assert "0: Product 4" in told
        assert "No follow-up is live." in told
        assert "Product 2" in run("simulate", "--shop", SHOP, "--order", "#501").stdout

    def test_the_held_out_get_nothing(self, run: Run, tmp_path: Path) -> None:
        path = draft(tmp_path, holdout={"percent": 100})
        told = run("simulate", "--shop", SHOP, "--order", "#501", "--rules", path).stdout
        assert told.count("The shopper is in the holdout") == 2

    def test_an_order_that_nobody_knows(self, run: Run) -> None:
        refused = run("simulate", "--shop", SHOP, "--order", "#9")
        assert refused.exit_code == 1
        assert "There is no order #9 here." in refused.output
