from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

import pytest

from server.domain.rules import parse
from server.ports import AccessGrant, CredentialsRejected, ReopenNeeded, SessionTokenRejected, TemporaryFailure
from server.storage.rules import Rules
from server.storage.shops import DONE, WANTED, Imports, Shops
from server.usecases.access import ShopClosed
from server.usecases.checks import check_app_state
from server.usecases.imports import ALL_ORDERS, HISTORY
from server.usecases.install import close_shop
from server.usecases.presets import FIRST_DRAFT
from server.usecases.settings import connect_vendor, find_shop, load_connections, retry_import
from tests.factories import NOW, OTHER_SHOP, SHOP
from tests.threads import at_once
from tests.usecases.house import AGE, House


def token_in_use(house: House) -> str:
    """Ask for the API; return the access token it was made with."""
    house.access.api(house.shop_id, now=house.clock.now())
    return house.apis.tokens[-1]


class TestOpening:
    def test_the_first_opening_stores_a_grant_wants_imports_and_lays_down_a_draft(self, bare: House) -> None:
        bare.shop_id = bare.open()
        assert bare.auth.calls == [f"exchange {SHOP} session"]
        with bare.database.read() as session:
            imports = {each.kind: each.state for each in Imports(session, bare.shop_id).all()}
            assert imports == dict.fromkeys(("products", "collections", "orders", "customers", "stock"), WANTED)
            draft = Rules(session, bare.shop_id).draft()
            assert draft is not None
            assert parse(draft.document) == parse(FIRST_DRAFT)
            assert Rules(session, bare.shop_id).live() is None, "nothing goes live by itself"
        assert token_in_use(bare) == "shpat_1"

    def test_opening_again_asks_for_nothing_while_the_grant_is_good(self, bare: House) -> None:
        first = bare.open()
        bare.clock.move(minutes=54)
        assert bare.open() == first
        assert len(bare.auth.calls) == 1

    @pytest.mark.parametrize("minutes", [55, 61, 60 * 24 * 100])
    def test_a_grant_that_is_about_to_end_or_has_ended_is_exchanged(self, bare: House, minutes: int) -> None:
        bare.shop_id = bare.open()
        bare.clock.move(minutes=minutes)
        assert bare.open() == bare.shop_id
        assert token_in_use(bare) == "shpat_2"
        with bare.database.read() as session:
            assert {each.attempt for each in Imports(session, bare.shop_id).all()} == {1}, "nothing is imported anew"

    def test_a_shop_whose_refresh_token_died_is_taken_up_again_by_its_merchant(self, bare: House) -> None:
        bare.shop_id = bare.open()
        bare.clock.move(hours=1)
        bare.auth.fail("refresh", ReopenNeeded("The refresh token is dead."))
        with pytest.raises(ReopenNeeded):
            bare.access.api(bare.shop_id, now=bare.clock.now())
        with bare.database.read() as session:
            assert Shops(session, bare.box).by_id(bare.shop_id).needs_reopen
        bare.open()
        assert token_in_use(bare) == "shpat_2"
        with bare.database.read() as session:
            assert not Shops(session, bare.box).by_id(bare.shop_id).needs_reopen

    @pytest.mark.parametrize(
        "failure", [SessionTokenRejected("no"), TemporaryFailure("busy"), CredentialsRejected("no")]
    )
    def test_a_failed_exchange_stores_nothing(self, bare: House, failure: Exception) -> None:
        bare.auth.fail(f"exchange {SHOP} session", failure)
        with pytest.raises(type(failure)):
            bare.open()
        with bare.database.read() as session:
            assert Shops(session, bare.box).by_domain(SHOP) is None

    def test_two_tabs_at_once_install_one_shop(self, bare: House) -> None:
        results = at_once(*[bare.open] * 4)
        assert len(set(results)) == 1
        with bare.database.read() as session:
            assert len(Shops(session, bare.box).installed()) == 1

    def test_a_shop_that_comes_back_is_imported_anew_and_keeps_its_draft(self, house: House) -> None:
        close(house)
        house.open()
        with house.database.read() as session:
            assert {each.attempt for each in Imports(session, house.shop_id).all()} == {2}
            assert Rules(session, house.shop_id).live_number() == 1


