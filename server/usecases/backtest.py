"""Replays a shop's past orders under rules, live and drafted, in a process for each."""

import gc
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, wait
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from multiprocessing import get_context
from typing import Any

from server.domain.backtest.estimates import Estimate, Measured, Rate, estimate, rates
from server.domain.backtest.past import KnownPerson, Past, PastOrder
from server.domain.backtest.replay import Found, Replay
from server.domain.backtest.results import Results
from server.domain.backtest.stock import StockModel
from server.domain.document import RuleDocument
from server.domain.purchases import purchase_of
from server.ports import PhoneNumbers
from server.storage.db import Database, Session
from server.storage.history import History
from server.storage.levels import with_levels
from server.storage.reports import Reports
from server.storage.rules import Rules
from server.storage.shops import may_make_codes, time_zone_of
from server.usecases.imports import order_unit

_MEASURED_DAYS = 90


@dataclass(frozen=True, slots=True)
class BacktestReport:
    """What each set of rules came to, under each model of stock, and what is taken for granted."""

    shop: str
    currency: str
    since: datetime
    until: datetime
    page_rate: Rate
    message_rate: Rate
    results: tuple[Results, ...]

    def estimate(self, results: Results) -> Estimate:
        return estimate(results, self.page_rate, self.message_rate)

    def as_json(self) -> dict[str, Any]:
        """Return the report as JSON values; amounts are minor units of `currency`."""
        return {
            "shop": self.shop,
            "currency": self.currency,
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "assumptions": list(ASSUMPTIONS),
            "rates": {
                name: {"low": rate.low, "high": rate.high, "source": rate.source}
                for name, rate in (("page", self.page_rate), ("message", self.message_rate))
            },
            "replays": [{**each.as_json(), "expected": self.estimate(each).as_json()} for each in self.results],
        }


ASSUMPTIONS = (
    "Prices, costs, tags and what is for sale are those of today.",
    "Past stock was not kept: it is taken to be today's stock and what was sold since, as if none had been delivered.",
    "Where rules count some locations, what was sold since is taken to have lain at the fullest one that counts today.",
    "The same replay without any limit of stock stands beside it.",
    "Consent, opt-outs, customers' tags and loyalty are those of today.",
    "What is bought together is counted over all orders, later ones too.",
    "Every page is taken to be seen by who can see it, and to be declined.",
    "What may be earned is estimated from the offers that would have been made, not played.",
    "Follow-ups after support tickets are not played: when tickets ended was not kept.",
    "Open tickets, segments and whatever else nothing tells of are unknown, so that conditions on them are not met.",
)


def run_backtest(
    *,
    database: Database,
    shop_id: int,
    shop: str,
    phones: PhoneNumbers,
    documents: Mapping[str, RuleDocument],
    days: int,
    now: datetime,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
    processes: int = 2,
) -> BacktestReport:
    """Replay the orders of the last `days` under each of the documents, with and without limits of stock.

    `progress` is told how many orders of how many were played, over all replays together.
    """
    with database.read() as session:
        past, currency, measured = _load(session, shop_id, phones, now=now)
        if any(each.counts_locations for each in documents.values()):
            past = replace(past, goods=with_levels(session, shop_id, past.goods))
    since = now - timedelta(days=days)
    jobs = [(label, document, model) for label, document in documents.items() for model in StockModel]
    page, message = rates(measured)
    results = _replay_all(past, jobs, since, progress, processes)
    return BacktestReport(shop, currency, since, now, page, message, results)


_Job = tuple[str, RuleDocument, StockModel]
_SHARED: dict[str, Any] = {}  # what the processes of one back-test have in common; a copy of the parent's memory


def _replay_all(
    past: Past, jobs: Sequence[_Job], since: datetime, progress: Callable[[int, int], None], processes: int
) -> tuple[Results, ...]:
    """Replay all jobs, the shoppers shared out among processes: no shopper's story depends on another's."""
    # Forked, so that the orders need not be copied to each process. What all processes look at is worked out before.
    context = get_context("fork")
    counters = [context.Value("q", 0) for _ in range(processes)]
    units = {
        unit: number % processes for number, unit in enumerate(dict.fromkeys(each.unit_id for each in past.orders))
    }
    shares = [[each for each in past.orders if units[each.unit_id] == number] for number in range(processes)]
    _SHARED.update(past=past, jobs=jobs, since=since, counters=counters, shares=shares)
    past.prepare()
    total = len(past.orders) * len(jobs)
    try:
        with ProcessPoolExecutor(processes, mp_context=context) as pool:
            futures = [pool.submit(_replay_share, number) for number in range(processes)]
            while wait(futures, timeout=0.5).not_done:
                progress(sum(counter.value for counter in counters), total)
            progress(total, total)
            first, *others = (future.result() for future in futures)
    finally:
        _SHARED.clear()
    for other in others:
        for joined, results in zip(first, other, strict=True):
            joined.join(results)
    return tuple(first)


def _replay_share(number: int) -> list[Results]:
    # What the parent loaded stays for as long as the process lives: to look through it again and again is a third of
    # the time.
    gc.freeze()
    gc.disable()
    counter, orders, found = _SHARED["counters"][number], _SHARED["shares"][number], Found()
    made = []
    for at, (label, document, model) in enumerate(_SHARED["jobs"]):

        def told(played: int, before: int = at * len(orders)) -> None:
            counter.value = before + played

        replay = Replay(_SHARED["past"], document, model, label, _SHARED["since"], orders, found)
        made.append(replay.run(told))
    return made


def _load(session: Session, shop_id: int, phones: PhoneNumbers, *, now: datetime) -> tuple[Past, str, Measured]:
    history = History(session, shop_id)
    zone = time_zone_of(session, shop_id) or "UTC"
    people, known = dict[str, KnownPerson](), history.customers()

    @cache  # of many orders of one shopper, and numbers take long to read
    def reached(phone: str | None, country_code: str | None) -> tuple[str | None, tuple[str, ...]]:
        number = phones.normalise(phone, country_code=country_code) if phone else None
        return number, phones.zones(number) if number else ()

    orders = []
    for order, lines in history.orders(until=now):
        unit_id = order_unit(order)
        customer = known.get(order.customer_id or "")
        phone = order.phone or (customer.phone if customer else None)
        email = order.email or (customer.email if customer else None)
        number, zones = reached(phone, order.country_code)
        if unit_id not in people:
            people[unit_id] = history.person(customer, email=email, phone=number)
        purchase = purchase_of(order, lines)
        orders.append(
            PastOrder(order, purchase, unit_id, zones or (zone,), has_email=bool(email), has_phone=bool(number))
        )
    shown = Reports(session, shop_id).since(now - timedelta(days=_MEASURED_DAYS))
    sent, ordered = history.message_results(since=now - timedelta(days=_MEASURED_DAYS))
    past = Past(
        orders,
        history.goods(),
        history.neighbours(),
        people,
        zone,
        has_codes=may_make_codes(session, shop_id),
        memberships=history.memberships(),
    )
    currency = orders[-1].order.currency if orders else ""
    return past, currency, Measured(shown.shown, shown.accepted, sent, ordered)


def live_document(session: Session, shop_id: int) -> RuleDocument | None:
    published = Rules(session, shop_id).live()
    return published.document if published is not None else None
