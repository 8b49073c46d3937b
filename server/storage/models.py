"""Every table there is: importing this module fills the metadata that migrations compare with."""

from server.storage import (
    alerts,
    api_keys,
    catalog,
    charges,
    collections,
    contacts,
    decisions,
    gates,
    ledger,
    offer_codes,
    order_tags,
    orders,
    plans,
    privacy,
    rules,
    shops,
    stock,
    touches,
    workers,
)
from server.storage.db import Base

__all__ = [
    "alerts",
    "api_keys",
    "catalog",
    "charges",
    "collections",
    "contacts",
    "decisions",
    "gates",
    "ledger",
    "metadata",
    "offer_codes",
    "order_tags",
    "orders",
    "plans",
    "privacy",
    "rules",
    "shops",
    "stock",
    "touches",
    "workers",
]

metadata = Base.metadata
