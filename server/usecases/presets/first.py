"""The draft that a new shop starts from: one offer and one follow-up, published only when the merchant says so."""

from typing import Any

FIRST_DRAFT: dict[str, Any] = {
    "schema": 1,
    "stock": {"minimum": 10},
    "caps": {"sequence_days": 14, "renewal_days": 25, "messages_per_sequence": 3, "showings": 3, "showing_days": 14},
    "holds": {"sms_holds_email_hours": 48, "email_holds_sms_hours": 24},
    "quiet_hours": {"start_hour": 9, "end_hour": 20},
    "holdout": {"percent": 5, "salt": "holdout"},
    "tiers": [
        {
            "name": "vip",
            "audience": {
                "all": [
                    {"key": "customer.spent", "args": {"at_least": 100_000}},
                    {"key": "customer.orders", "args": {"at_least": 5}},
                ]
            },
        }
    ],
    "funnels": [
        {
            "id": "bought-together",
            "name": "Often bought together",
            "is_live": True,
            "priority": 0,
            "trigger": "order_placed",
            "audience": {"all": [{"key": "order.item_count", "args": {"at_least": 1}}]},
            "steps": [
                {
                    "id": "first",
                    "offer": {
                        "id": "bought-together-15",
                        "source": "bought_together",
                        "variants": [],
                        "quantity": 1,
                        "discount": {"percent": 15, "title": "Added to your order"},
                        "texts": {"heading": "One more thing for your order?"},
                    },
                }
            ],
        }
    ],
    "journeys": [
        {
            "id": "after-the-order",
            "name": "After the order",
            "is_live": True,
            "priority": 0,
            "trigger": "order_paid",
            "steps": [
                {"id": "text", "channel": "sms", "delay_seconds": 120, "template": "offer"},
                {"id": "mail", "channel": "email", "delay_seconds": 240, "template": "offer"},
            ],
            "expires_hours": 72,
        }
    ],
}
