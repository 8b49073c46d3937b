"""The tokens that Shopify and we sign with the one client secret.

One secret signs session tokens, post-purchase tokens, changesets and more, so each reader settles the *kind*
of a token before anything else it says. Claims after facts of Shopify's own libraries: a session token carries
`iss`, `dest`, `aud`, `sub`, `exp`, `nbf`, `jti` and `sid`; a post-purchase token carries `iss` (the literal
"shopify"), `iat`, `sub` and `input_data`, and neither `aud` nor `dest`.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid5

from joserfc import jwt
from joserfc.errors import BadSignatureError, JoseError, UnsupportedAlgorithmError
from joserfc.jwk import OctKey

from server.core.errors import AppError
from server.domain.offered import AnyChange, AppliedDiscount, ShippingPrice, SubscriptionChange
from server.domain.orders import Purchase
from server.shopify.purchase import UnreadablePurchase, dearest_title, read_purchase
from server.shopify.shop_domain import InvalidShopDomain, read_shop_domain

ALGORITHM = "HS256"
LEEWAY_SECONDS = 10  # what Shopify's own libraries allow
MAX_CLOCK_SKEW_SECONDS = 60  # of a token that says only when it was issued
MAX_LENGTH = 65_536
CHANGESET_LIFETIME = timedelta(minutes=10)
_CHANGESETS = UUID("5b0d9f1c-6f0a-4c55-9f35-3f1f0a3a6c1e")  # the name space our changesets' ids are made in

_CUSTOMER = re.compile(r"gid://shopify/Customer/(?P<id>[0-9]{1,20})")

# Shopify's typings spell it so; samples with "variantID" exist, and only a real shop can settle it.
VARIANT_KEY = "variantId"


class TokenRejected(AppError):
    """A token is not what this reader takes.

    `code` says why: malformed, algorithm, signature, wrong_kind, wrong_shop, expired, age.
    """

    code = "token_rejected"

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass(frozen=True, slots=True)
class SessionClaims:
    """Who looks at an admin page: a staff member of a shop."""

    shop_domain: str
    user_id: str
    session_id: str


@dataclass(frozen=True, slots=True)
class PostPurchaseClaims:
    """Which purchase the one-click page belongs to; everything comes from the signed token."""

    shop_domain: str
    reference_id: str
    purchase: Purchase
    locale: str
    bought: str | None = None  # the title of the dearest line


@dataclass(frozen=True, slots=True)
class BlockClaims:
    """Whose thank-you or order-status page a block is on, as far as its token tells."""

    shop_domain: str
    customer_id: str | None
    token_id: str


def read_session_token(token: str, *, secrets: Iterable[str], client_id: str, now: datetime) -> SessionClaims:
    """Read the session (ID) token that App Bridge hands to an admin page.

    `secrets` are the current client secret and, while rotating, the one before it.

    Raises:
        TokenRejected.
    """
    claims = _decode(token, secrets)
    if not _is_session(claims) or claims["aud"] != client_id:
        raise TokenRejected("wrong_kind", "This is not a session token of this app.")
    shop_domain = _shop_of(claims["dest"].removeprefix("https://"))
    if claims["iss"] != f"https://{shop_domain}/admin" or claims["dest"] != f"https://{shop_domain}":
        raise TokenRejected("wrong_shop", "The token's issuer and destination are not the same shop.")
    _check_times(claims, now=now, essential=("exp", "nbf"))
    return SessionClaims(shop_domain=shop_domain, user_id=claims["sub"], session_id=claims["sid"])


def read_block_token(token: str, *, secrets: Iterable[str], client_id: str, now: datetime) -> BlockClaims:
    """Read the session token that Shopify hands to our blocks on the thank-you and the order-status page.

    It has the life and the audience of an admin's, but no `sid`; `dest` may be the bare domain, and `sub` names the
    customer where one is logged in (docs of the session token API of UI extensions).

    Raises:
        TokenRejected.
    """
    claims = _decode(token, secrets)
    dest = claims.get("dest")
    if claims.get("aud") != client_id or not isinstance(dest, str) or {"sid", "input_data", "changes"} & claims.keys():
        raise TokenRejected("wrong_kind", "This is not a token of our blocks.")
    shop_domain = _shop_of(dest.removeprefix("https://"))
    _check_times(claims, now=now, essential=("exp",))
    named = _CUSTOMER.fullmatch(str(claims.get("sub", "")))
    # Tokens that carry no id of their own are told apart by when they were made.
    token_id = str(claims.get("jti") or claims["exp"])
    return BlockClaims(shop_domain, named["id"] if named else None, token_id)


def read_post_purchase_token(
    token: str, *, secrets: Iterable[str], now: datetime, max_age: int = 7200
) -> PostPurchaseClaims:
    """Read the token of a one-click page's `inputData`; `max_age` in seconds, since it need not expire.

    Raises:
        TokenRejected.
    """
    claims = _decode(token, secrets)
    if not _is_post_purchase(claims):
        raise TokenRejected("wrong_kind", "This is not a post-purchase token.")
    _check_times(claims, now=now, essential=("iat",))
    if not now.timestamp() <= claims["iat"] + max_age:
        raise TokenRejected("age", "The post-purchase token is too old.")
    data = claims["input_data"]
    shop = data.get("shop")
    shop_domain = _shop_of(shop.get("domain") if isinstance(shop, dict) else None)
    try:
        purchase = read_purchase(data)
    except UnreadablePurchase as error:
        raise TokenRejected("malformed", error.message) from error
    if purchase.reference_id != claims["sub"]:
        raise TokenRejected("malformed", "The token's subject is not the purchase it describes.")
    locale = data.get("locale")
    return PostPurchaseClaims(
        shop_domain=shop_domain,
        reference_id=purchase.reference_id,
        purchase=purchase,
        locale=locale if isinstance(locale, str) else "",
        bought=dearest_title(data),
    )


def change_body(change: AnyChange) -> dict[str, object]:
    """Return a change as the one-click page and its changesets spell it; a discount of 15 percent is 15."""
    if isinstance(change, ShippingPrice):
        return {"type": "add_shipping_line", "price": _json_number(change.price.decimal()), "title": change.title}
    body: dict[str, object] = {
        "type": "add_variant",
        VARIANT_KEY: int(change.variant_id),
        "quantity": change.quantity,
    }
    if isinstance(change, SubscriptionChange):
        title = change.first_shipping.title
        body |= {
            "type": "add_subscription",
            "sellingPlanId": int(change.plan_id),
            "initialShippingPrice": _json_number(change.first_shipping.price.decimal()),
            "recurringShippingPrice": _json_number(change.later_shipping.decimal()),
            "shippingOption": {"title": title, "presentmentTitle": title},
        }
    if change.discount:
        value, kind = discount_value(change.discount)
        body["discount"] = {"value": value, "valueType": kind, "title": change.discount.title}
    return body


def discount_value(discount: AppliedDiscount) -> tuple[float | int, str]:
    """Return a discount as the platform takes it, with its kind: percent points, or an amount off each unit.

    That an amount is taken off each unit, not off the line, is to be seen in a development store.
    """
    if discount.amount is not None:
        return _json_number(discount.amount.decimal()), "fixed_amount"
    return _json_number(discount.percent or Decimal(0)), "percentage"


class ShopifyChangesetSigner:
    """Signs the changes of an accepted offer; implements `server.ports.ChangesetSigner`."""

    def __init__(self, *, client_id: str, secret: str) -> None:
        self._client_id = client_id
        self._key = OctKey.import_key(secret)

    @property
    def lifetime(self) -> timedelta:
        return CHANGESET_LIFETIME

    def sign(self, *, reference_id: str, changes: tuple[AnyChange, ...], token_id: str, now: datetime) -> str:
        """Return the token that applies `changes` to the purchase `reference_id`: once, within ten minutes.

        Shopify applies one `jti` once, so a token asked for again under the same `token_id` cannot buy twice.
        """
        claims: dict[str, Any] = {
            "iss": self._client_id,
            "jti": str(uuid5(_CHANGESETS, token_id)),
            "iat": int(now.timestamp()),  # seconds: older samples send milliseconds, which is refused
            "exp": int((now + CHANGESET_LIFETIME).timestamp()),
            "sub": reference_id,
            "changes": [change_body(change) for change in changes],
        }
        return jwt.encode({"alg": ALGORITHM}, claims, self._key)


def _decode(token: str, secrets: Iterable[str]) -> Mapping[str, Any]:
    if len(token) > MAX_LENGTH:
        raise TokenRejected("malformed", "The token is too long.")
    for secret in filter(None, secrets):
        try:
            return jwt.decode(token, OctKey.import_key(secret), algorithms=[ALGORITHM]).claims
        except BadSignatureError:
            continue
        except UnsupportedAlgorithmError as error:
            raise TokenRejected("algorithm", f"Tokens are signed with {ALGORITHM} and nothing else.") from error
        except (JoseError, ValueError, RecursionError) as error:
            raise TokenRejected("malformed", "This is not a signed token.") from error
    raise TokenRejected("signature", "The token's signature does not hold.")


def _is_session(claims: Mapping[str, Any]) -> bool:
    texts = (claims.get(name) for name in ("iss", "dest", "aud", "sub", "jti", "sid"))
    return all(isinstance(text, str) and text for text in texts) and not {"input_data", "changes"} & claims.keys()


def _is_post_purchase(claims: Mapping[str, Any]) -> bool:
    return (
        claims.get("iss") == "shopify"
        and isinstance(claims.get("input_data"), dict)
        and isinstance(claims.get("sub"), str)
        and not {"aud", "dest", "sid", "changes"} & claims.keys()
    )


def _shop_of(text: object) -> str:
    try:
        return read_shop_domain(text)
    except InvalidShopDomain as error:
        raise TokenRejected("wrong_shop", "The token names no shop of Shopify's.") from error


def _check_times(claims: Mapping[str, Any], *, now: datetime, essential: tuple[str, ...]) -> None:
    moment = now.timestamp()
    for name in ("exp", "nbf", "iat"):
        if name not in claims and name not in essential:
            continue
        value = claims.get(name)
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise TokenRejected("malformed", f"The token's '{name}' is not a time in seconds.")
        if name == "exp" and not moment < value + LEEWAY_SECONDS:
            raise TokenRejected("expired", "The token has expired.")
        if name == "nbf" and not value - LEEWAY_SECONDS <= moment:
            raise TokenRejected("age", "The token is not valid yet.")
        if name == "iat" and not value - MAX_CLOCK_SKEW_SECONDS <= moment:
            raise TokenRejected("age", "The token lies in the future.")


def _json_number(value: Decimal) -> int | float:
    return int(value) if value == value.to_integral_value() else float(value)
