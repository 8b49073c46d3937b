"""Versions of the rules: which there were, what each changed, and the way back."""

from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server.core.errors import AppError
from server.domain.rules import parse
from server.domain.rules.changes import RuleChange, changes
from server.storage.db import Database, Session
from server.storage.rules import PublishedRules, Rules
from server.usecases.presets import FIRST_DRAFT, Preset, with_preset


class UnknownVersion(AppError):
    code = "unknown_version"


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One version, and how it differs from the one before."""

    number: int
    published_at: datetime
    published_by: str | None
    changes: tuple[RuleChange, ...]


def list_versions(*, database: Database, shop_id: int, limit: int = 50) -> tuple[VersionLine, ...]:
    """Return the latest versions, the newest first."""
    with database.read() as session:
        rows = Rules(session, shop_id).versions(limit=limit + 1)
    lines = []
    for at, row in enumerate(rows[:limit]):
        before: dict[str, Any] = rows[at + 1].document if at + 1 < len(rows) else {}
        lines.append(VersionLine(row.number, row.published_at, row.published_by, changes(before, row.document)))
    return tuple(lines)


def written_rules(*, database: Database, shop_id: int, which: str) -> dict[str, Any]:
    """Return a document as it was written: "live", "draft", or the number of a version.

    Raises:
        UnknownVersion.
    """
    with database.read() as session:
        rules = Rules(session, shop_id)
        if which == "draft":
            row = rules.draft()
            return deepcopy(row.document if row is not None else FIRST_DRAFT)
        found = rules.live_document() if which == "live" else rules.written(which)
    if found is None:
        raise UnknownVersion(f"There is no version {which} of this shop's rules.", version=which)
    return found


def go_back(*, database: Database, shop_id: int, number: int, by: str | None, now: datetime) -> PublishedRules:
    """Publish what an earlier version said, as a version of its own: history stays as it was, and so does the draft.

    Raises:
        UnknownVersion, InvalidRules: this version of Afters does not read it any more.
    """
    document = written_rules(database=database, shop_id=shop_id, which=str(number))
    parse(document)

    def publish(session: Session) -> PublishedRules:
        return Rules(session, shop_id).publish_document(document, by=by, now=now)

    return database.run(publish)


def replace_draft(*, database: Database, shop_id: int, document: dict[str, Any], now: datetime) -> int:
    """Make a document the draft, whatever the draft was; return its revision.

    Raises:
        InvalidRules.
    """
    parse(document)

    def store(session: Session) -> int:
        rules = Rules(session, shop_id)
        row = rules.lock_draft()
        return rules.save_draft(document, revision=row.revision if row is not None else 0, now=now).revision

    return database.run(store)


def add_preset(*, database: Database, shop_id: int, preset: Preset, now: datetime) -> tuple[RuleChange, ...]:
    """Add a preset to a shop's draft, whatever stands in it; return what that changed.

    Raises:
        InvalidRules: the draft does not go together with it; it stays as it was.
    """

    def add(session: Session) -> tuple[RuleChange, ...]:
        rules = Rules(session, shop_id)
        row = rules.lock_draft()
        before = deepcopy(row.document if row is not None else FIRST_DRAFT)
        made = with_preset(before, preset)
        parse(made)
        rules.save_draft(made, revision=row.revision if row is not None else 0, now=now)
        return changes(before, made)

    return database.run(add)
