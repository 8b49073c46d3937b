"""Phone numbers that regulators keep free for fiction, so that none can ever reach a person.

Ofcom (numbers for drama), ARCEP (decision 2018-0881), Bundesnetzagentur (notice 148/2021), ComReg, PTS, ACMA,
and the 555-01xx block of the North American plan. Countries without such a block get no number.
"""

from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple


class Block(NamedTuple):
    """Numbers `stem` + `first` ... `stem` + `last`, the end written with `digits` digits."""

    stem: str
    first: int
    last: int
    digits: int


MOBILES: dict[str, tuple[Block, ...]] = {
    # The last hundred British ones stay free: for the people who try the sandbox, and for tests.
    "GB": (Block("+447700900", 0, 899, 3),),
    "FR": (Block("+3363998", 0, 9999, 4),),
    "DE": (Block("+49176040690", 0, 99, 2), Block("+4917139200", 0, 99, 2)),
    "SE": (Block("+46701740", 605, 699, 3),),
    "AU": tuple(Block("+61491", number, number, 6) for number in (570006, 570110, 570156, 570157, 570158)),
    "US": tuple(Block(f"+1{area}55501", 0, 99, 2) for area in (212, 312, 503, 512, 617, 718, 808)),
    "CA": tuple(Block(f"+1{area}55501", 0, 99, 2) for area in (416, 604, 902)),
}
LANDLINES: dict[str, tuple[Block, ...]] = {
    "GB": tuple(
        Block(f"+44{area}0", 0, 999, 3)
        for area in (
            *(113496, 114496, 115496, 116496, 117496, 118496, 121496, 131496, 141496, 151496, 161496),
            *(191498, 207946, 292018),
        )
    ),
    "IE": (Block("+3532091", 0, 99_999, 5),),
    "FR": (Block("+3319900", 0, 9999, 4),),
    "DE": (Block("+493023125", 0, 999, 3),),
    "SE": (Block("+46313900", 600, 699, 3),),
    "AU": (Block("+6125550", 0, 9999, 4),),
}
FREE_MOBILES = Block("+447700900", 900, 999, 3)


def numbers(blocks: tuple[Block, ...]) -> Iterator[str]:
    """Yield each number of the blocks once, in E.164."""
    return chain.from_iterable(_spread(block) for block in blocks)


def _spread(block: Block) -> Iterator[str]:
    # 7 divides the size of no block: every number comes once, and neighbours do not look like a list.
    count = block.last - block.first + 1
    for number in range(count):
        yield f"{block.stem}{block.first + number * 7 % count:0{block.digits}}"
