from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from server.core.money import Money
from server.domain.decision import Decision, Note, Outcome, decide
from server.domain.offered import AppliedDiscount, OfferedStep, ShippingPrice
from server.domain.page_words import Texts
from server.domain.reasons import Reason, TraceLine
from server.storage.db import Session
from server.storage.decisions import Decisions, Events, StoredDecision
from tests.factories import NOW, REFERENCE, document, situation
from tests.storage.conftest import Stores

LATER = NOW + timedelta(hours=1)
OFFERED = decide(document(), situation())
NOTHING = Decision(
    Outcome.NOTHING, Reason.NOTHING_ELIGIBLE, (), (3,), (Note(None, TraceLine("page", Reason.SHOWING_CAP, "x")),)
)
READ = {"order_currency": "GBP", "customer_tags": ["loyal"]}


def save(
    session: Session,
    shop_id: int,
    decision: Decision = OFFERED,
    *,
    reference_id: str = REFERENCE,
    surface: str = "one_click",
    unit_id: str = "customer:77",
    replaces: StoredDecision | None = None,
) -> StoredDecision:
    return Decisions(session, shop_id).save(
        decision,
        replaces=replaces,
        reference_id=reference_id,
        surface=surface,
        unit_id=unit_id,
        rules_version=3,
        facts={"total": 1_000, "lines": [["1", "p1", 1, 1_000]]},
        read_facts=READ,
        now=NOW,
        expires_at=LATER,
    )


class TestDecisions:
    def test_a_decision_comes_back_with_its_goods_facts_and_trace(self, stores: Stores) -> None:
        (first,) = OFFERED.steps
        discounted = replace(first.offered.item, discount=AppliedDiscount("Off", Decimal("12.50")))
        in_yen = replace(first.offered.item, variant_id="9", discount=AppliedDiscount("Off", amount=Money(5, "JPY")))
        offered = replace(
            first.offered,
            items=(discounted,),
            choices=(in_yen, first.offered.item),
            arm="b",
            texts=Texts(heading="H", reason="R"),
            reason_line="R",
            shipping=ShippingPrice("Parcel", Money(295, "GBP")),
        )
        rich = replace(OFFERED, steps=(OfferedStep("0", offered), OfferedStep("0d", first.offered)))
        with stores.database.write() as session:
            stored = save(session, stores.ours, rich)
            save(session, stores.ours, NOTHING, surface="message:t")
        with stores.database.read() as session:
            decisions = Decisions(session, stores.ours)
            assert decisions.find(REFERENCE, "one_click") == stored
            assert (stored.steps, stored.outcome) == (rich.steps, Outcome.OFFERED)
            assert (stored.screened, stored.notes, stored.read_facts) == (rich.screened, rich.notes, READ)
            assert (stored.rules_version, stored.decided_at, stored.expires_at, stored.signed_at) == (
                3,
                NOW,
                LATER,
                None,
            )
            message = decisions.find(REFERENCE, "message:t")
            assert message is not None
            assert (message.offered, message.reason, message.screened, message.notes) == (
                None, NOTHING.reason, NOTHING.screened, NOTHING.notes,
            )  # fmt: skip
            assert {each.id for each in decisions.of_reference(REFERENCE)} == {stored.id, message.id}
            assert decisions.of_references([REFERENCE, "x"], "one_click") == {REFERENCE: stored}
            assert decisions.of_references([], "one_click") == {}

    def test_another_shop_sees_nothing_of_it(self, stores: Stores) -> None:
        with stores.database.write() as session:
            stored = save(session, stores.ours)
            theirs = Decisions(session, stores.theirs)
            assert theirs.find(REFERENCE, "one_click") is None
            assert theirs.lock(REFERENCE, "one_click") is None
            assert theirs.of_reference(REFERENCE) == ()
            assert theirs.of_references([REFERENCE], "one_click") == {}
            theirs.mark_signed(stored, "0", now=NOW)
            assert theirs.signed_for(REFERENCE) == Decisions(session, stores.ours).signed_for(REFERENCE) == ()
            same_reference = save(session, stores.theirs)
            assert same_reference.id != stored.id

    def test_a_replacement_has_an_id_of_its_own_and_is_not_signed(self, stores: Stores) -> None:
        with stores.database.write() as session:
            first = save(session, stores.ours)
            Decisions(session, stores.ours).mark_signed(first, "0", now=NOW)
        with stores.database.write() as session:
            locked = Decisions(session, stores.ours).lock(REFERENCE, "one_click")
            second = save(session, stores.ours, NOTHING, replaces=locked)
        with stores.database.read() as session:
            assert Decisions(session, stores.ours).of_reference(REFERENCE) == (second,)
            assert (second.id == first.id, second.offered, second.signed_at) == (False, None, None)

    def test_the_first_signature_is_the_one_that_is_noted(self, stores: Stores) -> None:
        with stores.database.write() as session:
            stored = save(session, stores.ours)
            save(session, stores.ours, reference_id="other")
            decisions = Decisions(session, stores.ours)
            decisions.mark_signed(stored, "0", now=NOW)
            for path in ("0", "0a"):
                again = decisions.lock(REFERENCE, "one_click")
                assert again is not None
                decisions.mark_signed(again, path, now=LATER)
        with stores.database.read() as session:
            (signed,) = Decisions(session, stores.ours).signed_for(REFERENCE)
            assert (signed.id, signed.signed_at, signed.signed) == (stored.id, NOW, {"0": NOW, "0a": LATER})


