"""Tiers of the draft: who asks for one by its name, and a change of that name wherever it is asked for."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from server.domain.conditions.customer import TIER
from server.storage.db import Database
from server.usecases.authoring import Draft, change_draft


@dataclass(frozen=True, slots=True)
class TierUse:
    """An offer or a follow-up whose audience asks for a tier."""

    part: str  # funnels | journeys
    name: str


def uses_of(document: dict[str, Any], tier: str) -> tuple[TierUse, ...]:
    """Return the offers and follow-ups of a document that ask for a tier."""
    return tuple(
        TierUse(part, entry["name"])
        for part in ("funnels", "journeys")
        for entry in document.get(part, [])
        if any(tier in names for names in _asked(entry.get("audience")))
    )


def save_tier(
    *, database: Database, shop_id: int, tier: dict[str, Any], replaces: str | None, revision: int, now: datetime
) -> Draft:
    """Put a tier in the place of the one named `replaces`, else at the end; who asks for it by name goes on to.

    Raises:
        InvalidRules: nothing is stored. DraftChanged.
    """

    def place(document: dict[str, Any]) -> None:
        tiers = document.setdefault("tiers", [])
        names = [each["name"] for each in tiers]
        if replaces not in names:
            tiers.append(tier)
            return
        tiers[names.index(replaces)] = tier
        # What is left out of a market's rules there is the shop's own: its overrides may ask for the tier too.
        for asked in _asked(document):
            asked[:] = [tier["name"] if each == replaces else each for each in asked]

    return change_draft(database, shop_id, place, revision=revision, now=now)


def move_tier(*, database: Database, shop_id: int, place: int, by: int, revision: int, now: datetime) -> Draft:
    """Let a tier change places with the one before (`by` -1) or after it (1); at an end it stays.

    Raises:
        DraftChanged.
    """

    def swap(document: dict[str, Any]) -> None:
        tiers = document.get("tiers", [])
        if 0 <= place < len(tiers) and 0 <= place + by < len(tiers):
            tiers[place], tiers[place + by] = tiers[place + by], tiers[place]

    return change_draft(database, shop_id, swap, revision=revision, now=now)


def _asked(value: Any) -> Iterator[list[str]]:
    """Yield the list of tiers of every condition on the tier, however deep it stands."""
    if isinstance(value, list):
        for each in value:
            yield from _asked(each)
    elif isinstance(value, dict):
        if value.get("key") == TIER.key and isinstance(value.get("args"), dict):
            names = value["args"].get("tiers")
            if isinstance(names, list):
                yield names
            return
        for each in value.values():
            yield from _asked(each)
