"""What has to be said to a database that was restored from a backup."""

from datetime import datetime

from server.storage.db import Database
from server.storage.due import DueTouches


def doubt_touches_since(*, database: Database, since: datetime, now: datetime) -> int:
    """Give up the messages that were due since a backup was made as perhaps sent; return how many.

    Messages are sent at most once. The restored rows say "planned" of what went out after the backup, and the vendor
    cannot be asked about all of it: like any other send whose fate nobody knows, it is shown and not repeated.
    """
    return database.run(lambda session: DueTouches(session).doubt(since=since, until=now))
