"""Answers to changesets that a person or a test asked for in advance."""

from threading import Lock

ERROR_CODES = (
    "payment_required",
    "insufficient_inventory",
    "changeset_already_applied",
    "unsupported_payment_method",
    "invalid_request",
    "server_error",
    "buyer_consent_required",
    "subscription_vaulting_error",
    "subscription_contract_creation_error",
    "subscription_no_shipping_address_error",
    "subscription_limit_error",
    "order_released_error",
)
CALLS = ("apply", "calculate")
# partially_processed: the order is changed and the card refuses. no_answer: the call itself fails.
OUTCOMES = ("processed", "partially_processed", *ERROR_CODES, "no_answer")


class ForcedOutcomes:
    """A queue per checkout and call, and one for whichever checkout comes next. Thread-safe."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._queues: dict[tuple[str | None, str], list[str]] = {}

    def add(self, *, checkout_token: str | None, call: str, outcome: str) -> None:
        """Queue an outcome for the next `call` (one of CALLS) of the checkout, or of any when None.

        Raises:
            ValueError: a call or an outcome that does not exist.
        """
        if call not in CALLS:
            raise ValueError(f"on must be one of {', '.join(CALLS)}")
        if outcome not in OUTCOMES:
            raise ValueError(f"outcome must be one of {', '.join(OUTCOMES)}")
        with self._lock:
            self._queues.setdefault((checkout_token, call), []).append(outcome)

    def take(self, *, checkout_token: str, call: str) -> str | None:
        """Return and remove the next outcome for this call, the checkout's own first."""
        with self._lock:
            for key in ((checkout_token, call), (None, call)):
                if self._queues.get(key):
                    return self._queues[key].pop(0)
        return None

    def clear(self) -> None:
        """Forget every queued outcome."""
        with self._lock:
            self._queues.clear()
