from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from server.core.errors import AppError
from server.domain.recommendations import Neighbour
from server.ports import CredentialsRejected, PermanentFailure, RecipientRejected, ReopenNeeded, TemporaryFailure
from server.storage.catalog import Neighbours
from server.storage.contacts import Contacts
from server.storage.decisions import Decisions
from server.storage.shops import Connections, Shops
from server.storage.touches import Touches
from server.usecases.messages import put_back, send_touch
from server.usecases.touch_work import TouchNotOpen
from tests.factories import (
    EMAIL,
    NOW,
    PHONE,
    REFERENCE,
    SHOP,
    consent,
    funnel_json,
    journey_json,
    line,
    offer_json,
    order,
    rules_json,
    variant,
)
from tests.threads import at_once
from tests.usecases.house import House


@pytest.fixture
def due(house: House) -> House:
    """A shop with an order whose follow-up waits: a text in two minutes and an e-mail in four."""
    house.record(order(created_at=NOW, updated_at=NOW, gateways=("paypal",)))
    return house


def outcome(house: House, channel: str = "sms") -> tuple[str, str]:
    touch = house.touch(channel)
    return touch.state, touch.reason


class TestSending:
    def test_a_text_is_sent_once_with_what_it_needs(self, due: House) -> None:
        assert due.send() == "sent"
        (message,) = due.vendors.texts.sent
        touch = due.touch()
        assert (message.channel, message.recipient, message.subject) == ("sms", PHONE, None)
        assert message.idempotency_key == f"{touch.id}:1"
        assert message.text.startswith("Product 2 for Jo https://afters.example/c/")
        assert message.callback_url == f"https://afters.example/receipts/texter?shop={SHOP}"
        assert (touch.state, touch.reason, touch.vendor, touch.vendor_id) == ("sent", "sent", "texter", "V1-sms")
        assert (touch.sent_at, touch.claimed_at, touch.recipient) == (due.clock.now(), due.clock.now(), PHONE)
        assert touch.content == {"subject": None, "text": message.text, "variant_id": "2", "quantity": 1}

    def test_an_e_mail_has_subject_markup_and_a_way_out(self, due: House) -> None:
        due.publish(rules_json(holds={"sms_holds_email_hours": 0}))
        assert due.send("email") == "sent"
        (message,) = due.vendors.mails.sent
        assert (message.recipient, message.subject) == (EMAIL, "One more thing")
        assert message.html is not None
        assert (message.unsubscribe_url or "").startswith("https://afters.example/unsubscribe/")
        (written,) = due.renderer.written
        assert (written.shop_name, written.postal_address, written.order_name) == (SHOP, "1 Road", "#500")
        assert (written.price, written.full_price, written.currency) == (1_000, 1_000, "GBP"), "no discount"

    def test_what_was_decided_is_kept_beside_the_orders_other_decisions(self, due: House) -> None:
        due.send()
        touch = due.touch()
        with due.database.read() as session:
            (decision,) = Decisions(session, due.shop_id).of_reference(REFERENCE)
        assert (decision.id, decision.surface, decision.outcome.value) == (
            touch.decision_id,
            f"message:{touch.id}",
            "offered",
        )

    def test_a_touch_is_not_sent_twice_whatever_asks_for_it(self, due: House) -> None:
        touch = due.touch()
        due.send()
        for attempt in (1, 2):
            with pytest.raises(TouchNotOpen):
                send_touch(due.post, shop_id=due.shop_id, touch_id=touch.id, attempt=attempt)
        assert len(due.vendors.texts.sent) == 1

    def test_many_workers_at_once_send_one_message(self, due: House) -> None:
        touch = due.touch()
        due.clock.moment = touch.due_at
        results = at_once(*[lambda: send_touch(due.post, shop_id=due.shop_id, touch_id=touch.id, attempt=1)] * 4)
        assert [each for each in results if isinstance(each, str)] == ["sent"]
        assert all(isinstance(each, str | TouchNotOpen) for each in results), results
        assert len(due.vendors.texts.sent) == 1

    def test_a_text_and_an_e_mail_due_at_once_do_not_both_leave(self, due: House) -> None:
        due.clock.move(minutes=10)

        def send(channel: str) -> Callable[[], str]:
            touch = due.touch(channel)
            return lambda: send_touch(due.post, shop_id=due.shop_id, touch_id=touch.id, attempt=1)

        results = at_once(send("sms"), send("email"))
        assert sorted(map(str, results)) == ["planned", "sent"]
        assert len(due.vendors.texts.sent) + len(due.vendors.mails.sent) == 1

    @pytest.mark.parametrize(("touch_id", "attempt"), [("nobody", 1), (None, 2), (None, 0)])
    def test_what_is_not_open_is_left_alone(self, due: House, touch_id: str | None, attempt: int) -> None:
        with pytest.raises(TouchNotOpen):
            send_touch(due.post, shop_id=due.shop_id, touch_id=touch_id or due.touch().id, attempt=attempt)

    def test_another_shop_cannot_send_it(self, due: House) -> None:
        other = due.open("other-shop.myshopify.com")
        with pytest.raises(TouchNotOpen):
            send_touch(due.post, shop_id=other, touch_id=due.touch().id, attempt=1)

    def test_a_phone_number_of_the_country_is_made_international(self, house: House) -> None:
        house.record(order(created_at=NOW, phone="07700900123"))
        assert house.send() == "sent"
        assert house.vendors.texts.sent[0].recipient == PHONE

    def test_the_customers_own_address_serves_where_the_order_has_none(self, house: House) -> None:
        house.record(order(created_at=NOW, phone=None, email=None))
        assert house.send() == "sent"
        assert house.vendors.texts.sent[0].recipient == PHONE


