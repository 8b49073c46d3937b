"""One order's story as a timeline: everything that happened, in the order it happened, with the reasons."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from server.domain.charges import Charge, ChargeState
from server.domain.decision import Outcome
from server.domain.offered import ACCEPTED, DECLINED, FIRST, read_option
from server.domain.orders import LineItem, Order
from server.domain.reasons import Reason, TraceLine
from server.storage.decisions import EventRow, StoredDecision
from server.storage.ledger import LedgerRow
from server.storage.touches import FAILED, OPEN_STATES, REFUSED, SENDING, SENT, UNKNOWN, SequenceRow, TouchRow
from server.usecases.reports import OrderStory, wording
from server.web.pages.display import Display
from server.web.pages.wording import CHANNELS

_GONE = "a product that is gone"
_WAYS = {ACCEPTED: "If accepted, next: ", DECLINED: "If declined, instead: "}
_TIMES = "\N{MULTIPLICATION SIGN}"
_OUTCOMES = {
    "processed": ("The order was changed and the card charged", "success"),
    "partially_processed": ("The item was added, but the card was not charged", "critical"),
    "unprocessed": ("The change to the order was refused", "critical"),
}
_EVENTS = {
    "shown": ("The one-click page was shown", "info"),
    "choice": ("The shopper chose another variant or quantity", "info"),
    "accepted": ("The shopper accepted the offer", "success"),
    "declined": ("The shopper declined the offer", "neutral"),
    "left": ("The shopper left the page", "neutral"),
}
_SETTLED = {
    ChargeState.PAID: ("The missing {amount} was paid", "success"),
    ChargeState.REMOVED: ("The goods that were not paid were taken off the order", "neutral"),
    ChargeState.WRITTEN_OFF: ("{amount} stayed unpaid and is no longer waited for", "warning"),
}
_TOUCH_TONES = {SENT: "success", SENDING: "info", UNKNOWN: "warning", FAILED: "critical"}


@dataclass(frozen=True, slots=True)
class TraceStep:
    """One line of a decision in words: what was looked at, what came out, the values compared."""

    subject: str
    outcome: str
    detail: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """One moment of the story. `is_ahead` marks what has not happened yet."""

    at: datetime
    heading: str
    tone: str = "neutral"
    lines: tuple[str, ...] = ()
    trace: tuple[TraceStep, ...] = ()
    quote: str | None = None
    is_ahead: bool = False


def tell(story: OrderStory, display: Display) -> tuple[Entry, ...]:
    """Return the story's entries, oldest first; what is planned stands at its time."""
    entries = [*_order_entries(story, display), *_page_entries(story, display), *_follow_up_entries(story, display)]
    entries += [entry for charge in story.charges for entry in _charge_entries(charge, story.order, display)]
    entries += [_booking_entry(row, display) for row in story.bookings]
    return tuple(sorted(entries, key=lambda entry: entry.at))


def masked(recipient: str | None) -> str:
    """Return a recipient that staff can recognise and nobody can copy."""
    if not recipient:
        return "nobody"
    name, at, domain = recipient.partition("@")
    return f"{name[:1]}…@{domain}" if at else f"{recipient[:3]} … {recipient[-3:]}"


def _order_entries(story: OrderStory, display: Display) -> Iterator[Entry]:
    order = story.order
    lines = tuple(_line(line, order, display) for line in order.lines)
    paid_by = (
        f"Paid by {', '.join(_gateway(each) for each in order.gateways)}." if order.gateways else "No payment is named."
    )
    yield Entry(order.created_at, "The order was placed", lines=(*lines, paid_by))
    if order.cancelled_at is not None:
        yield Entry(order.cancelled_at, "The order was cancelled", "critical")


def _gateway(name: str) -> str:
    return name.replace("_", " ")


def _line(line: LineItem, order: Order, display: Display) -> str:
    if not line.quantity:
        return f"{line.title}, taken off or refunded since"
    return f"{line.quantity} {_TIMES} {line.title}, {display.money(*order.paid_for(line))}"


