"""Sends one due touch: everything is asked again at the last moment, and nothing is sent twice."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from server.core.errors import AppError
from server.domain.contact import Verdict, may_contact
from server.domain.decision import Outcome
from server.domain.reasons import Reason
from server.ports import (
    Accepted,
    CredentialsRejected,
    Message,
    RecipientRejected,
    ReopenNeeded,
    TemporaryFailure,
    VendorFailure,
)
from server.storage.contacts import Contacts
from server.storage.db import Session
from server.storage.shops import Connections
from server.storage.touches import FAILED, OPEN_STATES, REFUSED, SENDING, SENT, UNKNOWN, Touches, TouchRow
from server.usecases.access import ShopClosed
from server.usecases.codes import CodeTerms, terms_of
from server.usecases.follow_ups import current_release, still_fits
from server.usecases.letters import write_letter
from server.usecases.message_offers import (
    MessageChoice,
    Proposal,
    is_offer,
    prepare_choice,
    propose,
    store_message_decision,
)
from server.usecases.recipients import contact_facts
from server.usecases.senders import Sender, find_sender, named_sender
from server.usecases.touch_work import Post, TouchNotOpen, TouchWork, end_touch, load_touch, wait_again

_FIRST_RETRY = timedelta(seconds=30)
_LONGEST_RETRY = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class _Claimed:
    """A message that is claimed and may leave now."""

    message: Message
    sender: Sender


def send_touch(post: Post, *, shop_id: int, touch_id: str, attempt: int) -> str:
    """Send, defer or refuse a touch; return its state afterwards.

    Between the units of work - check, claim, record - the platform and the vendor are called with none open. A crash
    after the claim leaves it standing, and `resolve_cut_off` settles it.

    Raises:
        TouchNotOpen.
    """
    now = post.clock.now()
    with post.access.database.write() as session:
        work = load_touch(session, post, shop_id=shop_id, touch_id=touch_id, attempt=attempt)
        ended = _may_not(session, post, work, now=now)
        if ended is not None:
            return ended
        terms = terms_of(session, work, now=now)
        if not isinstance(terms, CodeTerms):
            return end_touch(work.touch, REFUSED, *terms)
        choice, version = prepare_choice(session, work, now=now) if work.has_offer else None, work.rules.number
    try:
        proposal = propose(post.access.api(shop_id, now=now), choice, terms)
    except (VendorFailure, ReopenNeeded, ShopClosed) as failure:
        with post.access.database.write() as session:
            work = load_touch(session, post, shop_id=shop_id, touch_id=touch_id, attempt=attempt)
            if isinstance(failure, ShopClosed):
                return end_touch(work.touch, REFUSED, Reason.UNINSTALLED)
            return _try_later(work.touch, failure, now=now)
    now = post.clock.now()
    with post.access.database.write() as session:
        work = load_touch(session, post, shop_id=shop_id, touch_id=touch_id, attempt=attempt)
        if work.rules.number != version:
            # Goods and code were chosen by rules that are live no more.
            return wait_again(work.touch, until=now, reason=Reason.PLANNED, detail="other rules were published")
        claimed = _claim(session, post, work, choice, proposal, now=now)
    if isinstance(claimed, str):
        return claimed
    try:
        accepted = claimed.sender.channel.send(claimed.message)
    except VendorFailure as failure:
        with post.access.database.write() as session:
            return _record_failure(session, post, shop_id, touch_id, failure)
    with post.access.database.write() as session:
        return _record_sent(session, shop_id, touch_id, accepted, sent_at=post.clock.now())


def put_back(post: Post, *, shop_id: int, touch_id: str, attempt: int, fault: str) -> str:
    """Put a touch that an error of our own stopped back for later; one that may have left stays claimed.

    Raises:
        TouchNotOpen.
    """
    now = post.clock.now()
    with post.access.database.write() as session:
        touch = Touches(session, shop_id).lock(touch_id)
        if touch is None or touch.attempt != attempt or touch.state not in OPEN_STATES:
            raise TouchNotOpen("The touch is not open for this attempt.", touch_id=touch_id, attempt=attempt)
        if now >= touch.expires_at:
            return end_touch(touch, FAILED, Reason.OUR_FAULT, fault)
        return _wait_longer(touch, None, reason=Reason.OUR_FAULT, detail=fault, now=now)


def resolve_cut_off(post: Post, *, shop_id: int, touch_id: str) -> str:
    """Settle a touch whose send was claimed and never recorded: ask the vendor, and never send again blindly.

    Raises:
        TouchNotOpen: it was settled meanwhile. TemporaryFailure: the vendor cannot be asked just now.
    """
    with post.access.database.read() as session:
        touch = _claimed_touch(session, shop_id, touch_id)
        sender = named_sender(
            session, post.access.box, post.vendors, shop_id=shop_id, channel=touch.channel, slug=touch.vendor or ""
        )
        message = Message(
            idempotency_key=f"{touch.id}:{touch.attempt}",
            channel=touch.channel,
            recipient=touch.recipient or "",
            text=str((touch.content or {}).get("text", "")),
        )
        claimed_at = touch.claimed_at or touch.due_at
    found, can_be_asked = _ask_vendor(sender, message, since=claimed_at)
    with post.access.database.write() as session:
        touch = _claimed_touch(session, shop_id, touch_id)
        if found is not None:
            return _record_sent(session, shop_id, touch_id, found, sent_at=claimed_at)
        if can_be_asked:
            detail = "the vendor never had it"
            return wait_again(touch, until=post.clock.now(), reason=Reason.VENDOR_BUSY, detail=detail)
        detail = "cut off while sending, and the vendor cannot be asked"
        return end_touch(touch, UNKNOWN, Reason.FATE_UNKNOWN, detail)


def _ask_vendor(sender: Sender | None, message: Message, *, since: datetime) -> tuple[Accepted | None, bool]:
    if sender is None:
        return None, False
    try:
        return sender.channel.find(message, since=since), True
    except TemporaryFailure:
        raise
    except VendorFailure:
        return None, False


def _may_not(session: Session, post: Post, work: TouchWork, *, now: datetime) -> str | None:
    """Refuse or defer the touch when it may not be sent now; None when it may."""
    touch, document = work.touch, work.document
    if not work.shop.is_installed:
        return end_touch(touch, REFUSED, Reason.UNINSTALLED)
    journey = document.journey(work.sequence.journey_id)
    step = journey.step(touch.step_id) if journey is not None and journey.is_live else None
    if step is None:
        return end_touch(touch, REFUSED, Reason.NO_LIVE_JOURNEY, "the follow-up was changed or switched off since")
    sender = find_sender(session, post.access.box, post.vendors, shop_id=work.shop.id, channel=touch.channel)
    facts = contact_facts(
        session, work.shop, work.order, work.approach, phones=post.phones, has_connection=sender is not None
    )
    facts = replace(facts, in_hold=step.in_hold)
    ruling = may_contact(facts, caps=document.caps, holds=document.holds, quiet=document.quiet_hours, now=now)
    if ruling.verdict is Verdict.SEND:
        left = still_fits(session, work, now=now)
        if left is not None:
            return end_touch(touch, REFUSED, *left)
        # The page may have come up after this touch was queued or put back, when nothing moves it any more.
        started = current_release(session, work.shop.id, work.order)
        if started.at <= now:
            return None
        return wait_again(touch, until=started.at, reason=Reason.PAGE_WAITING, detail="")
    if ruling.verdict is Verdict.DEFER and ruling.until is not None:
        touch.channel = ruling.channel or touch.channel
        return wait_again(touch, until=ruling.until, reason=ruling.reason, detail=ruling.detail)
    return end_touch(touch, REFUSED, ruling.reason, ruling.detail)


def _claim(
    session: Session,
    post: Post,
    work: TouchWork,
    choice: MessageChoice | None,
    proposal: Proposal,
    *,
    now: datetime,
) -> _Claimed | str:
    """Keep the decision, write the message, claim the touch; a text is the state that it ended in instead."""
    ended = _may_not(session, post, work, now=now)
    if ended is not None:
        return ended
    touch = work.touch
    decision, goods = proposal.decision, proposal.goods
    if choice is not None and decision is not None:
        touch.decision_id = store_message_decision(session, work, choice, proposal.live, decision, now=now).id
        if not is_offer(decision) or goods is None:
            reason = Reason.HELD_OUT if decision.outcome is Outcome.HELD_OUT else Reason.NOTHING_TO_OFFER
            return end_touch(touch, REFUSED, reason, decision.notes[-1].line.detail if decision.notes else "")
    sender = find_sender(session, post.access.box, post.vendors, shop_id=work.shop.id, channel=touch.channel)
    facts = contact_facts(
        session, work.shop, work.order, work.approach, phones=post.phones, has_connection=sender is not None
    )
    if sender is None or facts.address is None:
        raise TouchNotOpen("The sender or the address went away within one transaction.", touch_id=touch.id)
    try:
        message, words = write_letter(
            post, work, sender=sender, recipient=facts.address, goods=goods, code=proposal.code, local=proposal.local
        )
    except AppError as fault:
        return end_touch(touch, FAILED, Reason.UNWRITABLE, fault.message)
    if not Touches(session, work.shop.id).claim(touch.id, attempt=touch.attempt, now=now):
        raise TouchNotOpen("Another worker has this touch.", touch_id=touch.id)
    session.refresh(touch)
    touch.recipient, touch.vendor = message.recipient, sender.slug
    offered = goods[0] if goods is not None else None
    touch.code = proposal.code.text if proposal.code is not None else None
    touch.content = {
        "subject": words.subject,
        "text": words.text,
        "variant_id": offered.item.variant_id if offered is not None else None,
        "quantity": offered.item.quantity if offered is not None else 0,
    }
    return _Claimed(message, sender)


def _claimed_touch(session: Session, shop_id: int, touch_id: str) -> TouchRow:
    touch = Touches(session, shop_id).lock(touch_id)
    if touch is None or touch.state != SENDING:
        raise TouchNotOpen("The touch is not being sent.", touch_id=touch_id)
    return touch


def _record_sent(session: Session, shop_id: int, touch_id: str, accepted: Accepted, *, sent_at: datetime) -> str:
    touch = _claimed_touch(session, shop_id, touch_id)
    touch.sent_at, touch.vendor_id, touch.failures = sent_at, accepted.vendor_id, 0
    return end_touch(touch, SENT, Reason.SENT)


def _record_failure(session: Session, post: Post, shop_id: int, touch_id: str, failure: VendorFailure) -> str:
    touch = _claimed_touch(session, shop_id, touch_id)
    now = post.clock.now()
    match failure:
        case TemporaryFailure(is_fate_unknown=True):
            # The claim stays: the vendor is asked before anything else happens.
            touch.reason, touch.detail = Reason.FATE_UNKNOWN.value, failure.message
            return touch.state
        case TemporaryFailure():
            return _try_later(touch, failure, now=now)
        case RecipientRejected(suppress=suppress):
            if suppress and touch.recipient:
                Contacts(session, shop_id).suppress(touch.channel, touch.recipient, reason=failure.code, now=now)
            return end_touch(touch, FAILED, Reason.RECIPIENT_REJECTED, failure.message)
        case CredentialsRejected():
            Connections(session, shop_id, post.access.box).pause(touch.vendor or "", reason=failure.message, now=now)
    return end_touch(touch, FAILED, Reason.VENDOR_FAILED, failure.message)


def _try_later(touch: TouchRow, failure: VendorFailure | ReopenNeeded, *, now: datetime) -> str:
    """Wait as long as the vendor asks, else longer with each failure; expiry ends it, not a number of tries."""
    asked = failure.retry_after if isinstance(failure, TemporaryFailure) else None
    return _wait_longer(touch, asked, reason=Reason.VENDOR_BUSY, detail=failure.message, now=now)


def _wait_longer(touch: TouchRow, asked: float | None, *, reason: Reason, detail: str, now: datetime) -> str:
    doublings = min(touch.failures, 10)  # without a bound a day of failures computes with years
    pause = timedelta(seconds=asked) if asked else min(_FIRST_RETRY * 2**doublings, _LONGEST_RETRY)
    touch.failures += 1
    return wait_again(touch, until=now + pause, reason=reason, detail=detail)
