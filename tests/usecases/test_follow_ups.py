from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from server.domain.decision import Outcome
from server.domain.orders import Order
from server.storage.contacts import Assignments, Contacts
from server.storage.db import Session
from server.storage.decisions import Decisions, Events
from server.storage.rules import Rules
from server.storage.shops import Shops
from server.storage.touches import QUEUED, SequenceRow, Touches
from server.usecases.follow_ups import plan_follow_up
from server.usecases.orders import record_order
from tests.factories import NOW, OTHER_SHOP, REFERENCE, customer, funnel_json, journey_json, order, rules_json, variant
from tests.threads import overlapping
from tests.usecases.house import House

WALLET = ("paypal",)


def sequence(house: House, order_id: str = "500") -> SequenceRow | None:
    with house.database.read() as session:
        return Touches(session, house.shop_id).sequence_of(order_id)


def started(house: House) -> tuple[float, str]:
    """Return how many seconds from now the follow-up starts, and why then."""
    row = sequence(house)
    assert row is not None
    first = house.touch("sms")
    assert first.due_at == row.starts_at + timedelta(minutes=2)
    return (row.starts_at - house.clock.now()).total_seconds(), row.release_reason


def at(house: House, seconds: float) -> datetime:
    return house.clock.now() + timedelta(seconds=seconds)


def placed(house: House, **changes: Any) -> Order:
    """Let a paid order come in that was placed at this moment."""
    made = order(created_at=house.clock.now(), updated_at=house.clock.now(), **changes)
    assert house.record(made)
    return made


class TestRelease:
    """When the follow-up's clock starts: each case of what the one-click page did."""

    def test_at_once_when_the_page_was_never_asked_for(self, house: House) -> None:
        placed(house, gateways=WALLET)
        assert started(house) == (0, "page_not_asked")

    def test_at_once_when_the_answer_was_no_offer(self, house: House) -> None:
        house.stock(*(variant(each, available=0) for each in ("2", "3")))
        house.ask()
        placed(house)
        assert started(house) == (0, "nothing_eligible")

    def test_at_once_when_the_payment_keeps_the_order_from_the_page(self, house: House) -> None:
        house.ask()
        placed(house, gateways=WALLET)
        assert started(house) == (0, "page_not_eligible")

    def test_after_ninety_seconds_when_no_impression_came(self, house: House) -> None:
        house.ask()
        placed(house)
        assert started(house) == (90, "page_not_shown")

    def test_an_impression_before_the_order_waits_for_an_answer(self, house: House) -> None:
        house.happen("shown")
        house.clock.move(seconds=20)
        placed(house)
        assert started(house) == (3600 - 20, "page_waiting")

    def test_an_impression_after_the_order_moves_what_waits(self, house: House) -> None:
        house.ask()
        placed(house)
        house.clock.move(seconds=10)
        house.happen("shown")
        assert started(house) == (3600, "page_waiting")
        assert house.touch("sms").attempt == 2

    @pytest.mark.parametrize(
        ("kind", "status", "reason"),
        [
            ("declined", None, "page_declined"),
            ("left", None, "page_left"),
            ("outcome", "processed", "page_accepted"),
            ("outcome", "partially_processed", "page_accepted_unpaid"),
            ("outcome", "unprocessed", "page_failed"),
            ("outcome", "processing", "page_unsure"),
            ("outcome", None, "page_unsure"),
        ],
    )
    def test_an_answer_releases_at_once(self, house: House, kind: str, status: str | None, reason: str) -> None:
        house.happen("shown")
        placed(house)
        house.clock.move(seconds=30)
        house.happen(kind, status=status)
        assert started(house) == (0, reason)

    def test_an_answer_before_the_order_releases_with_it(self, house: House) -> None:
        house.happen("shown")
        house.happen("declined")
        house.clock.move(seconds=5)
        placed(house)
        assert started(house) == (0, "page_declined")

    def test_pressing_the_button_is_no_answer_yet(self, house: House) -> None:
        house.happen("shown")
        placed(house)
        house.clock.move(seconds=30)
        house.happen("accepted")
        assert started(house) == (3600 - 30, "page_waiting")

    def test_the_thank_you_page_after_the_answer_moves_nothing_more(self, house: House) -> None:
        house.happen("shown")
        placed(house)
        house.clock.move(seconds=30)
        house.happen("outcome", status="processed")
        before = house.touch("sms").due_at
        house.clock.move(seconds=60)
        house.happen("left")
        assert house.touch("sms").due_at == before

    def test_a_late_webhook_makes_no_message_of_the_past(self, house: House) -> None:
        house.record(order(created_at=at(house, -7200), updated_at=at(house, -7200), gateways=WALLET))
        assert started(house) == (0, "page_not_asked")

    def test_what_already_waits_for_another_reason_is_left_alone(self, house: House) -> None:
        house.ask()
        placed(house)
        with house.database.write() as session:
            text = Touches(session, house.shop_id).get(house.touch("sms").id)
            assert text is not None
            text.reason = "quiet_hours"
            mail = Touches(session, house.shop_id).get(house.touch("email").id)
            assert mail is not None
            mail.state = QUEUED
        before = [each.due_at for each in house.touches()]
        house.happen("shown")
        assert [each.due_at for each in house.touches()] == before

    def test_events_of_an_order_that_has_no_follow_up_move_nothing(self, house: House) -> None:
        assert house.happen("shown")
        house.publish(rules_json(journeys=[]))
        placed(house)
        assert house.happen("declined")
        row = sequence(house)
        assert row is not None
        assert row.refusal == "no_live_journey"

    def test_a_journey_that_was_taken_away_moves_nothing(self, house: House) -> None:
        house.ask()
        placed(house)
        before = house.touch("sms").due_at
        with house.database.write() as session:
            row = Touches(session, house.shop_id).sequence_of("500")
            assert row is not None
            row.rules_version = 99
        house.happen("shown")
        assert house.touch("sms").due_at == before


