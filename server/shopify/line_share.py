"""What the units still on an order line are worth."""


def share_left(total: int, *, ordered: int, left: int) -> int:
    """Return the part of a line's `total` that belongs to the `left` of its `ordered` units, rounded half up.

    `total` is what all ordered units cost after discounts, in minor units of any currency, and so is what is
    returned; a total below zero counts as zero. Refunded and removed units are not left, so a line without units is
    worth 0. A refund of a bare amount names no line and no units: the platform lowers the order's total alone, and
    it is not attributed to any line here either.
    """
    if left <= 0 or ordered <= 0:
        return 0
    return (2 * max(0, total) * left + ordered) // (2 * ordered)
