"""Tags orders with an accepted offer on the platform, where the merchant wants that: once, and not again for our own.

A tag makes the platform say that the order changed. That news leads nowhere: what is asked for is kept by order, and a
change of nothing that is stored here is none (`server.usecases.reconcile`).
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

import structlog

from server.core.errors import AppError
from server.domain.attribution import Credit
from server.domain.rules import FaultyDocument, Problem
from server.ports import PermanentFailure
from server.storage.db import Database, Session
from server.storage.order_tags import OrderTags, WantedTag, due_tags
from server.storage.secrets import SecretBox
from server.storage.shops import Shops, tag_wanted
from server.usecases.access import ShopAccess, ShopClosed

log = structlog.get_logger()

SCOPE = "write_orders"
LONGEST = 40  # the platform's own limit for a tag of an order
_AT_ONCE = 50
_ATTEMPTS = 12
_FIRST_RETRY, _LONGEST_RETRY = timedelta(minutes=1), timedelta(hours=4)


def set_order_tag(*, database: Database, box: SecretBox, shop_id: int, text: str) -> str | None:
    """Keep the tag that orders with an accepted offer get from now on, none for an empty text; return it.

    Raises:
        FaultyDocument: the platform would not take it as one tag, or may not be asked for it.
    """
    tag = " ".join(text.split()) or None
    with database.write() as session:
        row = Shops(session, box).lock(shop_id)
        problem = None
        if tag is not None and "," in tag:
            problem = "A comma would make two tags of it."
        elif tag is not None and len(tag) > LONGEST:
            problem = f"A tag has at most {LONGEST} characters."
        elif tag is not None and SCOPE not in row.scopes:
            problem = "Afters may not change orders in this shop yet: allow it first."
        if problem is not None:
            raise FaultyDocument((Problem("order_tag", problem),))
        row.order_tag = tag
        return tag


def want_order_tag(
    session: Session, shop_id: int, order_id: str, credits_due: Iterable[Credit], *, now: datetime
) -> bool:
    """Ask for the shop's tag on an order that holds goods of an accepted offer; False where there is nothing to do."""
    if not any(each.source.startswith("decision:") for each in credits_due):
        return False
    tag = tag_wanted(session, shop_id, scope=SCOPE)
    return tag is not None and OrderTags(session, shop_id).want(order_id, tag, now=now)


def write_order_tags(*, access: ShopAccess, now: datetime) -> int:
    """Write the tags that are due, of all shops; return how many were written.

    Writing one twice is harmless: the platform keeps a tag once. One that cannot be written is tried for about a day.
    """
    with access.database.read() as session:
        wanted = due_tags(session, now=now, limit=_AT_ONCE)
    return sum(_write(access, each, now=now) for each in wanted)


def _write(access: ShopAccess, wanted: WantedTag, *, now: datetime) -> bool:
    try:
        access.api(wanted.shop_id, now=now).tag_order(wanted.order_id, wanted.tag)
    except AppError as fault:
        _put_back(access, wanted, fault, now=now)
        return False
    with access.database.write() as session:
        OrderTags(session, wanted.shop_id).close(wanted.order_id, error=None, now=now)
    return True


def _put_back(access: ShopAccess, wanted: WantedTag, fault: AppError, *, now: datetime) -> None:
    is_last = isinstance(fault, PermanentFailure | ShopClosed) or wanted.failures + 1 >= _ATTEMPTS
    log.warning("order_tag.failed", shop_id=wanted.shop_id, code=fault.code, reason=fault.message, is_last=is_last)
    with access.database.write() as session:
        tags = OrderTags(session, wanted.shop_id)
        if is_last:
            tags.close(wanted.order_id, error=fault.message, now=now)
        else:
            pause = min(_FIRST_RETRY * 2**wanted.failures, _LONGEST_RETRY)
            tags.postpone(wanted.order_id, error=fault.message, until=now + pause)
