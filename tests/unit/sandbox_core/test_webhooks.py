import base64
import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from threading import Event
from uuid import UUID

import pytest

from tests.sandbox.settings import SandboxSettings
from tests.sandbox.shopify.subscriptions import Subscription, Subscriptions
from tests.sandbox.shopify.webhooks import Message, WebhookSender
from tests.sandbox.shopify.world import World
from tests.unit.sandbox_core.conftest import URI, Receiver

BODY = {"id": 1, "title": "Tea & <Biscuits> für zwei", "variants": [{"id": 2, "price": "1.00"}]}


@pytest.fixture
def settings(settings: SandboxSettings, receiver: Receiver) -> SandboxSettings:
    return replace(settings, app_port=receiver.port, webhook_gaps=(0.0,) * 8)


@pytest.fixture
def running(world: World, settings: SandboxSettings, subscriptions: Subscriptions) -> Iterator[WebhookSender]:
    with WebhookSender(world, settings, subscriptions=subscriptions) as sender:
        yield sender


def _is_signed(body: bytes, header: str, secret: str) -> bool:
    return hmac.compare_digest(base64.b64decode(header), hmac.digest(secret.encode(), body, hashlib.sha256))


def test_a_delivery_is_signed_and_has_every_header(
    running: WebhookSender, receiver: Receiver, settings: SandboxSettings, world: World
) -> None:
    (delivery_id,) = running.emit("products/update", BODY)
    running.drain()
    (request,) = receiver.requests
    assert request.path == URI
    assert json.loads(request.body) == BODY
    assert b"\\u0026 \\u003cBiscuits\\u003e f\xc3\xbcr" in request.body
    assert _is_signed(request.body, request.headers["x-shopify-hmac-sha256"], settings.client_secret)
    assert request.headers["content-type"] == "application/json"
    assert request.headers["x-shopify-topic"] == "products/update"
    assert request.headers["x-shopify-shop-domain"] == "gift-shop.myshopify.com"
    assert request.headers["x-shopify-api-version"] == "2026-10"
    assert UUID(request.headers["x-shopify-webhook-id"]) != UUID(request.headers["x-shopify-event-id"])
    triggered = datetime.fromisoformat(request.headers["x-shopify-triggered-at"])
    assert timedelta(0) <= world.clock.now() - triggered < timedelta(minutes=1)
    assert "x-shopify-name" not in request.headers
    (row,) = running.deliveries("products/update")
    assert (row["id"], row["attempts"], row["last_status"], row["next_attempt_at"]) == (delivery_id, 1, 200, None)
    assert row["delivered_at"]


def test_who_people_are_is_left_out_for_an_app_that_is_not_approved(running: WebhookSender, world: World) -> None:
    person = {"id": 7, "email": "jo@example.com", "first_name": "Jo", "tags": "vip"}
    order = {
        "id": 1, "name": "#1001", "email": "jo@example.com", "phone": None, "customer": person,
        "shipping_address": {"city": "Leeds"}, "line_items": [{"id": 2, "name": "Tea"}],
    }  # fmt: skip
    with world.write() as connection:
        connection.execute("UPDATE shop SET protected_data_level = 1")
    running.emit("orders/create", order)
    running.emit("products/update", {**BODY, "email": "kept@example.com"})
    (told,) = running.deliveries("orders/create")
    assert json.loads(told["body"]) == {
        "id": 1, "name": "#1001", "customer": {"id": 7, "tags": "vip"}, "line_items": [{"id": 2, "name": "Tea"}],
    }  # fmt: skip
    (product,) = running.deliveries("products/update")
    assert json.loads(product["body"])["email"] == "kept@example.com"


def test_names_and_chosen_fields_follow_the_subscription(
    world: World, settings: SandboxSettings, receiver: Receiver
) -> None:
    entries = (
        Subscription("products/update", URI, "whole"),
        Subscription("products/update", "/other", "part", ("id", "variants.id")),
    )
    with WebhookSender(world, settings, subscriptions=Subscriptions("2026-10", entries)) as sender:
        assert len(sender.emit("products/update", BODY)) == 2
        sender.drain()
    by_name = {request.headers["x-shopify-name"]: request for request in receiver.requests}
    assert json.loads(by_name["whole"].body) == BODY
    assert json.loads(by_name["part"].body) == {"id": 1, "variants": [{"id": 2}]}
    assert by_name["part"].path == "/other"