class TestRacing:
    """The page's event and the order's webhook at once: neither may miss what the other brings."""

    def test_an_event_that_comes_while_the_order_is_taken_in(self, house: House) -> None:
        house.ask()
        made = order(created_at=house.clock.now(), updated_at=house.clock.now())

        def take_in(session: Session) -> bool:
            return record_order(session, house.shop_id, made, customer=None, now=house.clock.now())

        assert overlapping(house.database, take_in, lambda: house.happen("shown")) is True
        assert started(house) == (3600, "page_waiting")

    def test_an_order_that_comes_while_the_event_is_stored(self, house: House) -> None:
        house.ask()

        def show(session: Session) -> bool:
            decision = Decisions(session, house.shop_id).lock(REFERENCE, "one_click")
            assert decision is not None
            return Events(session, house.shop_id).record(decision, "shown", status=None, data={}, now=house.clock.now())

        made = order(created_at=house.clock.now(), updated_at=house.clock.now())
        assert overlapping(house.database, show, lambda: house.record(made)) is True
        assert started(house) == (3600, "page_waiting")

    def test_two_deliveries_of_one_order_at_once_open_one_sequence(self, house: House) -> None:
        made = order(created_at=house.clock.now(), updated_at=house.clock.now())

        def take_in(session: Session) -> bool:
            return record_order(session, house.shop_id, made, customer=None, now=house.clock.now())

        assert overlapping(house.database, take_in, lambda: house.record(made)) is True
        assert len(house.touches()) == 2


