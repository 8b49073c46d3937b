"""No shop sees or changes anything of another: every route is asked for another shop's ids, and every statement read.

The other shop's rows hold a word that must appear in no answer, and must be the same before and after. A new route
fails here until it is said which of the other shop's ids it would be asked with.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Engine, Table, event, select
from werkzeug.test import TestResponse

from server.app import create_app
from server.ports import AppState, CustomerRequest
from server.runtime import Runtime
from server.storage.catalog import Catalog
from server.storage.contacts import Contacts
from server.storage.db import Base, InboxBase
from server.storage.deliveries import Deliveries, DeliveryRow
from server.storage.shops import Connections, Imports
from server.usecases.api_keys import create_key
from server.usecases.privacy import note_data_request
from tests.conftest import StandingClock
from tests.factories import OTHER_SHOP, customer, journey_json
from tests.shopify_client import make_block_token, make_session_token
from tests.storage.test_deliveries import NEW
from tests.web.installed import CLIENT_ID, CLIENT_SECRET, SHOP, TWILIO, fixed_rules, install, product, variant
from tests.web.pages.history import History
from tests.web.purchases import bearer, token

WORD = "Quokka"  # stands in every text of the other shop
PAGE_ROUTES = {
    "/", "/set-up", "/set-up/check", "/set-up/look", "/imports/<kind>/retry", "/integrations", "/integrations/<slug>",
    "/offers", "/offers/new", "/offers/<funnel_id>", "/offers/<funnel_id>/delete", "/offers/publish",
    "/follow-ups", "/follow-ups/new", "/follow-ups/story", "/follow-ups/<journey_id>",
    "/follow-ups/<journey_id>/delete",
    "/tiers", "/tiers/new", "/tiers/<int:place>", "/tiers/<int:place>/delete", "/tiers/<int:place>/up",
    "/tiers/<int:place>/down", "/pairings", "/pairings/new", "/pairings/<pairing_id>",
    "/pairings/<pairing_id>/delete", "/templates",
    "/markets", "/markets/new", "/markets/<market_id>", "/markets/<market_id>/delete",
    "/offers/variants", "/previews/one-click", "/orders", "/orders/<order_id>", "/orders/<order_id>/explanation",
    "/calls", "/calls/<touch_id>/<outcome>", "/lift", "/keys", "/keys/<int:key_id>/revoke",
    "/settings", "/order-tag", "/rules/text", "/rules/presets", "/rules/presets/<preset_id>",
    "/rules/versions", "/rules/versions/<int:number>",
    "/deliveries", "/deliveries/<int:delivery_id>/replay", "/deliveries/replay",
    "/privacy/requests", "/privacy/requests/<int:request_id>/data", "/privacy/requests/<int:request_id>/done",
}  # fmt: skip
TOKEN_ROUTES = {"/post-purchase/offers", "/post-purchase/changesets", "/post-purchase/events"}
BLOCK_ROUTES = {"/blocks/offers", "/blocks/events"}
OTHER_ROUTES = {
    "/auth/session-token": "a page without data",
    "/previews/stage": "a page without data",
    "/auth/install": "sends to the grant screen, and holds no data",
    "/auth/callback": "the shop is the one that Shopify signed",
    "/privacy": "what is stored of everybody, and no data",
    "/health": "no data",
    "/rules.schema.json": "what rules may be, and no data",
    "/facts.schema.json": "what may be told, and no data",
    "/api/facts": "the shop is the key's; test_told_facts.py asks with another shop's key",
    "/api/facts/<customer_id>": "as above",
    "/ready": "no data",
    "/metrics": "sums over all shops, for the operator",
    "/static/<path:filename>": "files",
    "/o/<token>": "the signed link names one offer; whoever holds it was shown it",
    "/c/<token>": "the signed link names one message; whoever holds it was sent it",
    "/unsubscribe/<token>": "as above",
    "/receipts/<vendor>": "signed with the credentials of the shop it names",
}
# Tables whose rows belong to a shop, by the column that says to which.
SCOPED: dict[str, str] = {
    table.name: column
    for base in (Base, InboxBase)
    for table in base.metadata.tables.values()
    for column in ("shop_id", "shop_domain")
    if column in table.columns
}


@dataclass
class Neighbour:
    """The other shop, and what it would be asked for by."""

    shop_id: int
    ids: dict[str, str]
    decision_id: str
    reference_id: str


class Platform:
    """Answers what pages ask of the platform, of the shop that asks only."""

    def __call__(self, *, shop_domain: str, access_token: str, renew: object = None) -> "Platform":
        assert shop_domain == SHOP
        assert access_token.startswith("shpat_")
        return self

    def app_state(self) -> AppState:
        return AppState(scopes=("read_orders",), is_post_purchase_app=True)


@pytest.fixture
def ours(runtime: Runtime) -> int:
    return install(runtime)


@pytest.fixture
def neighbour(runtime: Runtime, ours: int) -> Neighbour:
    """The other shop has something of everything."""
    assert ours
    now = runtime.clock.now()
    rules = fixed_rules("2", "3")
    rules["funnels"][0] |= {"id": "quokka-funnel", "name": WORD}
    rules["journeys"] = [journey_json(id="quokka-journey", name=WORD)]
    rules["tiers"] = [{"name": WORD, "audience": None}]
    rules["pairings"] = [{"id": "quokka-pairing", "name": WORD, "pairs": []}]
    rules["markets"] = [{"id": "quokka-market", "name": WORD, "countries": ["AU"]}]
    rules["templates"] = [{"tag": WORD, "template": "offer"}]
    shop_id = install(runtime, domain=OTHER_SHOP, rules=rules)
    with runtime.database.write() as session:
        Catalog(session, shop_id).save(product(replace(variant(4), title=WORD)))
        Connections(session, shop_id, runtime.box).save("twilio", TWILIO | {"from_number": "+447700900777"}, now=now)
        Imports(session, shop_id).want("orders", now=now)
        Contacts(session, shop_id).save_customer(replace(customer(), first_name=WORD, email=f"{WORD}@example.com"))
    history = History(runtime.database, shop_id, now)
    orders = [
        history.accepted(9001, first_name=WORD, email=f"{WORD}@example.com"),
        history.ready(9002, first_name=WORD),
    ]
    call_id = history.call(9003, first_name=WORD)
    person = CustomerRequest(None, f"{WORD}@example.com", None)
    note_data_request(
        database=runtime.database, box=runtime.box, shop_domain=OTHER_SHOP, platform_id="1", person=person, now=now
    )
    runtime.inbox.store(replace(NEW, shop_domain=OTHER_SHOP, body=WORD.encode()), now=now)
    with runtime.inbox.database.write() as session:
        row = session.scalars(select(DeliveryRow)).one()
        Deliveries(session).close(row.id, state="failed", now=now, error=f"{WORD} could not be taken in")
        delivery_id = row.id
    with runtime.database.read() as session:
        request_id = session.execute(select(Base.metadata.tables["privacy_requests"].c.id)).scalar_one()
    create_key(database=runtime.database, shop_id=shop_id, name=WORD, created_by="1", now=now)
    with runtime.database.read() as session:
        key_id = session.execute(select(Base.metadata.tables["api_keys"].c.id)).scalar_one()
    ids = {
        "key_id": str(key_id),
        "funnel_id": "quokka-funnel",
        "journey_id": "quokka-journey",
        "pairing_id": "quokka-pairing",
        "market_id": "quokka-market",
        "place": "0",
        "order_id": orders[0],
        "touch_id": call_id,
        "outcome": "reached",
        "preset_id": "none",
        "number": "1",
        "delivery_id": str(delivery_id),
        "request_id": str(request_id),
        "kind": "orders",
        "slug": "twilio",
    }
    return Neighbour(shop_id, ids, "one_click-9002", f"{9002:032x}")


@pytest.fixture
def app(runtime: Runtime) -> Flask:
    asked = replace(
        runtime,
        apis=Platform(),  # type: ignore[arg-type]  # as far as pages ask it
        settings=replace(runtime.settings, metrics_token="metrics-token-of-a-test"),
    )
    return create_app(asked)


def test_every_route_is_accounted_for(app: Flask) -> None:
    known = PAGE_ROUTES | TOKEN_ROUTES | BLOCK_ROUTES | set(OTHER_ROUTES)
    assert {rule.rule for rule in app.url_map.iter_rules()} == known


def test_no_page_shows_or_changes_anything_of_another_shop(
    app: Flask, runtime: Runtime, clock: StandingClock, neighbour: Neighbour
) -> None:
    before, client = _rows(runtime, neighbour), app.test_client()
    asked = 0
    with _read_statements(runtime) as statements:
        for rule in app.url_map.iter_rules():
            if rule.rule not in PAGE_ROUTES:
                continue
            path = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: neighbour.ids[found[1]], rule.rule)
            for method in sorted(set(rule.methods or ()) & {"GET", "POST"}):
                answer = _ask(client, clock, method, path)
                assert WORD not in answer.text, f"{method} {path}"
                assert answer.status_code < 500, f"{method} {path}: {answer.text}"
                if {
                    "order_id",
                    "delivery_id",
                    "request_id",
                    "funnel_id",
                    "journey_id",
                    "key_id",
                    "pairing_id",
                    "place",
                } & rule.arguments:
                    assert answer.status_code in {404, 409, 422}, f"{method} {path}: HTTP {answer.status_code}"
                asked += 1
    assert asked >= len(PAGE_ROUTES)
    assert _rows(runtime, neighbour) == before
    _check(statements)


def test_goods_and_older_orders_are_the_shops_own(
    app: Flask, runtime: Runtime, clock: StandingClock, neighbour: Neighbour
) -> None:
    client, later = app.test_client(), (clock.now() + timedelta(days=1)).isoformat()
    with _read_statements(runtime) as statements:
        goods = _ask(client, clock, "GET", "/offers/variants", {"ids": "1,4"})
        older = _ask(client, clock, "GET", "/orders", {"before": f"{later}_0"})
        unknown = _ask(client, clock, "GET", "/orders", {"show": "unknown"})
    assert [each["id"] for each in goods.get_json()["variants"]] == ["1"], "4 is the other shop's"
    assert [answer.status_code for answer in (older, unknown)] == [200, 200]
    assert WORD not in older.text + unknown.text
    _check(statements)


def test_a_shop_that_is_named_beside_a_token_of_another_is_refused(
    app: Flask, runtime: Runtime, clock: StandingClock, neighbour: Neighbour
) -> None:
    before, client = _rows(runtime, neighbour), app.test_client()
    for path in sorted(PAGE_ROUTES):
        filled = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: neighbour.ids[found[1]], path)
        for method in ("GET", "POST"):
            answer = _ask(client, clock, method, filled, {"shop": OTHER_SHOP})
            assert answer.status_code in {302, 401, 405}, f"{method} {filled}: HTTP {answer.status_code}"
            assert WORD not in answer.text
    assert _rows(runtime, neighbour) == before


def test_the_one_click_page_of_one_shop_reaches_no_decision_of_another(
    app: Flask, runtime: Runtime, clock: StandingClock, neighbour: Neighbour
) -> None:
    """The token is ours, all it names is theirs: their purchase's number, their decision, their offer."""
    before, client = _rows(runtime, neighbour), app.test_client()
    headers = bearer(token(clock.now(), shop=SHOP, reference_id=neighbour.reference_id))
    bodies: dict[str, dict[str, Any]] = {
        "/post-purchase/offers": {},
        "/post-purchase/changesets": {"decision_id": neighbour.decision_id, "option_id": "fixed-15"},
        "/post-purchase/events": {"decision_id": neighbour.decision_id, "kind": "shown"},
    }
    assert set(bodies) == TOKEN_ROUTES
    with _read_statements(runtime) as statements:
        for path in ("/post-purchase/changesets", "/post-purchase/events", "/post-purchase/offers"):
            answer = client.post(path, headers=headers, json=bodies[path])
            assert neighbour.decision_id not in answer.text
            assert answer.status_code in {200, 403, 404, 409, 410}, f"{path}: HTTP {answer.status_code} {answer.text}"
            if path != "/post-purchase/offers":
                assert answer.status_code != 200
    assert _rows(runtime, neighbour) == before
    _check(statements)