class TestAskedAgain:
    """What was true at the planning may not be at the sending."""

    def test_consent_withdrawn_a_second_before(self, due: House) -> None:
        due.clock.moment = due.touch().due_at
        said = consent(state="unsubscribed", occurred_at=due.clock.now() - timedelta(seconds=1))
        with due.database.write() as session:
            Contacts(session, due.shop_id).save_consent(said, source="platform", now=NOW)
        due.send()
        assert outcome(due) == ("refused", "no_consent")
        assert due.vendors.texts.calls == []

    def test_consent_withdrawn_while_the_stock_was_asked_for(self, due: House) -> None:
        original = due.api.variants

        def slow(variant_ids: tuple[str, ...], **asked: bool) -> object:
            with due.database.write() as session:
                Contacts(session, due.shop_id).suppress("sms", PHONE, reason="opted out", now=NOW)
            return original(variant_ids, **asked)

        due.api.variants = slow  # type: ignore[method-assign,assignment]  # a STOP comes in between
        due.send()
        assert outcome(due) == ("refused", "suppressed")
        assert due.vendors.texts.calls == []

    def test_an_order_cancelled_while_the_stock_was_asked_for(self, due: House) -> None:
        original = due.api.variants

        def slow(variant_ids: tuple[str, ...], **asked: bool) -> object:
            due.record(order(cancelled_at=NOW, updated_at=NOW + timedelta(hours=1)))
            return original(variant_ids, **asked)

        due.api.variants = slow  # type: ignore[method-assign,assignment]  # the webhook comes in between
        with pytest.raises(TouchNotOpen):
            due.send()
        assert outcome(due) == ("refused", "order_cancelled")

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"is_live": False}, "no_live_journey"),
            (
                {"steps": [{"id": "x", "channel": "email", "delay_seconds": 0, "template": "offer"}]},
                "no_live_journey",
            ),
        ],
    )
    def test_a_journey_that_was_switched_off_or_changed_stops_what_is_planned(
        self, due: House, change: dict[str, Any], reason: str
    ) -> None:
        due.publish(rules_json(journeys=[journey_json(**change)]))
        due.send()
        assert outcome(due) == ("refused", reason)

    def test_no_journey_at_all(self, due: House) -> None:
        due.publish(rules_json(journeys=[]))
        due.send()
        assert outcome(due) == ("refused", "no_live_journey")

    def test_an_uninstalled_shop_writes_to_nobody(self, due: House) -> None:
        due.deliver("app/uninstalled")
        due.send()
        assert outcome(due) == ("refused", "uninstalled")

    def test_a_shop_that_leaves_while_the_stock_was_asked_for(self, due: House) -> None:
        due.clock.move(hours=2)  # the grant has to be refreshed, which the closed shop refuses
        refresh = due.auth.refresh

        def refreshing(*, shop_domain: str, refresh_token: str) -> object:
            due.deliver("app/uninstalled")
            return refresh(shop_domain=shop_domain, refresh_token=refresh_token)

        due.auth.refresh = refreshing  # type: ignore[method-assign,assignment]  # the webhook comes in between
        due.send()
        assert outcome(due) == ("refused", "uninstalled")

    def test_no_sender_no_message(self, due: House) -> None:
        with due.database.write() as session:
            Connections(session, due.shop_id, due.box).pause("texter", reason="x", now=NOW)
        due.send()
        assert outcome(due) == ("refused", "no_connection")

    def test_settings_that_no_longer_do_are_no_sender(self, due: House) -> None:
        due.vendors.broken.add("texter")
        due.send()
        assert outcome(due) == ("refused", "no_connection")

    def test_a_shopper_who_bought_again_is_left_in_peace(self, due: House) -> None:
        due.record(order("501", reference_id="b", created_at=NOW + timedelta(seconds=30), gateways=("paypal",)))
        due.send()
        assert outcome(due) == ("refused", "bought_since")

    def test_another_sequence_that_went_out_meanwhile_counts(self, due: House) -> None:
        due.record(order("501", reference_id="b", created_at=NOW, gateways=("paypal",)))
        assert due.send(order_id="501") == "sent"
        due.send()
        assert outcome(due) == ("refused", "sequence_cap")

    def test_a_message_of_unknown_fate_counts_as_written(self, due: House) -> None:
        due.record(order("501", reference_id="b", created_at=NOW, gateways=("paypal",)))
        due.vendors.texts.fail("send", TemporaryFailure("cut", is_fate_unknown=True))
        due.send(order_id="501")
        due.send()
        assert outcome(due) == ("refused", "sequence_cap")

    def test_too_late_is_never_sent_late(self, due: House) -> None:
        due.clock.move(hours=73)
        due.send()
        assert outcome(due) == ("refused", "expired")


