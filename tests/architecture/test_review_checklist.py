"""What Shopify's review looks at, as far as files and documents tell: scopes, secrets, tokens, webhooks.

The names in capitals are those of the checks of `shopify app doctor`. What takes a request to see is in
tests/web/test_review_answers.py; EXPIRING_OFFLINE_TOKEN in tests/unit/shopify/test_oauth.py.
"""

import re
import subprocess
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from graphql import FieldNode, TypeInfo, TypeInfoVisitor, Visitor, parse, visit

from server.config import API_VERSION
from server.shopify.documents import document, names
from tests.architecture.test_graphql_documents import schema
from tests.sandbox.shopify.admin.access import NEEDED

ROOT = Path(__file__).parents[2]
APP = tomllib.loads((ROOT / "shopify.app.toml").read_text(encoding="utf-8"))
# Scopes that no document needs, with the reason for asking all the same.
SECRETS = re.compile(rb"\b(?:shpss|shpat|shprt|shpca|shppa)_[0-9a-f]{32}\b|-----BEGIN [A-Z ]*PRIVATE KEY-----")


def fields_of(text: str) -> Iterable[str]:
    info, found = TypeInfo(schema()), []

    class Collector(Visitor):
        def enter_field(self, node: FieldNode, *_rest: Any) -> None:
            parent = info.get_parent_type()
            if parent is not None:
                found.append(f"{parent.name}.{node.name.value}")

    visit(parse(text), TypeInfoVisitor(info, Collector()))
    return found


def test_each_scope_is_needed_and_none_is_missing() -> None:
    """SCOPE_OVER_REQUEST."""
    asked = set(APP["access_scopes"]["scopes"].split(","))
    needed = [NEEDED[field] for name in names() for field in fields_of(document(name)) if field in NEEDED]
    assert [scopes for scopes in needed if not asked & set(scopes)] == [], "a document needs what is not asked for"
    used = {scope for scopes in needed for scope in asked & set(scopes) if len(asked & set(scopes)) == 1}
    assert asked == used


def test_no_token_is_kept_at_shopify_and_nothing_is_written_that_is_not_ours() -> None:
    """METAFIELD_OFFLINE_TOKEN: the mutations start a bulk query, make a code, and tag an order for who wants it."""
    fields = {field for name in names() for field in fields_of(document(name))}
    written = {field for field in fields if field.startswith("Mutation.")}
    assert written == {"Mutation.bulkOperationRunQuery", "Mutation.discountCodeBasicCreate", "Mutation.tagsAdd"}
    assert not {field for field in fields if "metafield" in field.lower()}


def test_the_compliance_webhooks_are_asked_for() -> None:
    """MISSING_COMPLIANCE_WEBHOOKS."""
    compliance = {topic for each in APP["webhooks"]["subscriptions"] for topic in each.get("compliance_topics", ())}
    assert compliance == {"customers/data_request", "customers/redact", "shop/redact"}


def test_one_version_of_the_api_is_spoken_everywhere() -> None:
    """EOL_API_VERSION: how old it is by now is for `afters doctor` to say."""
    assert APP["webhooks"]["api_version"] == API_VERSION
    assert re.fullmatch(r"20\d\d-(?:01|04|07|10)", API_VERSION)


def test_the_app_is_embedded_and_has_no_proxy() -> None:
    """APP_PROXY_*: nothing is served under the shop's own domain."""
    assert APP["embedded"] is True
    assert "app_proxy" not in APP


def test_no_secret_is_committed() -> None:
    """COMMITTED_SECRET."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    found = [
        name.decode() for name in listed.split(b"\0") if name and SECRETS.search((ROOT / name.decode()).read_bytes())
    ]
    assert found == []
    assert SECRETS.search(b"key = shpss_" + b"0a" * 16)


def test_the_listing_gives_a_reason_for_each_scope_and_names_tests_that_exist() -> None:
    listing = (ROOT / "docs/app-store-listing.md").read_text(encoding="utf-8")
    scopes = APP["access_scopes"]
    explained = set(re.findall(r"^\| `(\w+)` \|", listing, re.MULTILINE))
    assert explained == {*scopes["scopes"].split(","), *scopes["optional_scopes"]}
    named = re.findall(r"`((?:tests|server)/[\w/]+\.py)`", listing)
    assert len(named) > 10
    assert [path for path in named if not (ROOT / path).is_file()] == []
    (test,) = re.findall(r"`(test_\w+)`", listing)
    assert f"def {test}(" in (ROOT / "tests/e2e/story/test_story.py").read_text(encoding="utf-8")
