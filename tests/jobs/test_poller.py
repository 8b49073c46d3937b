import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from server.jobs import workflows
from server.jobs.engine import Engine
from server.jobs.poller import Poller
from server.jobs.workflows import make_jobs
from server.ports import TemporaryFailure
from server.runtime import Runtime
from server.storage.db import Database, Session
from server.storage.deliveries import QUEUED, Deliveries
from server.storage.inbox import Inbox
from server.storage.shops import Imports
from tests.factories import NOW, order
from tests.jobs.conftest import RecordingEngine
from tests.jobs.waiting import until
from tests.usecases.house import House


def poller_of(runtime: Runtime, engine: RecordingEngine) -> Poller:
    return Poller(runtime, cast("Engine", engine))


@pytest.fixture
def poller(runtime: Runtime, recording: RecordingEngine) -> Poller:
    return poller_of(runtime, recording)


@pytest.fixture
def idle(house: House) -> House:
    """A house whose imports are done."""
    with house.database.write() as session:
        for row in Imports(session, house.shop_id).all():
            row.state = "done"
    return house


@dataclass
class Floor:
    """Poller, engine and jobs of one runtime: what a worker process is made of."""

    runtime: Runtime
    poller: Poller
    engine: RecordingEngine

    def work(self) -> list[str]:
        """Do one round: hand over what is due, and run it as the engine would; return the ids."""
        self.poller.poll()
        jobs, ids = make_jobs(self.runtime), self.engine.ids
        while self.engine.enqueued:
            name, _, arguments = self.engine.enqueued.pop(0)
            jobs[name](*arguments)
        return ids


@pytest.fixture
def floor(runtime: Runtime, poller: Poller, recording: RecordingEngine) -> Floor:
    return Floor(runtime, poller, recording)


class TestHandingOver:
    def test_nothing_to_do_is_nothing_handed_over(
        self, idle: House, poller: Poller, recording: RecordingEngine
    ) -> None:
        assert (poller.poll(), recording.enqueued) == (0, [])

    def test_deliveries_go_to_the_job_of_their_source(
        self, idle: House, poller: Poller, recording: RecordingEngine
    ) -> None:
        first = idle.store("orders/create", b"o")
        second = idle.store("receipt", b"r", source="texter")
        assert poller.poll() == 2
        assert recording.enqueued == [
            ("deliveries.handle", f"deliveries:{first}.1", (first,)),
            ("receipts.handle", f"deliveries:{second}.1", (second,)),
        ]
        assert poller.poll() == 0, "what was handed over is marked"

    def test_deliveries_go_some_together(self, idle: House, poller: Poller, recording: RecordingEngine) -> None:
        stored = tuple(idle.store("orders/create", str(number).encode()) for number in range(23))
        assert poller.poll() == 23
        assert [arguments for _, _, arguments in recording.enqueued] == [stored[:10], stored[10:20], stored[20:]]
        assert recording.ids[2] == f"deliveries:{stored[20]}.1,{stored[21]}.1,{stored[22]}.1"

    def test_touches_go_when_they_are_due_by_the_clock_that_was_passed_in(
        self, idle: House, poller: Poller, recording: RecordingEngine
    ) -> None:
        idle.record(order(created_at=NOW, gateways=("paypal",)))
        assert poller.poll() == 0
        idle.clock.move(minutes=2)
        touch = idle.touch()
        assert poller.poll() == 1
        assert recording.enqueued == [("touch.send", f"touch:{touch.id}:1", (idle.shop_id, touch.id, 1))]
        assert (poller.poll(), idle.touch().state) == (0, QUEUED)

    def test_one_import_of_a_shop_goes_at_a_time(
        self, house: House, poller: Poller, recording: RecordingEngine
    ) -> None:
        assert poller.poll() == 1
        assert recording.enqueued == [
            ("shop.import", f"import:{house.shop_id}:products:1", (house.shop_id, "products"))
        ]
        assert poller.poll() == 0

    def test_a_send_that_was_cut_off_is_asked_about_once_a_minute(
        self, idle: House, poller: Poller, recording: RecordingEngine
    ) -> None:
        idle.record(order(created_at=NOW, gateways=("paypal",)))
        idle.vendors.texts.fail("send", TemporaryFailure("cut", is_fate_unknown=True))
        idle.send()
        idle.clock.move(minutes=2)
        poller.poll()
        assert "touch.resolve" not in {each[0] for each in recording.enqueued}, "it may still be under way"
        idle.clock.move(seconds=1)
        poller.poll()
        poller.poll()
        idle.clock.move(minutes=1)
        poller.poll()
        touch_id = idle.touch().id
        asked = [each for each in recording.enqueued if each[0] == "touch.resolve"]
        assert [each[2] for each in asked] == [(idle.shop_id, touch_id)] * 2
        assert len({each[1] for each in asked}) == 2


