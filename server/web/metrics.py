"""Figures for Prometheus: what the web processes count, and what waits according to the database.

The work is counted where it is written down: a process that died, or one on another machine, cannot forget it. Only
what no table holds, the answers to requests, is counted in the processes.
"""

import os
import time
from collections.abc import Iterator

from flask import Blueprint, Flask, Response, g, request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from werkzeug.wrappers import Response as BaseResponse

from server.storage.backlog import Backlog, read_backlog
from server.web.guards import guarded, metrics_token, runtime
from server.web.requests import route

# A delivery is stored in a few milliseconds and Shopify waits 5 s for it; an offer is to be decided in 25 ms.
_BUCKETS = (0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)


def register_metrics(app: Flask) -> None:
    """Count and time the answers, and tell the figures at /metrics to who knows the token.

    The web processes share their counts through the files of PROMETHEUS_MULTIPROC_DIR, which `afters serve` sets.
    """
    shared = CollectorRegistry()
    answers = Counter("afters_http_requests", "Answers given.", ["method", "route", "status"], registry=shared)
    seconds = Histogram(
        "afters_http_request_seconds", "Time to an answer.", ["route"], registry=shared, buckets=_BUCKETS
    )

    @app.before_request
    def start() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def count(response: BaseResponse) -> BaseResponse:
        pattern = route()
        answers.labels(request.method if pattern != "(none)" else "", pattern, response.status_code).inc()
        seconds.labels(pattern).observe(time.perf_counter() - g.began)
        return response

    app.register_blueprint(blueprint(shared))


def blueprint(shared: CollectorRegistry) -> Blueprint:
    routes = guarded("metrics", __name__, metrics_token)

    @routes.get("/metrics")
    def metrics() -> Response:
        parts = runtime()
        with parts.database.read() as session, parts.inbox.database.read() as inbox:
            backlog = read_backlog(session, inbox, now=parts.clock.now())
        told = CollectorRegistry()
        told.register(_Work(backlog))
        return Response(generate_latest(told) + _counted(shared), content_type=CONTENT_TYPE_LATEST)

    return routes


def _counted(shared: CollectorRegistry) -> bytes:
    """Return what all web processes have counted, or this one alone where it is the only one."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(shared)
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]  # the library has types elsewhere
    return generate_latest(together)


class _Work(Collector):
    """The backlog as gauges; every state is told, at zero too, so that an alert on it never lacks its series."""

    def __init__(self, backlog: Backlog) -> None:
        self._backlog = backlog

    def collect(self) -> Iterator[GaugeMetricFamily]:
        found = self._backlog
        for name, text, counts in (
            ("afters_deliveries", "Deliveries in the inbox that are not handled, by state.", found.deliveries),
            ("afters_touches_day", "Messages due within the last day, by state.", found.touches),
            ("afters_imports", "Imports by state.", found.imports),
        ):
            family = GaugeMetricFamily(name, text, labels=["state"])
            for state, count in counts.items():
                family.add_metric([state], count)
            yield family
        for name, text, age in (
            ("afters_delivery_age_seconds", "Age of the oldest delivery that nobody tried yet.", found.delivery_age),
            ("afters_touch_lateness_seconds", "How long the latest message is overdue.", found.touch_lateness),
            ("afters_sending_age_seconds", "Age of the oldest send without an end.", found.sending_age),
            ("afters_import_silence_seconds", "Time since the quietest import gave a sign of life.", found.import_age),
        ):
            yield GaugeMetricFamily(name, text, value=age.total_seconds() if age is not None else 0.0)
        yield GaugeMetricFamily("afters_workers", "Workers that live.", value=found.workers_living)
        yield GaugeMetricFamily("afters_shops", "Shops that have the app.", value=found.shops_installed)
        yield GaugeMetricFamily(
            "afters_shops_to_reopen", "Shops whose merchant must open the app again.", value=found.shops_needing_reopen
        )
