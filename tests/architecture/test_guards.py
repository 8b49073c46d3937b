"""Every route names its guard, and nothing makes a blueprint but `guarded`."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from server.app import create_app
from server.bootstrap import make_runtime
from server.web import guards
from server.web.intake import PATH, Intake
from tests.web.installed import settings_for

WEB = Path(__file__).parents[2] / "server" / "web"
GUARDS = {
    "receipts": guards.vendor_signature,
    "post_purchase": guards.post_purchase,
    "blocks": guards.block_page,
    "offer_links": guards.public,  # as links
    "links": guards.public,  # the signature in each link is looked at by its route
    "public": guards.public,
    "installing": guards.public,  # signature and state are looked at by the route
    "policy": guards.public,  # what is stored in general, of nobody
    "metrics": guards.metrics_token,
    "told_facts": guards.api_key,
    "home": guards.merchant_session,
    "offers": guards.merchant_session,
    "previews": guards.merchant_session,
    "lift": guards.merchant_session,
    "markets": guards.merchant_session,
    "tiers": guards.merchant_session,
    "pairings": guards.merchant_session,
    "follow_ups": guards.merchant_session,
    "order_tag": guards.merchant_session,
    "orders": guards.merchant_session,
    "integrations": guards.merchant_session,
    "keys": guards.merchant_session,
    "calls": guards.merchant_session,
    "rule_schema": guards.public,
    "rules": guards.merchant_session,
    "settings": guards.merchant_session,
    "deliveries": guards.merchant_session,
    "privacy": guards.merchant_session,
}


@pytest.fixture(scope="module")
def app() -> Flask:
    settings = replace(settings_for("sqlite://"), metrics_token="metrics-token-of-a-test")
    return create_app(make_runtime(settings))


def test_every_blueprint_stands_behind_its_guard(app: Flask) -> None:
    found = {name: app.before_request_funcs.get(name, [])[:1] for name in app.blueprints}
    assert found == {name: [guard] for name, guard in GUARDS.items()}


def test_what_comes_ahead_of_flask_is_one_door_with_a_lock_of_its_own(app: Flask) -> None:
    """Everything that it refuses is in tests/web/test_webhooks.py."""
    assert isinstance(app.wsgi_app, Intake)
    assert app.test_client().post(PATH, data=b"{}").status_code == 401
    assert not any(str(rule).startswith("/webhooks") for rule in app.url_map.iter_rules())


def test_every_route_belongs_to_a_blueprint(app: Flask) -> None:
    bare = [rule.rule for rule in app.url_map.iter_rules() if "." not in rule.endpoint and rule.endpoint != "static"]
    assert bare == []


def test_only_guarded_makes_blueprints() -> None:
    makers = []
    for path in sorted(WEB.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call))
        makers += [path.name for node in calls if isinstance(node.func, ast.Name) and node.func.id == "Blueprint"]
    assert makers == ["guards.py"]
