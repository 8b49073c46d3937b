from dataclasses import dataclass

import pytest

from server.storage.db import Database
from server.storage.secrets import SecretBox
from server.storage.shops import Shops
from tests.factories import NOW, OTHER_SHOP, SHOP, grant

KEY = "7c" * 32


@dataclass(frozen=True, slots=True)
class Stores:
    """A database with two shops in it: ours, and one that must never see anything of ours."""

    database: Database
    box: SecretBox
    ours: int
    theirs: int


@pytest.fixture
def stores(database: Database) -> Stores:
    box = SecretBox((KEY,))
    with database.write() as session:
        shops = Shops(session, box)
        ours, _ = shops.install(SHOP, grant=grant(token="ours"), now=NOW)
        theirs, _ = shops.install(OTHER_SHOP, grant=grant(token="theirs"), now=NOW)
    return Stores(database, box, ours.id, theirs.id)