def close(house: House, *, said_after: float | None = None) -> bool:
    """Let the news of an uninstallation come in, said so many seconds after now."""
    now = house.clock.now()
    said_at = None if said_after is None else now + timedelta(seconds=said_after)
    return close_shop(database=house.database, box=house.box, shop_id=house.shop_id, said_at=said_at, now=now)


class TestClosing:
    def test_the_grant_goes_at_once_and_nobody_can_ask_any_more(self, house: House) -> None:
        assert close(house)
        with pytest.raises(ShopClosed):
            house.access.api(house.shop_id, now=house.clock.now())
        assert not close(house), "it was known"

    def test_news_of_an_earlier_installation_do_not_close_the_present_one(self, house: House) -> None:
        assert not close(house, said_after=-AGE.total_seconds() - 1)
        assert close(house, said_after=-AGE.total_seconds())


@contextmanager
def meanwhile(house: House, work: Callable[[], object], *, then: Exception | None = None) -> Iterator[None]:
    """Let `work` happen while the next refresh is under way, which then goes on, or fails with `then`."""
    original = house.auth.refresh

    def slow(*, shop_domain: str, refresh_token: str) -> AccessGrant:
        house.auth.refresh = original  # type: ignore[method-assign]  # once only
        work()
        if then is not None:
            raise then
        return original(shop_domain=shop_domain, refresh_token=refresh_token)

    house.auth.refresh = slow  # type: ignore[method-assign]  # as above
    yield


