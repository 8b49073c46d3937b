"""A seeded slice of the soak: real processes, killed on the way, on both databases. `make soak` plays it whole."""

from pathlib import Path

import pytest

from tests.databases import copied_sqlite
from tests.soak.checker import judge
from tests.soak.play import Soak
from tests.soak.stage import Stage
from tests.soak.town import make_town


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def own_database(request: pytest.FixtureRequest, tmp_path: Path, sqlite_template: Path) -> str:
    if request.param == "sqlite":
        return copied_sqlite(sqlite_template, tmp_path)
    return str(request.getfixturevalue("own_postgresql_url"))


def test_killed_processes_lose_and_double_nothing(own_database: str, tmp_path: Path) -> None:
    soak = Soak(Stage(make_town(seed=7, shops=3, orders=60), own_database, tmp_path), kills=4)
    record = soak.run()
    assert {name: found for name, found in judge(record).items() if found} == {}
    assert not soak.post.refused
    assert set(soak.codes.values()) == {0}, soak.codes
    assert record.kills >= 4
    assert len(record.messages) > 20
