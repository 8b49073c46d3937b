from datetime import timedelta

import pytest

from server.storage.contacts import Assignments, Contacts
from tests.factories import EMAIL, NOW, PHONE, consent, customer
from tests.storage.conftest import Stores

LATER = NOW + timedelta(hours=1)


class TestCustomers:
    def test_a_customer_and_their_consent_are_mirrored(self, stores: Stores) -> None:
        with stores.database.write() as session:
            Contacts(session, stores.ours).save_customer(customer(spent=5_000_000_000))
        with stores.database.read() as session:
            contacts = Contacts(session, stores.ours)
            found = contacts.customer("77")
            assert found is not None
            assert (found.first_name, found.email, found.phone, found.spent) == ("Jo", EMAIL, PHONE, 5_000_000_000)
            assert {(each.channel, each.consent) for each in contacts.of_customer("77")} == {
                ("sms", "subscribed"),
                ("email", "subscribed"),
            }
            theirs = Contacts(session, stores.theirs)
            assert (theirs.customer("77"), theirs.get("sms", PHONE), theirs.of_customer("77")) == (None, None, ())

    def test_a_customer_is_replaced_by_newer_news(self, stores: Stores) -> None:
        with stores.database.write() as session:
            contacts = Contacts(session, stores.ours)
            contacts.save_customer(customer())
            contacts.save_customer(customer(first_name=None, email=None, orders_count=9, consents=()))
            found = contacts.customer("77")
            assert found is not None
            assert (found.first_name, found.email, found.orders_count) == (None, None, 9)
            assert contacts.get("email", EMAIL) is not None, "the address keeps its consent"


class TestConsent:
    def test_the_latest_word_counts_whatever_the_order_it_comes_in(self, stores: Stores) -> None:
        with stores.database.write() as session:
            contacts = Contacts(session, stores.ours)
            assert contacts.save_consent(consent(state="unsubscribed", occurred_at=LATER), source="platform", now=NOW)
            assert not contacts.save_consent(consent(state="subscribed", occurred_at=NOW), source="platform", now=NOW)
            assert contacts.save_consent(consent(state="pending", occurred_at=LATER), source="platform", now=NOW)
            found = contacts.get("sms", PHONE)
            assert found is not None
            assert (found.consent, found.consent_at, found.consent_source) == ("pending", LATER, "platform")

    def test_a_word_without_a_time_is_of_now_and_one_without_an_address_of_nobody(self, stores: Stores) -> None:
        with stores.database.write() as session:
            contacts = Contacts(session, stores.ours)
            assert contacts.save_consent(consent(occurred_at=None), source="platform", now=NOW)
            found = contacts.get("sms", PHONE)
            assert found is not None
            assert found.consent_at == NOW
            assert contacts.save_consent(consent(state="pending", occurred_at=None), source="x", now=None)
            assert (found.consent, found.consent_at) == ("pending", NOW)
            assert not contacts.save_consent(consent(address=None), source="platform", now=NOW)
            assert not contacts.save_consent(consent(address=""), source="platform", now=NOW)

    def test_a_known_customer_is_not_forgotten(self, stores: Stores) -> None:
        with stores.database.write() as session:
            contacts = Contacts(session, stores.ours)
            contacts.save_consent(consent(), source="platform", now=NOW)
            contacts.save_consent(consent(customer_id=None, occurred_at=LATER), source="platform", now=NOW)
            assert [each.address for each in contacts.of_customer("77")] == [PHONE]

    @pytest.mark.parametrize("written", ["Jo@Example.com", " jo@example.com ", "JO@EXAMPLE.COM"])
    def test_an_e_mail_address_is_one_however_it_is_written(self, stores: Stores, written: str) -> None:
        with stores.database.write() as session:
            contacts = Contacts(session, stores.ours)
            contacts.save_consent(consent("email", address=written), source="platform", now=NOW)
            assert contacts.get("email", EMAIL) is contacts.get("email", written) is not None

    def test_channels_are_apart(self, stores: Stores) -> None:
        with stores.database.write() as session:
            contacts = Contacts(session, stores.ours)
            contacts.suppress("sms", PHONE, reason="STOP", now=NOW)
            assert contacts.get("email", PHONE) is None


class TestSuppression:
    def test_an_opt_out_outlives_the_platforms_consent_and_keeps_its_first_reason(self, stores: Stores) -> None:
        with stores.database.write() as session:
            contacts = Contacts(session, stores.ours)
            contacts.suppress("sms", PHONE, reason="opted out", now=NOW)
            contacts.suppress("sms", PHONE, reason="bounced", now=LATER)
            contacts.save_consent(consent(occurred_at=LATER), source="platform", now=LATER)
            found = contacts.get("sms", PHONE)
            assert found is not None
            assert (found.consent, found.suppressed_at, found.suppressed_for) == ("subscribed", NOW, "opted out")
            assert Contacts(session, stores.theirs).get("sms", PHONE) is None

    def test_only_the_person_takes_it_back(self, stores: Stores) -> None:
        with stores.database.write() as session:
            contacts = Contacts(session, stores.ours)
            contacts.suppress("sms", PHONE, reason="opted out", now=NOW)
            contacts.lift("sms", PHONE, at=NOW - timedelta(seconds=1))
            found = contacts.get("sms", PHONE)
            assert found is not None
            assert found.suppressed_for == "opted out", "a wish of before the opt-out does not undo it"
            contacts.lift("sms", PHONE, at=NOW)
            assert found.suppressed_for is None
            contacts.suppress("sms", PHONE, reason="again", now=LATER)
            assert found.suppressed_for == "again"


def test_a_draw_is_made_once(stores: Stores) -> None:
    with stores.database.write() as session:
        ours = Assignments(session, stores.ours)
        assert ours.arm("holdout", "u") is None
        assert ours.assign("holdout", "u", arm="treated", now=NOW) == "treated"
        assert ours.assign("holdout", "u", arm="held_out", now=LATER) == "treated"
        assert ours.arm("other", "u") is None
        theirs = Assignments(session, stores.theirs)
        assert theirs.arm("holdout", "u") is None
        assert theirs.assign("holdout", "u", arm="held_out", now=NOW) == "held_out"
