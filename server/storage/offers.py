"""What was offered, as it stands beside a decision."""

from collections.abc import Iterable
from dataclasses import asdict, replace
from decimal import Decimal
from typing import Any

from server.core.money import Money
from server.domain.offered import AppliedDiscount, Offered, OfferedItem, OfferedStep, ShippingPrice
from server.domain.page_layout import USUAL_LAYOUT, Layout
from server.domain.page_words import Texts, Translation
from server.domain.plans import Interval, PlanTerms

_PACKED = ("items", "choices", "texts", "translations", "layout", "shipping")
_OFTEN_NONE = ("bought", "found_by", "ends_after_minutes")


def pack_steps(steps: Iterable[OfferedStep]) -> list[dict[str, Any]]:
    """Return steps as JSON values."""
    return [{"path": step.path, **_pack(step.offered)} for step in steps]


def unpack_steps(packed: Iterable[dict[str, Any]]) -> tuple[OfferedStep, ...]:
    return tuple(_unpack(**each) for each in packed)


def _pack(offered: Offered) -> dict[str, Any]:
    plain = {name: getattr(offered, name) for name in Offered.__slots__ if name not in _PACKED}
    plain = {name: value for name, value in plain.items() if value is not None or name not in _OFTEN_NONE}
    texts = _texts(offered.texts)
    if offered.translations:
        plain["translations"] = [_texts(each) for each in offered.translations]
    if offered.layout != USUAL_LAYOUT:
        plain["layout"] = [offered.layout.name, list(offered.layout.blocks)]
    held = offered.shipping
    shipping = [held.title, held.price.minor, held.price.currency] if held is not None else None
    items, choices = ([_pack_item(each) for each in held] for held in (offered.items, offered.choices))
    return {**plain, "items": items, "choices": choices, "texts": texts, "shipping": shipping}


def _texts(texts: Texts) -> dict[str, Any]:
    return {name: text for name, text in asdict(texts).items() if text is not None}


def _pack_item(item: OfferedItem) -> list[Any]:
    found, discount = item.discount, None
    if found is not None:
        percent = str(found.percent) if found.percent is not None else None
        discount = [found.title, percent, [found.amount.minor, found.amount.currency] if found.amount else None]
    packed = [
        item.variant_id, item.product_id, item.quantity, item.unit_price, item.discounted_unit_price, discount,
    ]  # fmt: skip
    return [*packed, asdict(item.plan), item.lines_before] if item.plan is not None else packed


def _unpack(
    path: str,
    items: list[Any],
    choices: list[Any],
    texts: dict[str, str | None],
    shipping: list[Any] | None = None,
    **plain: Any,
) -> OfferedStep:
    goods, instead = tuple(map(_item, items)), tuple(map(_item, choices))
    price = ShippingPrice(shipping[0], Money(*shipping[1:])) if shipping is not None else None
    plain["locations"] = tuple(plain.get("locations", ()))
    plain["translations"] = tuple(Translation(**each) for each in plain.get("translations", ()))
    name, blocks = plain.pop("layout", (USUAL_LAYOUT.name, ()))
    plain["layout"] = Layout(name, tuple(blocks))
    return OfferedStep(path, Offered(items=goods, choices=instead, texts=Texts(**texts), shipping=price, **plain))


def _item(packed: list[Any]) -> OfferedItem:
    variant_id, product_id, quantity, full, reduced, held, *subscribed = packed
    discount = _discount(*held) if held is not None else None
    item = OfferedItem(variant_id, product_id, quantity, full, reduced, discount)
    if not subscribed:
        return item
    terms, lines_before = subscribed
    return replace(item, plan=_terms(**terms), lines_before=lines_before)


def _terms(billing: dict[str, Any], delivery: dict[str, Any], **plain: Any) -> PlanTerms:
    return PlanTerms(billing=Interval(**billing), delivery=Interval(**delivery), **plain)


def _discount(title: str, percent: str | None, amount: list[Any] | None) -> AppliedDiscount:
    return AppliedDiscount(
        title,
        percent=Decimal(percent) if percent is not None else None,
        amount=Money(*amount) if amount is not None else None,
    )
