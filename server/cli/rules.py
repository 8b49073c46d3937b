"""Commands about a shop's rules: out, in, compared, checked, and back."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from server.bootstrap import make_runtime
from server.cli.reference import as_markdown
from server.cli.rule_files import read_rules
from server.config import read_settings
from server.domain.document import RuleDocument
from server.domain.rules import InvalidRules, json_schema, parse
from server.domain.rules.changes import changes
from server.runtime import Runtime
from server.usecases.authoring import publish_draft
from server.usecases.presets import PRESETS
from server.usecases.references import check_references
from server.usecases.rule_text import write_rules
from server.usecases.settings import find_shop
from server.usecases.versions import add_preset, go_back, list_versions, replace_draft, written_rules

SHOP = click.option("--shop", required=True, help="The shop's *.myshopify.com domain.")
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_FILE = click.argument("file", type=FILE)
_BY = "command line"


@click.group()
def rules() -> None:
    """Read, check, compare and publish the rules of a shop."""


@contextmanager
def open_shop(domain: str) -> Iterator[tuple[Runtime, int]]:
    """Open the app for one command about a shop."""
    runtime = make_runtime(read_settings())
    try:
        yield runtime, find_shop(database=runtime.database, box=runtime.box, domain=domain).id
    finally:
        runtime.close()


@rules.command()
@SHOP
@click.option("--version", "which", default="live", show_default=True, help="live, draft, or a number.")
@click.option("--json", "as_json", is_flag=True, help="JSON instead of YAML.")
@click.option("--output", type=click.Path(dir_okay=False, path_type=Path), help="A file instead of the terminal.")
def export(shop: str, which: str, *, as_json: bool, output: Path | None) -> None:
    """Write a shop's rules as YAML."""
    with open_shop(shop) as (runtime, shop_id):
        text = write_rules(written_rules(database=runtime.database, shop_id=shop_id, which=which), as_json=as_json)
    if output is None:
        click.echo(text, nl=False)
    else:
        output.write_text(text, encoding="utf-8")


@rules.command()
@_FILE
@click.option("--shop", help="Also check that this shop has the goods that the rules name.")
def validate(file: Path, shop: str | None) -> None:
    """Say what is wrong with a file of rules, where, and what to do; 0 is nothing."""
    document = sound(read_rules(file))
    if shop is not None:
        with open_shop(shop) as (runtime, shop_id), runtime.database.read() as session, _told():
            check_references(session, shop_id, document)
    click.echo(f"{file} is sound: {len(document.funnels)} offers, {len(document.journeys)} follow-ups.")


@rules.command()
@_FILE
@SHOP
@click.option("--against", default="live", show_default=True, help="live, draft, or the number of a version.")
def diff(file: Path, shop: str, against: str) -> None:
    """Tell what a file of rules would change."""
    with open_shop(shop) as (runtime, shop_id):
        before = written_rules(database=runtime.database, shop_id=shop_id, which=against)
    found = changes(before, read_rules(file))
    for each in found:
        click.echo(each.words())
    if not found:
        click.echo("Nothing is different.")


@rules.command(name="import")
@_FILE
@SHOP
@click.option("--publish", is_flag=True, help="Make it live as well.")
def import_(file: Path, shop: str, *, publish: bool) -> None:
    """Make a file the draft of a shop's rules; the live ones stay as they are without --publish."""
    written = read_rules(file)
    sound(written)
    with open_shop(shop) as (runtime, shop_id), _told():
        now = runtime.clock.now()
        revision = replace_draft(database=runtime.database, shop_id=shop_id, document=written, now=now)
        if not publish:
            click.echo("It is the draft now.")
            return
        live = publish_draft(database=runtime.database, shop_id=shop_id, by=_BY, now=now, revision=revision)
        click.echo(f"It is live as version {live.number}.")


@rules.command()
@SHOP
def versions(shop: str) -> None:
    """List the versions that were live, the newest first, with what each changed."""
    with open_shop(shop) as (runtime, shop_id):
        for line in list_versions(database=runtime.database, shop_id=shop_id):
            click.echo(f"{line.number}  {line.published_at:%Y-%m-%d %H:%M} UTC  {line.published_by or 'unknown'}")
            for each in line.changes:
                click.echo(f"    {each.words()}")


@rules.command()
@SHOP
@click.argument("number", type=int)
def rollback(number: int, shop: str) -> None:
    """Make an earlier version live again, as a new one; history and draft stay as they are."""
    with open_shop(shop) as (runtime, shop_id), _told():
        now = runtime.clock.now()
        live = go_back(database=runtime.database, shop_id=shop_id, number=number, by=_BY, now=now)
        click.echo(f"Version {number} is live again, as version {live.number}.")


@rules.command()
def presets() -> None:
    """List the presets that can be added to a draft."""
    for preset in PRESETS.values():
        click.echo(f"{preset.id}: {preset.name}. {preset.what}{f' Needs: {preset.needs}' if preset.needs else ''}")


@rules.command()
@click.argument("preset", type=click.Choice(list(PRESETS)))
@SHOP
def add(preset: str, shop: str) -> None:
    """Add a preset to the draft of a shop's rules; the live ones stay as they are."""
    with open_shop(shop) as (runtime, shop_id), _told():
        now = runtime.clock.now()
        for each in add_preset(database=runtime.database, shop_id=shop_id, preset=PRESETS[preset], now=now):
            click.echo(each.words())


@rules.command()
def reference() -> None:
    """Write the documentation of conditions, reasons and settings, as Markdown."""
    click.echo(as_markdown(), nl=False)


@rules.command()
def schema() -> None:
    """Write the JSON Schema that a document of rules fits."""
    click.echo(json.dumps(json_schema(), indent=2))


def sound(written: Any) -> RuleDocument:
    """Return a document that was read from a file, or tell every problem of it."""
    with _told():
        return parse(written)


@contextmanager
def _told() -> Iterator[None]:
    """Tell every problem of a document on a line of its own."""
    try:
        yield
    except InvalidRules as fault:
        for problem in fault.problems:
            click.echo(f"{problem.path}: {problem.message}", err=True)
        raise click.ClickException(f"{len(fault.problems)} problems; nothing was changed.") from fault