def _page_entries(story: OrderStory, display: Display) -> Iterator[Entry]:
    page = story.page
    if page.decision is None:
        yield Entry(story.order.created_at, "No one-click page", lines=(wording(story.one_click.reason.value),))
        return
    decision = page.decision
    yield Entry(
        decision.decided_at,
        _decision_heading(decision, page.title, was_seen=bool(page.events)),
        "info" if decision.outcome is Outcome.OFFERED else "neutral",
        lines=_decision_lines(decision, display, story.titles),
        trace=_trace(decision, story),
    )
    if decision.outcome is Outcome.OFFERED and not page.events:
        yield Entry(decision.decided_at, "The page was not shown", lines=(wording(story.one_click.reason.value),))
    for at in decision.signed.values():
        yield Entry(at, "Afters signed the change to the order")
    yield from (_event_entry(event, decision, story.titles) for event in page.events)


def _decision_heading(decision: StoredDecision, title: str | None, *, was_seen: bool) -> str:
    goods = title or _GONE
    match decision.outcome:
        case Outcome.OFFERED:
            return f"The checkout asked, and {goods} was {'offered' if was_seen else 'ready to offer'}"
        case Outcome.HELD_OUT:
            return f"The checkout asked, and {goods} was kept back"
    return "The checkout asked, and nothing was offered"


def _decision_lines(decision: StoredDecision, display: Display, titles: dict[str, str]) -> tuple[str, ...]:
    lines = [wording(decision.reason.value)] if decision.outcome is not Outcome.OFFERED else []
    for step in decision.steps:
        offered = step.offered
        for item in offered.items:
            price, full = (
                display.money(each, offered.currency) for each in (item.discounted_unit_price, item.unit_price)
            )
            title = (
                "" if step.path == FIRST and len(offered.items) == 1 else f" of {titles.get(item.variant_id, _GONE)}"
            )
            instead = f" instead of {full}" if item.discount or item.plan else ""
            lines.append(f"{_WAYS.get(step.path[-1], '')}{item.quantity}{title} at {price}{instead}.")
            if item.plan is not None:
                lines.append(f"By subscription: {item.plan.name}, {item.plan.delivery.text()}.")
        if offered.arm is not None:
            lines.append(f"Drawn into the arm “{offered.arm}” of a test.")
        if offered.reason_line and step.path == FIRST:
            lines.append(f"Said to the shopper: {offered.reason_line}.")
    lines.append(f"Decided by version {decision.rules_version} of the offers.")
    return tuple(lines)


def _event_entry(event: EventRow, decision: StoredDecision, titles: dict[str, str]) -> Entry:
    latency = event.data.get("latency_ms")
    since = "the page began to load" if event.kind == "shown" else "the step before"
    lines = [f"{_length(latency)} after {since}."] if isinstance(latency, int) else []
    if event.kind == "outcome":
        heading, tone = _OUTCOMES.get(event.status or "", ("The checkout did not say what came of it", "warning"))
        codes = event.data.get("error_codes") or []
        if codes:
            lines.append(f"Shopify said: {', '.join(map(str, codes))}.")
    else:
        heading, tone = _EVENTS.get(event.kind, (event.kind, "neutral"))
    offered = decision.step(event.path)
    option_id = event.data.get("option_id")
    option = read_option(option_id) if isinstance(option_id, str) else None
    if option is not None and option[1] is not None and offered is not None:
        item = offered.chosen(option[1])[0]
        lines.append(f"Chosen: {item.quantity} {_TIMES} {titles.get(item.variant_id, _GONE)}.")
    if event.path != FIRST and offered is not None:
        lines.insert(0, f"This was the next offer: {titles.get(offered.item.variant_id, _GONE)}.")
    return Entry(event.occurred_at, heading, tone, lines=tuple(lines))


def _length(milliseconds: int) -> str:
    return f"{milliseconds / 1000:,.1f} s" if milliseconds >= 1000 else f"{milliseconds} ms"  # noqa: PLR2004 - a second


def _trace(decision: StoredDecision, story: OrderStory) -> tuple[TraceStep, ...]:
    return tuple(_trace_step(line, story.titles) for line in story.traces[decision.id])


def _trace_step(line: TraceLine, titles: dict[str, str]) -> TraceStep:
    kind, _, name = line.subject.partition(":")
    detail = line.detail
    if kind == "variant":
        subject = titles.get(name, f"Product variant {name}")
        detail = detail.removeprefix(subject).removeprefix(": ")
        if line.reason is Reason.CHOSEN:
            detail = f"By the offer {detail.removesuffix(f': {subject}')}."
    elif kind == "funnel":
        # The first words of a funnel's detail are its name as it was then; its id is not for reading.
        subject, _, detail = detail.partition(": ")
    else:
        subject = {"page": "The page", "shopper": "The shopper"}.get(kind, line.subject)
    return TraceStep(subject or name, wording(line.reason.value), detail, is_chosen=line.reason is Reason.CHOSEN)