class TestPlanning:
    def test_one_order_opens_one_sequence_of_its_steps(self, house: House) -> None:
        made = placed(house, gateways=WALLET)
        text, mail = house.touches()
        assert (text.channel, text.due_at - NOW, mail.channel, mail.due_at - NOW) == (
            "sms",
            timedelta(minutes=2),
            "email",
            timedelta(minutes=4),
        )
        assert house.record(made)
        assert house.record(replace(made, updated_at=NOW + timedelta(seconds=1)))
        assert [each.id for each in house.touches()] == [text.id, mail.id]

    @pytest.mark.parametrize("status", ["pending", "authorized", "voided", "refunded", "expired"])
    def test_an_order_that_is_not_paid_waits_for_its_payment(self, house: House, status: str) -> None:
        placed(house, financial_status=status)
        assert sequence(house) is None

    @pytest.mark.parametrize("status", ["paid", "partially_paid", "partially_refunded"])
    def test_an_order_that_is_paid_in_part_counts(self, house: House, status: str) -> None:
        placed(house, financial_status=status)
        assert len(house.touches()) == 2

    def test_payment_later_plans_then(self, house: House) -> None:
        made = placed(house, financial_status="pending", gateways=WALLET)
        house.clock.move(hours=3)
        house.record(replace(made, financial_status="paid", updated_at=house.clock.now()))
        assert started(house) == (0, "page_not_asked")

    def test_an_order_older_than_the_journey_is_not_followed_up(self, house: House) -> None:
        house.record(order(created_at=at(house, -72 * 3600 - 1)))
        assert sequence(house) is None
        house.record(order("501", reference_id="x", created_at=at(house, -72 * 3600)))
        assert sequence(house, "501") is not None

    def test_before_any_rules_are_published_nothing_is_planned(self, bare: House) -> None:
        bare.shop_id = bare.open()
        placed(bare)
        assert sequence(bare) is None

    @pytest.mark.parametrize(
        ("rules", "refusal", "detail"),
        [
            ({"journeys": []}, "no_live_journey", ""),
            ({"journeys": [journey_json(is_live=False)]}, "no_live_journey", ""),
            ({"journeys": [journey_json(steps=[])]}, "no_live_journey", ""),
            ({"holdout": {"percent": 100}}, "held_out", "100 % of shoppers"),
            (
                {"journeys": [journey_json(audience={"key": "order.value", "args": {"at_least": 2000}})]},
                "audience_miss",
                "Journey: order value 10.00 GBP, at least 20.00 GBP",
            ),
            (
                {"journeys": [journey_json(audience={"key": "order.contains", "args": {"tags": ["gift"]}})]},
                "audience_miss",
                "Journey: 1 lines, looked for tags gift",
            ),
            (
                {"journeys": [journey_json(audience={"key": "customer.history", "args": {"is": "repeat"}})]},
                "audience_miss",
                "Journey: buyer first, wanted repeat",
            ),
        ],
    )
    def test_why_there_is_no_follow_up_is_recorded(
        self, house: House, rules: dict[str, Any], refusal: str, detail: str
    ) -> None:
        house.publish(rules_json(**rules))
        placed(house)
        row = sequence(house)
        assert row is not None
        assert (row.refusal, row.refusal_detail, house.touches()) == (refusal, detail, ())

    def test_a_journey_that_cannot_judge_stays_closed(self, house: House) -> None:
        house.publish(
            rules_json(journeys=[journey_json(audience={"key": "order.country", "args": {"countries": ["GB"]}})])
        )
        placed(house, country_code=None)
        row = sequence(house)
        assert row is not None
        assert row.refusal == "audience_unknown"

    def test_a_journey_for_first_buyers_knows_who_they_are(self, house: House) -> None:
        first = {"key": "customer.history", "args": {"is": "first"}}
        house.publish(rules_json(journeys=[journey_json(audience=first)]))
        placed(house)
        assert len(house.touches()) == 2

    def test_a_second_order_within_the_cap_is_refused_and_after_it_is_not(self, house: House) -> None:
        placed(house, gateways=WALLET)
        assert house.send("sms") == "sent"
        sent_at = house.clock.now()
        house.clock.move(days=13)
        placed(house, order_id="501", reference_id="b", gateways=WALLET)
        row = sequence(house, "501")
        assert row is not None
        assert (row.refusal, row.refusal_detail) == (
            "sequence_cap",
            "last follow-up 13 days ago, at least 14 between two",
        )
        house.clock.moment = sent_at + timedelta(days=14)
        placed(house, order_id="502", reference_id="c", gateways=WALLET)
        assert len(house.touches("502")) == 2

    def test_another_shoppers_order_is_not_held_back(self, house: House) -> None:
        placed(house, gateways=WALLET)
        house.send("sms")
        placed(house, order_id="501", reference_id="b", customer_id="78")
        assert len(house.touches("501")) == 2

    def test_a_cancelled_order_stops_what_waits(self, house: House) -> None:
        made = placed(house, gateways=WALLET)
        house.record(replace(made, cancelled_at=NOW, updated_at=NOW + timedelta(seconds=1)))
        assert {(each.state, each.reason) for each in house.touches()} == {("refused", "order_cancelled")}

    def test_a_refunded_order_stops_what_waits_and_a_partly_refunded_one_does_not(self, house: House) -> None:
        made = placed(house, gateways=WALLET)
        house.record(replace(made, refunded=999, updated_at=NOW + timedelta(seconds=1)))
        assert {each.state for each in house.touches()} == {"planned"}
        house.record(replace(made, refunded=1_000, updated_at=NOW + timedelta(seconds=2)))
        assert {(each.state, each.reason) for each in house.touches()} == {("refused", "order_refunded")}

    def test_an_order_that_was_cancelled_from_the_start_is_told_so(self, house: House) -> None:
        with house.database.write() as session:
            live = Rules(session, house.shop_id).live()
            row = plan_follow_up(session, house.shop_id, order(cancelled_at=NOW), live, now=NOW)
            assert row is not None
            assert row.refusal == "order_cancelled"

    def test_a_test_order_is_followed_up_like_any(self, house: House) -> None:
        placed(house, is_test=True)
        assert len(house.touches()) == 2

    def test_goods_without_a_product_are_no_obstacle(self, house: House) -> None:
        made = order(created_at=NOW, lines=())
        assert house.record(made)
        assert len(house.touches()) == 2

    def test_the_same_order_id_in_two_shops_is_two_orders(self, house: House) -> None:
        placed(house)
        house.shop_id = house.open(OTHER_SHOP)
        house.publish(rules_json())
        house.grow_old()
        placed(house)
        assert len(house.touches()) == 2


