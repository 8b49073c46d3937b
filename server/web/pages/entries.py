"""Saving and deleting one entry of a list of the rules, as all its forms do."""

from collections.abc import Mapping
from typing import Any

from flask import Response, jsonify

from server.domain.rules import InvalidRules, Problem
from server.domain.rules.shapes import Table
from server.usecases.authoring import Draft, load_draft, remove_entry, save_entry
from server.web.guards import runtime, shop
from server.web.pages.form_problems import told_at_fields
from server.web.pages.frame import read_revision


def open_draft() -> Draft:
    """Return the draft of the shop that asks."""
    return load_draft(database=runtime().database, shop_id=shop().shop_id)


def store_entry(
    draft: Draft,
    *,
    part: str,
    table: Table,
    entry: dict[str, Any],
    replaces: str | None,
    faults: Mapping[str, str],
    location: str,
) -> Response:
    """Put an entry that a form made into its list of the draft, and answer with the page to go on at.

    Raises:
        InvalidRules: with each problem at its field. DraftChanged.
    """
    parts = runtime()
    place = draft.place_of(part, replaces)
    try:
        changed = save_entry(
            database=parts.database,
            shop_id=shop().shop_id,
            part=part,
            entry=entry,
            replaces=replaces,
            revision=read_revision(),
            now=parts.clock.now(),
        )
    except InvalidRules as fault:
        own = f"{part}[{place}]."
        told = told_at_fields(fault.problems, own=own, entry=entry, table=table, faults=faults)
        raise InvalidRules(told) from fault
    return jsonify({"ok": True, "revision": changed.revision, "location": location})


def drop_entry(draft: Draft, *, part: str, name: str, location: str) -> Response:
    """Take an entry out of its list of the draft.

    Raises:
        UnknownEntry, DraftChanged. InvalidRules: something else needs it; each problem says where.
    """
    draft.entry(part, name)
    parts = runtime()
    try:
        changed = remove_entry(
            database=parts.database,
            shop_id=shop().shop_id,
            part=part,
            name=name,
            revision=read_revision(),
            now=parts.clock.now(),
        )
    except InvalidRules as fault:
        told = (Problem(each.path, f"{each.path}: {each.message}") for each in fault.problems)
        raise InvalidRules(tuple(told)) from fault
    return jsonify({"ok": True, "revision": changed.revision, "location": location})