def test_a_block_shows_nothing_of_another_shop(
    app: Flask, runtime: Runtime, clock: StandingClock, ours: int, neighbour: Neighbour
) -> None:
    """Its token is our own shop's; the body names the other shop's order and decision."""
    assert ours
    before, client = _rows(runtime, neighbour), app.test_client()
    signed = make_block_token(shop=SHOP, client_id=CLIENT_ID, secret=CLIENT_SECRET, now=clock.now())
    asked = {"surface": "thank_you", "checkout_token": neighbour.reference_id, "order_id": "9001"}
    bodies: dict[str, dict[str, Any]] = {
        "/blocks/offers": asked,
        "/blocks/events": {"decision_id": neighbour.decision_id, "kind": "shown"},
    }
    assert set(bodies) == BLOCK_ROUTES
    with _read_statements(runtime) as statements:
        for path, body in bodies.items():
            answer = client.post(path, headers=bearer(signed), json=body)
            assert neighbour.decision_id not in answer.text
            assert answer.status_code in {200, 404}, f"{path}: HTTP {answer.status_code} {answer.text}"
    assert answer.status_code == 404
    assert _rows(runtime, neighbour) == before
    _check(statements)


def test_a_link_reaches_the_message_that_it_was_sent_with_and_no_other(
    app: Flask, runtime: Runtime, ours: int, neighbour: Neighbour
) -> None:
    client = app.test_client()
    assert client.post(f"/unsubscribe/{runtime.clicks.sign('sms-9001')}").status_code == 404, "another kind of link"
    assert client.post(f"/unsubscribe/{runtime.unsubscribes.sign('sms-9001')}").status_code == 200
    with runtime.database.read() as session:
        opted_out = {
            shop_id: Contacts(session, shop_id).get("sms", "+447700900123") for shop_id in (ours, neighbour.shop_id)
        }
    assert opted_out[ours] is None
    assert opted_out[neighbour.shop_id] is not None