class TestHoldout:
    def test_a_draw_for_a_nameless_purchase_follows_the_shopper(self, house: House) -> None:
        house.publish(rules_json(holdout={"percent": 100}))
        answer = house.ask(customer_id=None)
        assert (answer.decision.outcome.value, answer.is_shown) == ("held_out", False)
        house.publish(rules_json(holdout={"percent": 0.0001}))
        placed(house)
        row = sequence(house)
        assert row is not None
        assert row.refusal == "held_out"
        with house.database.read() as session:
            assert Assignments(session, house.shop_id).arm("holdout:holdout", "customer:77") == "held_out"

    def test_a_shopper_who_was_drawn_before_keeps_the_first_draw(self, house: House) -> None:
        with house.database.write() as session:
            Assignments(session, house.shop_id).assign("holdout:holdout", "customer:77", arm="treated", now=NOW)
        house.publish(rules_json(holdout={"percent": 100}))
        house.ask(customer_id=None)
        placed(house)
        assert len(house.touches()) == 2

    def test_nothing_is_drawn_while_the_holdout_is_off(self, house: House) -> None:
        house.ask()
        placed(house, reference_id=None)
        with house.database.read() as session:
            assert Assignments(session, house.shop_id).arm("holdout:holdout", "customer:77") is None


def test_the_platforms_count_of_orders_goes_beyond_ours(house: House) -> None:
    repeat = {"key": "customer.history", "args": {"is": "repeat"}}
    house.publish(rules_json(funnel_json(audience=repeat), journeys=[journey_json(audience=repeat)]))
    with house.database.write() as session:
        Contacts(session, house.shop_id).save_customer(customer(orders_count=5, spent=50_000))
    assert house.ask().is_shown
    placed(house)
    assert len(house.touches()) == 2


WITHHELD = ("first_name", "email", "phone")


def withhold(house: House, *names: str) -> None:
    with house.database.write() as session:
        Shops(session, house.box).by_id(house.shop_id).withheld = list(names)


@pytest.mark.parametrize(
    ("withheld", "email", "phone", "refusal"),
    [
        (WITHHELD, None, None, "data_withheld"),
        (WITHHELD, "jo@example.com", None, None),  # shown after all: approved since the last look
        (("first_name", "email"), None, None, None),  # there may be a number yet
        ((), None, None, None),
    ],
)
def test_nobody_is_written_to_where_the_platform_withholds_who_it_is(
    house: House, withheld: tuple[str, ...], email: str | None, phone: str | None, refusal: str | None
) -> None:
    withhold(house, *withheld)
    placed(house, email=email, phone=phone)
    row = sequence(house)
    assert row is not None
    assert row.refusal == refusal


def test_where_people_are_withheld_offers_are_made_all_the_same(house: House) -> None:
    withhold(house, *WITHHELD)
    assert house.ask().decision.outcome is Outcome.OFFERED
