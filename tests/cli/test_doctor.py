"""`afters doctor` as an operator runs it: on real settings, files and databases."""

import json
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from server.cli import main
from server.config import API_VERSION
from server.core.clock import SystemClock
from server.jobs.engine import Engine
from server.storage.db import Database, make_engine
from server.storage.secrets import SecretBox
from server.storage.shops import Shops
from server.storage.workers import Workers
from tests.databases import copied_sqlite
from tests.factories import NOW, grant
from tests.web.installed import CLIENT_ID, CLIENT_SECRET, SHOP

URL = "https://afters.shop-tools.com"
KEY = "Zk3v9Qm1xT7pLr5bN8dHs2wYc6fJg4aE"
APP_FILE = f"""
client_id = "{CLIENT_ID}"
application_url = "{URL}"
[access_scopes]
scopes = "read_orders,read_products"
[webhooks]
api_version = "{API_VERSION}"
"""


@dataclass
class Installation:
    folder: Path
    environ: dict[str, str] = field(default_factory=dict)

    def doctor(self, *options: str) -> Result:
        arguments = ["doctor", "--app-file", str(self.folder / "shopify.app.toml"), *options]
        return CliRunner(env={**dict.fromkeys(_CLEARED, None), **self.environ}).invoke(main, arguments)

    def found(self) -> tuple[int, dict[str, Any]]:
        result = self.doctor("--json")
        return result.exit_code, json.loads(result.output)


_CLEARED = ("AFTERS_SANDBOX_URL", "AFTERS_DBOS_URL", "SHOPIFY_API_SECRET_OLD", "AFTERS_SECRET_KEY_OLD")


@pytest.fixture(scope="module")
def engine_file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The job engine's file after a worker has run once."""
    path = tmp_path_factory.mktemp("engine") / "dbos.sqlite3"
    engine = Engine(url=f"sqlite:///{path}", worker_id="worker-1")
    engine.launch()
    engine.close()
    yield path
    logging.getLogger("dbos").handlers.clear()


@pytest.fixture
def installation(sqlite_template: Path, engine_file: Path, tmp_path: Path) -> Installation:
    """A good installation, which nobody has installed in a shop yet."""
    (tmp_path / "shopify.app.toml").write_text(APP_FILE, encoding="utf-8")
    url = copied_sqlite(sqlite_template, tmp_path)
    database = Database(make_engine(url))
    database.run(lambda session: Workers(session).start("worker-1", now=SystemClock().now()))
    database.dispose()
    return Installation(
        tmp_path,
        {
            "AFTERS_PUBLIC_URL": URL,
            "AFTERS_OPERATOR_NAME": "Shop Tools",
            "AFTERS_OPERATOR_EMAIL": "privacy@shop-tools.com",
            "SHOPIFY_API_KEY": CLIENT_ID,
            "SHOPIFY_API_SECRET": CLIENT_SECRET,
            "AFTERS_SECRET_KEY": KEY,
            "AFTERS_DATABASE_URL": url,
            "AFTERS_DBOS_URL": f"sqlite:///{engine_file}",
        },
    )


def test_a_good_installation_ends_with_0(installation: Installation) -> None:
    result = installation.doctor()
    assert (result.exit_code, result.output) == (0, "0 faults, 0 warnings.\n")
    assert installation.found() == (0, {"faults": 0, "warnings": 0, "findings": []})


def test_a_warning_ends_with_1_and_names_its_cure(installation: Installation) -> None:
    installation.environ["AFTERS_METRICS_TOKEN"] = "ab" * 10
    result = installation.doctor()
    assert result.exit_code == 1
    assert "WARNING secret_weak" in result.output
    assert "Cure: Make a new one with" in result.output


def test_all_that_is_wrong_is_told_and_no_secret(installation: Installation, tmp_path: Path) -> None:
    secret = "Qp5" * 12
    installation.environ |= {
        "AFTERS_PUBLIC_URL": "https://localhost",
        "AFTERS_SECRET_KEY": secret,
        "AFTERS_METRICS_TOKEN": secret,
        "AFTERS_DATABASE_URL": f"postgresql://me:{secret}@127.0.0.1:9/afters",
        "AFTERS_DBOS_URL": f"postgresql://me:{secret}@127.0.0.1:9/jobs",
        "AFTERS_ERROR_HOOK": "no_such_module:report",
        "AFTERS_OPERATOR_NAME": "",
    }
    code, told = installation.found()
    codes = [each["code"] for each in told["findings"]]
    assert (code, told["faults"], told["warnings"]) == (2, 6, 3)
    assert sorted(codes) == [
        "app_file_differs",
        "database_unreachable",
        "engine_unreachable",
        "error_hook",
        "operator_unnamed",
        "public_url_form",
        "secret_reused",
        "secret_weak",
        "secret_weak",
    ]
    assert secret not in json.dumps(told)


def test_settings_that_are_not_there_are_each_a_fault(installation: Installation) -> None:
    for name in ("SHOPIFY_API_KEY", "AFTERS_SECRET_KEY"):
        installation.environ[name] = ""
    code, told = installation.found()
    assert (code, [each["code"] for each in told["findings"]]) == (2, ["settings_incomplete"] * 2)


def test_an_app_file_that_is_not_there_is_a_warning(installation: Installation) -> None:
    (installation.folder / "shopify.app.toml").unlink()
    code, told = installation.found()
    assert (code, [each["code"] for each in told["findings"]]) == (1, ["app_file_missing"])


def test_a_database_that_is_not_migrated_is_not_asked_further(installation: Installation, tmp_path: Path) -> None:
    installation.environ["AFTERS_DATABASE_URL"] = f"sqlite:///{tmp_path / 'empty.sqlite3'}"
    code, told = installation.found()
    assert (code, [each["code"] for each in told["findings"]]) == (2, ["database_behind"])


def test_asking_makes_no_file_of_the_job_engine(installation: Installation, tmp_path: Path) -> None:
    installation.environ["AFTERS_DBOS_URL"] = f"sqlite:///{tmp_path / 'none.sqlite3'}"
    code, told = installation.found()
    assert (code, [each["code"] for each in told["findings"]]) == (2, ["engine_unreachable"])
    assert not (tmp_path / "none.sqlite3").exists()


@pytest.mark.parametrize(
    ("sealed_with", "old", "code"),
    [(KEY, "", None), ("8d" * 32, "8d" * 32, "old_key_needed"), ("8d" * 32, "", "shop_sealed")],
)
def test_it_knows_which_key_a_shop_is_sealed_with(
    installation: Installation, sealed_with: str, old: str, code: str | None
) -> None:
    database = Database(make_engine(installation.environ["AFTERS_DATABASE_URL"]))
    with database.write() as session:
        Shops(session, SecretBox((sealed_with,))).install(SHOP, grant=grant(), now=NOW)
    database.dispose()
    installation.environ["AFTERS_SECRET_KEY_OLD"] = old
    _, told = installation.found()
    about = {each["code"] for each in told["findings"] if each["shop"] == SHOP}
    assert about & {"old_key_needed", "shop_sealed"} == ({code} if code else set())
