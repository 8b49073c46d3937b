"""How long what tells of a person is kept: the one table that the clean-up, the policy's page and the tests read."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Term:
    """A length of time, and how people say it. `length` is None for what has no term of its own."""

    length: timedelta | None
    words: str


# With the shop: Shopify asks for a shop's erasure 48 hours after it uninstalled, and we obey at once.
WITH_SHOP = Term(None, "as long as the shop has the app")
DELIVERIES = Term(timedelta(days=30), "30 days after it was handled")
JOBS = Term(timedelta(days=1), "1 day after they ended")
MESSAGE_TEXTS = Term(timedelta(days=180), "180 days")
# The way out in a message must work for as long as anybody may find that message.
RECIPIENTS = Term(timedelta(days=730), "2 years")
ORDER_CONTACTS = Term(timedelta(days=180), "180 days after the order")
PROOFS = Term(timedelta(days=1_095), "3 years after it was done")
# For the shop whose erasure Shopify never asked for.
UNINSTALLED = Term(timedelta(days=30), "30 days after the shop uninstalled, at the latest")