def test_subscriptions_come_from_the_apps_own_file(world: World, settings: SandboxSettings) -> None:
    (settings.app_root / "shopify.app.toml").write_text(
        '[webhooks]\napi_version = "2026-10"\n[[webhooks.subscriptions]]\ntopics = ["orders/paid"]\nuri = "/w"\n',
        encoding="utf-8",
    )
    sender = WebhookSender(world, settings)
    assert sender.emit("orders/paid", {"id": 1})
    assert sender.emit("orders/create", {"id": 1}) == []


@pytest.mark.parametrize("status", [500, 429, 404, 401, 302, 307])
def test_anything_but_2xx_is_retried_unchanged(running: WebhookSender, receiver: Receiver, status: int) -> None:
    receiver.statuses = [status, status]
    running.emit("orders/paid", {"id": 1})
    running.drain()
    assert len(receiver.requests) == 3
    assert {request.path for request in receiver.requests} == {URI}
    assert len({request.body for request in receiver.requests}) == 1
    for header in ("x-shopify-webhook-id", "x-shopify-event-id", "x-shopify-triggered-at"):
        assert len({request.headers[header] for request in receiver.requests}) == 1
    assert running.deliveries()[0]["attempts"] == 3


def test_after_eight_retries_it_is_given_up(running: WebhookSender, receiver: Receiver) -> None:
    receiver.statuses = [503] * 20
    running.emit("orders/paid", {"id": 1})
    running.drain()
    assert len(receiver.requests) == 9
    (row,) = running.deliveries()
    assert (row["last_status"], row["delivered_at"], row["next_attempt_at"]) == (503, None, None)
    assert row["given_up_at"]


def test_a_slow_answer_counts_as_none(
    world: World, settings: SandboxSettings, subscriptions: Subscriptions, receiver: Receiver
) -> None:
    receiver.hang = Event()
    hasty = replace(settings, webhook_timeout_seconds=0.05, webhook_gaps=())
    with WebhookSender(world, hasty, subscriptions=subscriptions) as sender:
        sender.emit("orders/paid", {"id": 1})
        sender.drain()
        (row,) = sender.deliveries()
    assert (row["last_status"], row["last_error"]) == (None, "timeout")
    assert row["given_up_at"]


def test_nobody_listening_is_an_error_like_others(
    world: World, settings: SandboxSettings, subscriptions: Subscriptions, receiver: Receiver
) -> None:
    receiver.stop()
    with WebhookSender(world, replace(settings, webhook_gaps=(0.0,)), subscriptions=subscriptions) as sender:
        sender.emit("orders/paid", {"id": 1})
        sender.drain()
        (row,) = sender.deliveries()
    assert (row["attempts"], row["last_error"]) == (2, "ConnectError")


def test_addresses_outside_the_app_are_not_called(world: World, settings: SandboxSettings, receiver: Receiver) -> None:
    entries = (Subscription("orders/paid", "https://example.com/hooks"),)
    with WebhookSender(
        world, replace(settings, webhook_gaps=()), subscriptions=Subscriptions("2026-10", entries)
    ) as sender:
        sender.emit("orders/paid", {"id": 1})
        sender.drain()
        assert "only" in sender.deliveries()[0]["last_error"]
    assert receiver.requests == []


def test_a_duplicate_has_the_same_ids(running: WebhookSender, receiver: Receiver) -> None:
    (delivery_id,) = running.emit("orders/paid", {"id": 1})
    running.drain()
    running.duplicate(delivery_id)
    running.drain()
    first, second = receiver.requests
    for header in ("x-shopify-webhook-id", "x-shopify-event-id", "x-shopify-hmac-sha256"):
        assert first.headers[header] == second.headers[header]
    assert [row["kind"] for row in running.deliveries()] == ["genuine", "duplicate"]


def test_duplicating_nothing_is_an_error(running: WebhookSender) -> None:
    with pytest.raises(LookupError):
        running.duplicate(99)


def test_a_forgery_carries_a_signature_of_another_secret(
    running: WebhookSender, receiver: Receiver, settings: SandboxSettings
) -> None:
    receiver.statuses = [401] * 9
    running.forge("orders/paid", {"id": 1})
    running.drain()
    request = receiver.requests[0]
    assert not _is_signed(request.body, request.headers["x-shopify-hmac-sha256"], settings.client_secret)
    assert running.deliveries()[0]["kind"] == "forged"