class TestWaiting:
    def test_a_text_holds_the_e_mail_for_48_hours_then_it_leaves(self, due: House) -> None:
        due.send()
        texted_at = due.clock.now()
        assert due.send("email") == "planned"
        mail = due.touch("email")
        assert (mail.reason, mail.due_at, mail.attempt) == ("channel_hold", texted_at + timedelta(hours=48), 2)
        assert due.send("email") == "sent"
        assert due.clock.now() == texted_at + timedelta(hours=48)

    def test_a_night_is_waited_out_once(self, due: House) -> None:
        due.clock.moment = NOW.replace(hour=22)
        assert due.send() == "planned"
        touch = due.touch()
        assert (touch.reason, touch.due_at) == ("quiet_hours", NOW.replace(hour=9) + timedelta(days=1))
        assert due.send() == "sent"

    def test_the_recipients_night_counts_not_the_shops(self, due: House) -> None:
        due.phones.known_zones = ("Pacific/Honolulu",)
        assert due.send() == "planned"
        assert due.touch().detail.startswith("00:02 in Pacific/Honolulu")

    def test_where_a_number_tells_no_zone_the_shops_is_taken(self, due: House) -> None:
        due.phones.known_zones = ()
        assert due.send() == "sent"

    def test_where_nobody_knows_the_zone_no_text_leaves(self, due: House) -> None:
        due.phones.known_zones = ()
        with due.database.write() as session:
            Shops(session, due.box).by_id(due.shop_id).time_zone = None
        due.send()
        assert outcome(due) == ("refused", "quiet_hours")

    def test_three_messages_are_the_most_of_a_sequence(self, house: House) -> None:
        steps = [
            {"id": str(number), "channel": "email", "delay_seconds": number, "template": "offer"} for number in range(4)
        ]
        house.publish(rules_json(journeys=[journey_json(steps=steps)]))
        house.record(order(created_at=NOW, gateways=("paypal",)))
        house.clock.move(minutes=5)
        for touch in house.touches():
            send_touch(house.post, shop_id=house.shop_id, touch_id=touch.id, attempt=1)
        assert [(each.state, each.reason) for each in house.touches()] == [("sent", "sent")] * 3 + [
            ("refused", "message_cap")
        ]