class TestAccess:
    def test_a_fresh_grant_is_used_as_it_is(self, house: House) -> None:
        house.clock.move(minutes=54)
        assert token_in_use(house) == "shpat_1"

    def test_an_ending_grant_is_refreshed_and_the_new_one_stored_before_it_is_used(self, house: House) -> None:
        house.auth.now = house.clock.move(minutes=56)
        assert token_in_use(house) == "shpat_2"
        assert house.auth.calls[-1] == f"refresh {SHOP} shprt_1"
        assert token_in_use(house) == "shpat_2"
        assert house.auth.given == 2

    def test_a_token_that_is_refused_before_its_time_is_renewed_once_for_all_who_hold_it(self, house: House) -> None:
        """By clock skew, or because the grant was renewed elsewhere."""
        token_in_use(house)
        first = house.apis.renew
        token_in_use(house)
        second = house.apis.renew
        assert first is not None
        assert second is not None
        assert first() == "shpat_2"
        assert second() == "shpat_2", "the second finds what the first left"
        assert (house.auth.given, token_in_use(house)) == (2, "shpat_2")

    def test_a_refused_token_that_another_renews_just_now_is_waited_for(self, house: House) -> None:
        token_in_use(house)
        renew = house.apis.renew
        assert renew is not None
        with house.database.write() as session:
            shop = Shops(session, house.box).lock(house.shop_id)
            shop.refreshing_until = house.clock.now() + timedelta(minutes=1)
        with pytest.raises(TemporaryFailure, match="being renewed"):
            renew()
        assert house.auth.given == 1

    def test_a_refused_token_whose_refresh_token_is_dead_says_that_the_merchant_must_come(self, house: House) -> None:
        token_in_use(house)
        renew = house.apis.renew
        assert renew is not None
        house.auth.fail("refresh", ReopenNeeded("dead"))
        with pytest.raises(ReopenNeeded):
            renew()
        with house.database.read() as session:
            assert Shops(session, house.box).by_id(house.shop_id).needs_reopen

    def test_of_many_at_once_one_asks_the_platform(self, house: House) -> None:
        house.auth.now = house.clock.move(minutes=56)
        asked = partial(house.access.api, house.shop_id, now=house.clock.now())
        assert all(each is house.api for each in at_once(*[asked] * 6))
        assert (house.auth.given, token_in_use(house)) == (2, "shpat_2")

    def test_who_comes_during_a_refresh_goes_on_with_what_still_holds(self, house: House) -> None:
        house.auth.now = house.clock.move(minutes=56)
        with meanwhile(house, lambda: house.access.api(house.shop_id, now=house.clock.now())):
            assert token_in_use(house) == "shpat_2"
        assert (house.apis.tokens[-2:], house.auth.given) == (["shpat_1", "shpat_2"], 2)

    def test_who_comes_during_a_refresh_when_nothing_holds_comes_back_in_a_moment(self, house: House) -> None:
        house.auth.now = house.clock.move(minutes=61)

        def come() -> None:
            with pytest.raises(TemporaryFailure) as caught:
                house.access.api(house.shop_id, now=house.clock.now())
            assert caught.value.retry_after == 2

        with meanwhile(house, come):
            assert token_in_use(house) == "shpat_2"

    def test_a_refresh_whose_holder_died_is_taken_in_hand_by_the_next(self, house: House) -> None:
        house.auth.now = house.clock.move(minutes=61)
        with house.database.write() as session:
            shop = Shops(session, house.box).lock(house.shop_id)
            shop.refreshing_until = house.clock.now() + timedelta(minutes=1)
        with pytest.raises(TemporaryFailure):
            token_in_use(house)
        house.auth.now = house.clock.move(minutes=1)
        assert token_in_use(house) == "shpat_2"

    @pytest.mark.parametrize("failure", [TemporaryFailure("busy"), CredentialsRejected("no")])
    def test_a_refresh_that_fails_is_nobodys_any_more(self, house: House, failure: Exception) -> None:
        house.auth.now = house.clock.move(minutes=56)
        house.auth.fail("refresh", failure)
        with pytest.raises(type(failure)):
            token_in_use(house)
        assert token_in_use(house) == "shpat_2"

    def test_a_refresh_token_that_a_slow_one_finds_used_up_is_no_dead_end(self, house: House) -> None:
        house.auth.now = house.clock.move(minutes=56)

        def overtake() -> None:
            with house.database.write() as session:  # the slow one's claim has run out
                Shops(session, house.box).lock(house.shop_id).refreshing_until = None
            house.access.api(house.shop_id, now=house.clock.now())

        with meanwhile(house, overtake, then=ReopenNeeded("It was used.")):
            assert token_in_use(house) == "shpat_2"
        with house.database.read() as session:
            assert not Shops(session, house.box).by_id(house.shop_id).needs_reopen

    def test_a_shop_that_leaves_during_the_refresh_gets_no_grant(self, house: House) -> None:
        house.auth.now = house.clock.move(minutes=56)
        original = house.auth.refresh

        def leaving(*, shop_domain: str, refresh_token: str) -> object:
            close(house)
            return original(shop_domain=shop_domain, refresh_token=refresh_token)

        house.auth.refresh = leaving  # type: ignore[method-assign,assignment]  # the webhook comes in between
        with pytest.raises(ShopClosed):
            house.access.api(house.shop_id, now=house.clock.now())
        with house.database.read() as session:
            assert Shops(session, house.box).by_id(house.shop_id).grant is None

    def test_a_temporary_failure_changes_nothing(self, house: House) -> None:
        house.auth.now = house.clock.move(minutes=56)
        house.auth.fail("refresh", TemporaryFailure("busy"))
        with pytest.raises(TemporaryFailure):
            house.access.api(house.shop_id, now=house.clock.now())
        assert token_in_use(house) == "shpat_2"


def test_what_the_platform_says_of_us_is_stored(house: House) -> None:
    state = check_app_state(access=house.access, shop_id=house.shop_id, now=NOW).said
    assert state == house.api.state
    with house.database.read() as session:
        row = Shops(session, house.box).by_id(house.shop_id)
        assert (row.is_post_purchase_app, row.scopes, row.checked_at) == (True, ["read_orders"], NOW)


