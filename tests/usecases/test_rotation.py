"""The rotation of secrets: nothing is left under the old one, and one shop's trouble is no other's."""

import pytest
from sqlalchemy import select

from server.ports import CustomerRequest, TemporaryFailure
from server.storage.models import metadata
from server.storage.sealed import SEALED
from server.storage.secrets import SecretBox, SecretsUnreadable
from server.storage.shops import Connections, Shops
from server.usecases.privacy import note_data_request
from server.usecases.rotation import Renewal, renew_grants, reseal
from tests.factories import NOW, OTHER_SHOP, SHOP
from tests.usecases.house import KEY, House

NEW_KEY = "8d" * 32


def test_everything_sealed_is_sealed_anew_and_the_old_key_is_not_needed(house: House) -> None:
    person = CustomerRequest("77", "jo@example.com", None)
    note_data_request(database=house.database, box=house.box, shop_domain=SHOP, platform_id="1", person=person, now=NOW)
    assert reseal(database=house.database, box=SecretBox((NEW_KEY, KEY))) == 1 + 2 + 1
    new = SecretBox((NEW_KEY,))
    with house.database.read() as session:
        shops = Shops(session, new)
        grant = shops.grant_of(shops.by_id(house.shop_id))
        assert grant is not None
        assert grant.access_token == "shpat_1"
        assert {each.slug for each in Connections(session, house.shop_id, new).all()} == {"texter", "mailer"}
    with house.database.read() as session, pytest.raises(SecretsUnreadable):
        Connections(session, house.shop_id, house.box).all()


def test_what_cannot_be_opened_changes_nothing(house: House) -> None:
    with pytest.raises(SecretsUnreadable):
        reseal(database=house.database, box=SecretBox((NEW_KEY,)))
    with house.database.read() as session:
        assert len(Connections(session, house.shop_id, house.box).all()) == 2


def test_no_sealed_value_stands_in_a_column_that_is_not_named(house: House) -> None:
    """Fernet's tokens all begin alike."""
    person = CustomerRequest("77", "jo@example.com", None)
    note_data_request(database=house.database, box=house.box, shop_domain=SHOP, platform_id="1", person=person, now=NOW)
    found = set()
    with house.database.read() as session:
        for table in metadata.sorted_tables:
            for row in session.execute(select(table)).mappings():
                found |= {(table.name, name) for name, value in row.items() if str(value).startswith("gAAAA")}
    assert found == {(column.class_.__tablename__, column.key) for column in SEALED}


def test_each_grant_is_renewed_and_trouble_is_told(house: House) -> None:
    house.open(OTHER_SHOP)
    house.auth.fail("refresh", TemporaryFailure("Shopify answered HTTP 503."))
    found = renew_grants(access=house.access, now=NOW)
    assert found == (Renewal(SHOP, "Shopify answered HTTP 503."), Renewal(OTHER_SHOP))
    assert renew_grants(access=house.access, now=NOW) == (Renewal(SHOP), Renewal(OTHER_SHOP))
