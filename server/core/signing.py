"""Keyed hashes: sub-keys, digests, and small signed values for links."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable


def derive_key(secret: str, label: str) -> bytes:
    """Return a 32-byte sub-key of `secret` for one purpose (HKDF-SHA256, RFC 5869, no salt, one block).

    One purpose, one key: a signature made for a link can then never be replayed as a webhook's.
    """
    extracted = hmac.digest(bytes(32), secret.encode(), hashlib.sha256)
    return hmac.digest(extracted, label.encode() + b"\x01", hashlib.sha256)


def digest_matches(*, raw: bytes, sent: str | None, secrets: Iterable[str]) -> bool:
    """Tell whether `sent` is the base64 HMAC-SHA256 of `raw` under one of `secrets`.

    An empty secret never matches, since it would verify anything an attacker signs with it.
    """
    try:
        given = base64.b64decode(sent or "", validate=True)
    except (binascii.Error, ValueError):
        return False
    return any(
        hmac.compare_digest(hmac.digest(secret.encode(), raw, hashlib.sha256), given) for secret in secrets if secret
    )


class LinkSigner:
    """Signs short values into URL-safe tokens and reads them back.

    A token is `value.signature`; the label keeps tokens of one purpose from serving another.
    """

    _LENGTH = 22  # 16 bytes of HMAC in base64url: 128 bits, and links stay short

    def __init__(self, secret: str, label: str, *, older: Iterable[str] = ()) -> None:
        """Sign with `secret`; read what `older` secrets signed too: links live as long as the mails they are in."""
        self._keys = [derive_key(each, label) for each in (secret, *older)]

    def sign(self, value: str) -> str:
        return f"{value}.{self._signature(self._keys[0], value)}"

    def read(self, token: str) -> str | None:
        """Return the signed value, or None when the token was not made by us for this purpose."""
        value, dot, signature = token.rpartition(".")
        sent = _bytes(signature)
        is_ours = any(hmac.compare_digest(self._signature(key, value).encode(), sent) for key in self._keys)
        return value if dot and is_ours else None

    def _signature(self, key: bytes, value: str) -> str:
        mac = hmac.digest(key, _bytes(value), hashlib.sha256)[:16]
        return base64.urlsafe_b64encode(mac).decode()[: self._LENGTH]


def _bytes(text: str) -> bytes:
    """Encode any text, also the halves of characters that a hostile request may carry."""
    return text.encode(errors="surrogatepass")
