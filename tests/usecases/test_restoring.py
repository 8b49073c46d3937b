from datetime import timedelta

import pytest

from server.usecases.restoring import doubt_touches_since
from server.usecases.touch_work import TouchNotOpen
from tests.factories import order
from tests.usecases.house import House


def test_what_was_due_since_the_backup_is_never_sent_again(house: House) -> None:
    house.record(order(created_at=house.clock.now(), gateways=("paypal",)))
    taken_at = house.clock.now()
    house.clock.move(minutes=3)  # the text was due after two minutes, the e-mail is after four
    assert doubt_touches_since(database=house.database, since=taken_at, now=house.clock.now()) == 1
    text, mail = house.touch("sms"), house.touch("email")
    assert (text.state, text.reason, text.claimed_at) == ("unknown", "fate_unknown", text.due_at)
    assert mail.state == "planned"
    with pytest.raises(TouchNotOpen):
        house.send("sms")


def test_what_was_due_before_the_backup_is_left_to_the_worker(house: House) -> None:
    house.record(order(created_at=house.clock.now(), gateways=("paypal",)))
    house.clock.move(minutes=3)
    since = house.clock.now() - timedelta(seconds=30)
    assert doubt_touches_since(database=house.database, since=since, now=house.clock.now()) == 0
    assert house.touch("sms").state == "planned"
