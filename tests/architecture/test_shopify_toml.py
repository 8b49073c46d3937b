"""`shopify.app.toml` and every `extension/*/shopify.extension.toml` against the rules of Shopify's CLI 4.8.

The CLI checks only at deploy time and passes unknown keys on to the server, which then refuses them: a typo would
show no earlier. The rules are restated here from the CLI's own schemas.
"""

import json
import re
import shutil
import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from server.config import API_VERSION, REQUIRED_SCOPES
from server.shopify.topics import COMPLIANCE_TOPICS, TOPICS

ROOT = Path(__file__).parents[2]
EXTENSIONS = sorted(ROOT.glob("extension/*/shopify.extension.toml"))
Table = Mapping[str, Any]

VERSION = re.compile(r"20\d\d-(01|04|07|10)")
NAME = re.compile(r"[A-Za-z0-9_-]{1,50}")
HANDLE = re.compile(r"[A-Za-z0-9-]{1,50}")
TOPIC = re.compile(r"[a-z_]+/[a-z_]+")
SCOPE = re.compile(r"(unauthenticated_)?(read|write)_[a-z_]+")
ARN = re.compile(r"arn:aws:events:[a-z0-9-]+::event-source/aws\.partner/shopify\.com/.+")

APP_KEYS = {
    "": {"client_id", "name", "handle", "application_url", "embedded", "extension_directories", "web_directories",
         "app_preferences", "build", "access", "access_scopes", "auth", "webhooks", "events", "app_proxy", "pos"},
    "build": {"automatically_update_urls_on_dev", "dev_store_url"},
    "access_scopes": {"scopes", "required_scopes", "optional_scopes"},
    "auth": {"redirect_urls"},
    "webhooks": {"api_version", "subscriptions"},
    "subscriptions": {"name", "topics", "compliance_topics", "uri", "filter", "include_fields", "payload_query"},
}  # fmt: skip
EXTENSION_KEYS = {"checkout_post_purchase": {"type", "name", "handle", "uid", "description", "metafields"}}
UI_EXTENSION_KEYS = {
    "": {"api_version", "extensions"},
    "extensions": {
        "type",
        "name",
        "handle",
        "uid",
        "description",
        "targeting",
        "capabilities",
        "settings",
        "metafields",
    },
    "targeting": {"target", "module", "default_placement", "should_render", "metafields", "preloads"},
    "capabilities": {"network_access", "api_access", "block_progress", "collect_buyer_consent", "iframe"},
}


def faults_of_app(app: Table) -> list[str]:
    """Return what Shopify would refuse in an app configuration."""
    found = _unknown(app, APP_KEYS[""], "the file")
    for section in ("build", "access_scopes", "auth", "webhooks"):
        found += _unknown(app.get(section, {}), APP_KEYS[section], f"[{section}]")
    found += _check("client_id is 32 hex digits", re.fullmatch(r"[0-9a-f]{32}", str(app.get("client_id"))))
    found += _check("name has 1 to 30 characters", 1 <= len(app.get("name", "")) <= 30)
    found += _check("handle has at most 256 characters", len(app.get("handle", "")) <= 256)
    found += _check("application_url is an https URL", _is_https(app.get("application_url")))
    found += _check("embedded is true", app.get("embedded") is True)
    found += _check("extension_directories names ours", app.get("extension_directories") == ["extension/*"])
    redirects = app.get("auth", {}).get("redirect_urls")
    found += _check("auth.redirect_urls is a list of https URLs", redirects and all(map(_is_https, redirects)))
    scopes = _scopes(app)
    found += _check("scopes are given, well formed and each once", scopes and all(map(SCOPE.fullmatch, scopes)))
    found += _check("no scope is asked for twice", len(scopes) == len(set(scopes)))
    return found + faults_of_webhooks(app.get("webhooks", {}))


def faults_of_webhooks(section: Table) -> list[str]:
    """Return what Shopify would refuse in the [webhooks] section."""
    found = _check("webhooks.api_version is a version", VERSION.fullmatch(str(section.get("api_version"))))
    seen: set[tuple[str, str, str]] = set()
    compliance: list[str] = []
    names: list[str] = []
    for number, one in enumerate(section.get("subscriptions", ())):
        place = f"subscription {number + 1}"
        found += _unknown(one, APP_KEYS["subscriptions"], place)
        topics = [*one.get("topics", ()), *one.get("compliance_topics", ())]
        found += _check(f"{place} has topics", topics)
        found += _check(f"{place}: topics are well formed", all(TOPIC.fullmatch(topic) for topic in topics))
        found += _check(f"{place}: uri is allowed", _is_uri(str(one.get("uri", ""))))
        if "name" in one:
            found += _check(f"{place}: name has 1 to 50 plain characters", NAME.fullmatch(one["name"]))
            names.append(one["name"])
        for topic in one.get("topics", ()):
            key = (topic, one.get("uri", ""), one.get("filter", ""))
            found += _check(f"{topic} is not subscribed to twice", key not in seen)
            seen.add(key)
        compliance += one.get("compliance_topics", ())
    found += _check("compliance topics are known", set(compliance) <= COMPLIANCE_TOPICS)
    found += _check("a compliance topic is given once", len(compliance) == len(set(compliance)))
    return found + _check("a name is given once", len(names) == len(set(names)))


