"""The worker host against the vendor's own typings, and the lock file against the house rules."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "sandbox" / "browser"


@pytest.mark.oracle
def test_every_component_and_prop_is_what_shopifys_typings_say() -> None:
    assert (FOLDER / "node_modules" / "typescript").is_dir(), "run `npm ci` in tests/sandbox/browser"
    node = shutil.which("node")
    assert node, "Node is not installed"
    done = subprocess.run(
        [node, "host/check_typings.mjs"], cwd=FOLDER, capture_output=True, text=True, timeout=120, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "29 components and 70 tags compared\n"


def test_the_lock_file_names_no_registry() -> None:
    lock = json.loads((FOLDER / "package-lock.json").read_text(encoding="utf-8"))
    assert [name for name, package in lock["packages"].items() if "resolved" in package] == []
    assert all("integrity" in package for name, package in lock["packages"].items() if name)