class TestGoods:
    def test_what_is_gone_gives_way_to_the_alternative(self, due: House) -> None:
        due.api.held_products["p2"] = replace(due.api.held_products["p2"], variants=(variant("2", available=0),))
        assert due.send() == "sent"
        assert due.vendors.texts.sent[0].text.startswith("Product 3")
        with due.database.read() as session:
            (decision,) = Decisions(session, due.shop_id).of_reference(REFERENCE)
        assert [(each.subject, each.reason.value, each.detail) for each in due.trace(decision)] == [
            ("variant:2", "stock_below_minimum", "Product 2: stock 0 < 10"),
            ("variant:3", "chosen", "Funnel: Product 3"),
        ]

    def test_the_platforms_word_counts_not_our_mirrors(self, due: House) -> None:
        due.api.held_products.pop("p2")
        due.send()
        assert due.vendors.texts.sent[0].text.startswith("Product 3")

    def test_where_nothing_is_left_nothing_is_sent(self, due: House) -> None:
        due.api.held_products.clear()
        due.send()
        touch = due.touch()
        assert (touch.state, touch.reason) == ("refused", "nothing_to_offer")
        assert touch.decision_id is not None
        assert due.vendors.texts.calls == []

    def test_what_the_page_has_shown_is_not_offered_again(self, house: House) -> None:
        house.happen("shown")
        house.happen("declined")
        house.record(order(created_at=NOW))
        house.send()
        assert house.vendors.texts.sent[0].text.startswith("Product 3")

    def test_what_the_page_never_came_to_show_is_still_news(self, house: House) -> None:
        house.ask()
        house.record(order(created_at=NOW))
        house.send()
        assert house.vendors.texts.sent[0].text.startswith("Product 2")

    def test_what_was_accepted_is_in_the_order_and_not_offered(self, house: House) -> None:
        house.happen("shown")
        house.happen("outcome", status="processed")
        house.record(order(created_at=NOW, lines=(line("1"), line("2"))))
        house.send()
        assert house.vendors.texts.sent[0].text.startswith("Product 3")

    def test_what_is_bought_together_is_offered_with_its_reason(self, house: House) -> None:
        with house.database.write() as session:
            Neighbours(session, house.shop_id).replace({"1": (Neighbour("4", 0.9, 9), Neighbour("3", 0.5, 9))})
        funnel = funnel_json(offer=offer_json(source="bought_together", variants=[]))
        house.publish(rules_json(funnel))
        house.record(order(created_at=NOW, gateways=("paypal",)))
        house.send()
        (written,) = house.renderer.written
        assert (written.product_title, written.reason_line) == ("Product 4", "Often bought together with Product 1")

    def test_the_holdout_gets_no_message(self, due: House) -> None:
        due.publish(rules_json(holdout={"percent": 100}))
        due.send()
        assert outcome(due) == ("refused", "held_out")


