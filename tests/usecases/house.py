"""A whole Afters on a real database with fake ports, and the things that happen to it."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from server.core.signing import LinkSigner
from server.domain.offered import Offered
from server.domain.orders import Order, VariantFacts
from server.domain.reasons import Reason, TraceLine
from server.ports import DeliveryHeaders
from server.storage.catalog import Catalog
from server.storage.contacts import Contacts
from server.storage.db import Database
from server.storage.decisions import StoredDecision
from server.storage.deliveries import DeliveryRow
from server.storage.inbox import Inbox
from server.storage.ledger import LedgerRow
from server.storage.rules import Rules, RuleVersionRow
from server.storage.secrets import SecretBox
from server.storage.shops import Connections, Shops
from server.storage.touches import Touches, TouchRow
from server.usecases.access import ShopAccess
from server.usecases.ingest import handle_delivery, store_delivery
from server.usecases.inquiries import Answer
from server.usecases.install import open_app
from server.usecases.messages import resolve_cut_off, send_touch
from server.usecases.offers import answer_purchase
from server.usecases.orders import record_order
from server.usecases.page_events import record_page_event
from server.usecases.touch_work import Post
from server.usecases.tracing import trace_of
from tests.conftest import StandingClock
from tests.factories import SHOP, customer, product, purchase, rules_json, variant
from tests.fakes import (
    FakeApis,
    FakeAuth,
    FakeInbound,
    FakePhones,
    FakePlatformApi,
    FakeRenderer,
    FakeSigner,
    FakeVendors,
)

KEY = "7c" * 32
AGE = timedelta(days=30)


@dataclass
class House:
    database: Database
    inbox: Inbox
    clock: StandingClock
    box: SecretBox = field(default_factory=lambda: SecretBox((KEY,)))
    apis: FakeApis = field(default_factory=FakeApis)
    vendors: FakeVendors = field(default_factory=FakeVendors)
    renderer: FakeRenderer = field(default_factory=FakeRenderer)
    phones: FakePhones = field(default_factory=FakePhones)
    inbound: FakeInbound = field(default_factory=FakeInbound)
    signer: FakeSigner = field(default_factory=FakeSigner)
    auth: FakeAuth = field(init=False)
    shop_id: int = field(init=False)
    _delivered: int = 0

    def __post_init__(self) -> None:
        self.auth = FakeAuth(self.clock.now())

    @property
    def api(self) -> FakePlatformApi:
        return self.apis.by_domain[SHOP]

    @property
    def access(self) -> ShopAccess:
        return ShopAccess(self.database, self.box, self.auth, self.apis)

    @property
    def post(self) -> Post:
        return Post(
            access=self.access,
            vendors=self.vendors,
            renderer=self.renderer,
            phones=self.phones,
            clicks=LinkSigner(KEY, "click links"),
            unsubscribes=LinkSigner(KEY, "unsubscribe links"),
            public_url="https://afters.example",
            clock=self.clock,
        )

    def open(self, domain: str = SHOP) -> int:
        """Install a shop as its merchant does, by opening the app."""
        self.auth.now = self.clock.now()
        opened = open_app(
            database=self.database,
            box=self.box,
            auth=self.auth,
            shop_domain=domain,
            session_token="session",
            now=self.clock.now(),
        )
        return opened.shop_id

    def set_up(self, *goods: VariantFacts, rules: dict[str, Any] | None = None) -> None:
        """Install the shop, fill its catalogue, publish rules, connect a sender for each channel."""
        self.shop_id = self.open()
        self.stock(*(goods or [variant(each) for each in ("1", "2", "3", "4")]))
        self.publish(rules or rules_json())
        self.grow_old()
        self.api.held_customers["77"] = customer()
        with self.database.write() as session:
            Shops(session, self.box).by_id(self.shop_id).time_zone = "Europe/London"
            for slug in ("texter", "mailer"):
                Connections(session, self.shop_id, self.box).save(
                    slug, {"postal_address": "1 Road"}, now=self.clock.now()
                )
            Contacts(session, self.shop_id).save_customer(customer())

    def grow_old(self) -> None:
        """Let the shop have had the app, and the rules, for AGE already: orders from before are not ours."""
        with self.database.write() as session:
            Shops(session, self.box).by_id(self.shop_id).installed_at -= AGE
            query = select(RuleVersionRow).where(RuleVersionRow.shop_id == self.shop_id)
            for version in session.scalars(query):
                version.published_at -= AGE

    def stock(self, *goods: VariantFacts) -> None:
        """Put goods on sale, on the platform and in our mirror of it."""
        with self.database.write() as session:
            for facts in goods:
                snapshot = product(facts, updated_at=self.clock.now())
                self.api.held_products[snapshot.product_id] = snapshot
                Catalog(session, self.shop_id).save(snapshot)

    def publish(self, rules: dict[str, Any]) -> None:
        with self.database.write() as session:
            store = Rules(session, self.shop_id)
            draft = store.draft()
            store.save_draft(rules, revision=draft.revision if draft else 0, now=self.clock.now())
            store.publish(by=None, now=self.clock.now())

    def deliver(self, topic: str, raw: bytes = b"body", *, domain: str = SHOP, **said: Any) -> str:
        """Let a delivery come in and be handled; return how it ended."""
        return handle_delivery(
            access=self.access,
            inbox=self.inbox.database,
            inbound=self.inbound,
            delivery_id=self.store(topic, raw, domain=domain, **said),
            now=self.clock.now(),
        )

    def store(
        self, topic: str, raw: bytes = b"body", *, domain: str = SHOP, source: str = "shopify", **said: Any
    ) -> int:
        self._delivered += 1
        headers = DeliveryHeaders(domain, topic, said.pop("delivery_id", f"d{self._delivered}"), None, None, None)
        for name, value in said.items():
            object.__setattr__(headers, name, value)
        store_delivery(inbox=self.inbox, source=source, said=headers, headers={}, raw=raw, now=self.clock.now())
        with self.inbox.database.read() as session:
            return session.scalars(select(DeliveryRow.id).order_by(DeliveryRow.id.desc())).first() or 0

    def record(self, placed: Order) -> bool:
        """Take in an order as it stands."""
        return self.database.run(
            lambda session: record_order(session, self.shop_id, placed, customer=None, now=self.clock.now())
        )

    def ask(self, **changes: Any) -> Answer:
        """Ask for an offer as the one-click page does."""
        found = answer_purchase(
            database=self.database, shop_domain=SHOP, purchase=purchase(**changes), now=self.clock.now()
        )
        assert not isinstance(found, Reason), found
        return found

    def trace(self, decision: StoredDecision) -> tuple[TraceLine, ...]:
        """Return how a decision came about."""
        with self.database.read() as session:
            return trace_of(session, self.shop_id, decision)

    def offered(self) -> Offered:
        found = self.ask().decision.offered
        assert found is not None
        return found

    def stock_product(self, *variants: VariantFacts) -> None:
        """Put one product on sale with all of its variants."""
        snapshot = product(*variants, updated_at=self.clock.now())
        self.api.held_products[snapshot.product_id] = snapshot
        with self.database.write() as session:
            Catalog(session, self.shop_id).save(snapshot)

    def revenue(self) -> int:
        """Return what all offers and messages have earned."""
        with self.database.read() as session:
            rows = session.scalars(select(LedgerRow).where(LedgerRow.shop_id == self.shop_id))
            return sum(row.amount for row in rows)

    def happen(
        self,
        kind: str,
        *,
        path: str = "0",
        status: str | None = None,
        option_id: str | None = None,
        **changes: Any,
    ) -> bool:
        """Let the one-click page report something."""
        asked = purchase(**changes)
        return record_page_event(
            database=self.database,
            shop_domain=SHOP,
            purchase=asked,
            decision_id=self.ask(**changes).decision.id,
            path=path,
            kind=kind,
            status=status,
            error_codes=(),
            latency_ms=None,
            option_id=option_id,
            now=self.clock.now(),
        )

    def touches(self, order_id: str = "500") -> tuple[TouchRow, ...]:
        with self.database.read() as session:
            return Touches(session, self.shop_id).of_order(order_id)

    def touch(self, channel: str = "sms", order_id: str = "500") -> TouchRow:
        return next(each for each in self.touches(order_id) if each.channel == channel)

    def send(self, channel: str = "sms", order_id: str = "500") -> str:
        """Let the touch of a channel be sent when it is due, whatever its state."""
        touch = self.touch(channel, order_id)
        self.clock.moment = max(self.clock.moment, touch.due_at)
        return send_touch(self.post, shop_id=self.shop_id, touch_id=touch.id, attempt=touch.attempt)

    def resolve(self, channel: str = "sms") -> str:
        return resolve_cut_off(self.post, shop_id=self.shop_id, touch_id=self.touch(channel).id)
