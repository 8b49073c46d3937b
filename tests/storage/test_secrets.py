from pathlib import Path

import pytest

from server.ports import AccessGrant
from server.storage.db import Database, make_engine
from server.storage.secrets import SecretBox, SecretsUnreadable
from server.storage.shops import Connections, Shops
from tests.databases import copied_sqlite
from tests.factories import NOW, SHOP, grant
from tests.storage.conftest import KEY

OTHER_KEY = "9d" * 32


def test_what_is_sealed_is_opened_by_the_same_secret_only() -> None:
    sealed = SecretBox((KEY,)).seal({"a": ["ü", 1, None]})
    assert SecretBox((KEY,)).open(sealed) == {"a": ["ü", 1, None]}
    with pytest.raises(SecretsUnreadable, match="AFTERS_SECRET_KEY"):
        SecretBox((OTHER_KEY,)).open(sealed)


def test_the_same_value_is_sealed_differently_each_time() -> None:
    box = SecretBox((KEY,))
    assert box.seal("x") != box.seal("x")


def test_while_a_secret_is_changed_both_open_and_the_new_one_seals() -> None:
    old, new, both = SecretBox((KEY,)), SecretBox((OTHER_KEY,)), SecretBox((OTHER_KEY, "", KEY))
    assert both.open(old.seal("x")) == "x"
    assert new.open(both.seal("x")) == "x"


@pytest.mark.parametrize("sealed", ["", "x", "gAAAA", "ü"])
def test_garbage_is_unreadable(sealed: str) -> None:
    with pytest.raises(SecretsUnreadable):
        SecretBox((KEY,)).open(sealed)


@pytest.mark.parametrize("secrets", [(), ("",)])
def test_nothing_is_sealed_without_a_secret(secrets: tuple[str, ...]) -> None:
    with pytest.raises(SecretsUnreadable):
        SecretBox(secrets)


def test_no_secret_lies_in_the_file_in_clear(sqlite_template: Path, tmp_path: Path) -> None:
    database = Database(make_engine(copied_sqlite(sqlite_template, tmp_path)))
    box = SecretBox((KEY,))
    with database.write() as session:
        row, _ = Shops(session, box).install(SHOP, grant=grant(token="very-secret"), now=NOW)
        Connections(session, row.id, box).save("twilio", {"auth_token": "quite-secret"}, now=NOW)
    database.dispose()
    stored = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert SHOP.encode() in stored
    for secret in (b"very-secret", b"quite-secret", b"shpat_", b"shprt_", b"auth_token"):
        assert secret not in stored


def test_another_key_reads_neither_grants_nor_connections(database: Database) -> None:
    with database.write() as session:
        shops = Shops(session, SecretBox((KEY,)))
        row, _ = shops.install(SHOP, grant=grant(), now=NOW)
        Connections(session, row.id, SecretBox((KEY,))).save("twilio", {"auth_token": "t"}, now=NOW)
        assert shops.grant_of(row) == grant()
    box = SecretBox((OTHER_KEY,))
    with database.read() as session:
        shops = Shops(session, box)
        found = shops.by_domain(SHOP)
        assert found is not None
        with pytest.raises(SecretsUnreadable):
            shops.grant_of(found)
        with pytest.raises(SecretsUnreadable):
            Connections(session, found.id, box).get("twilio")


def test_a_grant_does_not_show_its_tokens() -> None:
    made: AccessGrant = grant(token="very-secret")
    assert "very-secret" not in f"{made} {made!r}"
