"""What the Admin API and the token endpoint keep in memory for one running sandbox: faults, buckets, bulk operations.

The control routes live on another host than the API, so both find the state by the world they share.
"""

from dataclasses import dataclass, field
from threading import Lock
from weakref import WeakKeyDictionary

from tests.sandbox.shopify.admin.bulk import BulkOperations
from tests.sandbox.shopify.admin.faults import Faults
from tests.sandbox.shopify.admin.throttle import Throttle
from tests.sandbox.shopify.world import World


@dataclass(eq=False)
class ApiState:
    """Faults in waiting, how much each app may still ask, and what runs in bulk."""

    faults: Faults = field(default_factory=Faults)
    throttle: Throttle = field(default_factory=Throttle)
    bulk: BulkOperations = field(default_factory=BulkOperations)


_STATES: WeakKeyDictionary[World, ApiState] = WeakKeyDictionary()
_LOCK = Lock()


def state_of(world: World) -> ApiState:
    """Return the state that belongs to this world; made at the first question."""
    with _LOCK:
        return _STATES.setdefault(world, ApiState())
