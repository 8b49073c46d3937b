"""Named presets: parts of a rule document that do one thing, to be added to a draft and then changed at will."""

from copy import deepcopy
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Preset:
    """One preset. `needs` says what a shop must have, or tell, for it to do anything."""

    id: str
    name: str
    what: str
    parts: dict[str, Any]
    needs: str = ""


def with_preset(document: dict[str, Any], preset: Preset) -> dict[str, Any]:
    """Return a document with a preset added: things with ids join the others, settings replace theirs."""
    made = deepcopy(document)
    for name, part in deepcopy(preset.parts).items():
        held = made.get(name)
        if isinstance(part, list):
            key = "name" if name == "tiers" else "tag" if name == "templates" else "id"
            own = {each[key] for each in part}
            made[name] = [*(each for each in held or [] if each[key] not in own), *part]
        else:
            made[name] = {**(held or {}), **part}
    return made


def _condition(key: str, **arguments: Any) -> dict[str, Any]:
    return {"key": key, "args": arguments}


def _funnel(
    preset_id: str, name: str, offer: dict[str, Any], audience: dict[str, Any], *, priority: int
) -> dict[str, Any]:
    return {
        "id": preset_id,
        "name": name,
        "is_live": True,
        "priority": priority,
        "audience": audience,
        "steps": [{"id": "first", "offer": {"id": f"{preset_id}-offer", **offer}}],
    }


def _gift(step_id: str, code: dict[str, Any], *, delay_seconds: int, template: str = "thanks") -> dict[str, Any]:
    """Return an e-mail without goods that brings a code for the next order."""
    return {
        "id": step_id,
        "channel": "email",
        "delay_seconds": delay_seconds,
        "template": template,
        "has_offer": False,
        "code": code,
    }


_FIVE = dict.fromkeys(("GBP", "EUR", "USD", "CAD", "AUD"), 500)

_VIP = {
    "name": "vip",
    "audience": {
        "any": [
            _condition("customer.spent", at_least=50_000),
            _condition("customer.tags", tags=["vip"]),
            _condition("customer.loyalty_tier", tiers=["gold", "platinum"]),
        ]
    },
}

_NO_OPEN_TICKET = {"not": _condition("customer.open_tickets", at_least=1)}
_NO_REFUND = _condition("customer.refund_pending", **{"is": "no"})