class TestFailures:
    @pytest.mark.parametrize(("asked", "pause"), [(None, 30), (7.0, 7)])
    def test_a_busy_vendor_is_tried_again_when_it_says_or_soon(
        self, due: House, asked: float | None, pause: float
    ) -> None:
        due.vendors.texts.fail("send", TemporaryFailure("busy", retry_after=asked))
        assert due.send() == "planned"
        touch = due.touch()
        assert (touch.reason, touch.detail, touch.attempt, touch.failures) == ("vendor_busy", "busy", 2, 1)
        assert touch.due_at - due.clock.now() == timedelta(seconds=pause)
        assert due.send() == "sent"
        assert due.touch().failures == 0
        assert due.vendors.texts.sent[0].idempotency_key.endswith(":2")

    def test_a_vendor_that_stays_away_is_asked_more_rarely_until_it_is_too_late(self, due: House) -> None:
        pauses = []
        for _ in range(6):
            due.vendors.texts.fail("send", TemporaryFailure("busy"))
            assert due.send() == "planned"
            pauses.append((due.touch().due_at - due.clock.now()).total_seconds())
        assert pauses == [30, 60, 120, 240, 480, 900]
        with due.database.write() as session:
            touch = Touches(session, due.shop_id).get(due.touch().id)
            assert touch is not None
            touch.failures = 1_000  # doubling that often would be longer than the calendar
        due.vendors.texts.fail("send", TemporaryFailure("busy"))
        assert due.send() == "planned"
        assert due.touch().due_at - due.clock.now() == timedelta(minutes=15)
        due.clock.move(hours=72)
        assert (due.send(), outcome(due), due.vendors.texts.sent) == ("refused", ("refused", "expired"), [])

    def test_a_vendor_that_refuses_for_good_ends_it(self, due: House) -> None:
        due.vendors.texts.fail("send", PermanentFailure("no such sender"))
        assert due.send() == "failed"
        assert (outcome(due), due.touch().detail) == (("failed", "vendor_failed"), "no such sender")

    def test_rejected_credentials_pause_the_connection(self, due: House) -> None:
        due.vendors.texts.fail("send", CredentialsRejected("wrong token"))
        assert due.send() == "failed"
        with due.database.read() as session:
            paused = Connections(session, due.shop_id, due.box).get("texter")
            assert paused is not None
            assert (paused.is_paused, paused.pause_reason) == (True, "wrong token")
            other = Connections(session, due.shop_id, due.box).get("mailer")
            assert other is not None
            assert not other.is_paused

    @pytest.mark.parametrize("suppress", [True, False])
    def test_a_rejected_recipient_ends_it_and_may_be_suppressed(self, due: House, *, suppress: bool) -> None:
        due.vendors.texts.fail("send", RecipientRejected("landline", suppress=suppress))
        assert due.send() == "failed"
        assert (outcome(due), due.touch().detail) == (("failed", "recipient_rejected"), "landline")
        with due.database.read() as session:
            contact = Contacts(session, due.shop_id).get("sms", PHONE)
            assert contact is not None
            assert (contact.suppressed_at is not None) is suppress

    @pytest.mark.parametrize(
        "failure",
        [TemporaryFailure("throttled"), PermanentFailure("no"), CredentialsRejected("no")],
    )
    def test_a_platform_that_cannot_be_asked_for_stock_delays_the_message(self, due: House, failure: Exception) -> None:
        due.api.fail("variants", failure)
        assert due.send() == "planned"
        assert (outcome(due), due.touch().attempt) == (("planned", "vendor_busy"), 2)
        assert due.vendors.texts.calls == []
        assert due.send() == "sent"

    def test_a_dead_refresh_token_delays_the_message(self, due: House) -> None:
        due.clock.move(hours=2)
        due.auth.fail("refresh", ReopenNeeded("dead"))
        assert due.send() == "planned"
        assert outcome(due) == ("planned", "vendor_busy")

    def test_a_fault_of_the_template_is_told_and_nothing_leaves(self, due: House) -> None:
        class Faulty(AppError):
            code = "faulty_template"

        due.renderer.fail("render", Faulty("The template names a field that does not exist."))
        assert due.send() == "failed"
        assert due.touch().detail == "The template names a field that does not exist."
        assert outcome(due) == ("failed", "unwritable")
        assert due.vendors.texts.calls == []

    def test_an_error_of_our_own_puts_the_touch_back_and_ends_it_in_time(self, due: House) -> None:
        due.renderer.fail("render", ZeroDivisionError())
        with pytest.raises(ZeroDivisionError):
            due.send()
        assert outcome(due) == ("planned", "planned"), "nothing half done"
        put = {"shop_id": due.shop_id, "touch_id": due.touch().id}
        assert put_back(due.post, **put, attempt=1, fault="ours") == "planned"  # type: ignore[arg-type]  # a table
        assert (outcome(due), due.touch().attempt, due.touch().detail) == (("planned", "our_fault"), 2, "ours")
        with pytest.raises(TouchNotOpen):
            put_back(due.post, **put, attempt=1, fault="ours")  # type: ignore[arg-type]  # a table of arguments
        due.clock.move(hours=80)
        assert put_back(due.post, **put, attempt=2, fault="ours") == "failed"  # type: ignore[arg-type]  # a table
        assert outcome(due) == ("failed", "our_fault")