class TestEvents:
    def test_each_kind_is_kept_once_with_what_it_said_first(self, stores: Stores) -> None:
        with stores.database.write() as session:
            stored = save(session, stores.ours)
            events = Events(session, stores.ours)
            assert events.record(stored, "shown", status=None, data={"latency_ms": 120}, now=NOW)
            assert not events.record(stored, "shown", status=None, data={"latency_ms": 9}, now=LATER)
            assert events.record(stored, "outcome", status="processed", data={}, now=LATER)
            assert events.record(stored, "outcome", path="0a", status="processed", data={}, now=LATER)
        with stores.database.read() as session:
            found = Events(session, stores.ours).of_decision(stored.id)
            assert [(row.path, row.kind, row.occurred_at, row.status) for row in found] == [
                ("0", "shown", NOW, None),
                ("0", "outcome", LATER, "processed"),
                ("0a", "outcome", LATER, "processed"),
            ]
            assert found[0].data == {"latency_ms": 120}
            assert Events(session, stores.ours).of_decisions([stored.id]).keys() == {stored.id}
            theirs = Events(session, stores.theirs)
            assert (theirs.of_decision(stored.id), theirs.of_decisions([stored.id])) == ((), {})

    def test_showings_are_counted_per_shopper_and_time(self, stores: Stores) -> None:
        with stores.database.write() as session:
            for shop_id in (stores.ours, stores.theirs):
                events = Events(session, shop_id)
                for number, (unit_id, at) in enumerate((("a", NOW), ("a", LATER), ("b", LATER))):
                    stored = save(session, shop_id, reference_id=str(number), unit_id=unit_id)
                    events.record(stored, "shown", status=None, data={}, now=at)
                    events.record(stored, "declined", status=None, data={}, now=at)
            events = Events(session, stores.ours)
            assert events.showings("a", since=NOW) == 2
            assert events.showings("a", since=LATER) == 1
            assert events.showings("c", since=NOW) == 0


def test_what_pages_show_is_counted_until_they_end(stores: Stores) -> None:
    assert OFFERED.offered is not None
    offered = OFFERED.offered.item
    with stores.database.write() as session:
        decisions = Decisions(session, stores.ours)
        first = save(session, stores.ours, reference_id="1")
        second = save(session, stores.ours, reference_id="2")
        decisions.put_on_show(first.id, offered)
        decisions.put_on_show(second.id, offered)
        Decisions(session, stores.theirs).put_on_show(first.id, None)
        theirs = save(session, stores.theirs, reference_id="3")
        Decisions(session, stores.theirs).put_on_show(theirs.id, offered)
    with stores.database.write() as session:
        decisions = Decisions(session, stores.ours)
        assert decisions.on_show(["2", "3"], now=NOW) == {"2": 2}
        assert decisions.on_show(["2"], now=LATER) == {}
        assert decisions.on_show([], now=NOW) == {}
        decisions.put_on_show(second.id, None)
        assert decisions.on_show(["2"], now=NOW) == {"2": 1}


def test_what_was_declined_is_that_of_the_step_that_was_declined(stores: Stores) -> None:
    (first,) = OFFERED.steps
    other = replace(first.offered, items=(replace(first.offered.item, product_id="p9"),))
    both = replace(OFFERED, steps=(first, OfferedStep("0d", other)))
    with stores.database.write() as session:
        stored = save(session, stores.ours, both)
        events = Events(session, stores.ours)
        events.record(stored, "declined", path="0d", status=None, data={}, now=NOW)
        events.record(stored, "shown", path="0d", status=None, data={}, now=NOW)
        assert events.declined_products("customer:77", since=NOW) == {"p9"}
        assert events.declined_products("customer:77", since=LATER) == frozenset()
        assert events.showings("customer:77", since=NOW) == 0
