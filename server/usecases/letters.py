"""Writes the message of a touch: words, links, address."""

from collections.abc import Mapping

from server.core.money import Money
from server.domain.codes import NewCode
from server.domain.offered import Offered
from server.domain.orders import Order, VariantFacts
from server.domain.page_words import words_for
from server.domain.presentment import shown_prices
from server.ports import Message, OfferMessage, Words
from server.usecases.senders import Sender
from server.usecases.touch_work import Post, TouchWork


def write_letter(
    post: Post,
    work: TouchWork,
    *,
    sender: Sender,
    recipient: str,
    goods: tuple[Offered, VariantFacts] | None,
    code: NewCode | None,
    local: Mapping[str, Money],
) -> tuple[Message, Words]:
    """Return the message of a touch, ready to leave, and its words; without goods the template must name none.

    Goods are priced as their shopper pays, where `local` tells that; else in the shop's currency.
    """
    touch, shop = work.touch, work.shop
    offered, variant = goods if goods is not None else (None, None)
    full = reduced = Money(0, work.order.currency)
    if offered is not None:
        full, reduced = shown_prices(offered.item, offered.currency, local)
    unsubscribe_url = f"{post.public_url}/unsubscribe/{post.unsubscribes.sign(touch.id)}"
    words = post.renderer.render(
        touch.channel,
        OfferMessage(
            template=work.document.template_for(variant.tags, touch.template) if variant else touch.template,
            locale=work.order.locale,
            shop_name=shop.name or shop.domain,
            first_name=work.order.first_name,
            order_name=work.order.name,
            product_title=variant.title if variant else "",
            product_url=f"{post.public_url}/c/{post.clicks.sign(touch.id)}",
            image_url=variant.image_url if variant else None,
            image_alt=variant.image_alt if variant else None,
            price=reduced.minor,
            full_price=full.minor,
            currency=full.currency,
            reason_line=_reason(offered, variant, work.order) if offered and variant else None,
            unsubscribe_url=unsubscribe_url,
            postal_address=sender.settings.get("postal_address", ""),
            code=code,
        ),
    )
    message = Message(
        idempotency_key=f"{touch.id}:{touch.attempt}",
        channel=touch.channel,
        recipient=recipient,
        text=words.text,
        subject=words.subject,
        html=words.html,
        unsubscribe_url=unsubscribe_url,
        callback_url=f"{post.public_url}/receipts/{sender.slug}?shop={shop.domain}",
    )
    return message, words


def _reason(offered: Offered, variant: VariantFacts, order: Order) -> str | None:
    """Return why the goods are offered, in the order's language.

    A line of the merchant's that names prices is passed over: a message states its own, with the code that makes them.
    """
    dearest = max(order.lines, key=lambda line: line.total, default=None)
    values = {"product": variant.title, "bought": offered.bought or (dearest.title if dearest is not None else None)}
    said = words_for("reason", offered.texts, offered.translations, locale=order.locale, values=values)
    # A line of the merchant's that cannot be filled is not said at all.
    return said or (offered.reason_line if offered.texts.reason is None else None)
