"""`afters rules` as a merchant's engineer runs it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings

from server.cli import main
from server.cli.rule_files import read_rules
from server.domain.rules import json_schema
from server.storage.catalog import Catalog
from server.storage.db import Database, make_engine
from server.storage.rules import Rules
from server.storage.secrets import SecretBox
from server.storage.shops import Shops
from server.usecases.rule_text import UnreadableRules, write_rules
from tests.cli.environment import KEY, environment
from tests.databases import copied_sqlite
from tests.factories import NOW, funnel_json, grant, offer_json, product, rules_json, variant
from tests.unit.domain.audiences import WRITTEN
from tests.web.installed import SHOP

BOX = SecretBox((KEY,))
Run = Callable[..., Result]


@pytest.fixture
def url(sqlite_template: Path, tmp_path: Path) -> str:
    """A shop with variants 1 to 4 and one published version."""
    made = copied_sqlite(sqlite_template, tmp_path)
    database = Database(make_engine(made))
    with database.write() as session:
        shop, _ = Shops(session, BOX).install(SHOP, grant=grant(), now=NOW)
        for each in ("1", "2", "3", "4"):
            Catalog(session, shop.id).save(product(variant(each)))
        Rules(session, shop.id).save_draft(rules_json(), revision=0, now=NOW)
        Rules(session, shop.id).publish(by="77", now=NOW)
    database.dispose()
    return made


@pytest.fixture
def run(url: str) -> Run:
    return lambda *arguments: CliRunner(env=environment(url)).invoke(main, ["rules", *map(str, arguments)])


def written(folder: Path, document: Any, name: str = "rules.yaml") -> Path:
    path = folder / name
    path.write_text(write_rules(document, as_json=name.endswith("json")), encoding="utf-8")
    return path


def test_what_is_exported_can_be_imported_and_changes_nothing(run: Run, tmp_path: Path) -> None:
    for name, more in (("out.yaml", ()), ("out.json", ("--json",))):
        path = tmp_path / name
        assert run("export", "--shop", SHOP, "--output", path, *more).exit_code == 0
        assert run("diff", path, "--shop", SHOP).output == "Nothing is different.\n"
        assert read_rules(path) == rules_json()
    assert run("import", path, "--shop", SHOP).output == "It is the draft now.\n"
    assert run("export", "--shop", SHOP, "--version", "draft", "--json").output == path.read_text(encoding="utf-8")


def test_a_change_is_told_published_listed_and_taken_back(run: Run, tmp_path: Path) -> None:
    changed = rules_json(funnel_json(priority=7), funnel_json(id="new", is_live=False), stock={"minimum": 3})
    path = written(tmp_path, changed)
    told = run("diff", path, "--shop", SHOP).output.splitlines()
    assert told[0] == "funnels[funnel].priority: added 7"
    assert told[1].startswith('funnels[new]: added {"id": "new",')
    assert told[2] == 'stock: added {"minimum": 3}'
    assert run("import", path, "--shop", SHOP, "--publish").output == "It is live as version 2.\n"
    listed = run("versions", "--shop", SHOP).output
    assert listed.startswith("2  ")
    assert "command line" in listed
    assert "funnels[funnel].priority: added 7" in listed
    assert run("rollback", "1", "--shop", SHOP).output == "Version 1 is live again, as version 3.\n"
    assert run("diff", path, "--shop", SHOP, "--against", "draft").output == "Nothing is different.\n"
    assert json.loads(run("export", "--shop", SHOP, "--json").output) == rules_json()
    assert json.loads(run("export", "--shop", SHOP, "--json", "--version", "2").output) == changed


def test_what_is_wrong_is_said_line_by_line_and_nothing_changes(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, rules_json(stock={"minimum": -1}, caps={"showings": "x"}))
    for command in (("validate", path), ("import", path, "--shop", SHOP, "--publish")):
        refused = run(*command)
        assert refused.exit_code == 1
        assert "stock.minimum: must be a whole number from 0" in refused.output
        assert "caps.showings: must be a whole number" in refused.output
        assert "2 problems; nothing was changed." in refused.output
    assert run("diff", written(tmp_path, rules_json()), "--shop", SHOP).output == "Nothing is different.\n"


def test_goods_that_the_shop_does_not_have_do_not_go_live(run: Run, tmp_path: Path) -> None:
    audience = {"key": "order.contains", "args": {"products": ["p1", "p9"]}}
    path = written(
        tmp_path, rules_json(funnel_json("2", "99", audience=audience), funnel_json("98", id="off", is_live=False))
    )
    assert run("validate", path).exit_code == 0
    for command in (("validate", path, "--shop", SHOP), ("import", path, "--shop", SHOP, "--publish")):
        refused = run(*command)
        assert refused.exit_code == 1
        assert "funnels[0].steps[0].offer.variants[1]: '99' is not in the catalogue" in refused.output
        assert "funnels[0].audience (order.contains): 'p9' is not in the catalogue" in refused.output
        assert "98" not in refused.output
    assert "2  " not in run("versions", "--shop", SHOP).output


def test_plans_that_the_shop_does_not_have_do_not_go_live(run: Run, tmp_path: Path) -> None:
    offer = offer_json("2", subscription={"plan": "688"})
    path = written(tmp_path, rules_json(funnel_json(offer=offer)))
    refused = run("import", path, "--shop", SHOP, "--publish")
    assert refused.exit_code == 1
    told = "funnels[0].steps[0].offer.subscription.plan: '688' is none of the shop's selling plans"
    assert told in refused.output


def test_there_is_no_version_that_there_is_not(run: Run) -> None:
    for arguments in (("rollback", "9", "--shop", SHOP), ("export", "--shop", SHOP, "--version", "soon")):
        refused = run(*arguments)
        assert refused.exit_code == 1
        assert "There is no version" in refused.output


def test_the_schema_is_written_out(run: Run) -> None:
    assert json.loads(run("schema").output) == json_schema()


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"schema: 1\nschema: 1\n", "line 2, column 1: 'schema' stands here twice"),
        (b"a: &x [1]\nb: *x\n", "line 1, column 4: anchors and references are not allowed"),
        (b"a: !!python/object:os.system x\n", "the tag tag:yaml.org,2002:python/object:os.system is not allowed"),
        (b"a: !thing x\n", "the tag !thing is not allowed"),
        (b"? [1, 2]\n: 3\n", "a name must be plain text"),
        (b"a: [1, 2\n", "line 2, column 1"),
        (b"a: \x07\n", "holds characters that may not stand in it"),
        (b"a: caf\xe9\n", "is not UTF-8: byte 6 cannot be read"),
        (b"[" * 100_000, "nested too deeply"),
        (b"x" * 5_000_001, "5,000,001 bytes"),
    ],
)
def test_a_file_that_is_no_document_is_told_where(tmp_path: Path, raw: bytes, told: str) -> None:
    path = tmp_path / "rules.yaml"
    path.write_bytes(raw)
    with pytest.raises(UnreadableRules) as caught:
        read_rules(path)
    assert told in caught.value.message


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ('{"schema": 1, "schema": 2}', "'schema' stands twice"),
        ('{"a": NaN}', "NaN is no number"),
        ('{"a": 1,}', "is no JSON"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_a_faulty_json_file_is_told_too(tmp_path: Path, raw: str, told: str) -> None:
    path = tmp_path / "rules.json"
    path.write_text(raw, encoding="utf-8")
    with pytest.raises(UnreadableRules) as caught:
        read_rules(path)
    assert told in caught.value.message


def test_words_stay_words(tmp_path: Path) -> None:
    path = tmp_path / "rules.yaml"
    path.write_text(
        "countries: [NO, no, on, yes]\nat: 2026-12-01\ntime: 12:30\noct: 010\nlive: true\nshare: 2.5\nnone:\n"
    )
    assert read_rules(path) == {
        "countries": ["NO", "no", "on", "yes"], "at": "2026-12-01", "time": "12:30", "oct": "010", "live": True,
        "share": 2.5, "none": None,
    }  # fmt: skip


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(WRITTEN)
def test_every_document_comes_back_from_its_file_as_it_was(tmp_path: Path, audience: dict[str, Any]) -> None:
    document = rules_json(funnel_json(audience=audience, name="No: #1 & 'ü' 😀 - 012"))
    for name in ("a.yaml", "a.json"):
        assert read_rules(written(tmp_path, document, name)) == document
