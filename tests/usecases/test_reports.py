from datetime import UTC, datetime, timedelta

import pytest

from server.domain.attribution import Credit
from server.domain.reasons import WORDING, Reason
from server.ports import AppState, TemporaryFailure
from server.storage.decisions import DecisionRow, Decisions, Events
from server.storage.ledger import Ledger
from server.storage.shops import Connections
from server.usecases import reports
from server.usecases.checks import check_app_state
from server.usecases.install import IMPORT_KINDS
from server.usecases.links import follow_click
from server.usecases.offers import note_answer_time
from tests.factories import NOW, OTHER_SHOP, SHOP, order, rules_json, variant
from tests.usecases.house import House


def story(house: House, order_id: str = "500") -> reports.OrderStory:
    return reports.order_story(database=house.database, shop_id=house.shop_id, order_id=order_id, now=house.clock.now())


def surfaces(house: House, order_id: str = "500") -> list[tuple[str, str, Reason]]:
    return [(each.surface, each.standing.value, each.reason) for each in story(house, order_id).surfaces]


def page(house: House) -> Reason:
    """Return what the list of orders says of the page; the order's own page must say the same."""
    (summary,) = reports.recent_orders(database=house.database, shop_id=house.shop_id, limit=9)
    assert story(house).page.reason is summary.page.reason
    return summary.page.reason


class TestStories:
    def test_an_order_is_told_whole(self, house: House) -> None:
        house.record(order(created_at=NOW, gateways=("paypal",)))
        house.send()
        touch = house.touch()
        follow_click(database=house.database, box=house.box, touch_id=touch.id, storefront=None, now=NOW)
        with house.database.write() as session:
            earned = [Credit("touch:x", "l", 300), Credit("touch:y", "l", -100)]
            Ledger(session, house.shop_id).settle("500", earned, currency="GBP", versions={}, now=NOW)
        told = story(house)
        assert (told.order.id, told.page.reason, told.page.decision) == ("500", Reason.PAGE_NOT_ELIGIBLE, None)
        assert told.sequence is not None
        assert [each.state for each in told.touches] == ["sent", "planned"]
        assert told.decisions.keys() == {touch.decision_id}
        assert [each.touch_id for each in told.clicks] == [touch.id]
        assert told.net_revenue == 200
        assert told.titles == {"2": "Product 2"}
        (summary,) = reports.recent_orders(database=house.database, shop_id=house.shop_id, limit=9)
        assert (summary.revenue, len(summary.touches), summary.sequence is not None) == (200, 2, True)

    def test_each_surface_says_what_it_came_to(self, house: House) -> None:
        house.record(order(created_at=NOW, gateways=("paypal",)))
        assert surfaces(house) == [
            ("one_click", "barred", Reason.PAYMENT_WITHOUT_PAGE),
            ("thank_you", "not_asked", Reason.BLOCK_NOT_ASKED),
            ("order_status", "not_asked", Reason.BLOCK_NOT_ASKED),
            ("message", "not_shown", Reason.PLANNED),
        ]
        house.send()
        assert surfaces(house)[3] == ("message", "shown", Reason.SENT)

    def test_a_gate_that_was_closed_at_the_time_is_told_apart_from_one_that_closed_since(self, house: House) -> None:
        house.api.state = AppState(("read_orders",), is_post_purchase_app=False)
        check_app_state(access=house.access, shop_id=house.shop_id, now=NOW - timedelta(hours=2))
        check_app_state(access=house.access, shop_id=house.shop_id, now=NOW - timedelta(hours=1))
        house.api.state = AppState(("read_orders",), is_post_purchase_app=True)
        check_app_state(access=house.access, shop_id=house.shop_id, now=NOW - timedelta(minutes=30))
        for hours, order_id in ((1.5, "501"), (0.75, "502"), (0.25, "503")):
            at = NOW - timedelta(hours=hours)
            house.record(order(order_id, created_at=at, updated_at=at, reference_id=f"{order_id:0>32}"))
        told = [surfaces(house, each)[0][1:] for each in ("501", "502", "503")]
        assert told == [
            ("barred", Reason.GATE_CLOSED),
            ("not_asked", Reason.PAGE_NOT_ASKED),
            ("not_asked", Reason.PAGE_NOT_ASKED),
        ], "between two looks that differ nobody knows"

    def test_an_answer_that_took_too_long_is_named_until_one_came_in_time(self, house: House) -> None:
        house.record(order(created_at=NOW))
        answer = house.ask()

        def answered(milliseconds: int) -> tuple[str, str, Reason]:
            note_answer_time(
                database=house.database,
                shop_domain=SHOP,
                answer=house.ask(),
                asked_at=NOW,
                answered_at=NOW + timedelta(milliseconds=milliseconds),
            )
            return surfaces(house)[0]

        assert answered(1_199) == ("one_click", "not_shown", Reason.PAGE_NOT_SHOWN)
        assert answered(1_450) == ("one_click", "not_shown", Reason.PAGE_ANSWERED_LATE)
        with house.database.read() as session:
            (stored,) = Decisions(session, house.shop_id).of_reference(answer.decision.reference_id)
        assert stored.answer_ms == 1_450
        assert answered(90) == ("one_click", "not_shown", Reason.PAGE_NOT_SHOWN)
        answered(1_300)
        house.happen("shown")
        assert surfaces(house)[0] == ("one_click", "shown", Reason.PAGE_SHOWN)

    @pytest.mark.parametrize("surface", ["thank_you", "order_status"])
    def test_blocks_are_read_by_the_names_of_their_surfaces(self, house: House, surface: str) -> None:
        house.record(order(created_at=NOW, gateways=("paypal",)))
        decision = house.ask().decision
        with house.database.write() as session:
            session.get_one(DecisionRow, decision.id).surface = surface

        def found() -> tuple[str, Reason]:
            return next(each[1:] for each in surfaces(house) if each[0] == surface)

        assert found() == ("not_shown", Reason.BLOCK_NOT_SHOWN)
        for kind, reason in (
            ("shown", Reason.BLOCK_SHOWN),
            ("declined", Reason.BLOCK_DECLINED),
            ("taken", Reason.BLOCK_TAKEN),
        ):
            with house.database.write() as session:
                Events(session, house.shop_id).record(decision, kind, status=None, data={}, now=NOW)
            assert found() == ("shown", reason)

    def test_what_became_of_the_page(self, house: House) -> None:
        house.record(order(created_at=NOW))
        assert page(house) is Reason.PAGE_NOT_ASKED
        house.ask()
        assert page(house) is Reason.PAGE_NOT_SHOWN
        assert story(house).page.title == "Product 2"
        for kind, reason in (
            ("shown", Reason.PAGE_SHOWN),
            ("left", Reason.PAGE_LEFT),
            ("declined", Reason.PAGE_DECLINED),
            ("accepted", Reason.PAGE_UNSURE),
        ):
            house.happen(kind)
            assert page(house) is reason
        house.happen("outcome", status="processed")
        assert page(house) is Reason.PAGE_ACCEPTED

    def test_a_page_without_an_offer_says_why(self, house: House) -> None:
        house.stock(*(variant(each, available=0) for each in ("2", "3")))
        house.ask()
        house.record(order(created_at=NOW))
        assert page(house) is Reason.NOTHING_ELIGIBLE

    def test_the_holdout_is_told(self, house: House) -> None:
        house.publish(rules_json(holdout={"percent": 100}))
        house.ask()
        house.record(order(created_at=NOW))
        assert page(house) is Reason.HELD_OUT

    def test_an_unknown_order_and_another_shops_are_unknown(self, house: House) -> None:
        house.record(order())
        with pytest.raises(reports.UnknownOrder):
            story(house, "501")
        house.shop_id = house.open(OTHER_SHOP)
        with pytest.raises(reports.UnknownOrder):
            story(house)

    def test_messages_of_unknown_fate_are_found(self, house: House) -> None:
        house.publish(rules_json(holds={"sms_holds_email_hours": 0}))
        house.record(order(created_at=NOW, gateways=("paypal",)))
        house.vendors.mails.fail("send", TemporaryFailure("cut", is_fate_unknown=True))
        house.send("email")
        house.resolve("email")
        asked = {"database": house.database, "shop_id": house.shop_id, "limit": 9}
        (found,) = reports.unknown_orders(**asked, now=house.clock.now())  # type: ignore[arg-type]  # a table
        assert found.order.id == "500"
        late = house.clock.now() + timedelta(days=8)
        assert reports.unknown_orders(**asked, now=late) == ()  # type: ignore[arg-type]  # a table of arguments


