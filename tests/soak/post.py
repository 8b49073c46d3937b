"""Delivers webhooks as Shopify does: signed, again and again until acknowledged, some twice, in no order."""

import base64
import hashlib
import hmac
import json
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

_THREADS = 8
_PAUSE_SECONDS = 0.05
_ANSWER_SECONDS = 20.0


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook; `id` is the same at each try. `subject` is the order or shopper that it tells of."""

    shop: str
    topic: str
    id: str
    body: dict[str, Any]
    triggered_at: datetime
    subject: int

    def raw(self) -> bytes:
        return json.dumps(self.body).encode()

    def headers(self, raw: bytes, secret: str) -> dict[str, str]:
        mac = base64.b64encode(hmac.digest(secret.encode(), raw, hashlib.sha256)).decode()
        return {
            "Content-Type": "application/json",
            "X-Shopify-Topic": self.topic,
            "X-Shopify-Shop-Domain": self.shop,
            "X-Shopify-Hmac-Sha256": mac,
            "X-Shopify-Webhook-Id": self.id,
            "X-Shopify-Event-Id": f"event-{self.id}",
            "X-Shopify-Triggered-At": self.triggered_at.isoformat(),
            "X-Shopify-Api-Version": "2026-10",
        }


class Post:
    """Several couriers over one queue. `acknowledged` are the deliveries that were answered with 200."""

    def __init__(self, url: str, secret: str, *, on_progress: Callable[[], None]) -> None:
        self._url, self._secret, self._on_progress = url, secret, on_progress
        self.acknowledged: list[Delivery] = []
        self.refused: list[str] = []
        self._lock = threading.Lock()

    def deliver(self, deliveries: list[Delivery]) -> None:
        """Return when every one of `deliveries` was acknowledged."""
        waiting: queue.SimpleQueue[Delivery] = queue.SimpleQueue()
        for each in deliveries:
            waiting.put(each)
        couriers = [threading.Thread(target=self._courier, args=(waiting,)) for _ in range(_THREADS)]
        for courier in couriers:
            courier.start()
        for courier in couriers:
            courier.join()

    def _courier(self, waiting: "queue.SimpleQueue[Delivery]") -> None:
        with httpx.Client(trust_env=False, timeout=_ANSWER_SECONDS) as client:
            while True:
                try:
                    delivery = waiting.get_nowait()
                except queue.Empty:
                    return
                self._insist(client, delivery)

    def _insist(self, client: httpx.Client, delivery: Delivery) -> None:
        raw = delivery.raw()
        headers = delivery.headers(raw, self._secret)
        patience = threading.Event()
        while True:
            try:
                status = client.post(self._url, content=raw, headers=headers).status_code
            except httpx.HTTPError:  # killed under the request, or not up again yet
                status = 0
            if status == httpx.codes.OK:
                break
            if status and status < httpx.codes.INTERNAL_SERVER_ERROR:
                with self._lock:
                    self.refused.append(f"{delivery.topic} {delivery.id}: HTTP {status}")
                return
            patience.wait(_PAUSE_SECONDS)
        with self._lock:
            self.acknowledged.append(delivery)
        self._on_progress()
