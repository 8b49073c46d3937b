"""Who is drawn into which share: deterministic, uniform, stable as shares grow."""

import hashlib
from collections.abc import Sequence

_BITS = 53  # as many as a float holds: with more, the largest values would round up to 1


def bucket(*, salt: str, unit_id: str) -> float:
    """Return where `unit_id` falls in [0, 1) under `salt`.

    SHA-256 of salt and unit, first 53 bits; raising a share never moves a unit that was inside it already.
    """
    return fraction(hashlib.sha256(f"{salt}\x00{unit_id}".encode()).digest())


def fraction(digest: bytes) -> float:
    """Return the first 53 bits of a digest as a number in [0, 1)."""
    return (int.from_bytes(digest[:8]) >> (64 - _BITS)) / (1 << _BITS)


def is_held_out(*, salt: str, unit_id: str, percent: float) -> bool:
    """Tell whether a unit is in the holdout of `percent` (0 to 100) of all units."""
    return bucket(salt=salt, unit_id=unit_id) * 100 < percent


def draw_arm(*, name: str, unit_id: str, traffic: float, weights: Sequence[tuple[str, int]]) -> str | None:
    """Return the arm that a unit is drawn into, of those named with their weights; None outside the traffic.

    Who takes part and which arm it is are drawn apart, so that raising the traffic (percent) moves nobody.
    """
    if bucket(salt=f"{name}:traffic", unit_id=unit_id) * 100 >= traffic:
        return None
    left = bucket(salt=name, unit_id=unit_id) * sum(weight for _, weight in weights)
    for arm, weight in weights:
        left -= weight
        if left < 0:
            return arm
    return weights[-1][0]


def unit_of(*, customer_id: str | None, email: str | None, phone: str | None, reference_id: str) -> str:
    """Return the unit a shopper is drawn by: the best identity known, without keeping the address itself."""
    if customer_id:
        return f"customer:{customer_id}"
    for kind, value in (("email", (email or "").strip().lower()), ("phone", (phone or "").strip())):
        if value:
            return f"{kind}:{hashlib.sha256(value.encode()).hexdigest()[:32]}"
    return f"reference:{reference_id}"
