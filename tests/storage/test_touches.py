import pytest
from sqlalchemy.exc import IntegrityError

from server.domain.document import Kind
from server.domain.reasons import Reason
from server.storage.due import DueTouches
from server.storage.touches import (
    FAILED,
    PLANNED,
    QUEUED,
    REFUSED,
    SENDING,
    SENT,
    UNKNOWN,
    Touches,
    TouchIndex,
)
from tests.factories import NOW, REFERENCE
from tests.storage.conftest import Stores
from tests.storage.sequences import minutes, open_sequence


class TestSequences:
    def test_an_order_has_one_sequence_with_its_touches(self, stores: Stores) -> None:
        with stores.database.write() as session:
            text, mail = open_sequence(session, stores.ours)
            assert (text.channel, text.state, text.reason, text.due_at) == ("sms", PLANNED, "planned", minutes(2))
            assert (mail.channel, mail.due_at, mail.expires_at) == ("email", minutes(4), minutes(72 * 60))
        with stores.database.read() as session:
            touches = Touches(session, stores.ours)
            found = touches.sequence_of("500")
            assert found is not None
            assert touches.sequence_of_reference(REFERENCE) is found
            assert touches.sequences_of(["500", "501"]) == {"500": found}
            assert {order_id: len(each) for order_id, each in touches.of_orders(["500", "501"]).items()} == {"500": 2}
            assert touches.get(text.id) is not None
        with pytest.raises(IntegrityError), stores.database.write() as session:
            open_sequence(session, stores.ours)

    def test_another_shop_sees_nothing_of_it(self, stores: Stores) -> None:
        with stores.database.write() as session:
            text, _ = open_sequence(session, stores.ours)
            text.state, text.vendor_id, text.claimed_at = SENDING, "SM1", NOW
            Touches(session, stores.ours).record_click(text.id, token="t", now=NOW)
            session.flush()
            theirs = Touches(session, stores.theirs)
            assert theirs.sequence_of("500") is None
            assert theirs.lock_shopper("customer:77") == {}
            assert theirs.sequence_of_reference(REFERENCE) is None
            assert theirs.sequences_of(["500"]) == {}
            assert theirs.get(text.id) is None
            assert theirs.lock(text.id) is None
            assert theirs.lock_waiting(text.sequence_id) == ()
            assert theirs.of_order("500") == ()
            assert theirs.of_orders(["500"]) == {}
            assert theirs.lock_by_vendor_id("SM1") is None
            assert theirs.last_sent_at("customer:77", channel="sms") is None
            assert theirs.earlier_sequence_at("customer:77", kind=Kind.SALES, excluding=None) is None
            assert theirs.clicks(["t"]) == ()
            assert not theirs.is_sending()
            assert not theirs.claim(text.id, attempt=1, now=NOW)
            assert theirs.cancel_open("500", reason=Reason.ORDER_CANCELLED) == 0
            assert len(open_sequence(session, stores.theirs)) == 2, "the same order id in another shop is another order"

    def test_a_sequence_counts_from_its_first_message_that_may_have_left(self, stores: Stores) -> None:
        with stores.database.write() as session:
            text, mail = open_sequence(session, stores.ours)
            touches = Touches(session, stores.ours)
            assert touches.earlier_sequence_at("customer:77", kind=Kind.SALES, excluding=None) is None
            for state, seen in ((SENDING, minutes(5)), (SENT, minutes(5)), (UNKNOWN, minutes(5)), (FAILED, None)):
                text.state, text.claimed_at = state, minutes(5)
                session.flush()
                assert touches.earlier_sequence_at("customer:77", kind=Kind.SALES, excluding=None) == seen
                assert touches.earlier_sequence_at("customer:77", kind=Kind.SALES, excluding=text.sequence_id) is None
                assert touches.sent_in(text.sequence_id) == (seen is not None)
                assert touches.last_sent_at("customer:77", channel="sms") == seen
                assert touches.last_sent_at("customer:77", channel="email") is None
            text.state, mail.state, mail.claimed_at = SENT, SENT, minutes(50)
            other, _ = open_sequence(session, stores.ours, order_id="501", reference_id="x")
            other.state, other.claimed_at = SENT, minutes(30)
            session.flush()
            assert touches.earlier_sequence_at("customer:77", kind=Kind.SALES, excluding=None) == minutes(30)
            assert touches.earlier_sequence_at("customer:77", kind=Kind.SALES, excluding=other.sequence_id) == minutes(
                5
            )
            assert touches.earlier_sequence_at("customer:78", kind=Kind.SALES, excluding=None) is None