def test_held_deliveries_arrive_reversed_and_late(running: WebhookSender, receiver: Receiver, world: World) -> None:
    with running.held():
        for number in (1, 2, 3):
            running.emit("orders/paid", {"id": number})
        running.drain()
        assert receiver.requests == []
        world.clock.move(7200)
    assert [json.loads(request.body)["id"] for request in receiver.requests] == [3, 2, 1]
    triggered = datetime.fromisoformat(receiver.requests[0].headers["x-shopify-triggered-at"])
    assert world.clock.now() - triggered >= timedelta(hours=2)


def test_topics_of_one_action_share_the_event_and_not_the_delivery(
    running: WebhookSender, receiver: Receiver, world: World
) -> None:
    with world.write() as connection:
        stored = running.stage(
            connection, [Message("orders/create", {"id": 1}, "event-1"), Message("orders/paid", {"id": 1}, "event-1")]
        )
    running.wake(stored)
    running.drain()
    assert {request.headers["x-shopify-event-id"] for request in receiver.requests} == {"event-1"}
    assert len({request.headers["x-shopify-webhook-id"] for request in receiver.requests}) == 2


def test_what_was_stored_before_goes_out_after_a_start(
    sender: WebhookSender, world: World, settings: SandboxSettings, receiver: Receiver
) -> None:
    sender.emit("orders/paid", {"id": 1})
    with WebhookSender(world, settings, subscriptions=sender.subscriptions) as other:
        other.drain()
    assert len(receiver.requests) == 1


def test_a_stop_leaves_retries_due_for_the_next_start(
    world: World, settings: SandboxSettings, subscriptions: Subscriptions, receiver: Receiver
) -> None:
    receiver.statuses = [500]
    patient = replace(settings, webhook_gaps=(3600.0,))
    with WebhookSender(world, patient, subscriptions=subscriptions) as sender:
        sender.emit("orders/paid", {"id": 1})
        assert receiver.has_arrived.wait(5)
    assert sender.deliveries()[0]["next_attempt_at"] > world.now_text()
    with WebhookSender(world, patient, subscriptions=subscriptions) as again:
        again.drain()
    assert [row["attempts"] for row in again.deliveries()] == [2]


def test_draining_gives_up_waiting(running: WebhookSender, receiver: Receiver) -> None:
    receiver.hang = Event()
    running.emit("orders/paid", {"id": 1})
    with pytest.raises(TimeoutError):
        running.drain(timeout=0.01)
    receiver.hang.set()
    running.drain()


def test_draining_needs_a_start(sender: WebhookSender) -> None:
    with pytest.raises(RuntimeError, match=r"before start"):
        sender.drain()


def test_starting_twice_is_refused(running: WebhookSender) -> None:
    with pytest.raises(RuntimeError, match="started already"):
        running.start()


def test_a_broken_thread_is_not_silent(running: WebhookSender, world: World) -> None:
    running.wake([4711])
    with pytest.raises(RuntimeError, match="thread failed"):
        running.drain()
    assert world.path.exists()


def _uninstall(world: World) -> None:
    with world.write() as connection:
        connection.execute("UPDATE installation SET uninstalled_at = ?", (world.now_text(),))


def test_an_uninstalled_app_gets_the_news_and_later_the_erasure_only(
    running: WebhookSender, receiver: Receiver, world: World
) -> None:
    _uninstall(world)
    assert running.emit("orders/paid", {"id": 1}) == []
    assert running.emit("app/uninstalled", {"id": 1})
    assert running.emit("shop/redact", {"shop_id": 1})
    running.drain()
    assert sorted(request.headers["x-shopify-topic"] for request in receiver.requests) == [
        "app/uninstalled",
        "shop/redact",
    ]


def test_what_is_under_way_stops_at_uninstall(running: WebhookSender, receiver: Receiver, world: World) -> None:
    running.hold()
    running.emit("orders/paid", {"id": 1})
    _uninstall(world)
    running.release()
    running.drain()
    assert receiver.requests == []
    assert running.deliveries()[0]["last_error"] == "uninstalled meanwhile"


def test_an_app_that_was_never_installed_gets_nothing(running: WebhookSender, world: World) -> None:
    with world.write() as connection:
        connection.execute("DELETE FROM installation")
    assert running.emit("orders/paid", {"id": 1}) == []
    assert running.emit("app/uninstalled", {"id": 1}) == []
