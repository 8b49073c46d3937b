"""Draws audiences as JSON, and facts to answer them by."""

from dataclasses import replace
from typing import Any

from hypothesis import strategies as st

from server.domain.audience import Audience
from server.domain.facts import Facts
from server.domain.goods import Memberships
from server.domain.orders import PurchaseLine
from server.domain.rules import parse
from server.domain.shopper import ShopperFacts
from tests.factories import funnel_json, purchase, rules_json, variant

_TAGS = st.sampled_from(["gift", "christmas", "vip"])
_LEAVES: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.builds(lambda low: {"key": "order.value", "args": {"at_least": low}}, st.integers(0, 3_000)),
    st.builds(lambda high: {"key": "order.item_count", "args": {"at_most": high}}, st.integers(0, 4)),
    st.builds(lambda tags: {"key": "order.contains", "args": {"tags": tags}}, st.lists(_TAGS, min_size=1, max_size=2)),
    st.builds(lambda ids: {"key": "order.contains", "args": {"variants": ids}}, st.just(["1", "9"])),
    st.builds(lambda ids: {"key": "order.contains", "args": {"collections": ids}}, st.just(["31"])),
    st.builds(lambda code: {"key": "order.country", "args": {"countries": [code]}}, st.sampled_from(["GB", "FR"])),
    st.builds(lambda who: {"key": "customer.history", "args": {"is": who}}, st.sampled_from(["first", "repeat"])),
    st.builds(lambda tier: {"key": "customer.tier", "args": {"tiers": [tier]}}, st.sampled_from(["vip", "standard"])),
)
WRITTEN: st.SearchStrategy[dict[str, Any]] = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda parts: {"all": parts}, st.lists(inner, max_size=3)),
        st.builds(lambda parts: {"any": parts}, st.lists(inner, max_size=3)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=8,
)


def read(written: dict[str, Any]) -> Audience:
    return parse(rules_json(funnel_json(audience=written))).funnels[0].audience


AUDIENCES = WRITTEN.map(read)


def _facts(
    *,
    total: int,
    country: str | None,
    earlier: int | None,
    tier: str | None,
    bought: list[str],
    known: set[str],
    memberships: Memberships,
) -> Facts:
    lines = tuple(PurchaseLine(each, f"p{each}", 1, 100) for each in bought)
    goods = {each: replace(variant(each), tags=frozenset({"gift"} if each == "1" else {"christmas"})) for each in known}
    shopper = ShopperFacts(unit_id="u", earlier_orders=earlier, tier=tier)
    return Facts(purchase(total=total, country_code=country, lines=lines), shopper, goods, memberships=memberships)


FACTS = st.builds(
    _facts,
    total=st.integers(0, 3_000),
    country=st.sampled_from(["GB", "FR", None]),
    earlier=st.sampled_from([0, 1, 5, None]),
    tier=st.sampled_from(["vip", "standard", None]),
    bought=st.lists(st.sampled_from(["1", "2", "3"]), max_size=3, unique=True),
    known=st.sets(st.sampled_from(["1", "2", "3"])),
    memberships=st.builds(Memberships, st.sampled_from([{}, {"p1": ("31",)}, {"p2": ("30",)}]), st.booleans()),
)
