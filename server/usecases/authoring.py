"""Editing and publishing the rules: the draft may be anything that reads well, only sound rules go live."""

from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server.core.errors import AppError
from server.domain.rules import InvalidRules, Problem, parse
from server.storage.db import Database, Session
from server.storage.rules import PublishedRules, Rules
from server.usecases.presets import FIRST_DRAFT
from server.usecases.references import check_references

# The lists of the document, and what their entries are told apart by.
_KEYS = {"funnels": "id", "journeys": "id", "tiers": "name", "pairings": "id", "markets": "id"}


class UnknownFunnel(AppError):
    code = "unknown_funnel"


class UnknownEntry(AppError):
    """A list of the draft holds nothing of this name."""

    code = "unknown_entry"


@dataclass(frozen=True, slots=True)
class Draft:
    """The draft as the editor sees it. `is_published` tells whether the live version says the same."""

    document: dict[str, Any]
    revision: int
    problems: tuple[Problem, ...]
    live_number: int
    is_published: bool
    live_document: dict[str, Any] | None

    def index_of(self, funnel_id: str) -> int:
        """Return where a funnel stands in the document, or where it would be added: problems name it by that."""
        return self.place_of("funnels", funnel_id)

    def place_of(self, part: str, name: str | None) -> int:
        """Return where an entry stands in a list of the document, or where it would be added."""
        names = [each.get(_KEYS[part]) for each in self.document.get(part, [])]
        return names.index(name) if name in names else len(names)

    def entry(self, part: str, name: str) -> dict[str, Any]:
        """Return one entry of a list of the draft.

        Raises:
            UnknownEntry.
        """
        for each in self.document.get(part, []):
            if each.get(_KEYS[part]) == name:
                return dict(each)
        raise UnknownEntry("There is nothing of this name in the rules any more.", part=part, name=name)

    def is_live_as_drafted(self, funnel: dict[str, Any]) -> bool:
        """Tell whether the published version holds exactly this funnel."""
        return self.is_entry_live("funnels", funnel)

    def is_entry_live(self, part: str, entry: dict[str, Any]) -> bool:
        """Tell whether the published version holds exactly this entry in a list."""
        return entry in (self.live_document or {}).get(part, [])

    def funnel(self, funnel_id: str) -> dict[str, Any]:
        """Return one funnel of the draft.

        Raises:
            UnknownFunnel.
        """
        for funnel in self.document.get("funnels", []):
            if funnel.get("id") == funnel_id:
                return dict(funnel)
        raise UnknownFunnel("There is no offer of this name.", funnel_id=funnel_id)


def load_draft(*, database: Database, shop_id: int) -> Draft:
    """Return a shop's draft, the first preset where there is none."""
    with database.read() as session:
        rules = Rules(session, shop_id)
        row, number = rules.draft(), rules.live_number()
        document = deepcopy(row.document) if row is not None else deepcopy(FIRST_DRAFT)
        live = rules.live_document()
        return Draft(
            document=document,
            revision=row.revision if row is not None else 0,
            problems=_problems(document),
            live_number=number,
            is_published=number > 0 and live == document,
            live_document=live,
        )


def save_funnel(*, database: Database, shop_id: int, funnel: dict[str, Any], revision: int, now: datetime) -> Draft:
    """Put one funnel into the draft, replacing the one of the same id.

    Raises:
        InvalidRules: the funnel has problems; nothing is stored. DraftChanged.
    """
    return save_entry(
        database=database,
        shop_id=shop_id,
        part="funnels",
        entry=funnel,
        replaces=funnel["id"],
        revision=revision,
        now=now,
    )


def save_entry(
    *,
    database: Database,
    shop_id: int,
    part: str,
    entry: dict[str, Any],
    replaces: str | None,
    revision: int,
    now: datetime,
) -> Draft:
    """Put one entry into a list of the draft, in the place of the one named `replaces`, else at its end.

    Raises:
        InvalidRules: nothing is stored. DraftChanged.
    """

    def place(document: dict[str, Any]) -> None:
        entries = document.setdefault(part, [])
        for index, each in enumerate(entries):
            if replaces is not None and each.get(_KEYS[part]) == replaces:
                entries[index] = entry
                return
        entries.append(entry)

    return change_draft(database, shop_id, place, revision=revision, now=now)


def remove_entry(*, database: Database, shop_id: int, part: str, name: str, revision: int, now: datetime) -> Draft:
    """Take one entry out of a list of the draft.

    Raises:
        InvalidRules: something else of the rules needs it. DraftChanged.
    """

    def drop(document: dict[str, Any]) -> None:
        document[part] = [each for each in document.get(part, []) if each.get(_KEYS[part]) != name]

    return change_draft(database, shop_id, drop, revision=revision, now=now)


def save_settings(
    *, database: Database, shop_id: int, settings: Mapping[str, Any], revision: int, now: datetime
) -> Draft:
    """Put parts of the document into the draft, each by its name, and leave the others as they are.

    Raises:
        InvalidRules: nothing is stored. DraftChanged.
    """
    return change_draft(database, shop_id, lambda document: document.update(settings), revision=revision, now=now)


def save_document(*, database: Database, shop_id: int, document: Any, revision: int, now: datetime) -> Draft:
    """Make a whole document the draft.

    Raises:
        InvalidRules: nothing is stored. DraftChanged.
    """
    parse(document)

    def place(held: dict[str, Any]) -> None:
        held.clear()
        held.update(document)

    return change_draft(database, shop_id, place, revision=revision, now=now)


def remove_funnel(*, database: Database, shop_id: int, funnel_id: str, revision: int, now: datetime) -> Draft:
    """Take one funnel out of the draft.

    Raises:
        DraftChanged.
    """
    return remove_entry(database=database, shop_id=shop_id, part="funnels", name=funnel_id, revision=revision, now=now)


def publish_draft(
    *, database: Database, shop_id: int, by: str | None, now: datetime, revision: int | None = None
) -> PublishedRules:
    """Freeze the draft as the next version and make it live.

    `revision` is the one that the merchant has read: what somebody else saved since does not go live unseen.

    Raises:
        InvalidRules: faulty, or live offers name goods that the shop does not have. DraftChanged.
    """

    def publish(session: Session) -> PublishedRules:
        rules = Rules(session, shop_id)
        draft = rules.lock_draft()
        if draft is None:
            rules.begin_draft(deepcopy(FIRST_DRAFT), now=now)
        elif revision is not None:
            rules.check_revision(draft, revision)
        row = rules.draft()
        if row is not None:
            check_references(session, shop_id, parse(row.document))
        return rules.publish(by=by, now=now)

    return database.run(publish)


def change_draft(
    database: Database, shop_id: int, change: Callable[[dict[str, Any]], None], *, revision: int, now: datetime
) -> Draft:
    """Let `change` work on the draft's document, and store what it made if that is sound.

    Raises:
        InvalidRules: nothing is stored. DraftChanged.
    """

    def store(session: Session) -> None:
        rules = Rules(session, shop_id)
        row = rules.lock_draft()
        document = deepcopy(row.document) if row is not None else deepcopy(FIRST_DRAFT)
        change(document)
        parse(document)
        rules.save_draft(document, revision=revision, now=now)

    database.run(store)
    return load_draft(database=database, shop_id=shop_id)


def _problems(document: dict[str, Any]) -> tuple[Problem, ...]:
    try:
        parse(document)
    except InvalidRules as fault:
        return fault.problems
    return ()
