"""The stage of the preview: what it may reach, who may frame it, and that it is not there where nothing built it."""

import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from server.web.stage import FOLDER
from tests.web.installed import SHOP
from tests.web.pages.conftest import Staff

PARTS = {name: name.replace(".", "-0123456789ab.") for name in ("stage.js", "stage.css", "worker.js", "page.js")}


@pytest.fixture
def built(client: FlaskClient, tmp_path: Path) -> Path:
    """Static files as the build leaves them."""
    folder = tmp_path / FOLDER
    folder.mkdir()
    for name in PARTS.values():
        (folder / name).write_text("/* built */", encoding="utf-8")
    (folder / "manifest.json").write_text(json.dumps(PARTS), encoding="utf-8")
    client.application.static_folder = str(tmp_path)
    return folder


def policy(client: FlaskClient, shop: str) -> dict[str, set[str]]:
    answer = client.get("/previews/stage", query_string={"shop": shop})
    assert answer.status_code == 200, answer.text
    parts = (part.split() for part in answer.headers["Content-Security-Policy"].split(";"))
    return {name: set(values) for name, *values in parts}


def test_it_reaches_neither_the_network_nor_the_page_around_it(client: FlaskClient, built: Path) -> None:
    allowed = policy(client, SHOP)
    assert allowed["default-src"] == {"'none'"}
    assert "connect-src" not in allowed
    assert allowed["sandbox"] == {"allow-scripts"}, "no origin: neither cookies nor storage nor the admin's page"
    assert allowed["script-src"] == allowed["style-src"] == {"https://afters.example"}
    assert allowed["worker-src"] == {"blob:"}
    assert allowed["form-action"] == allowed["base-uri"] == {"'none'"}


@pytest.mark.parametrize(
    ("shop", "more"),
    [(SHOP, {f"https://{SHOP}"}), ("evil.example", set()), ("*", set()), (f"{SHOP} https://evil.example", set())],
)
def test_it_stands_in_a_page_of_ours_in_an_admin_and_nowhere_else(
    client: FlaskClient, built: Path, shop: str, more: set[str]
) -> None:
    assert policy(client, shop)["frame-ancestors"] == {"'self'", "https://admin.shopify.com", *more}


def test_no_other_page_may_start_a_worker_of_its_own_making(staff: Staff, built: Path) -> None:
    answer = staff.open("/offers/new")
    assert "blob:" not in answer.headers["Content-Security-Policy"]
    assert 'data-stage="/previews/stage?shop=gift-shop.myshopify.com"' in answer.text
    assert 'sandbox="allow-scripts"' in answer.text


def test_its_files_are_named_by_what_is_in_them(client: FlaskClient, built: Path) -> None:
    page = client.get("/previews/stage").text
    assert all(f"/static/{FOLDER}/{name}" in page for name in PARTS.values())
    script = client.get(f"/static/{FOLDER}/{PARTS['stage.js']}", buffered=True)
    assert (script.status_code, script.mimetype) == (200, "text/javascript")


@pytest.mark.parametrize("lost", ["manifest.json", PARTS["page.js"]])
def test_a_page_says_plainly_that_it_was_not_built(staff: Staff, client: FlaskClient, built: Path, lost: str) -> None:
    (built / lost).unlink()
    answer = staff.open("/offers/new")
    assert "The preview was not built" in answer.text
    assert "<iframe" not in answer.text
    assert client.get("/previews/stage").status_code == 404


@pytest.mark.parametrize("manifest", ["", "[]", '{"stage.js": "../app.py"}', "null", '{"page.js": 1}'])
def test_a_manifest_that_is_none_counts_as_not_built(client: FlaskClient, built: Path, manifest: str) -> None:
    (built / "manifest.json").write_text(manifest, encoding="utf-8")
    assert client.get("/previews/stage").status_code == 404
