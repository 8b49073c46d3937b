"""API keys: made and shown once, listed without what makes them keys, revoked."""

import pytest

from server.core.api_keys import handle_of
from server.domain.told import TELLINGS
from server.runtime import Runtime
from server.usecases.api_keys import MOST_KEYS, recognise
from tests.conftest import StandingClock
from tests.factories import OTHER_SHOP
from tests.web.installed import install
from tests.web.pages.conftest import Staff
from tests.web.pages.reading import Markup, words


def make(staff: Staff, name: str = "Helpdesk") -> str:
    answer = staff.send("/keys", {"name": name})
    assert answer.json is not None, answer.text
    key: str = answer.json["key"]
    return key


def test_before_there_is_a_key_the_page_says_what_keys_are_for(staff: Staff, shop_id: int) -> None:
    assert shop_id
    page = words(Markup.read(staff.open("/keys").text))
    assert "Rules that ask about tickets, loyalty or segments stay closed" in page
    for name in TELLINGS:
        assert name in page


def test_a_key_is_shown_once_and_works(staff: Staff, runtime: Runtime, shop_id: int, clock: StandingClock) -> None:
    key = make(staff, "  Help   desk ")
    caller = recognise(database=runtime.database, text=key, now=clock.now())
    assert caller is not None
    assert caller.shop_id == shop_id
    page = staff.open("/keys").text
    assert key not in page
    assert f"afk_{handle_of(key)}_…" in page
    assert "Help desk" in words(Markup.read(page))
    assert "Last used" in page


def test_a_key_is_revoked_and_stays_in_the_list(
    staff: Staff, runtime: Runtime, shop_id: int, clock: StandingClock
) -> None:
    assert shop_id
    key = make(staff)
    assert "Never used" in staff.open("/keys").text
    assert staff.send("/keys/1/revoke", {}).json == {"ok": True}
    assert recognise(database=runtime.database, text=key, now=clock.now()) is None
    page = staff.open("/keys").text
    assert "Revoked" in page
    assert "revoke-1" not in page, "there is nothing left to press"
    assert staff.send("/keys/1/revoke", {}).status_code == 200
    assert staff.send("/keys/99/revoke", {}).status_code == 404


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\x00b", "a\u202eb"])
def test_a_key_needs_a_name_that_can_be_read(staff: Staff, shop_id: int, name: str) -> None:
    assert shop_id
    answer = staff.send("/keys", {"name": name})
    assert answer.status_code == 422
    assert answer.json is not None
    assert answer.json["error"]["problems"][0]["path"] == "name"
    assert "No system has a key yet" in staff.open("/keys").text


def test_a_name_is_text_and_no_markup(staff: Staff, shop_id: int) -> None:
    assert shop_id
    make(staff, '"><script>x</script>')
    assert "<script>x" not in staff.open("/keys").text


def test_there_is_a_most_of_keys_and_revoked_ones_do_not_count(staff: Staff, shop_id: int) -> None:
    assert shop_id
    for _ in range(MOST_KEYS):
        make(staff)
    answer = staff.send("/keys", {"name": "One more"})
    assert answer.status_code == 422
    assert answer.json is not None
    assert "revoke one that is not used" in answer.json["error"]["message"]
    staff.send("/keys/1/revoke", {})
    assert make(staff)


def test_another_shop_s_key_cannot_be_revoked(staff: Staff, runtime: Runtime, shop_id: int) -> None:
    assert shop_id
    install(runtime, domain=OTHER_SHOP)
    theirs = Staff(staff.client, staff.clock, OTHER_SHOP)
    key = make(theirs)
    assert staff.send("/keys/1/revoke", {}).status_code == 404
    assert recognise(database=runtime.database, text=key, now=runtime.clock.now()) is not None
    assert key.partition("_")[2].partition("_")[0] not in staff.open("/keys").text
