"""`afters secrets` as an operator runs it."""

from pathlib import Path

from click.testing import CliRunner, Result

from server.cli import main
from server.storage.db import Database, make_engine
from server.storage.secrets import SecretBox
from server.storage.shops import Shops
from tests.cli.environment import environment
from tests.databases import copied_sqlite
from tests.factories import NOW, grant
from tests.web.installed import SHOP

OLD, NEW = "Zk3v9Qm1xT7pLr5bN8dHs2wYc6fJg4aE", "Qm1xT7pLr5bN8dHs2wYc6fJg4aEZk3v9"


def run(url: str, *arguments: str, **more: str) -> Result:
    return CliRunner(env=environment(url, key=NEW, **more)).invoke(main, ["secrets", *arguments])


def test_credentials_are_sealed_anew(sqlite_template: Path, tmp_path: Path) -> None:
    url = copied_sqlite(sqlite_template, tmp_path)
    database = Database(make_engine(url))
    with database.write() as session:
        Shops(session, SecretBox((OLD,))).install(SHOP, grant=grant(), now=NOW)
    lost = run(url, "reseal")
    assert (lost.exit_code, "AFTERS_SECRET_KEY is not the one" in lost.output) == (1, True)
    done = run(url, "reseal", AFTERS_SECRET_KEY_OLD=OLD)
    assert (done.exit_code, done.output) == (0, "1 stored credentials are sealed under the present key.\n")
    with database.read() as session:
        shops = Shops(session, SecretBox((NEW,)))
        shop = shops.by_domain(SHOP)
        assert shop is not None
        assert shops.grant_of(shop) == grant()
    database.dispose()


def test_without_shops_there_is_nothing_to_renew(sqlite_template: Path, tmp_path: Path) -> None:
    result = run(copied_sqlite(sqlite_template, tmp_path), "renew-grants")
    assert (result.exit_code, result.output) == (0, "0 grants renewed, 0 not.\n")
