from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from server.domain.rules import InvalidRules
from server.storage.rules import DraftChanged, RuleDraftRow, Rules
from server.usecases.authoring import (
    Draft,
    UnknownFunnel,
    load_draft,
    publish_draft,
    remove_funnel,
    save_funnel,
)
from server.usecases.presets import FIRST_DRAFT
from tests.factories import NOW, OTHER_SHOP, funnel_json
from tests.threads import at_once
from tests.usecases.house import House


@pytest.fixture
def fresh(bare: House) -> House:
    """A shop that was just installed: a draft of ours, nothing published."""
    bare.shop_id = bare.open()
    return bare


def load(house: House) -> Draft:
    return load_draft(database=house.database, shop_id=house.shop_id)


def save(house: House, funnel: dict[str, Any], *, revision: int) -> Draft:
    return save_funnel(database=house.database, shop_id=house.shop_id, funnel=funnel, revision=revision, now=NOW)


def publish(house: House, revision: int | None = None) -> int:
    published = publish_draft(database=house.database, shop_id=house.shop_id, by="42", now=NOW, revision=revision)
    return published.number


def without_draft(house: House) -> None:
    with house.database.write() as session:
        session.delete(Rules(session, house.shop_id).draft())


class TestEditing:
    def test_the_first_draft_is_sound_and_not_published(self, fresh: House) -> None:
        draft = load(fresh)
        assert (draft.document, draft.revision, draft.problems) == (FIRST_DRAFT, 1, ())
        assert (draft.live_number, draft.is_published, draft.live_document) == (0, False, None)
        assert draft.funnel("bought-together")["name"] == "Often bought together"
        with pytest.raises(UnknownFunnel):
            draft.funnel("other")

    def test_a_funnel_is_added_changed_and_removed(self, fresh: House) -> None:
        draft = save(fresh, funnel_json(id="new"), revision=1)
        assert [each["id"] for each in draft.document["funnels"]] == ["bought-together", "new"]
        assert (draft.revision, draft.index_of("new"), draft.index_of("another")) == (2, 1, 2)
        draft = save(fresh, funnel_json(id="new", name="Renamed"), revision=2)
        assert draft.funnel("new")["name"] == "Renamed"
        draft = remove_funnel(
            database=fresh.database, shop_id=fresh.shop_id, funnel_id="bought-together", revision=3, now=NOW
        )
        assert [each["id"] for each in draft.document["funnels"]] == ["new"]

    def test_a_faulty_funnel_is_not_stored(self, fresh: House) -> None:
        with pytest.raises(InvalidRules) as caught:
            save(fresh, funnel_json(id="new", priority="high"), revision=1)
        assert [each.path for each in caught.value.problems] == ["funnels[1].priority"]
        assert load(fresh).revision == 1

    @pytest.mark.parametrize("revision", [0, 2])
    def test_what_another_changed_meanwhile_is_not_overwritten(self, fresh: House, revision: int) -> None:
        with pytest.raises(DraftChanged):
            save(fresh, funnel_json(id="new"), revision=revision)
        assert load(fresh).document == FIRST_DRAFT

    def test_of_two_editors_at_once_one_is_told(self, fresh: House) -> None:
        results = at_once(*(partial(save, fresh, funnel_json(id=name), revision=1) for name in ("a", "b")))
        assert sorted(type(each).__name__ for each in results) == ["Draft", "DraftChanged"]
        assert len(load(fresh).document["funnels"]) == 2

    def test_a_shop_without_a_draft_starts_from_the_preset(self, fresh: House) -> None:
        without_draft(fresh)
        draft = load(fresh)
        assert (draft.document, draft.revision) == (FIRST_DRAFT, 0)
        assert save(fresh, funnel_json(id="new"), revision=0).revision == 1

    def test_a_draft_of_an_older_form_shows_its_problems(self, fresh: House) -> None:
        with fresh.database.write() as session:
            Rules(session, fresh.shop_id).save_draft({"schema": 0}, revision=1, now=NOW)
        assert [each.path for each in load(fresh).problems] == ["schema"]
        assert load(fresh).index_of("x") == 0

    def test_shops_have_drafts_of_their_own(self, fresh: House) -> None:
        save(fresh, funnel_json(id="new"), revision=1)
        fresh.shop_id = fresh.open(OTHER_SHOP)
        assert load(fresh).document == FIRST_DRAFT


class TestPublishing:
    def test_publishing_freezes_the_draft(self, fresh: House) -> None:
        assert publish(fresh) == 1
        draft = load(fresh)
        assert (draft.live_number, draft.is_published, draft.live_document) == (1, True, FIRST_DRAFT)
        funnel = draft.funnel("bought-together")
        assert draft.is_live_as_drafted(funnel)
        draft = save(fresh, {**funnel, "name": "Changed"}, revision=1)
        assert not draft.is_published
        assert not draft.is_live_as_drafted(draft.funnel("bought-together"))
        assert publish(fresh, 2) == 2
        assert load(fresh).is_published

    def test_what_nobody_has_read_does_not_go_live(self, fresh: House) -> None:
        save(fresh, funnel_json(id="new"), revision=1)
        with pytest.raises(DraftChanged):
            publish(fresh, 1)
        assert load(fresh).live_number == 0

    def test_faulty_rules_do_not_go_live(self, fresh: House) -> None:
        with fresh.database.write() as session:
            Rules(session, fresh.shop_id).save_draft({"schema": 0}, revision=1, now=NOW)
        with pytest.raises(InvalidRules):
            publish(fresh)
        assert load(fresh).live_number == 0

    @pytest.mark.parametrize("prepare", [without_draft, lambda _: None])
    def test_publishing_twice_at_once_is_no_fault(self, fresh: House, prepare: Callable[[House], None]) -> None:
        prepare(fresh)
        assert sorted(map(str, at_once(*[partial(publish, fresh)] * 3))) == ["1", "2", "3"]
        assert load(fresh).is_published

    def test_whom_a_first_draft_overtakes_publishes_that_one(
        self, fresh: House, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        if fresh.database.engine.dialect.name != "postgresql":
            pytest.skip("on SQLite a second writer waits before it looks")
        without_draft(fresh)
        look = Rules.lock_draft
        overtaken: list[RuleDraftRow | None] = []

        def look_and_be_overtaken(rules: Rules) -> RuleDraftRow | None:
            found = look(rules)
            if not overtaken:
                overtaken.append(found)
                publish(fresh)
            return found

        monkeypatch.setattr(Rules, "lock_draft", look_and_be_overtaken)
        assert publish(fresh) == 2
        assert overtaken == [None]


def test_who_comes_second_is_told_what_the_first_changed(house: House) -> None:
    read = load_draft(database=house.database, shop_id=house.shop_id)
    first = funnel_json(id="funnel", name="Changed by somebody else", priority=4)
    save_funnel(
        database=house.database, shop_id=house.shop_id, funnel=first, revision=read.revision, now=house.clock.now()
    )
    for late in (
        lambda: save_funnel(
            database=house.database,
            shop_id=house.shop_id,
            funnel=funnel_json(id="other"),
            revision=read.revision,
            now=house.clock.now(),
        ),
        lambda: publish_draft(
            database=house.database, shop_id=house.shop_id, by=None, now=house.clock.now(), revision=read.revision
        ),
    ):
        with pytest.raises(DraftChanged) as caught:
            late()
        assert 'funnels[funnel].name: "Funnel" > "Changed by somebody else".' in caught.value.message
        assert "funnels[funnel].priority: added 4." in caught.value.message