class TestUnknownFate:
    def test_a_cut_off_send_waits_to_be_asked_about(self, due: House) -> None:
        due.vendors.texts.fail("send", TemporaryFailure("timed out", is_fate_unknown=True))
        assert due.send() == "sending"
        assert outcome(due) == ("sending", "fate_unknown")
        with pytest.raises(TouchNotOpen):
            due.send()

    def test_a_message_that_the_vendor_has_is_recorded_and_not_sent_again(self, due: House) -> None:
        original = due.vendors.texts.send

        def cut(message: Any) -> object:
            original(message)
            raise RuntimeError("killed after the vendor took it")

        due.vendors.texts.send = cut  # type: ignore[method-assign,assignment]  # a crash after the call
        with pytest.raises(RuntimeError):
            due.send()
        claimed_at = due.touch().claimed_at
        due.clock.move(minutes=5)
        assert due.resolve() == "sent"
        touch = due.touch()
        assert (touch.reason, touch.vendor_id, touch.sent_at) == ("sent", "V1-sms", claimed_at)
        assert len(due.vendors.texts.sent) == 1

    def test_a_message_that_the_vendor_never_had_is_sent_as_a_new_attempt(self, due: House) -> None:
        due.vendors.texts.fail("send", TemporaryFailure("timed out", is_fate_unknown=True))
        due.send()
        assert due.resolve() == "planned"
        assert due.touch().attempt == 2
        assert due.send() == "sent"
        assert len(due.vendors.texts.sent) == 1

    def test_a_vendor_that_cannot_be_asked_ends_it_in_unknown_and_it_is_never_sent_again(self, due: House) -> None:
        due.publish(rules_json(holds={"sms_holds_email_hours": 0}))
        due.vendors.mails.fail("send", TemporaryFailure("timed out", is_fate_unknown=True))
        due.send("email")
        assert due.resolve("email") == "unknown"
        assert outcome(due, "email") == ("unknown", "fate_unknown")
        for work in (due.send, due.resolve):
            with pytest.raises(TouchNotOpen):
                work("email")
        assert due.vendors.mails.sent == []

    def test_a_vendor_that_is_busy_is_asked_later(self, due: House) -> None:
        due.vendors.texts.fail("send", TemporaryFailure("timed out", is_fate_unknown=True))
        due.send()
        due.vendors.texts.fail("find", TemporaryFailure("busy"))
        with pytest.raises(TemporaryFailure):
            due.resolve()
        assert outcome(due) == ("sending", "fate_unknown")
        assert due.resolve() == "planned"

    def test_the_vendor_that_was_used_is_asked_though_it_is_paused_or_another_came_first(self, due: House) -> None:
        due.vendors.texts.fail("send", TemporaryFailure("timed out", is_fate_unknown=True))
        due.send()
        due.vendors.channels["another"] = type(due.vendors.texts)("sms")
        with due.database.write() as session:
            connections = Connections(session, due.shop_id, due.box)
            connections.save("another", {}, now=NOW)
            connections.pause("texter", reason="x", now=NOW)
        due.resolve()
        assert due.vendors.texts.calls == ["send", "find"]
        assert due.vendors.channels["another"].calls == []

    def test_a_vendor_that_is_gone_cannot_be_asked(self, due: House) -> None:
        due.vendors.texts.fail("send", TemporaryFailure("timed out", is_fate_unknown=True))
        due.send()
        due.vendors.channels.pop("texter")
        assert due.resolve() == "unknown"

    def test_a_touch_that_is_gone_is_no_ones(self, due: House) -> None:
        with pytest.raises(TouchNotOpen):
            due.resolve()
        with due.database.read() as session:
            assert Touches(session, due.shop_id).get("nobody") is None


@pytest.mark.parametrize(
    ("locale", "reason", "said"),
    [
        ("en-GB", "{product} goes with your {bought}", "Product 2 goes with your Product 1"),
        ("de-AT", "{product} goes with your {bought}", "Zu Product 1"),
        ("en-GB", "Only {price} for {product}", None),
    ],
)
def test_why_goods_are_offered_is_said_in_the_orders_language(
    house: House, locale: str, reason: str, said: str | None
) -> None:
    translations = [{"language": "de", "reason": "Zu {bought}"}]
    offer = offer_json("2", texts={"reason": reason}, translations=translations)
    house.publish(rules_json(funnel_json(offer=offer)))
    house.record(order(locale=locale, created_at=NOW, gateways=("paypal",)))
    house.send()
    assert house.renderer.written[-1].reason_line == said
