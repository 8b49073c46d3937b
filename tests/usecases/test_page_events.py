import pytest

from server.storage.decisions import Decisions, Events
from server.usecases.offers import ShopNotServed
from server.usecases.page_events import KINDS, UnknownDecision, record_page_event
from tests.factories import NOW, OTHER_SHOP, SHOP, funnel_json, offer_json, purchase, rules_json
from tests.threads import at_once
from tests.usecases.house import House


def record(house: House, decision_id: str, *, domain: str = SHOP, reference_id: str | None = None) -> bool:
    return record_page_event(
        database=house.database,
        shop_domain=domain,
        purchase=purchase(**({"reference_id": reference_id} if reference_id else {})),
        decision_id=decision_id,
        kind="outcome",
        status="unprocessed",
        error_codes=("INSUFFICIENT_INVENTORY",),
        latency_ms=120,
        now=house.clock.now(),
    )


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"choice"}))
def test_each_kind_is_kept_once(house: House, kind: str) -> None:
    assert house.happen(kind)
    house.clock.move(seconds=5)
    assert not house.happen(kind)
    decision = house.ask().decision
    with house.database.read() as session:
        found = Events(session, house.shop_id).of_decision(decision.id)
    assert {row.kind: row.occurred_at for row in found} == {kind: NOW}


def test_what_the_page_said_is_kept_whole(house: House) -> None:
    decision = house.ask().decision
    assert record(house, decision.id)
    with house.database.read() as session:
        (found,) = Events(session, house.shop_id).of_decision(decision.id)
    assert (found.status, found.data) == (
        "unprocessed",
        {"error_codes": ["INSUFFICIENT_INVENTORY"], "latency_ms": 120},
    )


def test_the_same_event_many_times_at_once_is_kept_once(house: House) -> None:
    house.ask()
    results = at_once(*[lambda: house.happen("shown")] * 6)
    assert sorted(map(str, results)) == ["False"] * 5 + ["True"]


def test_events_of_nobodys_or_another_purchases_decision_are_refused(house: House) -> None:
    decision = house.ask().decision
    with pytest.raises(UnknownDecision):
        record(house, "nobody")
    with pytest.raises(UnknownDecision):
        record(house, decision.id, reference_id="ff" * 16)
    house.open(OTHER_SHOP)
    with pytest.raises(UnknownDecision):
        record(house, decision.id, domain=OTHER_SHOP)


def test_a_shop_without_the_app_records_nothing(house: House) -> None:
    decision = house.ask().decision
    house.deliver("app/uninstalled")
    with pytest.raises(ShopNotServed):
        record(house, decision.id)


class TestChoices:
    @pytest.fixture
    def chooser(self, house: House) -> House:
        """A shop that offers one of variant 2, and up to three of it."""
        house.publish(rules_json(funnel_json(offer=offer_json("2", quantities={"most": 3}))))
        house.ask()
        return house

    def test_of_several_choices_the_last_is_kept(self, chooser: House) -> None:
        chooser.happen("shown")
        for option_id in ("0.0", "0.1", "0"):
            assert chooser.happen("choice", option_id=option_id)
            chooser.clock.move(seconds=2)
        with chooser.database.read() as session:
            found = Events(session, chooser.shop_id).of_decision(chooser.ask().decision.id)
        assert [(each.kind, each.data.get("option_id")) for each in found] == [("shown", None), ("choice", "0")]

    def test_what_is_chosen_is_set_aside(self, chooser: House) -> None:
        chooser.happen("shown")
        chooser.happen("choice", option_id="0.1")
        with chooser.database.read() as session:
            assert Decisions(session, chooser.shop_id).on_show(["2"], now=chooser.clock.now()) == {"2": 3}

    @pytest.mark.parametrize("option_id", ["0.2", "0a", "0d.0", "1", "free", "0.\u0661"])
    def test_a_choice_that_was_not_offered_is_refused(self, chooser: House, option_id: str) -> None:
        with pytest.raises(UnknownDecision):
            chooser.happen("choice", option_id=option_id)