PRESETS: dict[str, Preset] = {
    preset.id: preset
    for preset in (
        Preset(
            "stock-under-10",
            "Nothing that runs short",
            ("Goods with less than 10 in stock are not offered; 10 itself passes. Once below, they come back at 20."),
            {"stock": {"minimum": 10, "resume_at": 20}},
        ),
        Preset(
            "vip-call",
            "A call for VIPs",
            (
                "Who has spent 500 or more, is tagged vip, or is gold in the loyalty programme is called by staff "
                "within the hours for texts, and gets neither the text nor the e-mail of the others."
            ),
            {
                "tiers": [_VIP],
                "journeys": [
                    {
                        "id": "vip-call",
                        "name": "A call for VIPs",
                        "is_live": True,
                        "priority": 50,
                        "trigger": "order_paid",
                        "audience": _condition("customer.tier", tiers=["vip"]),
                        "steps": [{"id": "call", "channel": "call", "delay_seconds": 600, "template": "offer"}],
                        "expires_hours": 72,
                    }
                ],
            },
        ),
        Preset(
            "sms-holds-email",
            "A text holds e-mail back for 48 hours",
            (
                "After a text no e-mail goes to the same shopper for 48 hours, counted from when it was sent; "
                "after an e-mail no text for 24. What was to come meanwhile waits, and expires with its follow-up."
            ),
            {"holds": {"sms_holds_email_hours": 48, "email_holds_sms_hours": 24}},
        ),
        Preset(
            "one-follow-up-in-14-days",
            "One follow-up in 14 days",
            (
                "One order opens at most one follow-up, of at most three messages; a second order within 14 days "
                "opens none. Showings on the page are counted apart and never keep a follow-up back."
            ),
            {"caps": {"sequence_days": 14, "messages_per_sequence": 3}},
        ),
        Preset(
            "goes-with-by-tag",
            "What goes with it, by tags",
            "Who buys a product tagged phone is offered one tagged phone-case; after shoes come socks.",
            {
                "pairings": [
                    {
                        "id": "goes-with",
                        "name": "What goes with what",
                        "pairs": [
                            {"bought": "phone", "offered": "phone-case"},
                            {"bought": "shoes", "offered": "socks"},
                        ],
                    }
                ],
                "funnels": [
                    _funnel(
                        "goes-with-by-tag",
                        "What goes with it",
                        {
                            "source": "paired",
                            "pairing": "goes-with",
                            "discount": {"percent": 10, "title": "Goes with it"},
                        },
                        _condition("order.contains", tags=["phone", "shoes"]),
                        priority=30,
                    )
                ],
            },
            needs="Product tags.",
        ),
        Preset(
            "larger-size",
            "A larger size of the same product",
            (
                "Another variant of what was bought, 10 to 120 percent dearer, is offered at 15 percent off; who "
                "declines is offered what is bought together with the order."
            ),
            {
                "funnels": [
                    {
                        **_funnel("larger-size", "A larger size", {"source": "dearer"}, {"all": []}, priority=20),
                        "steps": [
                            {
                                "id": "larger",
                                "offer": {
                                    "id": "larger-size-offer",
                                    "source": "dearer",
                                    "band": {"family": "product", "at_least": 10, "at_most": 120},
                                    "discount": {"percent": 15, "title": "The larger one"},
                                },
                                "if_declined": "other",
                            },
                            {"id": "other", "offer": {"id": "larger-size-instead", "source": "bought_together"}},
                        ],
                    }
                ]
            },
        ),
        Preset(
            "renewal-add-on",
            "An add-on at each renewal",
            (
                "A renewal of a subscription opens a follow-up of its own: one e-mail with what is bought together "
                "with it, at most once in 25 days, whatever other follow-ups there were."
            ),
            {
                "caps": {"renewal_days": 25},
                "journeys": [
                    {
                        "id": "renewal-add-on",
                        "name": "An add-on at each renewal",
                        "is_live": True,
                        "priority": 0,
                        "trigger": "subscription_renewed",
                        "steps": [{"id": "mail", "channel": "email", "delay_seconds": 3_600, "template": "offer"}],
                        "expires_hours": 72,
                    }
                ],
            },
            needs="A subscription app whose renewals Shopify names as such.",
        ),
        Preset(
            "market-threshold",
            "Another threshold in another market",
            (
                "Orders from 50 on are offered what is bought together; in the United States and Canada from 80 "
                "on, and with at least 25 in stock."
            ),
            {
                "funnels": [
                    _funnel(
                        "from-a-value-on",
                        "From a value on",
                        {"source": "bought_together", "discount": {"percent": 10, "title": "One more thing"}},
                        {"all": [_condition("order.value", at_least=5_000)]},
                        priority=10,
                    )
                ],
                "markets": [
                    {
                        "id": "north-america",
                        "name": "North America",
                        "countries": ["US", "CA"],
                        "currencies": ["USD", "CAD"],
                        "overrides": {
                            "funnels": [
                                {
                                    "id": "from-a-value-on",
                                    "audience": {"all": [_condition("order.value", at_least=8_000)]},
                                }
                            ],
                            "stock": {"minimum": 25, "resume_at": 40},
                        },
                    }
                ],
            },
        ),
        Preset(
            "high-value-to-service",
            "High-value orders to service",
            (
                "Orders of 250 or more are called within the hour, to thank and to ask whether all is well; no "
                "goods are named, and no message is sent."
            ),
            {
                "journeys": [
                    {
                        "id": "high-value-to-service",
                        "name": "High-value orders to service",
                        "is_live": True,
                        "priority": 100,
                        "trigger": "order_paid",
                        "audience": _condition("order.value", at_least=25_000),
                        "steps": [
                            {
                                "id": "call",
                                "channel": "call",
                                "delay_seconds": 1_800,
                                "template": "service",
                                "has_offer": False,
                            }
                        ],
                        "expires_hours": 48,
                    }
                ]
            },
        ),
        Preset(
            "open-ticket-blocks",
            "Nothing while a ticket is open",
            (
                "Nothing is offered to, and nobody writes to, who has an open support ticket; both go on once it "
                "is closed. As long as nothing tells of tickets, whether one is open is unknown, and nothing is "
                "offered."
            ),
            {
                "funnels": [
                    _funnel(
                        "no-open-ticket",
                        "Bought together, without an open ticket",
                        {"source": "bought_together"},
                        {"all": [_NO_OPEN_TICKET]},
                        priority=5,
                    )
                ],
                "journeys": [
                    {
                        "id": "after-the-order",
                        "name": "After the order, without an open ticket",
                        "is_live": True,
                        "priority": 0,
                        "trigger": "order_paid",
                        "audience": {"all": [_NO_OPEN_TICKET]},
                        "steps": [
                            {"id": "text", "channel": "sms", "delay_seconds": 120, "template": "offer"},
                            {"id": "mail", "channel": "email", "delay_seconds": 240, "template": "offer"},
                        ],
                        "expires_hours": 72,
                    }
                ],
            },
            needs="Something that tells of tickets: a help desk, or `afters facts tell`.",
        ),
        Preset(
            "thanks-after-ticket",
            "Thanks after a ticket that ended well",
            (
                "Whose support ticket ended well, with no other open and no refund under way, gets an e-mail within "
                "the day that takes 10 percent off the next order: a code of their own, taken once, within 30 days. "
                "A customer gets one in 90 days, and the shop gives at most 100 in 30 days."
            ),
            {
                "caps": {"goodwill_days": 90, "goodwill_per_month": 100},
                "journeys": [
                    {
                        "id": "thanks-after-ticket",
                        "name": "Thanks after a ticket",
                        "is_live": True,
                        "trigger": "ticket_resolved",
                        "audience": {"all": [_NO_OPEN_TICKET, _NO_REFUND]},
                        "steps": [_gift("mail", {"percent": 10, "title": "Thank you"}, delay_seconds=3_600)],
                        "expires_hours": 24,
                        "code_days": 30,
                    }
                ],
            },
            needs="Something that tells how tickets ended: a help desk, or `afters facts tell`.",
        ),
        Preset(
            "reward-for-loyalty",
            "A reward for loyal customers",
            (
                "Who has 500 points or more in the loyalty programme gets 5.00 off the next order by e-mail the day "
                "after an order, in place of goods: a code of their own, taken once, within 30 days."
            ),
            {
                "journeys": [
                    {
                        "id": "reward-for-loyalty",
                        "name": "A reward for loyalty",
                        "is_live": True,
                        "priority": 40,
                        "trigger": "order_paid",
                        "audience": _condition("customer.loyalty_points", at_least=500),
                        "steps": [
                            _gift(
                                "mail", {"amounts": _FIVE, "title": "Reward"}, delay_seconds=86_400, template="reward"
                            )
                        ],
                        "code_days": 30,
                    }
                ],
            },
            needs="Something that tells of loyalty: a loyalty programme, or `afters facts tell`.",
        ),
    )
}
