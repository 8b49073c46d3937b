"""What decisions from before steps offered, and what of them was signed, survives an upgrade and its undoing."""

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import text

from server.domain.offered import AppliedDiscount, Offered, OfferedItem, OfferedStep
from server.domain.page_words import Texts
from server.storage.catalog import Catalog
from server.storage.db import Database, make_engine
from server.storage.decisions import Decisions
from server.storage.inbox import open_inbox
from server.storage.migrate import APP, INBOX, alembic_config, upgrade
from tests.conftest import StandingClock
from tests.databases import copied_sqlite, fresh_postgresql, inbox_of
from tests.factories import NOW, REFERENCE, variant
from tests.usecases.house import House

_OLD: dict[str, Any] = {
    "funnel_id": "f", "offer_id": "o", "variant_id": "2", "product_id": "p2", "quantity": 2, "currency": "GBP",
    "unit_price": 1_000, "discounted_unit_price": 850, "minimum_stock": 10, "reason_line": "Because",
    "discount": {"title": "T", "percent": "15", "amount": None},
    "texts": {"heading": "H", "accept": None, "decline": None, "reason": None},
}  # fmt: skip


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def house(
    request: pytest.FixtureRequest, sqlite_template: Path, tmp_path: Path, clock: StandingClock
) -> Iterator[House]:
    """A shop in a database of this test alone, since it changes the tables."""
    if request.param == "sqlite":
        yield from _house(copied_sqlite(sqlite_template, tmp_path), clock)
        return
    request.getfixturevalue("postgresql_url")  # skips, or fails, where there is no server
    with fresh_postgresql() as url:
        for schema in (APP, INBOX):
            engine = make_engine(url)
            upgrade(engine, schema)
            engine.dispose()
        yield from _house(url, clock)


def _house(url: str, clock: StandingClock) -> Iterator[House]:
    database, inbox = Database(make_engine(url)), open_inbox(inbox_of(url))
    made = House(database, inbox, clock)
    made.set_up(variant("2", tags=frozenset({"Gift"})))
    yield made
    inbox.close()
    database.dispose()


def _stored(house: House) -> list[Any]:
    with house.database.read() as session:
        rows = session.execute(text("SELECT offered FROM decisions ORDER BY id")).scalars()
        return [json.loads(each) if isinstance(each, str) else each for each in rows]


def test_what_was_offered_becomes_the_first_step_and_back(house: House) -> None:
    house.ask()
    config = alembic_config(house.database.engine, APP)
    command.downgrade(config, "0009")
    with house.database.write() as session:
        session.execute(
            text("UPDATE decisions SET offered = :offered, signed_at = decided_at"), {"offered": json.dumps(_OLD)}
        )
        session.execute(
            text(
                "INSERT INTO decisions (id, shop_id, reference_id, surface, unit_id, rules_version, outcome, reason,"
                " facts, trace, decided_at, expires_at) SELECT 'other', shop_id, 'other', surface, unit_id, 1,"
                " 'nothing', 'nothing_eligible', facts, trace, decided_at, expires_at FROM decisions"
            )
        )
    command.upgrade(config, "head")
    with house.database.read() as session:
        decisions = Decisions(session, house.shop_id)
        held, none = decisions.find(REFERENCE, "one_click"), decisions.find("other", "one_click")
        assert held is not None
        assert none is not None
        item = OfferedItem("2", "p2", 2, 1_000, 850, AppliedDiscount("T", Decimal(15)))
        offered = Offered(
            "f", "first", "o", "GBP", (item,), minimum_stock=10, reason_line="Because", texts=Texts(heading="H")
        )
        assert held.steps == (OfferedStep("0", offered),)
        assert held.signed == {"0": NOW}
        assert (none.steps, none.signed) == ((), {})
        assert [tag for _, tag in Catalog(session, house.shop_id).tagged(["gift"], limit=9)] == ["gift"]
    command.downgrade(config, "0009")
    assert _stored(house) in ([_OLD, None], [None, _OLD])
    command.upgrade(config, "head")
