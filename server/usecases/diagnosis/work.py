"""Checks of the database and of the work that waits in it."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from server.storage.backlog import Backlog
from server.storage.inspection import DatabaseFacts
from server.usecases.diagnosis.finding import Finding, Severity

_OLDEST_TESTED = {"postgresql": (15,), "sqlite": (3, 35)}
_SKEW, _LARGE_SKEW = timedelta(seconds=5), timedelta(seconds=60)
_SLOW, _STUCK = timedelta(minutes=1), timedelta(minutes=10)
_IS_THE_WORKER_UP = "See whether a worker runs (`systemctl status 'afters-worker@*'`) and what its log says."


def check_database(facts: DatabaseFacts) -> Iterator[Finding]:
    """The database is one that we are tested with, and holds all characters."""
    oldest = _OLDEST_TESTED[facts.kind]
    if facts.version < oldest:
        yield Finding(
            "database_old",
            Severity.WARNING,
            f"{facts.kind} {'.'.join(map(str, facts.version))} is older than the oldest that Afters is tested with.",
            f"Upgrade it to {'.'.join(map(str, oldest))} or later.",
        )
    if facts.encoding.upper().replace("-", "") not in ("UTF8", "UTF16LE", "UTF16BE"):
        yield Finding(
            "database_encoding",
            Severity.FAULT,
            f"The database's encoding is {facts.encoding}, which cannot hold every name and text.",
            "Make a database with ENCODING 'UTF8' and move the data there with pg_dump and pg_restore.",
        )


def check_migrations(facts: DatabaseFacts) -> Iterator[Finding]:
    """The tables are those that this code expects."""
    if facts.revision == facts.wanted_revision:
        return
    if facts.revision is not None and not facts.is_revision_known:
        yield Finding(
            "database_ahead",
            Severity.FAULT,
            f"The database is at revision {facts.revision}, which this code does not know: it is of a later release.",
            "Run the release that migrated it, or restore the backup made before that.",
        )
        return
    yield Finding(
        "database_behind",
        Severity.FAULT,
        f"The database is at revision {facts.revision or 'none'}; this code wants {facts.wanted_revision}.",
        "Run `afters db upgrade`, then restart the workers, then the web side.",
    )


def check_clock(facts: DatabaseFacts, now: datetime) -> Iterator[Finding]:
    """This machine and the database agree on the time; tokens live for a minute and allow ten seconds."""
    skew = abs(now - facts.time)
    if skew > _SKEW:
        yield Finding(
            "clock_skew",
            Severity.FAULT if skew > _LARGE_SKEW else Severity.WARNING,
            f"This machine's clock and the database's differ by {skew.total_seconds():.0f} s.",
            "Run a time service (systemd-timesyncd, chrony) on both machines.",
        )


def check_workers(backlog: Backlog) -> Iterator[Finding]:
    """Somebody works."""
    if not backlog.workers_living:
        yield Finding(
            "worker_down", Severity.FAULT, "No worker has given a sign of life for a minute.", _IS_THE_WORKER_UP
        )


def check_deliveries(backlog: Backlog) -> Iterator[Finding]:
    """What arrives is worked off."""
    age = backlog.delivery_age
    if age is not None and age > _SLOW:
        yield Finding(
            "deliveries_wait",
            _by_age(age),
            f"The oldest delivery has waited for {_told(age)} and nobody tried it.",
            _IS_THE_WORKER_UP,
        )
    aside = backlog.deliveries["failed"] + backlog.deliveries["unreadable"]
    if aside:
        yield Finding(
            "deliveries_aside",
            Severity.WARNING,
            f"{aside} deliveries of the last 30 days were set aside as failed or unreadable.",
            "`afters replay` lists them with their reasons, and tries them again once those are mended.",
        )


def check_touches(backlog: Backlog) -> Iterator[Finding]:
    """Messages go out when they are due."""
    late = backlog.touch_lateness
    if late is not None and late > _SLOW:
        yield Finding("touches_late", _by_age(late), f"A message is overdue by {_told(late)}.", _IS_THE_WORKER_UP)
    hanging = backlog.sending_age
    if hanging is not None and hanging > _STUCK:
        yield Finding(
            "send_open",
            Severity.WARNING,
            f"A send began {_told(hanging)} ago, and its fate is still being asked for.",
            "See whether the vendor can be reached (event touch.resolved or touch.unresolved in the worker's log).",
        )
    if backlog.touches["unknown"]:
        yield Finding(
            "touches_unknown",
            Severity.WARNING,
            f"{backlog.touches['unknown']} messages due in the last day may or may not have been sent.",
            "Each is shown on its order's page; they are never sent again by themselves.",
        )


def check_imports(backlog: Backlog) -> Iterator[Finding]:
    """First imports go on, and none has given up."""
    quiet = backlog.import_age
    if quiet is not None and quiet > _STUCK:
        yield Finding(
            "import_silent", Severity.WARNING, f"An import gave no sign of life for {_told(quiet)}.", _IS_THE_WORKER_UP
        )
    if backlog.imports["failed"]:
        yield Finding(
            "import_failed",
            Severity.WARNING,
            f"{backlog.imports['failed']} imports have stopped with an error.",
            "The shop's Home page says why and offers to start again (event import.stopped in the worker's log).",
        )


def _by_age(age: timedelta) -> Severity:
    return Severity.FAULT if age > _STUCK else Severity.WARNING


def _told(age: timedelta) -> str:
    return str(timedelta(seconds=int(age.total_seconds())))
