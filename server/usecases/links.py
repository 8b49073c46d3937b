"""What a link in a message does: a click leads to the cart and is remembered; an unsubscribe takes effect at once."""

from datetime import datetime

from server.core.errors import AppError
from server.storage.contacts import Contacts
from server.storage.db import Database, Session
from server.storage.secrets import SecretBox
from server.storage.shops import Shops
from server.storage.touches import Touches, TouchIndex, TouchRow

# The cart attribute that brings a click back on the order it led to.
CART_ATTRIBUTE = "_afters"


class LinkUnknown(AppError):
    """The link names no touch of ours (any more)."""

    code = "link_unknown"


def follow_click(*, database: Database, box: SecretBox, touch_id: str, storefront: str | None, now: datetime) -> str:
    """Remember a click and return the cart address with the offered goods in it, the message's code applied.

    `storefront` replaces the shop's own address in the sandbox.

    Raises:
        LinkUnknown.
    """
    with database.write() as session:
        touch = _touch(TouchIndex(session).get(touch_id))
        shop = Shops(session, box).by_id(touch.shop_id)
        Touches(session, shop.id).record_click(touch.id, token=touch.id, now=now)
        content = touch.content or {}
        variant_id, quantity = content.get("variant_id"), content.get("quantity", 1)
        base = storefront or f"https://{shop.domain}"
        if not variant_id:
            return f"{base}/discount/{touch.code}" if touch.code else base
        code = f"discount={touch.code}&" if touch.code else ""
        return f"{base}/cart/{variant_id}:{quantity}?{code}attributes[{CART_ATTRIBUTE}]={touch.id}"


def unsubscribe(*, database: Database, touch_id: str, now: datetime) -> None:
    """Opt the recipient of a touch out of its channel; doing it again changes nothing.

    Raises:
        LinkUnknown.
    """

    def opt_out(session: Session) -> None:
        touch = _touch(TouchIndex(session).get(touch_id))
        if touch.recipient:
            contacts = Contacts(session, touch.shop_id)
            contacts.suppress(touch.channel, touch.recipient, reason="unsubscribed by link", now=now)

    database.run(opt_out)


def describe_unsubscribe(*, database: Database, box: SecretBox, touch_id: str) -> str:
    """Return the name of the shop that a recipient would unsubscribe from.

    Raises:
        LinkUnknown.
    """
    with database.read() as session:
        touch = _touch(TouchIndex(session).get(touch_id))
        shop = Shops(session, box).by_id(touch.shop_id)
        return shop.name or shop.domain


def _touch(found: TouchRow | None) -> TouchRow:
    if found is None:
        raise LinkUnknown("This link is no longer known.")
    return found
