"""Keys with which a merchant's own systems prove which shop they speak for."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field

_KEY = re.compile(r"afk_(?P<handle>[0-9a-f]{10})_[A-Za-z0-9_-]{43}")
_SECRET_BYTES = 32
_NOTHING = "0" * 64


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was just made: its text is shown once and kept nowhere; it is recognised by its handle."""

    text: str = field(repr=False)
    handle: str
    digest: str


def make_key() -> NewKey:
    handle = secrets.token_hex(5)
    text = f"afk_{handle}_{secrets.token_urlsafe(_SECRET_BYTES)}"
    return NewKey(text, handle, digest_of(text))


def handle_of(text: str) -> str | None:
    """Return the part of a key by which it is found; None where the text is no key at all."""
    found = _KEY.fullmatch(text)
    return found["handle"] if found else None


def digest_of(text: str) -> str:
    """Return what is stored of a key. It is 32 random bytes, which no salt and no slow digest make harder to guess."""
    return hashlib.sha256(text.encode()).hexdigest()


def is_same(text: str, digest: str | None) -> bool:
    """Tell whether a text is the key of a digest, in a time that does not tell; None: there is no such key."""
    return hmac.compare_digest(digest_of(text), digest or _NOTHING) and digest is not None
