"""`afters imports` as an operator runs it."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.cli import main
from server.storage.db import Database, make_engine
from server.storage.secrets import SecretBox
from server.storage.shops import DONE, FAILED, Imports, Shops
from tests.cli.environment import KEY, environment
from tests.databases import copied_sqlite
from tests.factories import NOW, grant
from tests.web.installed import SHOP


@pytest.fixture
def url(sqlite_template: Path, tmp_path: Path) -> str:
    """A shop whose orders could not be imported, and whose customers never were."""
    made = copied_sqlite(sqlite_template, tmp_path)
    database = Database(make_engine(made))
    with database.write() as session:
        shop, _ = Shops(session, SecretBox((KEY,))).install(SHOP, grant=grant(), now=NOW)
        imports = Imports(session, shop.id)
        for kind, state, done, error in (("products", DONE, 30, None), ("orders", FAILED, 1_200, "No scope.")):
            imports.want(kind, now=NOW)
            row = imports.get(kind)
            assert row is not None
            row.state, row.done, row.total, row.error = state, done, max(done, 5_000), error
    database.dispose()
    return made


def run(url: str, *arguments: str) -> Result:
    return CliRunner(env=environment(url)).invoke(main, ["imports", *arguments])


def test_each_import_is_told_with_its_trouble(url: str) -> None:
    result = run(url, "--shop", SHOP)
    assert result.exit_code == 0
    lines = sorted(result.output.splitlines())
    assert [line.split() for line in lines] == [
        ["orders", "failed", "1,200", "of", "5,000", "No", "scope."],
        ["products", "done", "30", "of", "5,000"],
    ]


def test_what_is_over_is_followed_to_its_end_at_once(url: str) -> None:
    result = run(url, "--shop", SHOP, "--watch")
    assert result.exit_code == 0
    assert result.output.splitlines()[:4] == [
        "products   ",
        "collections",
        "orders     ",
        "customers  ",
    ]  # bars are drawn on terminals


def test_one_that_failed_or_never_was_is_started_again(url: str) -> None:
    assert "orders: started again" in run(url, "--shop", SHOP, "--retry", "orders").output
    assert "customers: started again" in run(url, "--shop", SHOP, "--retry", "customers").output
    result = run(url, "--shop", SHOP, "--retry", "products")
    assert "products: under way or done, left as it is" in result.output
    assert "orders      wanted           0 of 0" in result.output


def test_a_shop_that_is_not_here_is_said_so(url: str) -> None:
    result = run(url, "--shop", "other.myshopify.com")
    assert result.exit_code == 1
    assert "has not installed the app" in result.output
