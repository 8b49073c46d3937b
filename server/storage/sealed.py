"""Everything that is stored sealed, in one place for the day on which the secret changes."""

from typing import Any

from sqlalchemy import select, update

from server.storage.db import Session
from server.storage.privacy import PrivacyRequestRow
from server.storage.secrets import SecretBox
from server.storage.shops import ConnectionRow, ShopRow

# Whoever adds a sealed column names it here; a test looks for values that no column named here holds.
SEALED: tuple[Any, ...] = (ShopRow.grant, ConnectionRow.settings, PrivacyRequestRow.person)


def reseal_all(session: Session, box: SecretBox) -> int:
    """Seal everything anew under the newest secret; return how many values. Doing it again changes nothing.

    A value that another process stores meanwhile is not overwritten: it is sealed under the newest already.

    Raises:
        SecretsUnreadable: a value was sealed under a secret that is not known any more; nothing is changed then.
    """
    count = 0
    for column in SEALED:
        for sealed in session.scalars(select(column).where(column.is_not(None))).all():
            session.execute(
                update(column.class_)
                .where(column == sealed)
                .values({column.key: box.reseal(sealed)})
                .execution_options(synchronize_session=False)
            )
            count += 1
    return count
