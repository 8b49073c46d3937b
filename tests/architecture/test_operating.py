"""The operator guide and its files agree with the code."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from prometheus_client.core import GaugeMetricFamily

from server.cli import main
from server.storage.backlog import Backlog
from server.web.metrics import _Work

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/operating.md").read_text(encoding="utf-8")
FILES = ROOT / "docs/operating"


def pins(path: Path) -> dict[str, str]:
    """Return version and hashes by package."""
    found = re.findall(
        r"^([\w.-]+)==(\S+) \\\n((?:    --hash=\S+(?: \\)?\n)+)", path.read_text(encoding="utf-8"), re.MULTILINE
    )
    return {name: version + "".join(sorted(hashes.split())) for name, version, hashes in found}


def test_a_server_installs_what_the_tests_ran_with() -> None:
    tested, installed = pins(ROOT / "requirements.lock"), pins(FILES / "requirements.lock")
    assert installed
    assert {name: tested.get(name) for name in installed} == installed
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    assert {re.split(r"[\[<>=]", each)[0] for each in project} <= set(installed)


def test_every_finding_of_the_doctor_is_in_the_guide_and_no_other() -> None:
    table = GUIDE[GUIDE.index("| Code | What it means") :]
    explained = {
        code
        for row in table.splitlines()
        for code in re.findall(r"`([a-z_]+)`", row.split("|")[1] if "|" in row else "")
    }
    codes = set()
    for path in (ROOT / "server/cli/doctor.py", *(ROOT / "server/usecases/diagnosis").glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Finding":
                codes |= {
                    each.value
                    for each in ast.walk(node.args[0])
                    if isinstance(each, ast.Constant) and "_" in str(each.value)
                }
    assert explained == codes


def test_every_metric_is_in_the_guide() -> None:
    empty = Backlog({}, None, {}, None, None, {}, None, 0, 0, 0)
    named = [family.name for family in _Work(empty).collect() if isinstance(family, GaugeMetricFamily)]
    named += ["afters_http_requests_total", "afters_http_request_seconds"]
    rows = re.findall(r"^\| `(afters_\w+)", GUIDE, re.MULTILINE)
    assert sorted(rows) == sorted(named)


def test_every_setting_is_in_the_guide() -> None:
    sources = (ROOT / "server/config.py", ROOT / "server/cli/doctor.py")
    read = set(
        re.findall(r"\b(?:AFTERS|SHOPIFY)_[A-Z_]+\b", "".join(path.read_text(encoding="utf-8") for path in sources))
    )
    table = GUIDE[GUIDE.index("| Variable |") : GUIDE.index("SQLite is for one machine")]
    listed = set(re.findall(r"`((?:AFTERS|SHOPIFY)_[A-Z_]+)`", table))
    assert read - listed == {"AFTERS_SANDBOX_URL", "AFTERS_SANDBOX_CLOCK"}
    assert listed <= read


@pytest.mark.parametrize(
    "path", [ROOT / "Procfile", *sorted(FILES.glob("*.service")), FILES / "Containerfile", ROOT / "docs/operating.md"]
)
def test_every_command_exists_with_its_options(path: Path) -> None:
    text = path.read_text(encoding="utf-8").replace('", "', " ").replace('"', " ")  # also lists of words
    calls = re.findall(r"(?:^|[ /])afters ((?:db )?[a-z]+)((?: --[a-z-]+(?: [^ \n-][^ \n]*)?)*)", text, re.MULTILINE)
    context = main.make_context("afters", [], resilient_parsing=True)
    known = set(main.list_commands(context))
    checked = 0
    for name, options in calls:
        group, _, inner = name.partition(" ")
        if group not in known:
            continue  # a word of a sentence
        command = main.get_command(context, group)
        if inner:
            command = command.commands[inner]  # type: ignore[union-attr]  # only `db` has commands of its own
        assert command is not None
        offered = {option for each in command.params for option in each.opts}
        assert set(re.findall(r"--[a-z-]+", options)) <= offered, name
        checked += 1
    assert checked


def test_links_of_the_guide_lead_somewhere() -> None:
    headings = {
        re.sub(r"[^a-z0-9 -]", "", line.lower()).strip().replace(" ", "-")
        for line in re.findall(r"^#+ (.+)$", GUIDE, re.MULTILINE)
    }
    for target in re.findall(r"\]\(([^)]+)\)", GUIDE):
        if target.startswith("#"):
            assert target[1:] in headings, target
        else:
            assert (ROOT / "docs" / target).exists(), target


def test_the_container_file_is_linted() -> None:
    linter = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([str(linter), str(FILES / "Containerfile")], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")
