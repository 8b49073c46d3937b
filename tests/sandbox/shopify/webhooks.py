"""Delivers webhooks as Shopify does: signed, with all headers, retried, and on demand badly behaved."""

import heapq
import json
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from itertools import count
from sqlite3 import Connection, Row
from threading import Condition, Thread
from typing import Any, NamedTuple, Self

import httpx

from tests.sandbox.settings import SandboxSettings
from tests.sandbox.shopify.protected_data import shown
from tests.sandbox.shopify.signing import sign_webhook
from tests.sandbox.shopify.subscriptions import Subscriptions, read_subscriptions, select_fields
from tests.sandbox.shopify.world import World

CONNECT_SECONDS = 1.0
AFTER_UNINSTALL = frozenset({"app/uninstalled", "shop/redact"})
_THREADS = 2


class Message(NamedTuple):
    """One thing that happened: topics of the same action share an `event_id`, else it is made up."""

    topic: str
    body: Mapping[str, Any]
    event_id: str | None = None


class WebhookSender:
    """Stores every delivery in the world and sends it from background threads while started.

    `subscriptions` defaults to those of the app's `shopify.app.toml`. Use as a context manager, or call
    `start()` and `stop()`; what is stored meanwhile, or was left by an earlier run, goes out after a start.
    """

    def __init__(self, world: World, settings: SandboxSettings, *, subscriptions: Subscriptions | None = None) -> None:
        self.world = world
        self.settings = settings
        self.subscriptions = subscriptions or read_subscriptions(settings.app_root / "shopify.app.toml")
        self._changed = Condition()
        self._due: list[tuple[float, int, int]] = []  # (monotonic seconds, sequence, delivery id)
        self._sequence = count()
        self._held: list[int] | None = None
        self._in_flight = 0
        self._is_stopping = False
        self._crash: Exception | None = None
        self._threads: list[Thread] = []
        self._client: httpx.Client | None = None

    def start(self) -> None:
        """Start sending, beginning with everything that is still due."""
        if self._threads:
            raise RuntimeError("started already")
        limits = httpx.Timeout(self.settings.webhook_timeout_seconds, connect=CONNECT_SECONDS)
        self._client = httpx.Client(timeout=limits, follow_redirects=False, trust_env=False)
        self._is_stopping = False
        with self.world.read() as connection:
            left = [
                row["id"]
                for row in connection.execute(
                    "SELECT id FROM webhook_delivery WHERE next_attempt_at IS NOT NULL ORDER BY id"
                )
            ]
        with self._changed:
            held = set(self._held or ())
            self._due = []
            for delivery_id in left:
                if delivery_id not in held:
                    self._schedule(delivery_id, 0.0)
        self._threads = [
            Thread(target=self._work, name=f"webhooks-{number}", daemon=True) for number in range(_THREADS)
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Stop sending; attempts under way finish first, the rest stays due in the world."""
        with self._changed:
            self._is_stopping = True
            self._changed.notify_all()
        for thread in self._threads:
            thread.join()
        self._threads = []
        if self._client:
            self._client.close()
            self._client = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def emit(self, topic: str, body: Mapping[str, Any]) -> list[int]:
        """Store and send one message; return the delivery ids, none when nobody may or wants to get it."""
        with self.world.write() as connection:
            delivery_ids = self.stage(connection, [Message(topic, body)])
        self.wake(delivery_ids)
        return delivery_ids

    def stage(self, connection: Connection, messages: Sequence[Message]) -> list[int]:
        """Store deliveries inside the caller's write; hand the ids to `wake` once that is committed."""
        return [
            self._store(
                connection,
                topic=message.topic,
                name=subscription.name,
                uri=subscription.uri,
                body=_raw(shown(connection, message.topic, message.body), subscription.include_fields),
                event_id=message.event_id or str(uuid.uuid4()),
                kind="genuine",
            )
            for message in messages
            if self._may_receive(connection, message.topic)
            for subscription in self.subscriptions.of(message.topic)
        ]

    def wake(self, delivery_ids: Sequence[int]) -> None:
        """Send stored deliveries now, or keep them while the sender is held."""
        with self._changed:
            for delivery_id in delivery_ids:
                if self._held is None:
                    self._schedule(delivery_id, 0.0)
                else:
                    self._held.append(delivery_id)
            self._changed.notify_all()

    def drain(self, timeout: float = 10.0) -> None:
        """Wait until every delivery that is not held was delivered or given up.

        Raises:
            TimeoutError: that took longer than `timeout` seconds.
            RuntimeError: the sender is not started, or one of its threads failed.
        """
        if not self._threads:
            raise RuntimeError("nothing is sent before start()")
        with self._changed:
            is_done = self._changed.wait_for(lambda: self._crash or not (self._due or self._in_flight), timeout=timeout)
            if self._crash:
                raise RuntimeError("a webhook thread failed") from self._crash
            if not is_done:
                raise TimeoutError(f"{len(self._due)} due and {self._in_flight} under way")

    def hold(self) -> None:
        """Keep new deliveries back, to let them arrive late or in another order."""
        with self._changed:
            self._held = [] if self._held is None else self._held

    def release(self, *, arrange: Callable[[list[int]], Sequence[int]] = list) -> None:
        """Send what was held, in the order that `arrange` makes of the delivery ids (e.g. `reversed`).

        To keep that order each is sent when the one before it was delivered or given up.
        """
        with self._changed:
            held, self._held = self._held or [], None
        for delivery_id in arrange(held):
            self.wake([delivery_id])
            if self._threads:
                self.drain(timeout=self.settings.webhook_timeout_seconds + sum(self.settings.webhook_gaps))

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold within the block and release after it, newest first: the reverse of what happened."""
        self.hold()
        try:
            yield
        finally:
            self.release(arrange=lambda found: found[::-1])

    def duplicate(self, delivery_id: int) -> int:
        """Deliver the same message once more, with the same ids; return the new delivery's id."""
        with self.world.write() as connection:
            found = _row(connection, delivery_id)
            columns = "webhook_id, event_id, topic, subscription_name, uri, body, triggered_at"
            inserted = connection.execute(
                f"""INSERT INTO webhook_delivery ({columns}, kind, next_attempt_at)
                    SELECT {columns}, 'duplicate', ? FROM webhook_delivery WHERE id = ?""",
                (self.world.now_text(), found["id"]),
            )
            new_id = inserted.lastrowid or 0
        self.wake([new_id])
        return new_id

    def forge(self, topic: str, body: Mapping[str, Any]) -> list[int]:
        """Deliver a message signed with another secret to every address subscribed to the topic."""
        with self.world.write() as connection:
            delivery_ids = [
                self._store(
                    connection,
                    topic=topic,
                    name=subscription.name,
                    uri=subscription.uri,
                    body=_raw(body, ()),
                    event_id=str(uuid.uuid4()),
                    kind="forged",
                )
                for subscription in self.subscriptions.of(topic)
            ]
        self.wake(delivery_ids)
        return delivery_ids

    def deliveries(self, topic: str | None = None) -> list[Row]:
        """Return the rows of webhook_delivery, oldest first."""
        with self.world.read() as connection:
            return connection.execute(
                "SELECT * FROM webhook_delivery WHERE ? IS NULL OR topic = ? ORDER BY id", (topic, topic)
            ).fetchall()

    def _may_receive(self, connection: Connection, topic: str) -> bool:
        found = connection.execute(
            "SELECT uninstalled_at FROM installation WHERE client_id = ?", (self.settings.client_id,)
        ).fetchone()
        return found is not None and (found["uninstalled_at"] is None or topic in AFTER_UNINSTALL)

    def _store(
        self,
        connection: Connection,
        *,
        topic: str,
        name: str | None,
        uri: str,
        body: bytes,
        event_id: str,
        kind: str,
    ) -> int:
        now = self.world.clock.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        inserted = connection.execute(
            """INSERT INTO webhook_delivery
               (webhook_id, event_id, topic, subscription_name, uri, body, triggered_at, kind, next_attempt_at)
               VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)""",
            (str(uuid.uuid4()), event_id, topic, name, uri, body, now, kind, self.world.now_text()),
        )
        return inserted.lastrowid or 0

    def _schedule(self, delivery_id: int, seconds: float) -> None:
        heapq.heappush(self._due, (time.monotonic() + seconds, next(self._sequence), delivery_id))

    def _work(self) -> None:
        while (delivery_id := self._next()) is not None:
            gap: float | None = None
            try:
                gap = self._attempt(delivery_id)
            except Exception as error:  # noqa: BLE001 -- a dead thread would be silent; drain() raises it
                with self._changed:
                    self._crash = error
            with self._changed:
                if gap is not None:
                    self._schedule(delivery_id, gap)
                self._in_flight -= 1
                self._changed.notify_all()

    def _next(self) -> int | None:
        with self._changed:
            while not self._is_stopping:
                wait = self._due[0][0] - time.monotonic() if self._due else None
                if wait is not None and wait <= 0:
                    self._in_flight += 1
                    return heapq.heappop(self._due)[2]
                self._changed.wait(wait)
            return None

    def _attempt(self, delivery_id: int) -> float | None:
        """Send once and record what came of it; return the seconds to the next attempt, if there is one."""
        with self.world.read() as connection:
            delivery = _row(connection, delivery_id)
            may_receive = delivery["kind"] == "forged" or self._may_receive(connection, delivery["topic"])
        status, error = self._post(delivery) if may_receive else (None, "uninstalled meanwhile")
        is_delivered = status is not None and 200 <= status < 300
        retries = delivery["attempts"]
        gap = None
        if not is_delivered and may_receive and retries < len(self.settings.webhook_gaps):
            gap = self.settings.webhook_gaps[retries]
        now = self.world.clock.now()
        text = now.strftime("%Y-%m-%dT%H:%M:%SZ")
        later = (now + timedelta(seconds=gap)).strftime("%Y-%m-%dT%H:%M:%SZ") if gap is not None else None
        given_up = None if is_delivered or gap is not None else text
        with self.world.write() as connection:
            connection.execute(
                """UPDATE webhook_delivery SET attempts = attempts + ?, last_status = ?, last_error = ?,
                   delivered_at = ?, next_attempt_at = ?, given_up_at = ? WHERE id = ?""",
                (int(may_receive), status, error, text if is_delivered else None, later, given_up, delivery_id),
            )
        return gap

    def _post(self, delivery: Row) -> tuple[int | None, str | None]:
        if self._client is None:
            raise RuntimeError("the sender is stopped")
        url = delivery["uri"] if "://" in delivery["uri"] else self.settings.app_origin + delivery["uri"]
        if not url.startswith(self.settings.app_origin + "/"):
            return None, f"the sandbox delivers to {self.settings.app_origin} only"
        deadline = time.monotonic() + self.settings.webhook_timeout_seconds
        try:
            with self._client.stream(
                "POST", url, content=delivery["body"], headers=self._headers(delivery)
            ) as response:
                # The limit is for the whole answer; httpx alone limits each read.
                for _ in response.iter_raw():
                    if time.monotonic() > deadline:
                        return None, "timeout"
                return response.status_code, None
        except httpx.TimeoutException:
            return None, "timeout"
        except httpx.HTTPError as error:
            return None, type(error).__name__

    def _headers(self, delivery: Row) -> dict[str, str]:
        secret = self.settings.client_secret if delivery["kind"] != "forged" else "shpss_of_somebody_else"
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Shopify-Captain-Hook",
            "X-Shopify-Topic": delivery["topic"],
            "X-Shopify-Hmac-Sha256": sign_webhook(secret, delivery["body"]),
            "X-Shopify-Shop-Domain": self.settings.shop_domain,
            "X-Shopify-API-Version": self.subscriptions.api_version,
            "X-Shopify-Webhook-Id": delivery["webhook_id"],
            "X-Shopify-Event-Id": delivery["event_id"],
            "X-Shopify-Triggered-At": delivery["triggered_at"],
        }
        if delivery["subscription_name"]:
            headers["X-Shopify-Name"] = delivery["subscription_name"]
        return headers


def _row(connection: Connection, delivery_id: int) -> Row:
    found: Row | None = connection.execute("SELECT * FROM webhook_delivery WHERE id = ?", (delivery_id,)).fetchone()
    if found is None:
        raise LookupError(f"no webhook delivery {delivery_id}")
    return found


def _raw(body: Mapping[str, Any], fields: Sequence[str]) -> bytes:
    chosen = select_fields(body, fields) if fields else body
    text = json.dumps(chosen, separators=(",", ":"), ensure_ascii=False)
    # Shopify writes these three escaped: whoever signs a re-serialised body instead of the raw one fails here.
    return text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e").encode()