class TestClaims:
    def test_a_touch_is_claimed_once_and_only_for_its_present_attempt(self, stores: Stores) -> None:
        with stores.database.write() as session:
            text, mail = open_sequence(session, stores.ours)
            touches = Touches(session, stores.ours)
            assert not touches.claim(text.id, attempt=2, now=NOW)
            assert touches.claim(text.id, attempt=1, now=NOW)
            assert not touches.claim(text.id, attempt=1, now=NOW)
            assert touches.is_sending()
            mail.state = QUEUED
            session.flush()
            assert touches.claim(mail.id, attempt=1, now=NOW)
        with stores.database.read() as session:
            assert {(each.state, each.claimed_at) for each in Touches(session, stores.ours).of_order("500")} == {
                (SENDING, NOW)
            }

    @pytest.mark.parametrize("state", [SENT, REFUSED, FAILED, UNKNOWN, SENDING])
    def test_what_ended_is_not_claimed(self, stores: Stores, state: str) -> None:
        with stores.database.write() as session:
            text, _ = open_sequence(session, stores.ours)
            text.state = state
            session.flush()
            assert not Touches(session, stores.ours).claim(text.id, attempt=1, now=NOW)

    def test_cancelling_stops_what_waits_and_nothing_else(self, stores: Stores) -> None:
        with stores.database.write() as session:
            text, mail = open_sequence(session, stores.ours)
            text.state = SENT
            session.flush()
            assert Touches(session, stores.ours).cancel_open("500", reason=Reason.ORDER_CANCELLED) == 1
            assert Touches(session, stores.ours).cancel_open("500", reason=Reason.ORDER_CANCELLED) == 0
            for touch in (text, mail):
                session.refresh(touch)
            assert (text.state, text.reason) == (SENT, "planned")
            assert (mail.state, mail.reason, mail.attempt) == (REFUSED, "order_cancelled", 2)


class TestDue:
    def test_what_is_due_is_handed_out_in_order_and_marked_once(self, stores: Stores) -> None:
        with stores.database.write() as session:
            text, mail = open_sequence(session, stores.ours)
            other, _ = open_sequence(session, stores.theirs)
            due = DueTouches(session)
            assert due.due(now=minutes(1.99), limit=9) == ()
            found = due.due(now=minutes(2), limit=9)
            assert {(each.id, each.shop_id, each.attempt) for each in found} == {
                (text.id, stores.ours, 1),
                (other.id, stores.theirs, 1),
            }
            assert len(due.due(now=minutes(9), limit=3)) == 3
            due.mark_queued(found)
            assert {each.id for each in due.due(now=minutes(2), limit=9)} == set()
            session.refresh(text)
            text.state, text.attempt = PLANNED, 2
            session.flush()
            due.mark_queued(found)
            session.refresh(text)
            assert text.state == PLANNED, "the mark was of an earlier attempt"
            assert mail.state == PLANNED

    def test_a_send_that_was_never_recorded_is_found(self, stores: Stores) -> None:
        with stores.database.write() as session:
            text, mail = open_sequence(session, stores.ours)
            text.state, text.claimed_at = SENDING, minutes(0)
            mail.state, mail.claimed_at = SENT, minutes(0)
            session.flush()
            due = DueTouches(session)
            assert due.cut_off(before=minutes(0)) == ()
            assert [each.id for each in due.cut_off(before=minutes(1))] == [text.id]

    def test_what_never_came_to_an_end_is_taken_up_again(self, stores: Stores) -> None:
        with stores.database.write() as session:
            text, mail = open_sequence(session, stores.ours)
            text.state = mail.state = QUEUED
            session.flush()
            assert DueTouches(session).take_up_lost(before=minutes(3)) == 1
            for touch in (text, mail):
                session.refresh(touch)
            assert (text.state, text.attempt, mail.state, mail.attempt) == (PLANNED, 2, QUEUED, 1)

    def test_only_what_waits_for_its_first_attempt_is_moved(self, stores: Stores) -> None:
        with stores.database.write() as session:
            text, mail = open_sequence(session, stores.ours)
            mail.reason = Reason.CHANNEL_HOLD.value
            session.flush()
            assert [each.id for each in Touches(session, stores.ours).lock_waiting(text.sequence_id)] == [text.id]
            text.state = QUEUED
            session.flush()
            assert Touches(session, stores.ours).lock_waiting(text.sequence_id) == ()


class TestReports:
    def test_the_furthest_report_stays_whatever_the_order(self, stores: Stores) -> None:
        with stores.database.write() as session:
            text, _ = open_sequence(session, stores.ours)
            text.vendor_id = "SM1"
            session.flush()
            touches = Touches(session, stores.ours)
            found = touches.lock_by_vendor_id("SM1")
            assert found is text
            assert touches.record_receipt(found, kind="delivered", code=None)
            assert not touches.record_receipt(found, kind="sent", code="9")
            assert not touches.record_receipt(found, kind="delivered", code="9")
            assert not touches.record_receipt(found, kind="replied", code="9")
            assert touches.record_receipt(found, kind="bounced", code="30003")
            assert (found.receipt, found.receipt_code) == ("bounced", "30003")
            assert touches.lock_by_vendor_id("SM2") is None

    def test_clicks_are_found_by_their_tokens(self, stores: Stores) -> None:
        with stores.database.write() as session:
            text, _ = open_sequence(session, stores.ours)
            touches = Touches(session, stores.ours)
            touches.record_click(text.id, token="t", now=NOW)
            touches.record_click(text.id, token="t", now=minutes(1))
            session.flush()
            assert [each.clicked_at for each in touches.clicks(["t", "u"])] == [NOW, minutes(1)]
            assert touches.clicks([]) == ()

    def test_a_link_finds_its_touch_in_any_shop(self, stores: Stores) -> None:
        with stores.database.write() as session:
            text, _ = open_sequence(session, stores.theirs)
            assert TouchIndex(session).get(text.id) is text
            assert TouchIndex(session).get("x") is None
