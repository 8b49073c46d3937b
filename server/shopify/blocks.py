"""Where Shopify lets a merchant place our block, and where they do so."""

from collections.abc import Iterable

from server.domain.eligibility import ORDER_STATUS, THANK_YOU

# As the extension's TOML names them.
TARGETS = {
    "purchase.thank-you.block.render": THANK_YOU,
    "customer-account.order-status.block.render": ORDER_STATUS,
}
SETTINGS = "shopify://admin/settings/checkout"
# The editor opens on the page that is named; a name that it does not know leaves it on its first one.
EDITORS = {
    THANK_YOU: f"{SETTINGS}/editor?page=thank-you",
    ORDER_STATUS: f"{SETTINGS}/editor?page=order-status",
}


def placed_surfaces(targets: Iterable[str]) -> dict[str, bool]:
    """Return of each surface whether the block is placed there, by the targets on which Shopify says that it is."""
    found = set(targets)
    return {surface: target in found for target, surface in TARGETS.items()}