def _charge_entries(charge: Charge, order: Order, display: Display) -> Iterator[Entry]:
    amount = display.money(charge.amount, order.currency)
    yield Entry(
        charge.since,
        f"{amount} of an accepted offer was not charged",
        "critical",
        lines=("The goods are on the order. Nothing of it counts as earned before it is paid.",),
    )
    if charge.state in _SETTLED:
        heading, tone = _SETTLED[charge.state]
        yield Entry(charge.changed_at, heading.format(amount=amount), tone)


def _follow_up_entries(story: OrderStory, display: Display) -> Iterator[Entry]:
    if story.sequence is not None:
        yield from _sequence_entries(story.sequence, "follow-up", story, display)
    if story.goodwill is not None:
        yield from _sequence_entries(story.goodwill, "follow-up after a support ticket", story, display)


def _sequence_entries(sequence: SequenceRow, name: str, story: OrderStory, display: Display) -> Iterator[Entry]:
    if sequence.refusal:
        yield Entry(sequence.created_at, f"No {name}", lines=(_reason(sequence.refusal, sequence.refusal_detail),))
        return
    yield Entry(
        sequence.created_at,
        f"The {name} was planned",
        lines=(f"Starts {display.second(sequence.starts_at)}. Why then: {wording(sequence.release_reason)}",),
    )
    clicks = {click.touch_id: click for click in reversed(story.clicks)}
    for touch in story.touches:
        if touch.sequence_id != sequence.id:
            continue
        decision = story.decisions.get(touch.decision_id or "")
        yield _touch_entry(touch, decision, story, display)
        if touch.id in clicks:
            channel = CHANNELS.get(touch.channel, touch.channel)
            yield Entry(clicks[touch.id].clicked_at, f"The shopper followed the link of the {channel}", "success")


def _touch_entry(touch: TouchRow, decision: StoredDecision | None, story: OrderStory, display: Display) -> Entry:
    is_open = touch.state in OPEN_STATES
    content = touch.content or {}
    return Entry(
        touch.sent_at or touch.claimed_at or touch.due_at,
        _touch_heading(touch),
        _TOUCH_TONES.get(touch.state, "info" if is_open else "neutral"),
        lines=tuple(_touch_lines(touch, display)),
        trace=_trace(decision, story) if decision is not None else (),
        quote="\n".join(str(content[part]) for part in ("subject", "text") if content.get(part)) or None,
        is_ahead=is_open,
    )


def _touch_heading(touch: TouchRow) -> str:
    channel = CHANNELS.get(touch.channel, touch.channel)
    return {
        SENT: f"{channel} sent to {masked(touch.recipient)}",
        SENDING: f"{channel} is being sent",
        REFUSED: f"{channel} not sent",
        FAILED: f"{channel} failed",
        UNKNOWN: f"{channel} may or may not have arrived",
    }.get(touch.state, f"{channel} planned")


def _touch_lines(touch: TouchRow, display: Display) -> Iterator[str]:
    if touch.detail or touch.reason not in (Reason.SENT.value, Reason.PLANNED.value):
        yield _reason(touch.reason, touch.detail)
    due = f"Due {display.second(touch.due_at)}"
    yield f"{due}, until {display.moment(touch.expires_at)}." if touch.state in OPEN_STATES else f"{due}."
    if touch.receipt:
        code = f" ({touch.receipt_code})" if touch.receipt_code else ""
        yield f"Last report: {touch.receipt}{code}."


def _reason(code: str, detail: str | None) -> str:
    """Return a reason with its detail: the values compared, or the vendor's own sentence."""
    if not detail:
        return wording(code)
    return f"{wording(code)} {detail}" if detail.endswith(".") else f"{wording(code)} ({detail})"


def _booking_entry(row: LedgerRow, display: Display) -> Entry:
    source = "the one-click offer" if row.source.startswith("decision:") else "a message's link"
    amount = display.money(abs(row.amount), row.currency)
    if row.amount >= 0:
        return Entry(row.booked_at, f"{amount} earned by {source}", "success")
    return Entry(
        row.booked_at, f"{amount} of {source} given back", "warning", lines=("Refunded, removed or not paid.",)
    )