class TestCrashes:
    """Enqueue first, then mark: a crash between the two enqueues the same id again, which counts once."""

    @pytest.fixture(params=["delivery", "touch"])
    def due(self, request: pytest.FixtureRequest, idle: House) -> House:
        if request.param == "delivery":
            idle.store("orders/create", b"o")
        else:
            idle.record(order(created_at=NOW, gateways=("paypal",)))
            idle.clock.move(minutes=2)
        return idle

    def test_between_enqueueing_and_marking(self, due: House, runtime: Runtime, recording: RecordingEngine) -> None:
        crashing = replace(
            runtime,
            database=cast("Database", _CrashingDatabase(due.database)),
            inbox=cast("Inbox", SimpleNamespace(database=_CrashingDatabase(due.inbox.database))),
        )
        with pytest.raises(RuntimeError, match="killed"):
            poller_of(crashing, recording).poll()
        assert len(recording.enqueued) == 1
        before = list(recording.enqueued)
        assert poller_of(runtime, recording).poll() == 1
        assert recording.enqueued == before, "the same id, and nothing lost"
        assert poller_of(runtime, recording).poll() == 0

    def test_before_enqueueing(self, due: House, runtime: Runtime, recording: RecordingEngine) -> None:
        recording.failures.append(RuntimeError("killed"))
        with pytest.raises(RuntimeError):
            poller_of(runtime, recording).poll()
        assert poller_of(runtime, recording).poll() == 1
        assert len(recording.enqueued) == 1

    def test_a_job_that_isquicker_than_the_mark_is_not_undone_by_it(
        self, idle: House, runtime: Runtime, recording: RecordingEngine
    ) -> None:
        idle.record(order(created_at=NOW, gateways=("paypal",)))
        idle.clock.move(minutes=2)
        idle.vendors.texts.fail("send", TemporaryFailure("busy"))
        jobs = make_jobs(runtime)

        class Quick(RecordingEngine):
            def enqueue(self, name: str, job_id: str, *arguments: str | int) -> None:
                super().enqueue(name, job_id, *arguments)
                jobs[name](*arguments)

        poller_of(runtime, Quick()).poll()
        assert (idle.touch().state, idle.touch().attempt) == ("planned", 2)


