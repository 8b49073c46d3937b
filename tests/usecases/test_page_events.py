import pytest

from server.storage.decisions import Events
from server.usecases.offers import ShopNotServed
from server.usecases.page_events import KINDS, UnknownDecision, record_page_event
from tests.factories import NOW, OTHER_SHOP, SHOP, purchase
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


@pytest.mark.parametrize("kind", KINDS)
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