def faults_of_extension(extension: Table) -> list[str]:
    """Return what Shopify would refuse, or silently drop, in an extension's configuration."""
    if "extensions" in extension:
        return _faults_of_ui_extension(extension)
    kind = extension.get("type")
    if kind not in EXTENSION_KEYS:
        return [f"'{kind}' is not a type of extension that this test knows"]
    return _unknown(extension, EXTENSION_KEYS[kind], "the file") + _faults_of_identity(extension)


def _faults_of_ui_extension(extension: Table) -> list[str]:
    found = _unknown(extension, UI_EXTENSION_KEYS[""], "the file")
    version = str(extension.get("api_version"))
    found += _check("api_version is a version of 2026 or later", VERSION.fullmatch(version) and version >= "2026-01")
    targets: list[str] = []
    for one in extension["extensions"]:
        found += _unknown(one, UI_EXTENSION_KEYS["extensions"], "an extension")
        found += _unknown(one.get("capabilities", {}), UI_EXTENSION_KEYS["capabilities"], "capabilities")
        found += _check("the type is ui_extension", one.get("type") == "ui_extension")
        found += _faults_of_identity(one)
        found += _check("targeting is given", one.get("targeting"))
        for target in one.get("targeting", ()):
            found += _unknown(target, UI_EXTENSION_KEYS["targeting"], "a target")
            found += _check("a target has a module", target.get("target") and target.get("module"))
            targets.append(target.get("target", ""))
    return found + _check("a target is given once", len(targets) == len(set(targets)))


def faults_of_files(folder: Path) -> list[str]:
    """Return which files that an extension's configuration names, or that its words need, Shopify would miss."""
    extension = tomllib.loads((folder / "shopify.extension.toml").read_text(encoding="utf-8"))
    found: list[str] = []
    for one in extension.get("extensions", ()):
        modules = [target["module"] for target in one["targeting"]]
        found += [f"{module} is missing" for module in modules if not (folder / module).is_file()]
    keys = set(re.findall(r'"t:([\w.]+)"', (folder / "shopify.extension.toml").read_text(encoding="utf-8")))
    locales = sorted((folder / "locales").glob("*.json"))
    defaults = [path for path in locales if path.name.endswith(".default.json")]
    found += _check("one language is the default one", len(defaults) == (1 if keys or locales else 0))
    for path in locales:
        found += _check(f"{path.name} has every name", keys <= set(json.loads(path.read_text(encoding="utf-8"))))
    return found


def _faults_of_identity(extension: Table) -> list[str]:
    found = _check("name is given", extension.get("name"))
    found += _check("handle has 1 to 50 of A-Z a-z 0-9 -", HANDLE.fullmatch(str(extension.get("handle", ""))))
    found += _check("uid is given and has at most 250 characters", 1 <= len(str(extension.get("uid", ""))) <= 250)
    metafields = extension.get("metafields", [])
    found += _check("at most 5 metafields", len(metafields) <= 5)
    return found + _check(
        "a metafield has namespace and key", all({"namespace", "key"} == set(one) for one in metafields)
    )


def _scopes(app: Table) -> list[str]:
    section = app.get("access_scopes", {})
    written = [scope.strip() for scope in section.get("scopes", "").split(",") if scope.strip()]
    return [*written, *section.get("required_scopes", ()), *section.get("optional_scopes", ())]


def _unknown(table: Table, known: Iterable[str], place: str) -> list[str]:
    return [f"{place} has the unknown key '{key}'" for key in sorted(set(table) - set(known))]


def _check(rule: str, holds: object) -> list[str]:
    return [] if holds else [f"not so: {rule}"]


def _is_https(url: object) -> bool:
    return isinstance(url, str) and urlsplit(url).scheme == "https" and bool(urlsplit(url).hostname)


