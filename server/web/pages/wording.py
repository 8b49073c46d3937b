"""Rules and outcomes in words short enough for a list."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast

from server.core.money import Money
from server.domain.conditions import CONDITIONS
from server.domain.conditions.definition import Argument
from server.domain.reasons import Reason
from server.storage.touches import FAILED, REFUSED, SENDING, SENT, UNKNOWN, SequenceRow, TouchRow
from server.usecases.reports import Goods, PageStory
from server.web.pages.display import Display

CHANNELS = {"call": "Call", "sms": "SMS", "email": "E-mail"}

# Where the word that is stored would not tell a merchant enough.
_CHOICES = {
    "order_paid": "An order is paid",
    "subscription_renewed": "A subscription renews",
    "ticket_resolved": "A support ticket is resolved",
    "wait": "Wait until that ends",
    "other_channel": "Wait, then go by the other channel",
    "expire": "Leave it out",
    "picture_left": "Picture beside the words",
    "picture_top": "Picture above the words",
    "compact": "Compact: small picture, few words",
    "story": "Story: wide, description first",
    "type": "Goods of the same type",
    "product": "Other variants of the same product",
}

_PAGE: dict[Reason, tuple[str, str]] = {
    Reason.PAGE_ACCEPTED: ("Accepted", "success"),
    Reason.PAGE_ACCEPTED_UNPAID: ("Accepted, not paid", "critical"),
    Reason.PAGE_UNSURE: ("Accepted, outcome open", "warning"),
    Reason.PAGE_FAILED: ("Accepted, then refused", "critical"),
    Reason.PAGE_DECLINED: ("Declined", "neutral"),
    Reason.PAGE_LEFT: ("Left without an answer", "neutral"),
    Reason.PAGE_SHOWN: ("Shown", "info"),
    Reason.PAGE_NOT_SHOWN: ("Ready, not shown", "neutral"),
    Reason.PAGE_NOT_ASKED: ("Not asked", "neutral"),
    Reason.PAGE_NOT_ELIGIBLE: ("Not eligible", "neutral"),
    Reason.HELD_OUT: ("Held out", "info"),
    Reason.NO_LIVE_FUNNEL: ("No offer live", "neutral"),
    Reason.SHOWING_CAP: ("Saw enough offers", "neutral"),
    Reason.CURRENCY_MISMATCH: ("Other currency", "neutral"),
}

# Completes "Not sent: ...", as the sentence of server.domain.reasons would fill the column.
_BRIEF: dict[Reason, str] = {
    Reason.NO_LIVE_JOURNEY: "follow-up off",
    Reason.SEQUENCE_CAP: "had one lately",
    Reason.MESSAGE_CAP: "enough messages",
    Reason.CHANNEL_HOLD: "other channel first",
    Reason.QUIET_HOURS: "night there",
    Reason.NO_CONSENT: "no consent",
    Reason.SUPPRESSED: "opted out",
    Reason.NO_ADDRESS: "no address",
    Reason.NO_CONNECTION: "no sender",
    Reason.ORDER_CANCELLED: "order cancelled",
    Reason.ORDER_REFUNDED: "order refunded",
    Reason.BOUGHT_SINCE: "ordered again",
    Reason.NOTHING_TO_OFFER: "nothing to offer",
    Reason.EXPIRED: "too late",
    Reason.RECIPIENT_REJECTED: "recipient refused",
    Reason.UNWRITABLE: "template failed",
    Reason.VENDOR_FAILED: "sender refused it",
    Reason.VENDOR_BUSY: "sender not reachable",
    Reason.FATE_UNKNOWN: "cut off",
    Reason.UNINSTALLED: "app uninstalled",
    Reason.HELD_OUT: "held out",
    Reason.AUDIENCE_MISS: "not in the audience",
    Reason.AUDIENCE_UNKNOWN: "audience unknown",
}


@dataclass(frozen=True, slots=True)
class Badge:
    """A few words with their tone, one of those that `s-badge` knows."""

    label: str
    tone: str = "neutral"


def page_badge(page: PageStory) -> Badge:
    """Return what became of the one-click page."""
    return Badge(*_PAGE.get(page.reason, ("No offer fitted", "neutral")))


def touch_badge(touch: TouchRow) -> Badge:
    """Return what became of one message."""
    channel = CHANNELS.get(touch.channel, touch.channel)
    match touch.state:
        case state if state == SENT:
            return Badge(f"{channel} sent", "success")
        case state if state == SENDING:
            return Badge(f"{channel} being sent", "info")
        case state if state == UNKNOWN:
            return Badge(f"{channel}: fate unknown", "warning")
        case state if state in (REFUSED, FAILED):
            tone = "critical" if state == FAILED else "neutral"
            return Badge(f"No {channel}: {brief(touch.reason)}", tone)
    return Badge(f"{channel} planned", "info")


def sequence_badge(sequence: SequenceRow) -> Badge | None:
    """Return why an order has no follow-up at all; None when it has one."""
    return Badge(f"None: {brief(sequence.refusal)}") if sequence.refusal else None


def brief(code: str) -> str:
    return _BRIEF.get(Reason(code), code.replace("_", " "))


_SOURCES = {
    "bought_together": "What is bought together",
    "dearer": "Something dearer of the same kind",
    "paired": "What goes with it, by tags",
    "as_subscription": "What was just bought, as a subscription",
}


def offer_words(offer: Mapping[str, Any], goods: Goods) -> str:
    """Return what a funnel offers."""
    named = [variant_words(each, goods) for each in offer.get("variants", [])]
    looked_for = _SOURCES.get(offer.get("source", ""))
    if looked_for is not None:
        return f"{looked_for}, or {named[0]}" if named else looked_for
    if not named:
        return "Nothing chosen yet"
    if offer.get("source") == "bundle":
        return f"Together: {' + '.join(named)}"
    others = len(named) - 1
    how = ", by subscription" if offer.get("subscription") is not None else ""
    return f"{named[0]}{f', or {others} more' if others else ''}{how}"


def variant_words(variant_id: str, goods: Goods) -> str:
    """Return a variant's title, with the variant's own where there are several."""
    facts = goods.variants.get(variant_id)
    if facts is None:
        return f"A product that is gone ({variant_id})"
    return f"{facts.title}, {facts.variant_title}" if facts.variant_title else facts.title


def discount_words(offer: Mapping[str, Any]) -> str:
    """Return what a funnel takes off."""
    if price := offer.get("price"):
        return f"{amounts_words(price['amounts'])} together"
    discount = offer.get("discount")
    if not discount:
        return "None"
    if discount.get("percent") is not None:
        return f"{float(discount['percent']):g}% off"
    return f"{amounts_words(discount['amounts'])} off each"


def amounts_words(amounts: Mapping[str, int]) -> str:
    """Return amounts in several currencies."""
    return " / ".join(f"{Money(amount, currency).text()} {currency}" for currency, amount in amounts.items())


def audience_words(audience: Mapping[str, Any] | None, goods: Goods, display: Display) -> str:
    """Return whom a funnel is for, whatever the shape of its tree."""
    if not audience:
        return "Every order"
    if "key" in audience:
        return _condition_words(audience, goods, display)
    if "not" in audience:
        return f"Not ({audience_words(audience['not'], goods, display)})"
    joiner = "; " if "all" in audience else " or "
    parts = cast("list[Mapping[str, Any]]", audience.get("all") or audience.get("any") or [])
    if not parts:
        return "Every order" if "all" in audience else "No order"
    told = [audience_words(part, goods, display) for part in parts]
    return joiner.join(f"({words})" if _is_branch(part) else words for part, words in zip(parts, told, strict=True))


def choice_words(choice: str) -> str:
    """Return one of the words that the rules let choose from, as a merchant reads it."""
    return CHANNELS.get(choice) or _CHOICES.get(choice) or choice.replace("_", " ").capitalize()


def goods_of(audience: Mapping[str, Any] | None) -> dict[str, set[str]]:
    """Return the variants, products and collections that an audience names, by kind."""
    found: dict[str, set[str]] = {"variants": set(), "products": set(), "collections": set()}
    for leaf in leaves_of(audience):
        for argument in CONDITIONS[leaf["key"]].arguments if leaf["key"] in CONDITIONS else ():
            if argument.kind in found:
                found[argument.kind].update(leaf.get("args", {}).get(argument.name, []))
    return found


def leaves_of(audience: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    if not audience:
        return []
    if "key" in audience:
        return [audience]
    parts = [audience["not"]] if "not" in audience else audience.get("all") or audience.get("any") or []
    return [leaf for part in parts for leaf in leaves_of(part)]


def _is_branch(audience: Mapping[str, Any]) -> bool:
    return len(leaves_of(audience)) > 1 and "not" not in audience


def _condition_words(leaf: Mapping[str, Any], goods: Goods, display: Display) -> str:
    condition = CONDITIONS.get(leaf["key"])
    if condition is None:
        return f"An unknown condition ({leaf['key']})"
    given = leaf.get("args", {})
    told = [
        _argument_words(argument, given[argument.name], goods, display, is_alone=len(condition.arguments) == 1)
        for argument in condition.arguments
        if given.get(argument.name) is not None
    ]
    return f"{condition.label}: {', '.join(told)}"


def _argument_words(argument: Argument, value: Any, goods: Goods, display: Display, *, is_alone: bool) -> str:
    match argument.kind:
        case "money":
            return f"{argument.label.lower()} {display.money(value)}"
        case "count":
            return f"{argument.label.lower()} {value}"
        case "variants":
            told = [variant_words(each, goods) for each in value]
        case "products":
            told = [goods.product_title(each) for each in value]
        case "collections":
            told = [goods.collection_title(each) for each in value]
        case "choices":
            told = [choice_words(each) for each in value]
        case "texts":
            told = list(value)
        case "hour":
            return f"{argument.label.lower()} {value}:00"
        case "percent":
            return f"{value:g} %"
        case _:
            return str(value)
    words = ", ".join(told)
    return words if is_alone else f"{argument.label.lower()} {words}"
