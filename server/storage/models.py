"""Every table there is: importing this module fills the metadata that migrations compare with."""

from server.storage import (
    api_keys,
    catalog,
    collections,
    contacts,
    decisions,
    ledger,
    offer_codes,
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
    "api_keys",
    "catalog",
    "collections",
    "contacts",
    "decisions",
    "ledger",
    "metadata",
    "offer_codes",
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