def _is_uri(uri: str) -> bool:
    is_path = uri.startswith("/") and not uri.startswith("//")
    return is_path or _is_https(uri) or uri.startswith("pubsub://") or bool(ARN.fullmatch(uri))


@pytest.fixture(name="app")
def read_app() -> dict[str, Any]:
    return tomllib.loads((ROOT / "shopify.app.toml").read_text(encoding="utf-8"))


def test_shopify_would_take_the_app(app: dict[str, Any]) -> None:
    assert faults_of_app(app) == []


def test_the_topics_are_those_we_handle(app: dict[str, Any]) -> None:
    subscriptions = app["webhooks"]["subscriptions"]
    named = {topic: one["name"] for one in subscriptions for topic in one.get("topics", ())}
    assert named == dict(TOPICS)
    assert {topic for one in subscriptions for topic in one.get("compliance_topics", ())} == COMPLIANCE_TOPICS
    assert {one["uri"] for one in subscriptions} == {"/webhooks/shopify"}


def test_webhooks_and_api_speak_one_version(app: dict[str, Any]) -> None:
    assert app["webhooks"]["api_version"] == API_VERSION


def test_nothing_is_asked_for_that_this_app_does_not_use(app: dict[str, Any]) -> None:
    """A new scope needs a reason here: what of ours needs it."""
    reasons = {
        "read_products": "products.graphql, products/update, products/delete",
        "read_inventory": "stock.graphql, inventory_levels/update",
        "read_locations": "PlaceFields.graphql: all of a location but its id",
        "read_orders": "orders.graphql, orders/*, refunds/create",
        "read_customers": "customer.graphql, the two consent topics",
        "write_discounts": "discount_code.graphql: the codes that messages bring",
        "read_all_orders": "optional: orders.graphql and bulk_orders.graphql without a day to begin at",
        "write_orders": "optional: order_tag.graphql, the tag that a merchant may want on orders",
    }
    assert set(_scopes(app)) == set(reasons)


@pytest.mark.parametrize("path", EXTENSIONS, ids=[path.parent.name for path in EXTENSIONS])
def test_shopify_would_take_the_extension(path: Path) -> None:
    assert faults_of_extension(tomllib.loads(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", EXTENSIONS, ids=[path.parent.name for path in EXTENSIONS])
def test_shopify_would_find_the_files_of_the_extension(path: Path) -> None:
    assert faults_of_files(path.parent) == []


def test_every_surface_is_there_and_no_two_extensions_share_a_name() -> None:
    found = [tomllib.loads(path.read_text(encoding="utf-8")) for path in EXTENSIONS]
    each = [one for extension in found for one in extension.get("extensions", [extension])]
    assert {one["type"] for one in each} == {"checkout_post_purchase", "ui_extension"}
    assert [target["target"] for one in each for target in one.get("targeting", ())] == [
        "purchase.thank-you.block.render",
        "customer-account.order-status.block.render",
    ]
    # Without it the checkout refuses their requests; the one-click page needs none.
    assert [one["capabilities"]["network_access"] for one in each if one["type"] == "ui_extension"] == [True]
    for key in ("handle", "uid"):
        assert len({one[key] for one in each}) == len(each)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"client_id": "x"}, "client_id"),
        ({"name": "x" * 31}, "name has"),
        ({"name": ""}, "name has"),
        ({"application_url": "http://app.example"}, "application_url"),
        ({"embedded": False}, "embedded"),
        ({"extension_directories": ["extensions/*"]}, "extension_directories"),
        ({"extention_directories": []}, "unknown key 'extention_directories'"),
        ({"auth": {}}, "redirect_urls"),
        ({"access_scopes": {"scopes": "read_products,read_products"}}, "twice"),
        ({"access_scopes": {"scopes": "products"}}, "scopes are given"),
        ({"access_scopes": {"scopes": "read_orders", "use_legacy_install_flow": True}}, "unknown key"),
        ({"webhooks": {"api_version": "2026-11"}}, "api_version"),
    ],
)
def test_a_fault_of_the_app_would_be_noticed(app: dict[str, Any], change: Table, fault: str) -> None:
    assert any(fault in found for found in faults_of_app({**app, **change}))


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"name": "has space"}, "plain characters"),
        ({"name": "x" * 51}, "plain characters"),
        ({"topics": []}, "has topics"),
        ({"topics": ["ORDERS_PAID"]}, "well formed"),
        ({"uri": ""}, "uri"),
        ({"uri": "//evil.com"}, "uri"),
        ({"uri": "http://app.example/x"}, "uri"),
        ({"topic": "orders/paid"}, "unknown key 'topic'"),
        ({"compliance_topics": ["customers/forget"]}, "compliance topics are known"),
    ],
)
def test_a_fault_of_a_subscription_would_be_noticed(change: Table, fault: str) -> None:
    good = {"name": "orders-paid", "topics": ["orders/paid"], "uri": "/webhooks/shopify"}
    assert faults_of_webhooks({"api_version": "2026-10", "subscriptions": [good]}) == []
    found = faults_of_webhooks({"api_version": "2026-10", "subscriptions": [{**good, **change}]})
    assert any(fault in one for one in found)
    twice = faults_of_webhooks({"api_version": "2026-10", "subscriptions": [good, good]})
    assert any("subscribed to twice" in one for one in twice)