def _ask(
    client: FlaskClient, clock: StandingClock, method: str, path: str, query: dict[str, str] | None = None
) -> TestResponse:
    made = make_session_token(shop=SHOP, client_id=CLIENT_ID, secret=CLIENT_SECRET, now=clock.now())
    if method == "GET" and not path.endswith(("/data", "/variants", "/set-up")):
        opened = {"embedded": "1", "shop": SHOP, "host": "YWRtaW4", "id_token": made, **(query or {})}
        return client.get(path, query_string=opened, headers={"Accept": "text/html"})
    headers = {"Authorization": f"Bearer {made}", "Accept": "application/json"}
    return client.open(path, method=method, query_string=query or {}, data={"revision": "1"}, headers=headers)


def _rows(runtime: Runtime, neighbour: Neighbour) -> dict[str, list[tuple[Any, ...]]]:
    """Return every row of the other shop, table by table."""
    found: dict[str, list[tuple[Any, ...]]] = {}
    for base, database in ((Base, runtime.database), (InboxBase, runtime.inbox.database)):
        for table in base.metadata.tables.values():
            if table.name in SCOPED:
                found[table.name] = _of(table, database.engine, neighbour)
    assert sum(map(len, found.values())) > 15, "the other shop has something of everything"
    return found


def _of(table: Table, engine: Engine, neighbour: Neighbour) -> list[tuple[Any, ...]]:
    column = table.columns[SCOPED[table.name]]
    owner = neighbour.shop_id if column.name == "shop_id" else OTHER_SHOP
    with engine.connect() as connection:
        return sorted((tuple(row) for row in connection.execute(select(table).where(column == owner))), key=repr)


