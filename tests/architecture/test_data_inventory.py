"""What is said to be stored is what is stored: every column of every table is described, once."""

import pytest
from sqlalchemy import Table

from server.domain.inventory import INVENTORY, About
from server.storage.db import InboxBase
from server.storage.models import metadata

TABLES: dict[str, Table] = {**metadata.tables, **InboxBase.metadata.tables}


def test_every_table_is_described_and_no_other() -> None:
    assert sorted(each.table for each in INVENTORY) == sorted(TABLES)


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_column_is_described_once(name: str) -> None:
    (holding,) = (each for each in INVENTORY if each.table == name)
    assert sorted([*holding.personal, *holding.plain]) == sorted(TABLES[name].columns.keys())
    assert set(holding.terms) <= set(holding.personal)
    assert all(term.length is not None for term in holding.terms.values())


def test_what_names_a_shopper_is_not_passed_off_as_plain() -> None:
    telling = {
        "email",
        "phone",
        "first_name",
        "address",
        "recipient",
        "customer_id",
        "unit_id",
        "body",
        "person",
        "grant",
    }
    for holding in INVENTORY:
        assert not telling & holding.plain, holding.table
        assert holding.about is not About.NOBODY or not holding.personal
