"""What somebody asked the platform to do from now on: how extensions reach their server, and what blocks are told.

The pages, the checkout and the control routes find the switches by the world they share.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from threading import Lock
from typing import Any
from weakref import WeakKeyDictionary

from tests.sandbox.shopify.world import World

# How the requests of both extensions to their server go: `slow` waits and goes on, `drop` never arrives, the others are
# answered by the sandbox in the server's place.
NETWORKS = ("fine", "slow", "drop", "server_error", "html", "wrong_cors")
MOST_MILLISECONDS = 60_000


@dataclass(frozen=True, kw_only=True)
class Switches:
    """How the switches stand. `network_milliseconds` is waited before anything but `fine`.

    `has_network_access`: the platform let the block ask servers. `knows_checkout_token`: pages tell the block the
    token. `is_order_late`: orders placed now reach the Admin API and the webhooks only when it is off again.
    `allows_analytics`: the shopper's privacy choice. `is_logged_in`: the buyer is known to the shop by a login.
    """

    network: str = "fine"
    network_milliseconds: int = 0
    has_network_access: bool = True
    knows_checkout_token: bool = True
    is_order_late: bool = False
    allows_analytics: bool = True
    is_logged_in: bool = False

    def changed(self, told: Mapping[str, Any]) -> "Switches":
        """Return the switches with some of them set.

        Raises:
            ValueError: no such switch, or it cannot stand like that; the message says which.
        """
        for name, value in told.items():
            _check(name, value)
        return replace(self, **told)

    def as_json(self) -> dict[str, Any]:
        """Return the switches by name."""
        return asdict(self)


_KINDS = {field.name: field.type for field in fields(Switches)}


def _check(name: str, value: Any) -> None:
    if name not in _KINDS:
        raise ValueError(f"there is no switch {name}; there are {', '.join(_KINDS)}")
    if name == "network":
        if value not in NETWORKS:
            raise ValueError(f"network must be one of {', '.join(NETWORKS)}")
    elif name == "network_milliseconds":
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= MOST_MILLISECONDS:
            raise ValueError(f"network_milliseconds must be a whole number up to {MOST_MILLISECONDS}")
    elif not isinstance(value, bool):
        raise ValueError(f"{name} must be true or false")


_LATE_SINCE: WeakKeyDictionary[World, str] = WeakKeyDictionary()
_SWITCHES: WeakKeyDictionary[World, Switches] = WeakKeyDictionary()
_LOCK = Lock()


def switches_of(world: World) -> Switches:
    """Return how the switches of this world stand; all of them at their defaults before the first change."""
    with _LOCK:
        return _SWITCHES.get(world, Switches())


def set_switches(world: World, told: Mapping[str, Any]) -> Switches:
    """Set some switches of this world and return all.

    Raises:
        ValueError: as `Switches.changed`; nothing is set then.
    """
    with _LOCK:
        before = _SWITCHES.get(world, Switches())
        after = before.changed(told)
        _SWITCHES[world] = after
        if after.is_order_late and not before.is_order_late:
            _LATE_SINCE[world] = world.now_text()
    return after


def late_since(world: World) -> str | None:
    """Return the time from which on orders have not reached the Admin API yet; None when all have."""
    with _LOCK:
        return _LATE_SINCE.get(world) if _SWITCHES.get(world, Switches()).is_order_late else None


def reset_switches(world: World) -> Switches:
    """Put every switch back to its default and return them."""
    with _LOCK:
        _SWITCHES.pop(world, None)
    return Switches()
