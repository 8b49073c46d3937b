"""The clock of an offer: it runs from the first sight, and when it has run out the offer is over."""

import pytest

from server.usecases.changesets import OfferExpired
from server.usecases.offer_ends import ON_THE_WAY, seconds_left
from tests.factories import SHOP, funnel_json, offer_json, purchase, rules_json
from tests.usecases.house import House
from tests.usecases.test_changesets import accept


@pytest.fixture
def timed(house: House) -> House:
    """A shop whose offer ends five minutes after it was first seen, its next offer two minutes after."""
    house.publish(
        rules_json(
            funnel_json(
                steps=[
                    {"id": "first", "offer": offer_json("2", ends_after_minutes=5), "if_declined": "less"},
                    {"id": "less", "offer": offer_json("3", id="less", ends_after_minutes=2)},
                ]
            )
        )
    )
    house.ask()
    return house


def left(house: House, path: str = "0") -> int | None:
    return seconds_left(
        database=house.database, shop_domain=SHOP, purchase=purchase(), path=path, now=house.clock.now()
    )


def test_it_runs_from_when_the_offer_was_first_seen(timed: House) -> None:
    timed.clock.move(minutes=20)  # the checkout asked, and its buyer looked for a card
    assert left(timed) is None
    timed.happen("shown")
    assert left(timed) == 300
    timed.clock.move(seconds=90)
    assert not timed.happen("shown"), "loaded anew"
    assert left(timed) == 210


def test_the_offer_can_be_taken_until_then_and_not_after(timed: House) -> None:
    timed.happen("shown")
    timed.clock.move(minutes=5, seconds=ON_THE_WAY.seconds)
    assert left(timed) == 0
    with pytest.raises(OfferExpired):
        accept(timed)
    timed.clock.move(seconds=-1)
    assert accept(timed), "pressed in the last second, and a while on its way"


def test_each_step_has_its_own(timed: House) -> None:
    timed.happen("shown")
    timed.clock.move(minutes=4)
    timed.happen("declined")
    timed.happen("shown", path="0d")
    assert (left(timed), left(timed, "0d")) == (60, 120)
    timed.clock.move(minutes=3)
    with pytest.raises(OfferExpired):
        accept(timed, option_id="0d")


def test_it_never_promises_more_than_the_decision_holds(timed: House) -> None:
    timed.clock.move(minutes=58)
    timed.happen("shown")
    assert left(timed) == 120


def test_an_acceptance_that_was_signed_in_time_may_be_asked_for_again(timed: House) -> None:
    timed.happen("shown")
    first = accept(timed)
    timed.clock.move(minutes=6)
    assert accept(timed) == first


def test_without_the_setting_there_is_none(house: House) -> None:
    house.ask()
    house.happen("shown")
    assert left(house) is None
    house.clock.move(minutes=59)
    assert accept(house)


def test_what_was_never_offered_has_none(house: House) -> None:
    assert left(house) is None
