"""The one place that says what the name of a shop looks like."""

import re

from shopify.utils.shop_url import sanitize_shop_domain

from server.core.errors import AppError

_SHOP = re.compile(r"[a-z0-9][a-z0-9-]*\.myshopify\.com")


class InvalidShopDomain(AppError):
    code = "invalid_shop_domain"


def read_shop_domain(text: object) -> str:
    """Return the shop domain that `text` spells, in lower case: "gift-shop.myshopify.com".

    Shopify's own check also takes URLs and bare names, which must not pass as the domain of a shop, and it fails
    on some texts: so ours comes first.

    Raises:
        InvalidShopDomain: it is anything else, a URL or a bare name included.
    """
    name = text.lower() if isinstance(text, str) else ""
    is_one = bool(_SHOP.fullmatch(name))
    if not is_one or sanitize_shop_domain(name) != name:  # type: ignore[no-untyped-call] # ShopifyAPI has no types
        raise InvalidShopDomain("This is not the myshopify.com domain of a shop.")
    return name
