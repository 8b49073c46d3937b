"""An offer as the one-click page takes it. What a page shows is made here alone, for shoppers and previews alike."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from server.core.money import Money
from server.domain.offered import AppliedDiscount, Offered, OfferedItem, OfferedStep, ShippingPrice, build_changes
from server.domain.orders import VariantFacts
from server.domain.plans import PlanTerms
from server.shopify.tokens import change_body, discount_value
from server.web.page_words import Reader, Words


def page_offer(step: OfferedStep, goods: Mapping[str, VariantFacts], reader: Reader) -> dict[str, Any]:
    """Return a step as the page shows it; what comes after it is under its option with an "a" or a "d" behind it.

    Each of `choices` holds what differs where it is taken instead: laid over the offer, it is the offer chosen.
    """
    offered = step.offered
    first = goods[offered.item.variant_id]
    is_bundle = len(offered.items) > 1
    made = {
        **_option(offered, step.path, None, goods, reader),
        "product_id": int(offered.item.product_id),
        "title": " + ".join(goods[item.variant_id].title for item in offered.items),
        "description": "" if is_bundle else first.description,
        "items": [_part(item, goods[item.variant_id], offered.currency) for item in offered.items] if is_bundle else [],
        "more_images": list(_other_images(offered, goods)),
        "shipping": _shipping(offered.shipping),
        "ends_after_minutes": offered.ends_after_minutes,
        "layout": {"name": offered.layout.name, "blocks": list(offered.layout.order)},
    }
    return {**made, "choices": list(_choices(step, goods, reader, made))}


def _choices(
    step: OfferedStep, goods: Mapping[str, VariantFacts], reader: Reader, made: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    for number, item in enumerate(step.offered.choices):
        if item.variant_id in goods:
            choice = _option(step.offered, f"{step.path}.{number}", number, goods, reader)
            yield {name: value for name, value in choice.items() if name == "changes" or made[name] != value}


def _option(
    offered: Offered, option_id: str, choice: int | None, goods: Mapping[str, VariantFacts], reader: Reader
) -> dict[str, Any]:
    """Return what is accepted under one option, priced. A bundle is one thing at the price of all its goods."""
    items = offered.chosen(choice)
    item = items[0]
    facts = goods[item.variant_id]
    if len(items) > 1:
        item = OfferedItem(
            item.variant_id,
            item.product_id,
            quantity=1,
            unit_price=sum(each.quantity * each.unit_price for each in items),
            discounted_unit_price=sum(each.total for each in items),
        )
    words = Words(offered, item, " + ".join(goods[each.variant_id].title for each in items), reader)
    return {
        "option_id": option_id,
        "variant_id": int(item.variant_id),
        "variant_title": facts.variant_title if len(items) == 1 else None,
        "image": _image(facts),
        "quantity": item.quantity,
        "unit_price": _money(item.unit_price, offered.currency),
        "discounted_unit_price": _money(item.discounted_unit_price, offered.currency),
        "discount": _discount(item.discount) if item.discount else None,
        "subscription": _subscription(item.plan, offered.currency) if item.plan else None,
        "reason_line": words.reason,
        "badge": words.said("badge"),
        "texts": words.texts,
        "changes": [change_body(change) for change in build_changes(offered, choice)],
    }


def _part(item: OfferedItem, facts: VariantFacts, currency: str) -> dict[str, Any]:
    """Return one of the goods of a bundle; the price is that of all its units."""
    return {
        "title": facts.title,
        "variant_title": facts.variant_title,
        "quantity": item.quantity,
        "image": _image(facts),
        "price": _money(item.quantity * item.unit_price, currency),
        "discounted_price": _money(item.total, currency),
    }


def _image(facts: VariantFacts) -> dict[str, str] | None:
    return {"url": facts.image_url, "alt": facts.image_alt or facts.title} if facts.image_url else None


def _other_images(offered: Offered, goods: Mapping[str, VariantFacts]) -> Iterator[dict[str, str]]:
    """Yield the pictures of a bundle's further goods; the catalogue holds one of each."""
    images = (_image(goods[item.variant_id]) for item in offered.items[1:])
    yield from (each for each in images if each is not None)


def _shipping(shipping: ShippingPrice | None) -> dict[str, Any] | None:
    if shipping is None:
        return None
    return {"title": shipping.title, "price": _money(shipping.price.minor, shipping.price.currency)}


def _subscription(terms: PlanTerms, currency: str) -> dict[str, Any]:
    """Return what the shopper is bound to, so that the page can say it before it asks for consent."""
    later = None
    if terms.later_after is not None and terms.later_price is not None:
        later = {"after": terms.later_after, "unit_price": _money(terms.later_price, currency)}
    return {
        "plan": terms.name,
        "billing": asdict(terms.billing),
        "delivery": asdict(terms.delivery),
        "unit_price": _money(terms.unit_price, currency),
        "shipping": _money(terms.shipping, currency),
        "later": later,
    }


def _discount(discount: AppliedDiscount) -> dict[str, Any]:
    value, kind = discount_value(discount)
    return {"value": value, "value_type": kind, "title": discount.title}


def _money(minor: int, currency: str) -> dict[str, str]:
    return {"amount": Money(minor, currency).text(), "currency": currency}
