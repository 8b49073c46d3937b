"""Each check of `afters doctor` in its good state and in its bad ones."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from server.config import API_VERSION
from server.ports import AccessGrant
from server.storage.backlog import Backlog
from server.storage.inspection import DatabaseFacts
from server.storage.shops import Connection, ShopRow
from server.usecases.diagnosis import configuration, shops, work
from server.usecases.diagnosis.finding import Finding
from tests.factories import NOW, SHOP, grant
from tests.web.installed import settings_for

KEY = "Zk3v9Qm1xT7pLr5bN8dHs2wYc6fJg4aE"
GOOD = replace(
    settings_for("sqlite:////var/lib/afters/afters.sqlite3"),
    public_url="https://afters.shop-tools.com",
    secret_key=KEY,
    old_client_secret=None,
)
APP = {
    "application_url": GOOD.public_url,
    "client_id": GOOD.client_id,
    "webhooks": {"api_version": API_VERSION},
    "access_scopes": {"scopes": "read_orders, read_products"},
}
MOUNTS = "/dev/vda1 / ext4 rw 0 0\nserver:/x /mnt/share nfs4 rw 0 0\n//nas/y /mnt/my\\040disk cifs rw 0 0\n"


def told(findings: Iterable[Finding]) -> list[str]:
    return [f"{each.severity.value} {each.code}" for each in findings]


class TestSettings:
    def test_good_ones_are_not_remarked_on(self) -> None:
        path = Path("/var/lib/afters")
        assert told(configuration.check_secrets(GOOD)) == []
        assert told(configuration.check_public_url(GOOD)) == []
        assert told(configuration.check_sqlite_place(GOOD.database_url, MOUNTS)) == []
        assert told(configuration.check_disk(path, 2 * 1024**3)) == []
        assert told(configuration.check_app_file(GOOD, APP)) == []
        assert told(configuration.check_api_version("2026-10", datetime(2027, 6, 30, tzinfo=UTC))) == []
        assert configuration.wanted_scopes(APP) == {"read_orders", "read_products"}
        assert configuration.wanted_scopes({}) == frozenset()

    @pytest.mark.parametrize(
        ("change", "codes"),
        [
            ({"secret_key": "7c" * 32}, ["warning secret_weak"]),
            ({"metrics_token": "ab" * 12}, ["warning secret_weak"]),
            ({"metrics_token": KEY}, ["fault secret_reused"]),
            ({"old_secret_key": KEY}, ["fault secret_reused"]),
            ({"old_client_secret": GOOD.client_secret}, ["fault secret_reused"]),
            ({"old_secret_key": GOOD.client_secret}, ["fault secret_reused"]),
        ],
    )
    def test_secrets(self, change: dict[str, Any], codes: list[str]) -> None:
        found = list(configuration.check_secrets(replace(GOOD, **change)))
        assert told(found) == codes
        assert not any(KEY in str(each) or GOOD.client_secret in str(each) for each in found)

    @pytest.mark.parametrize(
        "url",
        [
            "https://afters.example",
            "https://localhost",
            "https://10.0.0.1",
            "https://[::1]",
            "https://afters",
            "https://afters.local",
            "https://afters.shop-tools.com:8443",
            "https://afters.shop-tools.com/afters",
            "https://me@afters.shop-tools.com",
        ],
    )
    def test_an_address_that_nobody_can_reach(self, url: str) -> None:
        assert told(configuration.check_public_url(replace(GOOD, public_url=url))) == ["fault public_url_form"]

    def test_the_sandbox_is_remarked_on_and_has_no_public_address(self) -> None:
        sandbox = replace(GOOD, sandbox_url="http://127.0.0.1:4600", public_url="http://127.0.0.1:4601")
        assert told(configuration.check_public_url(sandbox)) == ["warning sandbox_mode"]
        assert told(configuration.check_app_file(sandbox, APP)) == []

    @pytest.mark.parametrize(
        ("url", "codes"),
        [
            ("sqlite:///afters.sqlite3", ["warning sqlite_relative"]),
            ("sqlite:////mnt/share/afters.sqlite3", ["fault sqlite_network"]),
            ("sqlite:////mnt/my disk/afters.sqlite3", ["fault sqlite_network"]),
            ("sqlite:////mnt/other/afters.sqlite3", []),
            ("postgresql+psycopg://db/afters", []),
        ],
    )
    def test_where_a_sqlite_file_is(self, url: str, codes: list[str]) -> None:
        assert told(configuration.check_sqlite_place(url, MOUNTS)) == codes

    @pytest.mark.parametrize(
        ("url", "sqlite", "python", "codes"),
        [
            ("sqlite:////x", (3, 40, 1), (3, 11), []),
            ("sqlite:////x", (3, 42, 0), (3, 12), []),
            ("sqlite:////x", (3, 40, 1), (3, 12), ["fault sqlite_too_old"]),
            ("postgresql+psycopg://db/x", (3, 40, 1), (3, 12), []),
        ],
    )
    def test_the_version_of_sqlite(
        self, url: str, sqlite: tuple[int, ...], python: tuple[int, ...], codes: list[str]
    ) -> None:
        assert told(configuration.check_sqlite_version(url, sqlite, python)) == codes

    @pytest.mark.parametrize(
        ("free", "codes"), [(2 * 1024**3 - 1, ["warning disk_low"]), (256 * 1024**2 - 1, ["fault disk_full"])]
    )
    def test_room_on_the_disk(self, free: int, codes: list[str]) -> None:
        assert told(configuration.check_disk(Path("/x"), free)) == codes

    @pytest.mark.parametrize(
        "change",
        [
            {"application_url": "https://other.com"},
            {"client_id": "0"},
            {"webhooks": {}},
            {"webhooks": {"api_version": "2026-07"}},
        ],
    )
    def test_an_app_file_that_says_something_else(self, change: dict[str, Any]) -> None:
        assert told(configuration.check_app_file(GOOD, {**APP, **change})) == ["fault app_file_differs"]

    @pytest.mark.parametrize(
        ("now", "codes"),
        [
            (datetime(2027, 7, 1, tzinfo=UTC), ["warning api_version_old"]),
            (datetime(2027, 10, 31, tzinfo=UTC), ["warning api_version_old"]),
            (datetime(2027, 11, 1, tzinfo=UTC), ["fault api_version_old"]),
        ],
    )
    def test_a_version_that_ages(self, now: datetime, codes: list[str]) -> None:
        assert told(configuration.check_api_version("2026-10", now)) == codes


FACTS = DatabaseFacts(
    kind="postgresql",
    version=(15, 18),
    encoding="UTF8",
    time=NOW,
    revision="0002",
    wanted_revision="0002",
    is_revision_known=True,
)
IDLE = Backlog(
    deliveries=dict.fromkeys(("stored", "queued", "failed", "unreadable"), 0),
    delivery_age=None,
    touches=dict.fromkeys(("planned", "queued", "sending", "sent", "refused", "failed", "unknown"), 0),
    touch_lateness=None,
    sending_age=None,
    imports=dict.fromkeys(("wanted", "queued", "done", "failed"), 0),
    import_age=None,
    shops_installed=1,
    shops_needing_reopen=0,
    workers_living=1,
)


class TestDatabase:
    def test_a_good_one_is_not_remarked_on(self) -> None:
        for facts in (FACTS, replace(FACTS, kind="sqlite", version=(3, 40, 1), encoding="UTF-8")):
            assert told(work.check_database(facts)) == []
            assert told(work.check_migrations(facts)) == []
            assert told(work.check_clock(facts, NOW + timedelta(seconds=5))) == []

    @pytest.mark.parametrize(
        ("change", "codes"),
        [
            ({"version": (14, 9)}, ["warning database_old"]),
            ({"encoding": "SQL_ASCII"}, ["fault database_encoding"]),
            ({"encoding": "LATIN1", "version": (13,)}, ["warning database_old", "fault database_encoding"]),
        ],
    )
    def test_version_and_encoding(self, change: dict[str, Any], codes: list[str]) -> None:
        assert told(work.check_database(replace(FACTS, **change))) == codes

    @pytest.mark.parametrize(
        ("change", "codes"),
        [
            ({"revision": None, "is_revision_known": False}, ["fault database_behind"]),
            ({"revision": "0001"}, ["fault database_behind"]),
            ({"revision": "0009", "is_revision_known": False}, ["fault database_ahead"]),
        ],
    )
    def test_migrations(self, change: dict[str, Any], codes: list[str]) -> None:
        assert told(work.check_migrations(replace(FACTS, **change))) == codes

    @pytest.mark.parametrize(
        ("seconds", "codes"), [(6, ["warning clock_skew"]), (-6, ["warning clock_skew"]), (61, ["fault clock_skew"])]
    )
    def test_clocks_that_differ(self, seconds: int, codes: list[str]) -> None:
        assert told(work.check_clock(FACTS, NOW + timedelta(seconds=seconds))) == codes


class TestWork:
    def test_an_idle_house_is_not_remarked_on(self) -> None:
        minute = replace(IDLE, delivery_age=timedelta(minutes=1), touch_lateness=timedelta(minutes=1))
        for backlog in (IDLE, minute, replace(IDLE, sending_age=timedelta(minutes=10))):
            assert told(work.check_deliveries(backlog)) == []
            assert told(work.check_touches(backlog)) == []
            assert told(work.check_imports(backlog)) == []

    def test_what_waits(self) -> None:
        minute, long = timedelta(seconds=61), timedelta(minutes=11)
        assert told(work.check_deliveries(replace(IDLE, delivery_age=minute))) == ["warning deliveries_wait"]
        assert told(work.check_deliveries(replace(IDLE, delivery_age=long))) == ["fault deliveries_wait"]
        assert told(work.check_touches(replace(IDLE, touch_lateness=minute))) == ["warning touches_late"]
        assert told(work.check_touches(replace(IDLE, touch_lateness=long))) == ["fault touches_late"]
        assert told(work.check_touches(replace(IDLE, sending_age=long))) == ["warning send_open"]
        assert told(work.check_imports(replace(IDLE, import_age=long))) == ["warning import_silent"]

    def test_nobody_works(self) -> None:
        assert told(work.check_workers(IDLE)) == []
        assert told(work.check_workers(replace(IDLE, workers_living=0))) == ["fault worker_down"]

    @pytest.mark.parametrize("state", ["failed", "unreadable"])
    def test_what_was_set_aside(self, state: str) -> None:
        (found,) = work.check_deliveries(replace(IDLE, deliveries={**IDLE.deliveries, state: 3}))
        assert (found.code, found.message[:2]) == ("deliveries_aside", "3 ")

    def test_what_nobody_knows_and_what_has_stopped(self) -> None:
        assert told(work.check_touches(replace(IDLE, touches={**IDLE.touches, "unknown": 1}))) == [
            "warning touches_unknown"
        ]
        assert told(work.check_imports(replace(IDLE, imports={**IDLE.imports, "failed": 1}))) == [
            "warning import_failed"
        ]


SCOPES = frozenset({"read_orders", "read_products"})


def state(**changes: Any) -> shops.ShopState:
    """Return a shop in good order; what is named differs, in its row or beside it."""
    made: dict[str, Any] = {
        "domain": SHOP,
        "grant": "sealed",
        "scopes": ["read_orders", "write_products"],
        "needs_reopen": False,
        "is_post_purchase_app": True,
        "checked_at": NOW - timedelta(days=1),
        "installed_at": NOW - timedelta(days=90),
        "last_delivery_at": NOW - timedelta(days=1),
        "uninstalled_at": None,
    }
    beside: dict[str, Any] = {"connections": (), "is_readable": True, "needs_old_key": False, "held": grant()}
    for name, value in changes.items():
        (beside if name in beside else made)[name] = value
    held: AccessGrant | None = beside.pop("held")
    return shops.ShopState(row=ShopRow(**made), grant=held, **beside)


def all_of(shop: shops.ShopState) -> list[str]:
    return told(
        [
            *shops.check_seals(shop),
            *shops.check_grant(shop, SCOPES, NOW),
            *shops.check_page(shop, NOW),
            *shops.check_contact_data(shop),
            *shops.check_connections(shop),
            *shops.check_silence(shop, NOW),
        ]
    )


class TestShops:
    def test_one_in_good_order_is_not_remarked_on(self) -> None:
        assert all_of(state()) == []
        assert all_of(state(connections=(Connection("smtp", {}, is_paused=False, pause_reason=None),))) == []
        assert all_of(state(is_post_purchase_app=None, installed_at=NOW, checked_at=None, last_delivery_at=None)) == []

    @pytest.mark.parametrize(
        ("change", "codes"),
        [
            ({"is_readable": False, "held": None}, ["fault shop_sealed"]),
            ({"needs_old_key": True}, ["warning old_key_needed"]),
            ({"needs_reopen": True}, ["fault shop_reopen"]),
            ({"grant": None, "held": None}, ["fault shop_reopen"]),
            ({"held": replace(grant(), refresh_expires_at=NOW)}, ["fault shop_reopen"]),
            ({"scopes": ["read_products"]}, ["warning shop_scopes"]),
            ({"withheld": ["email", "phone"]}, ["warning shop_data_withheld"]),
            ({"is_post_purchase_app": False}, ["warning shop_page"]),
            ({"checked_at": NOW - timedelta(days=4)}, ["warning shop_unchecked"]),
            ({"last_delivery_at": NOW - timedelta(days=8)}, ["warning shop_silent"]),
            ({"last_delivery_at": None}, ["warning shop_silent"]),
            (
                {"connections": (Connection("twilio", {}, is_paused=True, pause_reason="HTTP 401"),)},
                ["warning connection_paused"],
            ),
        ],
    )
    def test_one_that_is_not(self, change: dict[str, Any], codes: list[str]) -> None:
        assert all_of(state(**change)) == codes

    def test_each_finding_names_its_shop(self) -> None:
        broken = state(needs_reopen=True, scopes=[], is_post_purchase_app=False, last_delivery_at=None)
        found = [
            *shops.check_grant(broken, SCOPES, NOW),
            *shops.check_page(broken, NOW),
            *shops.check_silence(broken, NOW),
        ]
        assert {each.shop for each in found} == {SHOP}
