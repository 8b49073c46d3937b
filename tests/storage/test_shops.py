from datetime import timedelta

import pytest

from server.storage.shops import DONE, FAILED, QUEUED, WANTED, Connections, Imports, Shops, UnknownShop, WantedImports
from tests.factories import NOW, OTHER_SHOP, SHOP, grant, shop_facts
from tests.storage.conftest import Stores

LATER = NOW + timedelta(days=1)


class TestShops:
    def test_a_shop_is_found_by_domain_and_by_id(self, stores: Stores) -> None:
        with stores.database.read() as session:
            shops = Shops(session, stores.box)
            found = shops.by_domain(SHOP)
            assert found is not None
            assert found.id == stores.ours
            assert shops.by_id(stores.theirs).domain == OTHER_SHOP
            assert shops.by_domain("nobody.myshopify.com") is None
            with pytest.raises(UnknownShop):
                shops.by_id(stores.ours + stores.theirs + 1)

    def test_installing_again_keeps_the_shop_and_takes_the_new_grant(self, stores: Stores) -> None:
        with stores.database.write() as session:
            row, is_new = Shops(session, stores.box).install(SHOP, grant=grant(token="2"), now=LATER)
            assert (row.id, is_new, row.installed_at) == (stores.ours, False, NOW)
            assert Shops(session, stores.box).grant_of(row) == grant(token="2")

    def test_an_uninstalled_shop_loses_its_grant_and_comes_back_as_new(self, stores: Stores) -> None:
        with stores.database.write() as session:
            shops = Shops(session, stores.box)
            row = shops.by_id(stores.ours)
            shops.uninstall(row, now=NOW)
            assert (row.is_installed, shops.grant_of(row), row.grant_expires_at) == (False, None, None)
            assert [each.id for each in shops.installed()] == [stores.theirs]
            again, is_new = shops.install(SHOP, grant=grant(), now=LATER)
            assert (again.id, is_new, again.installed_at, again.is_installed) == (stores.ours, True, LATER, True)

    def test_a_new_grant_ends_the_call_for_reopening(self, stores: Stores) -> None:
        with stores.database.write() as session:
            shops = Shops(session, stores.box)
            row = shops.lock(stores.ours)
            row.needs_reopen = True
            shops.store_grant(row, grant(until=LATER))
            assert (row.needs_reopen, row.grant_expires_at) == (False, LATER)
            assert row.scopes == ["read_orders", "read_products"]

    def test_facts_and_deliveries_are_noted(self, stores: Stores) -> None:
        with stores.database.write() as session:
            shops = Shops(session, stores.box)
            shops.describe(shops.by_id(stores.ours), shop_facts(name="Renamed"))
            shops.touch_delivery(stores.ours, at=LATER)
        with stores.database.read() as session:
            ours, theirs = (Shops(session, stores.box).by_id(each) for each in (stores.ours, stores.theirs))
            assert (ours.name, ours.currency, ours.last_delivery_at) == ("Renamed", "GBP", LATER)
            assert (theirs.name, theirs.last_delivery_at) == (None, None)


