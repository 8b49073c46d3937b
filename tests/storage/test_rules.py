from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import delete

from server.domain.document import RuleDocument
from server.domain.rules import InvalidRules, parse
from server.storage.rules import DraftChanged, PublishedRules, Rules, RuleVersionRow
from tests.factories import NOW, document, rules_json
from tests.storage.conftest import Stores

LATER = NOW + timedelta(hours=1)


def test_a_draft_is_published_as_numbered_versions_that_never_change(stores: Stores) -> None:
    with stores.database.write() as session:
        rules = Rules(session, stores.ours)
        assert (rules.live_number(), rules.live(), rules.live_document(), rules.draft()) == (0, None, None, None)
        rules.save_draft(rules_json(), revision=0, now=NOW)
        first = rules.publish(by="42", now=NOW)
        assert (first.number, first.document, first.published_at) == (1, document(), NOW)
    with stores.database.write() as session:
        rules = Rules(session, stores.ours)
        rules.save_draft(rules_json(stock={"minimum": 3}), revision=1, now=LATER)
        assert rules.live() == first
        second = rules.publish(by=None, now=LATER)
    with stores.database.read() as session:
        rules = Rules(session, stores.ours)
        assert (rules.live_number(), rules.live()) == (2, second)
        assert rules.version(1) == first
        assert rules.version(3) is None
        assert rules.live_document() == rules_json(stock={"minimum": 3})


def test_a_number_that_is_used_again_after_a_restore_is_read_anew(stores: Stores) -> None:
    with stores.database.write() as session:
        rules = Rules(session, stores.ours)
        rules.save_draft(rules_json(), revision=0, now=NOW)
        rules.publish(by=None, now=NOW)
        assert rules.live() is not None  # this process has read version 1
    with stores.database.write() as session:
        session.execute(delete(RuleVersionRow))
    with stores.database.write() as session:
        rules = Rules(session, stores.ours)
        rules.save_draft(rules_json(stock={"minimum": 3}), revision=1, now=LATER)
        again = rules.publish(by=None, now=LATER)
        assert again.number == 1
        assert (rules.live(), rules.version(1)) == (again, again)


def test_another_shop_sees_nothing_of_it(stores: Stores) -> None:
    with stores.database.write() as session:
        ours = Rules(session, stores.ours)
        ours.save_draft(rules_json(), revision=0, now=NOW)
        ours.publish(by=None, now=NOW)
        theirs = Rules(session, stores.theirs)
        assert (theirs.live_number(), theirs.live(), theirs.version(1), theirs.draft()) == (0, None, None, None)
        with pytest.raises(DraftChanged):
            theirs.publish(by=None, now=NOW)


def test_whoever_saves_second_is_told(stores: Stores) -> None:
    with stores.database.write() as session:
        rules = Rules(session, stores.ours)
        assert rules.save_draft(rules_json(), revision=0, now=NOW).revision == 1
        assert rules.save_draft(rules_json(tiers=[]), revision=1, now=LATER).revision == 2
        for stale in (0, 1, 3):
            with pytest.raises(DraftChanged):
                rules.save_draft(rules_json(), revision=stale, now=LATER)
        draft = rules.draft()
        assert draft is not None
        assert (draft.document, draft.revision, draft.updated_at) == (rules_json(tiers=[]), 2, LATER)


def test_faulty_rules_do_not_go_live(stores: Stores) -> None:
    with stores.database.write() as session:
        rules = Rules(session, stores.ours)
        rules.save_draft(rules_json(), revision=0, now=NOW)
        rules.publish(by=None, now=NOW)
        rules.save_draft({"schema": 2}, revision=1, now=NOW)
        with pytest.raises(InvalidRules):
            rules.publish(by=None, now=NOW)
        assert rules.live_number() == 1


def test_a_version_that_many_ask_for_at_once_is_read_once(stores: Stores, monkeypatch: pytest.MonkeyPatch) -> None:
    with stores.database.write() as session:
        Rules(session, stores.ours).publish_document(rules_json(), by=None, now=NOW)
    together, parsed = Barrier(4), []

    def counting(written: dict[str, Any]) -> RuleDocument:
        parsed.append(written)
        return parse(written)

    monkeypatch.setattr("server.storage.rules.parse", counting)

    def ask(_: int) -> PublishedRules | None:
        with stores.database.read() as session:
            together.wait()
            return Rules(session, stores.ours).live()

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(ask, range(4)))
    assert len(parsed) == 1
    assert all(each is found[0] for each in found)
