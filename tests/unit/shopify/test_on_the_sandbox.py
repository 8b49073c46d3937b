"""Our side of the protocol against the sandbox's: two implementations that were written apart."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest
from flask import Flask

from server.core.clock import MovedClock
from server.core.money import Money
from server.domain.codes import NewCode
from server.domain.offered import AppliedDiscount
from server.domain.orders import Order
from server.outbound.http import make_client
from server.ports import (
    CONTACT_DATA,
    AccessGrant,
    BulkItem,
    BulkResult,
    BulkState,
    CredentialsRejected,
    Page,
    PlatformApi,
    ReopenNeeded,
    SessionTokenRejected,
)
from server.shopify.admin_api import AdminApi
from server.shopify.bulk import BulkFileGone
from server.shopify.graphql_client import AccessDenied, UserErrors
from server.shopify.inbound import ShopifyInbound
from server.shopify.oauth import ShopifyAuth
from tests.sandbox.app import HostRouting
from tests.sandbox.clock import SandboxClock
from tests.sandbox.settings import SandboxSettings
from tests.sandbox.shopify import admin_api, bulk_files, oauth, payload_orders, payloads
from tests.sandbox.shopify.admin import bulk
from tests.sandbox.shopify.admin.state import state_of
from tests.sandbox.shopify.signing import make_id_token
from tests.sandbox.shopify.stock import set_at
from tests.sandbox.shopify.subscriptions import Subscriptions
from tests.sandbox.shopify.webhooks import WebhookSender
from tests.sandbox.shopify.world import World

SCOPES = (
    "read_products",
    "read_inventory",
    "read_locations",
    "read_orders",
    "read_customers",
    "read_all_orders",
    "write_discounts",
    "write_orders",
)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class ServerSide:
    settings: SandboxSettings
    clock: SandboxClock
    world: World
    sender: WebhookSender


class Pair:
    """A sandbox and our side of it, on one clock."""

    def __init__(self, folder: Path, *scopes: str) -> None:
        self.settings = SandboxSettings(var_dir=folder, app_root=folder)
        self.sandbox_clock = SandboxClock(self.settings.clock_path)
        self.world = World.small(self.settings.world_path, self.sandbox_clock, orders=60, settings=self.settings)
        # The bucket refills by real time: whether it lasts must not depend on how fast the tests run.
        state_of(self.world).throttle.configure(maximum=1_000_000, restored=1)
        self.sender = WebhookSender(self.world, self.settings, subscriptions=Subscriptions("2026-10", ()))
        oauth.install(self.world, self.settings.client_id, list(scopes), self.settings.app_origin)
        app = Flask("sandbox")
        side = ServerSide(self.settings, self.sandbox_clock, self.world, self.sender)
        for module in (admin_api, oauth):
            app.register_blueprint(module.blueprint(side))
        self.client = make_client(
            user_agent="Afters/test",
            sandbox_url=self.settings.origin,
            transport=httpx.WSGITransport(
                HostRouting(
                    app.wsgi_app,
                    {bulk.HOST: bulk_files.create_host(side).wsgi_app},
                    own={self.settings.shop_domain},
                )
            ),
        )
        self.clock = MovedClock(self.settings.clock_path)
        self.auth = ShopifyAuth(
            client=self.client,
            client_id=self.settings.client_id,
            client_secret=self.settings.client_secret,
            clock=self.clock,
        )
        self.waits: list[float] = []

    def session_token(self) -> str:
        return make_id_token(
            secret=self.settings.client_secret,
            client_id=self.settings.client_id,
            shop_domain=self.settings.shop_domain,
            user_id=71,
            session_id="s",
            now=self.sandbox_clock.now(),
        )

    def grant(self) -> AccessGrant:
        return self.auth.exchange(shop_domain=self.settings.shop_domain, session_token=self.session_token())

    def api(self, grant: AccessGrant | None = None) -> PlatformApi:
        return AdminApi(
            client=self.client,
            shop_domain=self.settings.shop_domain,
            access_token=(grant or self.grant()).access_token,
            clock=self.clock,
            sleep=self.waits.append,
        )

    def gathered(self, api: PlatformApi, kind: str, *, since: datetime | None = None) -> tuple[str, BulkResult]:
        """Have the sandbox gather everything of a kind, and wait for it."""
        operation_id = api.gather(kind, since=since)
        thread = state_of(self.world).bulk.held[int(operation_id)].thread
        assert thread is not None
        thread.join()
        return operation_id, api.gathered(operation_id)

    def ids(self, table: str) -> list[int]:
        with self.world.read() as connection:
            return [row[0] for row in connection.execute(f"SELECT id FROM {table} ORDER BY id")]


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    made = Pair(tmp_path, *SCOPES)
    with made.client:
        yield made


def test_a_grant_is_got_used_and_refreshed(pair: Pair) -> None:
    first = pair.grant()
    assert set(first.scopes) == set(SCOPES)
    assert timedelta(minutes=59) < first.expires_at - pair.clock.now() <= timedelta(hours=1)
    assert pair.api(first).shop().domain == pair.settings.shop_domain

    pair.sandbox_clock.move(7200)
    with pytest.raises(CredentialsRejected):
        pair.api(first).shop()
    second = pair.auth.refresh(shop_domain=pair.settings.shop_domain, refresh_token=first.refresh_token)
    assert second.access_token != first.access_token
    assert second.expires_at > pair.clock.now()
    assert pair.api(second).shop().currency == "GBP"


def test_dead_tokens_say_who_must_act(pair: Pair) -> None:
    grant, session_token = pair.grant(), pair.session_token()
    pair.sandbox_clock.move(91 * 86_400)
    with pytest.raises(ReopenNeeded):
        pair.auth.refresh(shop_domain=pair.settings.shop_domain, refresh_token=grant.refresh_token)
    with pytest.raises(SessionTokenRejected):
        pair.auth.exchange(shop_domain=pair.settings.shop_domain, session_token=session_token)


def test_the_catalogue_is_read_whole(pair: Pair) -> None:
    api = pair.api()
    products: dict[str, Any] = {}
    cursor: str | None = None
    while True:
        page = api.products(cursor=cursor)
        products |= {product.product_id: product for product in page.items}
        if page.cursor is None:
            break
        cursor = page.cursor
    assert sorted(map(int, products)) == pair.ids("product")
    assert api.count_products() == len(products)
    variants = {variant.variant_id: variant for product in products.values() for variant in product.variants}
    assert sorted(map(int, variants)) == pair.ids("variant")
    some = tuple(sorted(variants))[:120]
    assert api.variants((*some, "999999999999999")) == tuple(variants[number] for number in some)
    any_product = products[str(pair.ids("product")[0])]
    asked = api.product(any_product.product_id)
    assert asked is not None
    assert replace(asked, collection_ids=None) == any_product, "pages of products do not name collections"
    for variant_id, item_id in list(any_product.inventory_item_ids.items())[:3]:
        level = api.stock(item_id)
        assert level is not None
        assert (level.variant_id, level.available) == (variant_id, variants[variant_id].available)


def test_where_goods_lie_is_read_with_them(pair: Pair) -> None:
    api = pair.api()
    warehouse, floor = (str(number) for number in pair.ids("location"))
    assert [(each.location_id, each.is_active, each.is_online) for each in api.locations()] == [
        (warehouse, True, True),
        (floor, True, False),
    ]
    some = tuple(map(str, pair.ids("variant")[:60]))
    set_at(pair.world, pair.sender, int(some[7]), int(floor), 5)
    lying = api.variants(some, at_locations=True)
    assert tuple(replace(each, levels=None) for each in lying) == api.variants(some)
    for number, each in enumerate(lying):
        assert each.levels is not None
        assert [level.location_id for level in each.levels] == ([warehouse, floor] if number == 7 else [warehouse])
        if each.available is not None:
            assert sum(level.available for level in each.levels) == each.available


def test_a_products_webhook_names_what_the_api_then_gives(pair: Pair) -> None:
    api, inbound = pair.api(), ShopifyInbound(secrets=())
    for product_id in pair.ids("product")[:5]:
        with pair.world.read() as connection:
            body = payloads.product_body(connection, product_id, pair.settings.origin)
        asked = api.product(inbound.parse_product_reference(json.dumps(body).encode()))
        assert asked is not None
        assert (asked.product_id, asked.title) == (str(product_id), body["title"])


def test_an_order_says_the_same_by_webhook_and_by_api(pair: Pair) -> None:
    api, inbound = pair.api(), ShopifyInbound(secrets=())
    found = api.orders(since=LONG_AGO, cursor=None)
    assert [order.created_at for order in found.items] == sorted(order.created_at for order in found.items)
    assert api.count_orders(since=LONG_AGO) == len(pair.ids("orders"))
    for order in found.items:
        with pair.world.read() as connection:
            body = payload_orders.order_body(connection, int(order.id), pair.settings.origin)
        told = inbound.parse_order(json.dumps(body).encode())
        untagged = replace(order, lines=tuple(replace(line, tags=()) for line in order.lines))
        silent = replace(untagged, starts_subscription=None, payment_kind=None, fulfilment=None)
        assert told == silent, "the body does not carry the products' tags, selling plans, wallets and holds"
        assert api.order(order.id) == order


def test_customers_and_their_consent_are_read(pair: Pair) -> None:
    api, inbound = pair.api(), ShopifyInbound(secrets=())
    topics = {"email": "customers_email_marketing_consent/update", "sms": "customers_marketing_consent/update"}
    for customer_id in pair.ids("customer")[:20]:
        customer = api.customer(str(customer_id))
        assert customer is not None
        with pair.world.read() as connection:
            bodies = {
                "email": payloads.email_consent_update(connection, customer_id),
                "sms": payloads.sms_consent_update(connection, customer_id),
            }
        for consent in customer.consents:
            raw = json.dumps(bodies[consent.channel]).encode()
            assert inbound.parse_consent(raw, topic=topics[consent.channel]) == consent


def test_the_installation_is_read(pair: Pair) -> None:
    state = pair.api().app_state()
    assert set(state.scopes) == set(SCOPES)
    assert isinstance(state.is_post_purchase_app, bool)
    assert state.withheld == ()


def _without_people(pair: Pair) -> None:
    with pair.world.write() as connection:
        connection.execute("UPDATE shop SET protected_data_level = 1")


def test_who_people_are_is_withheld_where_it_is_not_approved_and_the_rest_is_read(pair: Pair) -> None:
    api = pair.api()
    shown = api.orders(since=None, cursor=None).items
    _without_people(pair)
    assert api.app_state().withheld == CONTACT_DATA
    hidden = api.orders(since=None, cursor=None).items
    assert any(order.email or order.phone for order in shown)
    assert {(order.email, order.phone, order.first_name, order.country_code) for order in hidden} == {(None,) * 4}
    assert [(order.id, order.total, order.lines, order.customer_id) for order in hidden] == [
        (order.id, order.total, order.lines, order.customer_id) for order in shown
    ]
    customers = api.customers(cursor=None).items
    assert {(each.email, each.phone, each.first_name, each.consents) for each in customers} == {(None, None, None, ())}
    assert any(each.orders_count for each in customers)


def test_what_cannot_be_gathered_for_a_withheld_field_says_so(pair: Pair) -> None:
    _without_people(pair)
    result = pair.gathered(pair.api(), "customers")[1]
    assert (result.state, result.error) == (BulkState.FAILED, "access_denied")


def test_without_the_scope_nothing_is_said_to_be_withheld(tmp_path: Path) -> None:
    pair = Pair(tmp_path, "read_products")
    with pair.client:
        assert pair.api().app_state().withheld is None


def test_a_missing_scope_is_said(tmp_path: Path) -> None:
    pair = Pair(tmp_path, "read_products")
    with pair.client, pytest.raises(AccessDenied):
        pair.api().orders(since=LONG_AGO, cursor=None)


def test_what_is_not_there_is_none(pair: Pair) -> None:
    api = pair.api()
    gone = "999999999999999"
    assert (api.product(gone), api.order(gone), api.customer(gone), api.stock(gone)) == (None, None, None, None)


def _pages(page: Callable[[str | None], Page[Any]]) -> list[Any]:
    found, cursor = page(None).items, page(None).cursor
    items = list(found)
    while cursor is not None:
        some = page(cursor)
        items += some.items
        cursor = some.cursor
    return items


def test_what_is_gathered_is_what_the_pages_hold(pair: Pair) -> None:
    api = pair.api()
    _, products = pair.gathered(api, "products")
    _, orders = pair.gathered(api, "orders")
    _, customers = pair.gathered(api, "customers")
    assert [each.item for each in api.gathered_products(products, offset=0)] == _pages(
        lambda cursor: api.products(cursor=cursor)
    )
    paged = _pages(lambda cursor: api.orders(since=None, cursor=cursor))
    gathered = [each.item for each in api.gathered_orders(orders, offset=0)]
    assert [each.id for each in gathered] == [each.id for each in paged]
    assert gathered == paged
    assert [each.item for each in api.gathered_customers(customers, offset=0)] == _pages(
        lambda cursor: api.customers(cursor=cursor)
    )
    _, stock = pair.gathered(api, "stock")
    lying = [each.item for each in api.gathered_stock(stock, offset=0)]
    assert lying == _pages(lambda cursor: api.stock_levels(cursor=cursor))
    assert len(lying) == api.count_variants()
    assert {level.name for item in lying for level in item.levels} == {"Leeds warehouse"}
    assert len(paged) == api.count_orders(since=None)
    assert len(_pages(lambda cursor: api.customers(cursor=cursor))) == api.count_customers()


def test_a_gathered_listing_is_read_on_from_any_of_its_positions(pair: Pair) -> None:
    api = pair.api()
    _, result = pair.gathered(api, "orders")
    whole = list(api.gathered_orders(result, offset=0))
    assert list(api.gathered_orders(result, offset=whole[9].end)) == whole[10:]
    assert list(api.gathered_orders(result, offset=whole[-1].end)) == []
    state_of(pair.world).bulk.cut_after = whole[20].end - whole[9].end + 10
    seen: list[BulkItem[Order]] = []
    with pytest.raises(ConnectionError):  # in one process; over a network, TemporaryFailure: test_bulk.py
        seen.extend(api.gathered_orders(result, offset=whole[9].end))
    assert seen == whole[10:20], "the eleventh may lack a line"


def test_gathering_that_fails_or_finds_nothing_says_so(pair: Pair) -> None:
    api = pair.api()
    assert pair.gathered(api, "orders", since=pair.clock.now())[1] == BulkResult(BulkState.DONE, 0, size=0)
    state_of(pair.world).bulk.fails_with = "TIMEOUT"
    failed = pair.gathered(api, "orders")[1]
    assert (failed.state, failed.error) == (BulkState.FAILED, "timeout")
    assert api.gathered("5103999999999") == BulkResult(BulkState.FAILED, 0, error="unknown")
    state_of(pair.world).bulk.fails_with = None
    operation_id, done = pair.gathered(api, "orders")
    state_of(pair.world).bulk.is_expired = True
    with pytest.raises(BulkFileGone):
        list(api.gathered_orders(done, offset=0))
    assert operation_id


def test_a_token_that_is_refused_before_its_time_is_renewed_and_the_call_made_again(pair: Pair) -> None:
    grant = pair.grant()
    renewed: list[str] = []

    def renew() -> str:
        renewed.append(
            pair.auth.refresh(shop_domain=pair.settings.shop_domain, refresh_token=grant.refresh_token).access_token
        )
        return renewed[-1]

    api = AdminApi(
        client=pair.client,
        shop_domain=pair.settings.shop_domain,
        access_token=grant.access_token,
        clock=pair.clock,
        renew=renew,
    )
    assert api.shop().currency == "GBP"
    with pair.world.write() as connection:
        connection.execute("UPDATE access_token SET revoked_at = expires_at WHERE token = ?", (grant.access_token,))
    assert api.shop().currency == "GBP"
    assert api.count_products() > 0
    assert len(renewed) == 1
    with pair.world.write() as connection:
        connection.execute("UPDATE access_token SET revoked_at = expires_at")
    with pytest.raises(CredentialsRejected):
        api.shop()  # once, not for ever


class TestCodes:
    def code(self, pair: Pair, **changes: Any) -> NewCode:
        made = NewCode(
            text="ABCDE-12345",
            discount=AppliedDiscount("Thank you", percent=Decimal("12.5")),
            last_day=pair.clock.now().date() + timedelta(days=7),
        )
        return replace(made, **changes)

    def made(self, pair: Pair) -> list[Any]:
        with pair.world.read() as connection:
            return connection.execute("SELECT * FROM discount").fetchall()

    def test_a_code_for_everything_and_everybody(self, pair: Pair) -> None:
        pair.api().make_code(self.code(pair))
        (row,) = self.made(pair)
        assert (row["code"], row["title"], row["type"]) == ("ABCDE-12345", "Thank you", "percentage")
        assert (float(row["value"]), row["is_once"], row["usage_limit"]) == (12.5, 1, 1)
        assert (row["variant_ids"], row["customer_ids"]) == ("[]", "[]")
        assert row["starts_at"] < row["created_at"], "it holds at once, also where our clock is ahead"
        assert row["ends_at"].endswith("T12:00:00Z")

    def test_an_amount_off_each_of_some_goods_for_one_customer(self, pair: Pair) -> None:
        variant, customer = str(pair.ids("variant")[0]), str(pair.ids("customer")[0])
        off = AppliedDiscount("Off", amount=Money(250, "GBP"))
        pair.api().make_code(self.code(pair, discount=off, variant_ids=(variant,), customer_id=customer))
        (row,) = self.made(pair)
        assert (row["type"], row["value"], row["is_each"]) == ("fixed_amount", "250", 1)
        assert (row["variant_ids"], row["customer_ids"]) == (f"[{variant}]", f"[{customer}]")

    def test_asked_again_it_stays_one_code(self, pair: Pair) -> None:
        for _ in range(2):
            pair.api().make_code(self.code(pair))
        assert len(self.made(pair)) == 1

    def test_what_is_declined_otherwise_is_no_code(self, pair: Pair) -> None:
        with pytest.raises(UserErrors, match="blank"):
            pair.api().make_code(self.code(pair, discount=AppliedDiscount("", percent=Decimal(10))))

    def test_without_the_scope_it_is_denied(self, tmp_path: Path) -> None:
        narrow = Pair(tmp_path, "read_products")
        with narrow.client, pytest.raises(AccessDenied):
            narrow.api().make_code(self.code(narrow))
