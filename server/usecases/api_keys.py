"""Makes, lists, revokes and recognises the keys of a merchant's own systems."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from server.core.api_keys import handle_of, is_same, make_key
from server.core.errors import AppError
from server.domain.rules import FaultyDocument, Problem
from server.storage.api_keys import ApiKeyRow, ApiKeys, find_key
from server.storage.db import Database

MOST_KEYS = 20
MAX_NAME = 60
# Each request would be a write otherwise, of the one row that all requests with the key share.
_NOTED_EVERY = timedelta(minutes=1)


class InvalidKeyName(FaultyDocument):
    code = "invalid_key_name"


class TooManyKeys(AppError):
    code = "too_many_keys"


class UnknownKey(AppError):
    code = "unknown_key"


@dataclass(frozen=True, slots=True)
class Caller:
    """A system that proved which shop it speaks for."""

    key_id: int
    shop_id: int
    shop_domain: str


def create_key(*, database: Database, shop_id: int, name: str, created_by: str, now: datetime) -> str:
    """Make a key and return it: nobody can ask for it again.

    Raises:
        InvalidKeyName, TooManyKeys.
    """
    called = " ".join(name.split())
    if not called or len(called) > MAX_NAME or not called.isprintable():
        raise InvalidKeyName((Problem("name", f"Name the system that will use it, in 1 to {MAX_NAME} characters."),))
    made = make_key()
    with database.write() as session:
        keys = ApiKeys(session, shop_id)
        if keys.count_in_use() >= MOST_KEYS:
            raise TooManyKeys(f"A shop may have {MOST_KEYS} keys at a time; revoke one that is not used any more.")
        keys.add(name=called, handle=made.handle, digest=made.digest, created_by=created_by, now=now)
    return made.text


def list_keys(*, database: Database, shop_id: int) -> Sequence[ApiKeyRow]:
    with database.read() as session:
        return ApiKeys(session, shop_id).all()


def revoke_key(*, database: Database, shop_id: int, key_id: int, now: datetime) -> None:
    """End a key: from now on nothing that is sent with it is taken. Revoked again, it stays as it was.

    Raises:
        UnknownKey.
    """
    with database.write() as session:
        row = ApiKeys(session, shop_id).lock(key_id)
        if row is None:
            raise UnknownKey("There is no such key.", key_id=key_id)
        row.revoked_at = row.revoked_at or now


def recognise(*, database: Database, text: str, now: datetime) -> Caller | None:
    """Return whom a key speaks for and note that it was used; None where it is no key, or is one no more."""
    handle = handle_of(text)
    if handle is None:
        return None
    with database.read() as session:
        found = find_key(session, handle)
    if not is_same(text, found.digest if found is not None else None) or found is None:
        return None
    if found.last_used_at is None or now - found.last_used_at >= _NOTED_EVERY:
        with database.write() as session:
            row = ApiKeys(session, found.shop_id).lock(found.id)
            if row is None or row.revoked_at is not None:
                return None
            row.last_used_at = now
    return Caller(found.id, found.shop_id, found.shop_domain)