@contextmanager
def _read_statements(runtime: Runtime) -> Iterator[list[str]]:
    found: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        found.append(" ".join(statement.split()))

    engines = {runtime.database.engine, runtime.inbox.database.engine}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)


def _check(statements: list[str]) -> None:
    """Fail on a statement that reads or changes a table of shops' rows and does not say whose."""
    assert any(re.search(r"FROM (?:orders|decisions|variants)\b", each) for each in statements)
    for each in sorted(set(statements)):
        if not each.startswith(("SELECT", "UPDATE", "DELETE")):
            continue
        conditions = each.partition(" WHERE ")[2]
        for table, column in SCOPED.items():
            if re.search(rf"(?:FROM|JOIN|UPDATE) {table}\b", each):
                assert re.search(rf"\b{table}\.{column} (?:=|IN) ", conditions), f"says no shop: {each}"


def test_the_scan_of_statements_finds_what_names_no_shop() -> None:
    with pytest.raises(AssertionError, match="says no shop"):
        _check(["SELECT orders.name FROM orders WHERE orders.order_id = ?"])
    with pytest.raises(AssertionError, match="says no shop"):
        _check(["SELECT 1 FROM orders JOIN decisions ON true WHERE orders.shop_id = ? AND decisions.id = ?"])
    with pytest.raises(AssertionError, match="says no shop"):
        _check(["UPDATE touches SET state=? WHERE touches.id = ?", "SELECT 1 FROM orders WHERE orders.shop_id = ?"])
    _check(["SELECT orders.name FROM orders WHERE orders.shop_id = ? AND orders.order_id = ?"])