class _CrashingDatabase:
    """Reads, and dies when the first write would be committed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def read(self) -> Any:
        return self._database.read()

    @contextmanager
    def write(self) -> Iterator[Session]:
        with self._database.write() as session:
            yield session
            raise RuntimeError("killed")


class TestRunning:
    def test_a_failing_round_is_followed_by_the_next(
        self, idle: House, poller: Poller, recording: RecordingEngine
    ) -> None:
        idle.store("orders/create", b"o")
        recording.failures.append(RuntimeError("the database restarts"))
        thread = threading.Thread(target=poller.run)
        thread.start()
        try:
            until(lambda: recording.enqueued, "the next round")
        finally:
            poller.stop()
            thread.join()

    def test_waking_starts_a_round_at_once_and_stopping_ends_it(
        self, idle: House, poller: Poller, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("server.jobs.poller._PAUSE_SECONDS", 60)
        rounds: list[int] = []

        def count() -> int:
            rounds.append(1)
            return 0

        monkeypatch.setattr(poller, "poll", count)
        thread = threading.Thread(target=poller.run)
        thread.start()
        until(lambda: len(rounds) == 1, "the first round")
        poller.wake()
        until(lambda: len(rounds) == 2, "the second round")
        poller.stop()
        thread.join(timeout=30)
        assert not thread.is_alive()
        assert idle.shop_id


class TestJobs:
    """What each job does when its use case fails."""

    def test_a_delivery_is_handled(self, idle: House, floor: Floor) -> None:
        idle.inbound.orders[b"o"] = order()
        delivery_id = idle.store("orders/create", b"o")
        floor.work()
        with idle.inbox.database.read() as session:
            row = Deliveries(session).get(delivery_id)
            assert row is not None
            assert (row.state, row.error) == ("handled", None)

    @pytest.mark.parametrize(
        ("failure", "error", "pause"),
        [
            (TemporaryFailure("throttled", retry_after=33), "throttled", 33),
            (RuntimeError("jo@example.com"), "an error of our own (RuntimeError)", None),
        ],
    )
    def test_a_delivery_that_fails_is_put_back_and_tried_again(
        self, idle: House, floor: Floor, failure: Exception, error: str, pause: float | None,
    ) -> None:  # fmt: skip
        idle.inbound.orders[b"o"] = order()
        idle.api.fail("customer", failure)
        delivery_id = idle.store("orders/create", b"o")
        floor.work()
        with idle.inbox.database.read() as session:
            row = Deliveries(session).get(delivery_id)
            assert row is not None
            assert (row.state, row.error, row.attempt) == ("stored", error, 2)
            assert row.retry_at is not None
            if pause is not None:
                assert row.retry_at == NOW + timedelta(seconds=pause)
        assert floor.work() == []
        idle.clock.moment = row.retry_at
        assert floor.work() == [f"deliveries:{delivery_id}.2"]
        with idle.inbox.database.read() as session:
            row = Deliveries(session).get(delivery_id)
            assert row is not None
            assert row.state == "handled"

    def test_a_poisoned_delivery_ends_in_failed_and_stops_nobody(self, idle: House, floor: Floor) -> None:
        idle.inbound.orders |= {b"bad": order(), b"good": order("501", reference_id="b", customer_id=None)}
        idle.api.fail("customer", *[RuntimeError("x")] * 40)
        bad, good = idle.store("orders/create", b"bad"), idle.store("orders/create", b"good")
        states: dict[int, str] = {}
        for _ in range(40):
            floor.work()
            with idle.inbox.database.read() as session:
                states = {each: getattr(Deliveries(session).get(each), "state", "") for each in (bad, good)}
            if states[bad] == "failed":
                break
            idle.clock.move(hours=4)
        assert states == {bad: "failed", good: "handled"}

    def test_a_touch_is_sent_once_though_its_job_runs_twice(self, idle: House, floor: Floor) -> None:
        idle.record(order(created_at=NOW, gateways=("paypal",)))
        idle.clock.move(minutes=2)
        floor.poller.poll()
        jobs, (name, _, arguments) = make_jobs(floor.runtime), floor.engine.enqueued[0]
        jobs[name](*arguments)
        jobs[name](*arguments)
        assert len(idle.vendors.texts.sent) == 1

    def test_an_error_of_our_own_puts_a_touch_back_and_says_so(self, idle: House, floor: Floor) -> None:
        idle.record(order(created_at=NOW, gateways=("paypal",)))
        idle.clock.move(minutes=2)
        idle.renderer.fail("render", ZeroDivisionError("jo@example.com"))
        floor.work()
        touch = idle.touch()
        assert (touch.state, touch.reason, touch.attempt) == ("planned", "our_fault", 2)
        assert touch.detail == "an error of our own (ZeroDivisionError)"
        idle.clock.moment = touch.due_at
        floor.work()
        assert idle.touch().state == "sent"

    def test_an_error_after_the_claim_leaves_the_touch_to_be_asked_about(self, idle: House, floor: Floor) -> None:
        idle.record(order(created_at=NOW, gateways=("paypal",)))
        idle.clock.move(minutes=2)
        idle.vendors.texts.fail("send", ZeroDivisionError())
        floor.work()
        assert idle.touch().state == "sending"
        idle.clock.move(minutes=3)
        idle.vendors.texts.fail("find", TemporaryFailure("busy"), ZeroDivisionError())
        for state in ("sending", "sending", "planned"):
            floor.work()
            assert idle.touch().state == state
            idle.clock.move(minutes=1)

    @pytest.mark.parametrize(
        ("failure", "state", "error"),
        [
            (TemporaryFailure("throttled"), "wanted", "throttled"),
            (RuntimeError("x"), "failed", "an error of our own (RuntimeError)"),
            (None, "done", None),
        ],
    )
    def test_an_import_that_fails_waits_or_says_why(
        self, house: House, floor: Floor, failure: Exception | None, state: str, error: str | None,
    ) -> None:  # fmt: skip
        house.api.fail("products", failure)
        floor.work()
        with house.database.read() as session:
            row = Imports(session, house.shop_id).get("products")
            assert row is not None
            assert (row.state, row.error) == (state, error)

    def test_an_import_that_the_shop_does_not_allow_stops_with_the_reason(self, house: House, floor: Floor) -> None:
        house.deliver("app/uninstalled")
        floor.work()
        with house.database.read() as session:
            row = Imports(session, house.shop_id).get("products")
            assert row is not None
            assert (row.state, row.error) == ("failed", "The shop has uninstalled the app.")

    def test_of_deliveries_that_go_together_none_waits_for_another(
        self, idle: House, floor: Floor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """One that hangs, as with a shop that does not answer, is released only when the other is done."""
        done = threading.Event()

        def handle(*, delivery_id: int, **_: object) -> str:
            if delivery_id == slow:
                assert done.wait(10)
            else:
                done.set()
            return "handled"

        slow, quick = idle.store("orders/create", b"slow"), idle.store("orders/create", b"quick")
        monkeypatch.setattr(workflows, "handle_delivery", handle)
        assert floor.work() == [f"deliveries:{slow}.1,{quick}.1"]
        assert done.is_set()

    def test_a_receipt_is_handled(self, idle: House, floor: Floor) -> None:
        idle.vendors.sources["texter"].readable[b"r"] = ()
        delivery_id = idle.store("receipt", b"r", source="texter")
        floor.work()
        with idle.inbox.database.read() as session:
            row = Deliveries(session).get(delivery_id)
            assert row is not None
            assert row.state == "handled"


def test_no_job_lets_an_error_out(idle: House, runtime: Runtime) -> None:
    """What a job raised, the engine would keep as its result for ever, and the row would wait for nobody."""
    jobs: dict[str, Callable[..., None]] = make_jobs(runtime)
    jobs["touch.send"](idle.shop_id, "nobody", 1)
    jobs["touch.resolve"](idle.shop_id, "nobody")
    jobs["deliveries.handle"](10**6)
    jobs["receipts.handle"](10**6)
