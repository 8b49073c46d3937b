"""The page of the lift: what it tells with figures, without, and where they cannot be compared."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete

from server.domain.lift import FEWEST
from server.runtime import Runtime
from server.storage.rules import Rules, RuleVersionRow
from server.usecases.lift import measure_lift
from tests.factories import NOW
from tests.usecases.test_lift import draw, place
from tests.web.installed import fixed_rules
from tests.web.pages.conftest import Staff
from tests.web.pages.reading import Markup, words

DAY = timedelta(days=1)


def publish(runtime: Runtime, shop_id: int, **parts: Any) -> None:
    with runtime.database.write() as session:
        Rules(session, shop_id).publish_document(fixed_rules("2", **parts), by="7", now=NOW)


def shoppers(runtime: Runtime, shop_id: int, *, offered: int, held_out: int, worth: int, against: int = 1_000) -> None:
    """Draw shoppers forty days ago; each bought once, the sides for sums around two levels."""
    at = runtime.clock.now() - 40 * DAY
    with runtime.database.write() as session:
        for number in range(offered + held_out):
            is_offered = number < offered
            unit_id = draw(session, shop_id, number, arm="treated" if is_offered else "held_out", at=at)
            total = (worth if is_offered else against) + number % 7
            place(session, shop_id, unit_id, at + DAY, total)


def page(staff: Staff, **query: str) -> Markup:
    answer = staff.open("/lift", **query)
    assert answer.status_code == 200
    return Markup.read(answer.text)


def test_a_lift_beyond_chance_is_told_with_its_interval(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    publish(runtime, shop_id, holdout={"percent": 50})
    shoppers(runtime, shop_id, offered=60, held_out=60, worth=2_000)
    told = words(page(staff))
    report = measure_lift(database=runtime.database, shop_id=shop_id, days=90, window_days=30, now=runtime.clock.now())
    assert report is not None
    assert report.lift is not None
    assert f"£{report.lift.difference / 100:.2f} a shopper Offers add" in told
    assert f"from £{report.lift.low / 100:.2f} to £{report.lift.high / 100:.2f}" in told
    assert "this is more than chance" in told
    assert "May be offered something 60 £20.03 £20.03 Held out 60 £10.03 £10.03" in told


def test_the_chart_has_zero_and_the_interval_in_their_places(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    publish(runtime, shop_id, holdout={"percent": 50})
    shoppers(runtime, shop_id, offered=60, held_out=60, worth=2_000)
    chart = page(staff).one("svg", "interval")
    at = {
        each.attributes["class"]: float(each.attributes["x"] or 0) for each in chart.all("rect") if each.attributes["x"]
    }
    width = float(chart.one("rect", "range").attributes["width"] or 0)
    assert 0 < at["zero"] < at["range"] < at["measured"] + 0.3 < at["range"] + width < 100
    assert "a shopper" in (chart.attributes["aria-label"] or "")


@pytest.mark.parametrize(
    ("worth", "said"), [(1_001, "May still be chance"), (300, "Offers take away"), (2_000, "Offers add")]
)
def test_what_it_comes_to(staff: Staff, runtime: Runtime, shop_id: int, worth: int, said: str) -> None:
    publish(runtime, shop_id, holdout={"percent": 50})
    shoppers(runtime, shop_id, offered=60, held_out=60, worth=worth)
    told = page(staff)
    assert said in words(told)
    assert ("this may still be chance" in words(told)) == (worth == 1_001)


def test_too_few_say_nothing(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    shoppers(runtime, shop_id, offered=40, held_out=2, worth=2_000)
    told = page(staff)
    assert f"Too few shoppers to say anything yet: {FEWEST} are needed on each side" in words(told)
    assert "May be offered something 40" in words(told)
    assert not told.all("svg")


def test_sides_that_do_not_match_are_not_compared(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    publish(runtime, shop_id, holdout={"percent": 5})
    shoppers(runtime, shop_id, offered=60, held_out=60, worth=2_000)
    told = page(staff)
    assert "Far more or fewer shoppers are held out than the 5 % that should be" in words(told)
    assert not told.all("svg")
    assert "Offers add" not in words(told)


def test_without_a_holdout_it_says_how_to_have_one(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    publish(runtime, shop_id, holdout={"percent": 0})
    assert "Let a few percent be held out" in words(page(staff))


def test_before_anything_is_live_it_says_so(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    with runtime.database.write() as session:
        session.execute(delete(RuleVersionRow).where(RuleVersionRow.shop_id == shop_id))
    assert "Once offers are published, a few shoppers are held out" in words(page(staff))


def test_the_days_counted_may_be_chosen_among_some(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    shoppers(runtime, shop_id, offered=30, held_out=1, worth=2_000)
    assert "bought within 7 days" in words(page(staff, window="7"))
    for odd in ("8", "x", "-1", "999999999999999999999"):
        assert "bought within 30 days" in words(page(staff, window=odd))
