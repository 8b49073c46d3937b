"""`afters doctor`: what is wrong with this installation, and how to mend it."""

import json
import os
import shutil
import sqlite3
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from server.config import API_VERSION, InvalidSettings, Settings, read_settings
from server.core.clock import SystemClock
from server.core.error_hook import InvalidHook, load_hook
from server.jobs.inspection import EngineUnreachable, check_engine
from server.storage.backlog import read_backlog
from server.storage.db import Database, make_engine
from server.storage.inspection import DatabaseNotReady, check_ready, read_facts
from server.usecases.diagnosis import configuration, shops, work
from server.usecases.diagnosis.finding import Finding, Severity

_APP_FILE = Path(__file__).parents[2] / "shopify.app.toml"
_MOUNTS = Path("/proc/mounts")


@click.command()
@click.option("--json", "is_json", is_flag=True, help="Tell the findings as one JSON object.")
@click.option(
    "--app-file",
    default=_APP_FILE,
    envvar="AFTERS_APP_FILE",
    type=click.Path(path_type=Path),
    help="The shopify.app.toml that was deployed.",
)
def doctor(*, is_json: bool, app_file: Path) -> None:
    """Check the settings, the database, the work and the shops.

    Ends with 0 when all is well, 1 with warnings, 2 with faults. Changes nothing, and tells no secrets.
    """
    findings = list(examine(dict(os.environ), app_file=app_file, now=SystemClock().now()))
    faults = sum(each.severity is Severity.FAULT for each in findings)
    if is_json:
        counts = {"faults": faults, "warnings": len(findings) - faults}
        click.echo(json.dumps({**counts, "findings": [asdict(each) for each in findings]}, indent=2))
    else:
        for each in findings:
            click.echo(f"{each.severity.value.upper():7} {each.code}{f' ({each.shop})' if each.shop else ''}")
            click.echo(f"        {each.message}\n        Cure: {each.cure}")
        click.echo(f"{faults} faults, {len(findings) - faults} warnings.")
    sys.exit(2 if faults else 1 if findings else 0)


def examine(environ: dict[str, str], *, app_file: Path, now: datetime) -> Iterator[Finding]:
    """Check everything that can be checked; what depends on something broken is left out."""
    try:
        settings = read_settings(environ)
    except InvalidSettings as fault:
        yield from _of_settings(fault)
        return
    app: dict[str, Any] = {}
    yield from _of_app_file(app_file, app)
    yield from _of_configuration(settings, app, now)
    yield from _of_engine(settings)
    yield from _of_database(settings, configuration.wanted_scopes(app), now)


def _of_settings(fault: InvalidSettings) -> Iterator[Finding]:
    for problem in fault.message.splitlines()[1:]:
        yield Finding(
            "settings_incomplete", Severity.FAULT, problem, "Set it in the environment file and restart both services."
        )


def _of_app_file(path: Path, app: dict[str, Any]) -> Iterator[Finding]:
    """Read the app's configuration into `app`."""
    try:
        app.update(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError) as fault:
        yield Finding(
            "app_file_missing",
            Severity.WARNING,
            f"{path} cannot be read ({type(fault).__name__}), so nothing was compared with it.",
            "Copy the deployed file here, or name it with --app-file or AFTERS_APP_FILE.",
        )


def _of_configuration(settings: Settings, app: Mapping[str, Any], now: datetime) -> Iterator[Finding]:
    yield from configuration.check_secrets(settings)
    yield from configuration.check_public_url(settings)
    yield from configuration.check_operator(settings)
    mounts = _MOUNTS.read_text(encoding="utf-8") if _MOUNTS.exists() else ""
    for url in dict.fromkeys((settings.database_url, settings.inbox_url, settings.dbos_url)):
        yield from configuration.check_sqlite_place(url, mounts)
    place = configuration.sqlite_path(settings.database_url)
    if place is not None and place.parent.exists():
        yield from configuration.check_disk(place.parent, shutil.disk_usage(place.parent).free)
    yield from configuration.check_sqlite_version(settings.dbos_url, sqlite3.sqlite_version_info)
    if app:
        yield from configuration.check_app_file(settings, app)
    yield from configuration.check_api_version(API_VERSION, now)
    if settings.error_hook:
        try:
            load_hook(settings.error_hook)
        except InvalidHook as fault:
            yield Finding("error_hook", Severity.FAULT, fault.message, "Install the package it is in, or leave it out.")


def _of_engine(settings: Settings) -> Iterator[Finding]:
    try:
        check_engine(settings.dbos_url)
    except EngineUnreachable as fault:
        yield Finding(
            "engine_unreachable",
            Severity.FAULT,
            fault.message,
            "Start a worker once, which makes its tables; else look at AFTERS_DBOS_URL.",
        )


def _of_database(settings: Settings, scopes: frozenset[str], now: datetime) -> Iterator[Finding]:
    database, inbox = Database(make_engine(settings.database_url)), Database(make_engine(settings.inbox_url))
    try:
        facts = read_facts(database.engine)
        yield from work.check_database(facts)
        yield from work.check_clock(facts, now)
        findings = list(work.check_migrations(facts))
        yield from findings
        if findings:
            return
        check_ready(database.engine, inbox.engine)
        with database.read() as session, inbox.read() as deliveries:
            backlog = read_backlog(session, deliveries, now=now)
            found = shops.read_shops(session, keys=settings.secret_keys)
        yield from work.check_workers(backlog)
        yield from work.check_deliveries(backlog)
        yield from work.check_touches(backlog)
        yield from work.check_imports(backlog)
        for each in found:
            yield from shops.check_seals(each)
            yield from shops.check_grant(each, scopes, now)
            yield from shops.check_page(each, now)
            yield from shops.check_impressions(each)
            yield from shops.check_contact_data(each)
            yield from shops.check_connections(each)
            yield from shops.check_silence(each, now)
    except DatabaseNotReady as fault:
        yield Finding(
            "database_unreachable",
            Severity.FAULT,
            fault.message,
            "Look at AFTERS_DATABASE_URL, and whether the server runs, lets this user in and may be written to.",
        )
    finally:
        database.dispose()
        inbox.dispose()