@pytest.mark.parametrize(
    "uri",
    [
        "/a",
        "https://a.example/b",
        "pubsub://project:topic",
        "arn:aws:events:eu-west-1::event-source/aws.partner/shopify.com/1/x",
    ],
)
def test_every_kind_of_address_may_be_used(uri: str) -> None:
    one = {"topics": ["orders/paid"], "uri": uri}
    assert faults_of_webhooks({"api_version": "2026-10", "subscriptions": [one]}) == []


POST_PURCHASE = {"type": "checkout_post_purchase", "name": "Offer", "handle": "offer", "uid": "1"}
THANK_YOU: dict[str, Any] = {
    "api_version": "2026-07",
    "extensions": [
        {
            "type": "ui_extension",
            "name": "t:name",
            "handle": "thank-you",
            "uid": "2",
            "targeting": [{"target": "purchase.thank-you.block.render", "module": "./src/ThankYou.jsx"}],
            "capabilities": {"network_access": True},
        }
    ],
}


def test_good_extensions_have_no_faults() -> None:
    assert faults_of_extension(POST_PURCHASE) == []
    assert faults_of_extension(THANK_YOU) == []


@pytest.mark.parametrize(
    ("extension", "fault"),
    [
        ({**POST_PURCHASE, "api_version": "2026-07"}, "unknown key 'api_version'"),
        ({**POST_PURCHASE, "capabilities": {}}, "unknown key 'capabilities'"),
        ({**POST_PURCHASE, "handle": "an offer"}, "handle"),
        ({**POST_PURCHASE, "uid": ""}, "uid"),
        ({**POST_PURCHASE, "name": ""}, "name"),
        ({**POST_PURCHASE, "metafields": [{"namespace": "$app"}]}, "namespace and key"),
        ({**POST_PURCHASE, "metafields": [{"namespace": "$app", "key": "k"}] * 6}, "at most 5"),
        ({**POST_PURCHASE, "type": "post_purchase"}, "not a type"),
        ({**THANK_YOU, "api_version": "2025-10"}, "api_version"),
        ({**THANK_YOU, "extensions": THANK_YOU["extensions"] * 2}, "a target is given once"),
        ({**THANK_YOU, "extensions": [{"type": "ui_extension"}]}, "targeting is given"),
    ],
)  # fmt: skip
def test_a_fault_of_an_extension_would_be_noticed(extension: Table, fault: str) -> None:
    assert any(fault in found for found in faults_of_extension(extension))


def test_the_code_knows_the_required_scopes_and_asks_for_the_optional_ones() -> None:
    scopes = tomllib.loads((ROOT / "shopify.app.toml").read_text(encoding="utf-8"))["access_scopes"]
    assert tuple(scopes["scopes"].split(",")) == REQUIRED_SCOPES
    pages = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "templates/pages").glob("*.html"))
    assert set(re.findall(r'data-ask-scope="(\w+)"', pages)) == set(scopes["optional_scopes"])


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda folder: (folder / "src/ThankYou.jsx").unlink(), "./src/ThankYou.jsx is missing"),
        (lambda folder: (folder / "locales/en.default.json").rename(folder / "locales/en.json"), "the default one"),
        (lambda folder: shutil.copy(folder / "locales/de.json", folder / "locales/de.default.json"), "the default one"),
        (lambda folder: (folder / "locales/de.json").write_text("{}", encoding="utf-8"), "de.json has every name"),
    ],
    ids=["module", "no default", "two defaults", "name"],
)
def test_a_missing_file_of_an_extension_would_be_noticed(
    tmp_path: Path, change: Callable[[Path], object], fault: str
) -> None:
    folder = tmp_path / "thank-you"
    skipped = shutil.ignore_patterns("node_modules", "dist", "tests")
    shutil.copytree(ROOT / "extension/thank-you", folder, ignore=skipped)
    assert faults_of_files(folder) == []
    change(folder)
    assert any(fault in one for one in faults_of_files(folder))
