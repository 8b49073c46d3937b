"""Where goods lie, and how much of them counts: only what may leave for an order of the web."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

_REMEMBERED = 48  # stands; with many locations few of them lie wholly between later ones
_NAMED = 3  # locations that are called by name, of however many


@dataclass(frozen=True, slots=True)
class LocationStock:
    """What may be sold of an item from one location.

    `is_online`: the platform sends orders of the online shop from there.
    """

    location_id: str
    name: str
    available: int
    is_active: bool = True
    is_online: bool = True


Stand = tuple[tuple[str, int], ...]  # what was available at each location at one moment, by their ids


@dataclass(frozen=True, slots=True)
class Counting:
    """Whose stock counts: that of `locations`, by id; where none is named, of all that send the online shop's orders.

    `at_one`: one of them must have enough by itself, so that nothing is sent in two parcels.
    """

    locations: frozenset[str] = frozenset()
    at_one: bool = False

    @property
    def is_needed(self) -> bool:
        """Tell whether where goods lie makes a difference at all."""
        return bool(self.locations) or self.at_one

    def places(self, levels: Iterable[LocationStock]) -> tuple[LocationStock, ...]:
        """Return the levels that count. A deactivated location sends nothing, whoever names it."""
        return tuple(
            level
            for level in levels
            if level.is_active and (level.location_id in self.locations if self.locations else level.is_online)
        )

    def amount(self, stand: Mapping[str, int], places: Collection[str]) -> int:
        """Return how much of what lies at each location counts; what a location owes counts 0 there.

        What is owed will be taken from somewhere, so that no more counts than there is in all, see `amounts`: fewer
        locations never come to more.
        """
        there = [max(0, stand.get(place, 0)) for place in places]
        return max(there, default=0) if self.at_one else sum(there)

    def amounts(self, stands: Iterable[Stand], places: Collection[str]) -> tuple[int, ...]:
        """Return how much of each earlier stand counts, by the locations that count today."""
        return tuple(min(self.amount(dict(stand), places), sum(amount for _, amount in stand)) for stand in stands)

    def words(self, places: Sequence[LocationStock]) -> str:
        """Return where stock was looked for, as it stands behind the values compared."""
        if not places:
            return "stocked at no location that counts" if self.locations else "stocked at no location that sends"
        if self.at_one and len(places) > 1:
            best = max(places, key=lambda each: (each.available, each.name))
            return f"at {best.name}, the fullest of {len(places)} locations"
        names = sorted(each.name for each in places)
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        return f"at {', '.join(names[:_NAMED])}{more}"


EVERYWHERE = Counting()


def stand_of(levels: Iterable[LocationStock]) -> Stand:
    return tuple(sorted((level.location_id, level.available) for level in levels))


def remember_stand(stands: Sequence[Stand], now: Stand) -> tuple[Stand, ...]:
    """Return the stands of stock that still matter, the latest last.

    One that has a later one below it and a later one above it, location by location, tells nothing any more, whatever
    locations are counted and however.
    """
    kept: list[Stand] = [now]
    for stand in reversed(stands):
        if not (any(_reaches(stand, later) for later in kept) and any(_reaches(later, stand) for later in kept)):
            kept.append(stand)
    return tuple(reversed(kept[:_REMEMBERED]))


def _reaches(one: Stand, other: Stand) -> bool:
    """Tell whether one stand has as much as another at every location, or more."""
    here, there = dict(one), dict(other)
    return all(here.get(place, 0) >= there.get(place, 0) for place in {*here, *there})
