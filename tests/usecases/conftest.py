import pytest

from server.storage.db import Database
from server.storage.inbox import Inbox
from tests.conftest import StandingClock
from tests.usecases.house import House


@pytest.fixture
def bare(database: Database, inbox: Inbox, clock: StandingClock) -> House:
    """An Afters that no shop has opened yet."""
    return House(database, inbox, clock)


@pytest.fixture
def house(bare: House) -> House:
    """An Afters with one shop: four products, one live offer of 2 or 3, a text and an e-mail after each order."""
    bare.set_up()
    return bare