class TestConnections:
    def test_settings_are_kept_and_replaced(self, stores: Stores) -> None:
        with stores.database.write() as session:
            connections = Connections(session, stores.ours, stores.box)
            connections.save("twilio", {"auth_token": "1"}, now=NOW)
            connections.save("smtp", {"host": "h"}, now=NOW)
            connections.save("twilio", {"auth_token": "2"}, now=LATER)
        with stores.database.read() as session:
            connections = Connections(session, stores.ours, stores.box)
            assert {each.slug: each.settings for each in connections.all()} == {
                "twilio": {"auth_token": "2"},
                "smtp": {"host": "h"},
            }
            found = connections.get("twilio")
            assert found is not None
            assert "2" not in repr(found)
            assert connections.get("gorgias") is None

    def test_a_pause_lasts_until_the_settings_are_mended(self, stores: Stores) -> None:
        with stores.database.write() as session:
            connections = Connections(session, stores.ours, stores.box)
            connections.save("twilio", {}, now=NOW)
            connections.pause("twilio", reason="rejected", now=NOW)
            connections.pause("nobody", reason="rejected", now=NOW)
            (paused,) = connections.all()
            assert (paused.is_paused, paused.pause_reason) == (True, "rejected")
            connections.save("twilio", {}, now=LATER)
            (mended,) = connections.all()
            assert (mended.is_paused, mended.pause_reason) == (False, None)

    def test_another_shops_connections_are_out_of_sight(self, stores: Stores) -> None:
        with stores.database.write() as session:
            Connections(session, stores.ours, stores.box).save("twilio", {"auth_token": "1"}, now=NOW)
            theirs = Connections(session, stores.theirs, stores.box)
            assert (theirs.all(), theirs.get("twilio")) == ((), None)
            theirs.pause("twilio", reason="x", now=NOW)
            (ours,) = Connections(session, stores.ours, stores.box).all()
            assert not ours.is_paused


class TestImports:
    def test_wanting_starts_from_the_beginning_each_time(self, stores: Stores) -> None:
        with stores.database.write() as session:
            imports = Imports(session, stores.ours)
            imports.want("orders", now=NOW)
            row = imports.get("orders")
            assert row is not None
            assert (row.state, row.attempt, row.done, row.cursor) == (WANTED, 1, 0, None)
            row.state, row.done, row.cursor, row.error, row.finished_at = FAILED, 7, "c", "e", NOW
            imports.want("orders", now=LATER)
            again: dict[str, object] = {name: getattr(row, name) for name in ("state", "attempt", "done", "started_at")}
            assert again == {"state": WANTED, "attempt": 2, "done": 0, "started_at": LATER}
            assert all(getattr(row, name) is None for name in ("cursor", "error", "finished_at", "retry_at"))
            assert [each.kind for each in imports.all()] == ["orders"]
            assert Imports(session, stores.theirs).all() == ()
            assert Imports(session, stores.theirs).get("orders") is None

    def test_one_import_of_a_shop_at_a_time_products_first(self, stores: Stores) -> None:
        with stores.database.write() as session:
            for shop_id in (stores.ours, stores.theirs):
                for kind in ("orders", "products"):
                    Imports(session, shop_id).want(kind, now=NOW)
            session.flush()
            wanted = WantedImports(session)
            due = wanted.due(now=NOW)
            assert {(each.shop_id, each.kind) for each in due} == {
                (stores.ours, "products"),
                (stores.theirs, "products"),
            }
            first = next(each for each in due if each.shop_id == stores.ours)
            wanted.mark_queued(first, now=NOW)
            assert [each.shop_id for each in wanted.due(now=NOW)] == [stores.theirs]
            row = Imports(session, stores.ours).get("products")
            assert row is not None
            session.refresh(row)
            assert row.state == QUEUED
            row.state = DONE
            session.flush()
            assert {(each.shop_id, each.kind) for each in wanted.due(now=NOW)} == {
                (stores.ours, "orders"),
                (stores.theirs, "products"),
            }

    def test_a_postponed_import_waits_for_its_time_and_an_old_mark_does_not_touch_it(self, stores: Stores) -> None:
        with stores.database.write() as session:
            imports = Imports(session, stores.ours)
            imports.want("orders", now=NOW)
            session.flush()
            (seen,) = WantedImports(session).due(now=NOW)
            row = imports.get("orders")
            assert row is not None
            row.attempt, row.retry_at = 2, LATER
            session.flush()
            assert WantedImports(session).due(now=NOW) == ()
            WantedImports(session).mark_queued(seen, now=NOW)
            session.refresh(row)
            assert row.state == WANTED
            assert [each.attempt for each in WantedImports(session).due(now=LATER)] == [2]