class TestHome:
    def home(self, house: House) -> reports.Home:
        return reports.home(
            database=house.database,
            box=house.box,
            vendors=house.vendors,
            shop_id=house.shop_id,
            now=house.clock.now(),
        )

    def test_what_is_set_up_is_really_looked_at(self, house: House) -> None:
        found = self.home(house)
        assert (found.set_up.has_sms, found.set_up.has_email, found.set_up.live_offers) == (True, True, 1)
        assert (found.catalogue_size, found.paused, found.unknown) == (4, (), 0)
        assert (found.set_up.is_post_purchase_app, found.set_up.last_delivery_at) == (None, None)
        assert {each.kind for each in found.set_up.imports} == set(IMPORT_KINDS)

    def test_what_is_missing_is_missed(self, bare: House) -> None:
        bare.shop_id = bare.open()
        found = self.home(bare)
        assert (found.set_up.has_sms, found.set_up.has_email, found.set_up.live_offers) == (False, False, 0)

    def test_broken_and_paused_connections_are_no_senders(self, house: House) -> None:
        house.vendors.broken.add("texter")
        with house.database.write() as session:
            Connections(session, house.shop_id, house.box).pause("mailer", reason="rejected", now=NOW)
        found = self.home(house)
        assert (found.set_up.has_sms, found.set_up.has_email) == (False, False)
        assert [(each.slug, each.pause_reason) for each in found.paused] == [("mailer", "rejected")]

    def test_today_is_the_shops_day(self, house: House) -> None:
        house.record(order(created_at=NOW.replace(hour=0)))
        house.record(order("501", reference_id="b", created_at=NOW.replace(hour=0) - timedelta(seconds=1)))
        assert self.home(house).today.orders == 1


@pytest.mark.parametrize(
    ("zone", "begin"),
    [
        (None, datetime(2026, 11, 23, tzinfo=UTC)),
        ("Europe/London", datetime(2026, 11, 23, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 11, 23, 5, tzinfo=UTC)),
        ("Pacific/Kiritimati", datetime(2026, 11, 23, 10, tzinfo=UTC)),
    ],
)
def test_a_day_begins_where_the_shop_is(zone: str | None, begin: datetime) -> None:
    assert reports.start_of_day(NOW, zone) == begin


def test_goods_shops_and_reasons_are_described(house: House) -> None:
    found = reports.describe_goods(
        database=house.database, shop_id=house.shop_id, variant_ids=["2", "99"], product_ids=["p3"]
    )
    assert found.variants.keys() == {"2"}
    assert found.products.keys() == {"p3"}
    assert reports.load_shop(database=house.database, box=house.box, shop_id=house.shop_id).id == house.shop_id
    assert reports.wording("sent") == WORDING[Reason.SENT]