def test_a_grant_is_renewed_when_the_scopes_it_was_given_for_have_changed(house: House) -> None:
    house.auth.calls.clear()
    check_app_state(access=house.access, shop_id=house.shop_id, now=NOW)
    assert house.auth.calls == []
    house.api.state = replace(house.api.state, scopes=("read_orders", ALL_ORDERS))
    check_app_state(access=house.access, shop_id=house.shop_id, now=NOW)
    assert [call.split()[0] for call in house.auth.calls] == ["refresh"]


@pytest.mark.parametrize(
    ("state", "since", "scopes", "then"),
    [
        (DONE, NOW - HISTORY, ("read_orders", ALL_ORDERS), WANTED),
        (DONE, NOW - HISTORY, ("read_orders",), DONE),
        (DONE, None, ("read_orders", ALL_ORDERS), DONE),  # they are there
        ("queued", NOW - HISTORY, ("read_orders", ALL_ORDERS), "queued"),  # under way: looked at again tomorrow
    ],
)
def test_older_orders_are_imported_once_the_shop_allows_them(
    house: House, state: str, since: datetime | None, scopes: tuple[str, ...], then: str
) -> None:
    with house.database.write() as session:
        row = Imports(session, house.shop_id).get("orders")
        assert row is not None
        row.state, row.since, before = state, since, row.attempt
    house.api.state = replace(house.api.state, scopes=scopes)
    check_app_state(access=house.access, shop_id=house.shop_id, now=NOW)
    with house.database.read() as session:
        row = Imports(session, house.shop_id).get("orders")
        assert row is not None
        assert (row.state, row.attempt) == (then, before + (then != state))


@pytest.mark.parametrize(
    ("before", "said", "after", "state"),
    [
        ([], ("email", "phone"), ["email", "phone"], DONE),
        (["email", "phone"], ("email",), ["email"], WANTED),  # what is shown now was not, when it was imported
        (["email"], (), [], WANTED),
        (["email"], None, ["email"], DONE),  # no customer to tell by
    ],
)
def test_what_is_withheld_is_noted_and_what_is_shown_again_is_read_again(
    house: House, before: list[str], said: tuple[str, ...] | None, after: list[str], state: str
) -> None:
    with house.database.write() as session:
        Shops(session, house.box).by_id(house.shop_id).withheld = before
        for row in Imports(session, house.shop_id).all():
            row.state = DONE
    house.api.state = replace(house.api.state, withheld=said)
    check_app_state(access=house.access, shop_id=house.shop_id, now=NOW)
    with house.database.read() as session:
        assert Shops(session, house.box).by_id(house.shop_id).withheld == after
        states = {row.kind: row.state for row in Imports(session, house.shop_id).all()}
    assert states == {"products": DONE, "collections": DONE, "orders": state, "customers": state, "stock": DONE}


class TestSettings:
    def test_a_vendor_is_connected_and_read_back(self, house: House) -> None:
        for password in ("first", "second"):
            connect_vendor(
                database=house.database,
                box=house.box,
                shop_id=house.shop_id,
                slug="smtp",
                settings={"password": password},
                now=NOW,
            )
        found = load_connections(database=house.database, box=house.box, shop_id=house.shop_id)
        assert found["smtp"].settings == {"password": "second"}

    def test_only_a_failed_import_is_started_again(self, house: House) -> None:
        again = partial(retry_import, database=house.database, shop_id=house.shop_id, now=NOW)
        assert not again(kind="orders")
        assert not again(kind="refunds")
        with house.database.write() as session:
            row = Imports(session, house.shop_id).get("orders")
            assert row is not None
            row.state = "failed"
        assert again(kind="orders")
        assert not again(kind="orders")

    def test_a_shop_is_found_while_it_has_the_app(self, house: House) -> None:
        assert find_shop(database=house.database, box=house.box, domain=SHOP).id == house.shop_id
        close(house)
        for domain in (SHOP, OTHER_SHOP):
            with pytest.raises(Exception, match="has not installed the app"):
                find_shop(database=house.database, box=house.box, domain=domain)
