"""Draws that depend on a seed and on what is drawn for, never on the order of drawing."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import TypeVar

WHOLE = 1000
Choice = TypeVar("Choice")


class Dice:
    """Equal seeds and keys give equal draws; a new kind of draw changes no other."""

    def __init__(self, seed: str) -> None:
        self._seed = seed.encode()

    def number(self, *key: object) -> int:
        """Return 64 even bits."""
        text = "|".join(map(str, key)).encode()
        return int.from_bytes(blake2b(text, key=self._seed, digest_size=8).digest(), "big")

    def hex(self, *key: object) -> str:
        """Return 32 hex digits."""
        return blake2b("|".join(map(str, key)).encode(), key=self._seed, digest_size=16).hexdigest()

    def below(self, limit: int, *key: object) -> int:
        """Return a whole number from 0 up to but without `limit`."""
        return self.number(*key) % limit

    def between(self, bounds: tuple[int, int], *key: object) -> int:
        """Return a whole number between both bounds, which may come too."""
        low, high = bounds
        return low + self.number(*key) % (high - low + 1)

    def hits(self, share: int, *key: object) -> bool:
        """Say yes for `share` of a thousand keys."""
        return self.number(*key) % WHOLE < share

    def pick(self, choices: Sequence[Choice], *key: object) -> Choice:
        """Return one of the choices."""
        return choices[self.number(*key) % len(choices)]

    def weighted(self, shares: Sequence[tuple[str, int]], *key: object) -> str:
        """Return a word by its share of all shares."""
        left = self.number(*key) % sum(share for _, share in shares)
        for word, share in shares:
            left -= share
            if left < 0:
                return word
        raise AssertionError("the shares do not add up")
