"""Plays a soak from installation to the last e-mail, killing processes on the way, and gathers the record."""

import random  # noqa: TID251 - a seeded order of events, not a decision
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from tests.soak import bodies
from tests.soak.checker import Record
from tests.soak.fleet import Stuck
from tests.soak.post import Delivery, Post
from tests.soak.stage import CLIENT_SECRET, LOOK_SECONDS, QUIET_SECONDS, Stage
from tests.soak.town import Order

IN_FLIGHT = 16  # jobs that one worker runs at once
_CUT_OFF = 150.0  # after this the app asks vendors about sends that a crash cut off


@dataclass
class Soak:
    """One run on a stage; `kills` is how often a process is killed on the way."""

    stage: Stage
    kills: int
    seed: int = 1
    _progress: int = field(default=0, init=False)

    def run(self) -> Record:
        """Play everything and return what there is to judge.

        Raises:
            Stuck: the app stopped making progress.
        """
        self._draw = random.Random(self.seed)
        self.post = Post(self.stage.webhooks_url, CLIENT_SECRET, on_progress=self._went_on)
        try:
            self.stage.open()
            self._with_kills(self._live)
        finally:
            self.codes = self.stage.close()
        return self._record()

    def _live(self) -> None:
        """Let the orders come, then days pass."""
        self._deliver_orders(0)
        self._pass(minutes=3)  # texts
        self._pass(minutes=3)  # e-mails where no text could go
        withdrawing = [each for each in self.stage.town.shoppers if each.withdraws]
        for shopper in withdrawing:
            self.stage.outside.withdraw(shopper)
        self._deliver([each for shopper in withdrawing for each in self._withdrawals(shopper.shop, shopper.id)])
        self._settle("the withdrawals")
        self._pass(hours=49)  # holds end
        self._deliver_orders(1)
        self._pass(minutes=5)
        self._pass(hours=74)  # everything has ended by now

    def _deliver_orders(self, wave: int) -> None:
        orders = self.stage.town.wave(wave)
        self._draw.shuffle(orders)
        self.stage.say(f"{len(orders)} orders of wave {wave}")
        deliveries: list[Delivery] = []
        for order in orders:
            order.placed_at = self.stage.clock.now()
            deliveries += self._news(order)
        self._deliver(deliveries)
        self._settle(f"the orders of wave {wave}")

    def _news(self, order: Order) -> list[Delivery]:
        now = self.stage.clock.now()
        create = bodies.order_body(order, status="pending", updated_at=now)
        paid = bodies.order_body(order, status="paid", updated_at=now + timedelta(seconds=1))
        found = [
            Delivery(order.shop, "orders/create", f"create-{order.id}", create, now, order.id),
            Delivery(order.shop, "orders/paid", f"paid-{order.id}", paid, now, order.id),
        ]
        if order.fate == "cancelled":
            body = bodies.cancelled_body(order, now=now)
            found.append(Delivery(order.shop, "orders/cancelled", f"cancel-{order.id}", body, now, order.id))
        if order.fate == "refunded":
            body = bodies.refund_body(order)
            found.append(Delivery(order.shop, "refunds/create", f"refund-{order.id}", body, now, order.id))
        return found

    def _withdrawals(self, shop: str, shopper_id: int) -> list[Delivery]:
        shopper, now = self.stage.town.by_customer[shop, shopper_id], self.stage.clock.now()
        return [
            Delivery(
                shop, topic, f"{channel}-{shopper_id}", bodies.consent_body(shopper, channel=channel, now=now),
                now, shopper_id,
            )
            for topic, channel in (
                ("customers_marketing_consent/update", "sms"),
                ("customers_email_marketing_consent/update", "email"),
            )
        ]  # fmt: skip

    def _deliver(self, deliveries: list[Delivery]) -> None:
        """Deliver in a drawn order that is never far from the true one, a tenth of them twice."""
        again = [each for each in deliveries if self._draw.random() < 0.1]
        placed = [(index + self._draw.uniform(0, 40), each) for index, each in enumerate([*deliveries, *again])]
        self.post.deliver([each for _, each in sorted(placed, key=lambda pair: pair[0])])

    def _pass(self, **lengths: float) -> None:
        """Move the clock and wait until all that came due is done."""
        self.stage.clock.move(timedelta(**lengths).total_seconds())
        self.stage.say(
            f"the clock shows {self.stage.clock.now():%a %H:%M}, {len(self.stage.outside.messages)} messages so far"
        )
        self._settle(f"what came due after {lengths}")

    def _settle(self, what: str) -> None:
        """Wait until nothing is due or under way.

        Raises:
            Stuck.
        """
        seen: object = None
        deadline = 0.0
        while True:
            self.stage.fleet.check()
            touches = self.stage.evidence.open_touches(self.stage.clock.now())
            state = (self.stage.evidence.open_deliveries(), tuple(sorted(touches.items())), self._progress)
            if not state[0] and not touches:
                return
            if state != seen:
                seen, deadline = state, time.monotonic() + QUIET_SECONDS
            elif set(touches) == {"sending"} and time.monotonic() > deadline - QUIET_SECONDS + 5:
                self.stage.clock.move(_CUT_OFF)  # cut off by a kill: the app asks about them after two minutes
                seen = None
            elif time.monotonic() > deadline:
                raise Stuck(
                    f"{what}: {state}\n{self.stage.fleet.last_words('worker-1')}\n{self.stage.fleet.last_words('web')}"
                )
            time.sleep(LOOK_SECONDS)

    def _with_kills(self, work: Callable[[], None]) -> None:
        """Kill at drawn moments while `work` runs: each kill waits for its share of the progress."""
        expected = 2.6 * len(self.stage.town.orders)
        self._next_kill = threading.Condition()
        self._is_over = False
        killer = threading.Thread(target=self._kill, args=(expected / (self.kills + 1),), name="killer")
        killer.start()
        try:
            work()
        finally:
            with self._next_kill:
                self._is_over = True
                self._next_kill.notify_all()
            killer.join()

    def _kill(self, step: float) -> None:
        draw = random.Random(self.seed + 1)
        for number in range(1, self.kills + 1):
            at = step * (number + draw.uniform(-0.4, 0.4))
            with self._next_kill:
                self._next_kill.wait_for(lambda at=at: self._is_over or self._seen() >= at)  # type: ignore[misc]
                if self._is_over:
                    return
            self.stage.fleet.kill(draw.choice(self.stage.fleet.names))

    def _seen(self) -> float:
        return self._progress + len(self.stage.outside.messages)

    def _went_on(self) -> None:
        with self._next_kill:
            self._progress += 1
            self._next_kill.notify_all()

    def _record(self) -> Record:
        return Record(
            town=self.stage.town,
            acknowledged=list(self.post.acknowledged),
            messages=list(self.stage.outside.messages),
            deliveries=self.stage.evidence.deliveries(),
            touches=self.stage.evidence.touches(),
            sequences=self.stage.evidence.sequences(),
            kills=len(self.stage.fleet.killed),
            in_flight=IN_FLIGHT,
            now=self.stage.clock.now(),
        )
