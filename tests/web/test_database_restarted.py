"""PostgreSQL throws everybody out, again and again, while deliveries come in: what was acknowledged is there, once."""

import base64
import hashlib
import hmac
from collections.abc import Iterator
from threading import Event, Thread

import pytest
from flask import Flask
from sqlalchemy import create_engine, select, text

from server.app import create_app
from server.bootstrap import make_runtime
from server.runtime import Runtime
from server.storage.deliveries import DeliveryRow
from tests.conftest import StandingClock
from tests.databases import POSTGRESQL
from tests.web.installed import CLIENT_SECRET, SHOP, settings_for

pytestmark = pytest.mark.postgresql

SENDERS, EACH, RESTARTS = 4, 60, 8


@pytest.fixture
def runtime(postgresql_url: str, clock: StandingClock) -> Iterator[Runtime]:
    made = make_runtime(settings_for(postgresql_url), clock=clock)
    yield made
    with made.inbox.database.write() as session:
        session.execute(DeliveryRow.__table__.delete())  # type: ignore[attr-defined]  # the table of a mapped class
    made.close()


def throw_everybody_out(database_url: str) -> int:
    """End every connection to the database, as a restart of the server does; return how many there were."""
    admin = create_engine(f"{POSTGRESQL}/postgres", isolation_level="AUTOCOMMIT")
    query = text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name")
    with admin.connect() as connection:
        ended = len(connection.execute(query, {"name": database_url.rpartition("/")[2]}).all())
    admin.dispose()
    return ended


def deliver(app: Flask, number: int) -> int:
    raw = f'{{"id": {number}}}'.encode()
    headers = {
        "X-Shopify-Topic": "orders/create",
        "X-Shopify-Shop-Domain": SHOP,
        "X-Shopify-Webhook-Id": str(number),
        "X-Shopify-Hmac-Sha256": base64.b64encode(
            hmac.new(CLIENT_SECRET.encode(), raw, hashlib.sha256).digest()
        ).decode(),
    }
    return app.test_client().post("/webhooks/shopify", data=raw, headers=headers).status_code


def test_what_was_acknowledged_is_stored_and_the_rest_is_asked_for_again(runtime: Runtime, postgresql_url: str) -> None:
    app = create_app(runtime)
    answers: dict[int, list[int]] = {}
    half_way, is_over = Event(), Event()

    def send(first: int) -> None:
        for number in range(first, first + EACH):
            answers[number] = [deliver(app, number)]
            while answers[number][-1] != 200:  # Shopify sends again what was not answered 200
                answers[number].append(deliver(app, number))
            if number == first + EACH // RESTARTS:
                half_way.set()

    def restart() -> None:
        half_way.wait(timeout=30)
        for _ in range(RESTARTS):
            thrown.append(throw_everybody_out(postgresql_url))
            if is_over.is_set():
                return

    thrown: list[int] = []
    threads = [Thread(target=send, args=(10_000 + EACH * each,)) for each in range(SENDERS)]
    restarting = Thread(target=restart)
    for thread in [*threads, restarting]:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    is_over.set()
    restarting.join(timeout=60)

    assert sum(thrown) > 0, "nobody was thrown out"
    assert len(answers) == SENDERS * EACH
    assert {status for told in answers.values() for status in told} <= {200, 503}
    with runtime.inbox.database.read() as session:
        stored = sorted(session.scalars(select(DeliveryRow.delivery_id)))
    assert stored == sorted(map(str, answers)), "each is stored, and once"


def test_a_restart_between_two_deliveries_is_not_even_noticed(runtime: Runtime, postgresql_url: str) -> None:
    app = create_app(runtime)
    senders = [Thread(target=deliver, args=(app, number)) for number in range(SENDERS)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join(timeout=60)
    assert throw_everybody_out(postgresql_url) > 0
    assert [deliver(app, 100 + number) for number in range(3)] == [200, 200, 200]
