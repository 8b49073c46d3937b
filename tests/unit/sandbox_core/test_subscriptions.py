from pathlib import Path

import pytest

from tests.sandbox.shopify.subscriptions import (
    Subscription,
    SubscriptionRefused,
    read_subscriptions,
    select_fields,
)

GOOD = """
client_id = "x"
[webhooks]
api_version = "2026-10"
  [[webhooks.subscriptions]]
  name = "orders"
  topics = ["orders/create", "orders/paid"]
  uri = "/webhooks/shopify"
  [[webhooks.subscriptions]]
  topics = ["products/update"]
  uri = "/webhooks/shopify"
  include_fields = ["id", "variants.id"]
  [[webhooks.subscriptions]]
  compliance_topics = ["customers/redact", "shop/redact"]
  uri = "/webhooks/shopify"
"""


def _file(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "shopify.app.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_good_file_is_read_topic_by_topic(tmp_path: Path) -> None:
    found = read_subscriptions(_file(tmp_path, GOOD))
    uri = "/webhooks/shopify"
    assert found.api_version == "2026-10"
    assert found.entries == (
        Subscription("orders/create", uri, "orders"),
        Subscription("orders/paid", uri, "orders"),
        Subscription("products/update", uri, None, ("id", "variants.id")),
        Subscription("customers/redact", uri),
        Subscription("shop/redact", uri),
    )
    assert [entry.topic for entry in found.of("orders/paid")] == ["orders/paid"]
    assert found.of("orders/deleted") == ()


ONE = '[webhooks]\napi_version = "2026-10"\n[[webhooks.subscriptions]]\n'


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("client_id = 'x'", "api_version"),
        ("[webhooks]\nsubscriptions = []", "api_version"),
        ('[webhooks]\napi_version = "latest"', "api_version"),
        ("[access_scopes]\nuse_legacy_install_flow = true\n" + GOOD.replace('client_id = "x"', ""), "legacy"),
        (ONE.replace("[[", "privacy_compliance = {}\n[["), "excludes"),
        (ONE + 'uri = "/w"', "needs topics"),
        (ONE + 'topics = ["orders/paid"]', "needs a uri"),
        (ONE + 'topics = ["orders/paid"]\nuri = "pubsub://p:t"', "over HTTP only"),
        (ONE + 'topics = ["orders/paid"]\nuri = "/w"\nfilter = "id:1"', "does not evaluate"),
        (ONE + 'topics = ["orders/paid"]\nuri = "/w"\npayload_query = "{id}"', "does not evaluate"),
        (ONE + 'topics = ["orders/paid"]\nuri = "/w"\nname = "not a name"', "name"),
        (ONE + 'topics = ["orders/paid"]\nuri = "/w"\ntopic = "x"', "unknown keys"),
        (ONE + 'topics = ["ORDERS_PAID"]\nuri = "/w"', "not topics"),
        (ONE + 'topics = ["shop/redact"]\nuri = "/w"', "not topics"),
        (ONE + 'compliance_topics = ["orders/paid"]\nuri = "/w"', "not compliance topics"),
        (ONE + 'topics = ["orders/paid", "orders/paid"]\nuri = "/w"', "twice"),
        (
            ONE + 'compliance_topics = ["shop/redact"]\nuri = "/w"\n'
            '[[webhooks.subscriptions]]\ncompliance_topics = ["shop/redact"]\nuri = "/v"',
            "twice",
        ),
    ],
)
def test_what_a_deploy_would_refuse_is_refused(tmp_path: Path, text: str, reason: str) -> None:
    with pytest.raises(SubscriptionRefused, match=reason):
        read_subscriptions(_file(tmp_path, text))


def test_fields_are_selected_through_lists_and_objects() -> None:
    body = {
        "id": 1,
        "email": "a@example.com",
        "line_items": [{"id": 2, "price": "1.00"}, {"id": 3}],
        "customer": None,
        "total_price_set": {"shop_money": {"amount": "1.00", "currency_code": "GBP"}},
    }
    chosen = select_fields(
        body, ["id", "line_items.id", "customer.id", "total_price_set.shop_money.amount", "no_such_field"]
    )
    assert chosen == {
        "id": 1,
        "line_items": [{"id": 2}, {"id": 3}],
        "customer": None,
        "total_price_set": {"shop_money": {"amount": "1.00"}},
    }
