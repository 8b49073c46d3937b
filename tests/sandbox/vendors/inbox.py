"""Everything that reached a person of the sandbox: SMS, e-mail, what was refused and what the app was told."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.sandbox.clock import SandboxClock

SCHEMA = Path(__file__).with_name("inbox.sql")
BUSY_SECONDS = 5.0


@dataclass(frozen=True, kw_only=True)
class Sms:
    """One SMS as Twilio keeps it; times are aware UTC.

    `sender` is None while a Messaging Service has picked none; `failure` is the code the message is going to
    end with, `error_code` the one it has ended with.
    """

    id: int
    sid: str
    direction: str
    sender: str | None
    recipient: str
    service_sid: str | None
    body: str
    media: tuple[str, ...]
    segments: int
    status: str
    error_code: int | None
    opt_out_type: str | None
    callback_url: str | None
    failure: int | None
    created_at: datetime
    updated_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class Email:
    """One e-mail with its envelope and its bytes exactly as they came."""

    id: int
    received_at: datetime
    mail_from: str
    recipients: tuple[str, ...]
    raw: bytes


class Inbox:
    """The store of it all in the SQLite file at `path`; any thread may use it."""

    def __init__(self, path: Path, clock: SandboxClock) -> None:
        self.path = path
        self.clock = clock
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(self._connect()) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(SCHEMA.read_text(encoding="utf-8"))

    def add_sms(
        self,
        *,
        sid: str,
        direction: str,
        sender: str | None,
        recipient: str,
        body: str,
        segments: int,
        status: str,
        service_sid: str | None = None,
        media: Sequence[str] = (),
        callback_url: str | None = None,
        opt_out_type: str | None = None,
        failure: int | None = None,
    ) -> Sms:
        """Keep a new SMS, stamped with the clock's now, and return it."""
        now = _text(self.clock.now())
        row = {
            "sid": sid,
            "direction": direction,
            "sender": sender,
            "recipient": recipient,
            "service_sid": service_sid,
            "body": body,
            "media": json.dumps(list(media)),
            "segments": segments,
            "status": status,
            "opt_out_type": opt_out_type,
            "callback_url": callback_url,
            "failure": failure,
            "created_at": now,
            "updated_at": now,
            "sent_at": None if direction == "outbound-api" else now,
        }
        self._insert("sms", row)
        return self.sms(sid)

    def change_sms(self, sid: str, **columns: Any) -> Sms:
        """Change columns of one SMS (`sent_at` as an aware datetime) and return it as it now is."""
        changed = {name: _text(value) if isinstance(value, datetime) else value for name, value in columns.items()}
        changed["updated_at"] = _text(self.clock.now())
        assignments = ", ".join(f"{name} = :{name}" for name in changed)
        with self._write() as connection:
            connection.execute(f"UPDATE sms SET {assignments} WHERE sid = :sid", {**changed, "sid": sid})
        return self.sms(sid)

    def sms(self, sid: str) -> Sms:
        """Return the SMS of that sid.

        Raises:
            KeyError: there is none.
        """
        found = self._rows("SELECT * FROM sms WHERE sid = ?", sid)
        if not found:
            raise KeyError(sid)
        return _sms(found[0])

    def all_sms(self, *, recipient: str | None = None, sender: str | None = None) -> list[Sms]:
        """Return the SMS to and from the given numbers (None: any), oldest first."""
        rows = self._rows(
            "SELECT * FROM sms WHERE (:to IS NULL OR recipient = :to) AND (:from IS NULL OR sender = :from)"
            " ORDER BY id",
            {"to": recipient, "from": sender},
        )
        return [_sms(row) for row in rows]

    def opt_out(self, sender: str, recipient: str) -> None:
        """Remember that the recipient wants no more from the sender (a number or a service)."""
        with self._write() as connection:
            connection.execute(
                "INSERT OR IGNORE INTO opt_out VALUES (?, ?, ?)", (sender, recipient, _text(self.clock.now()))
            )

    def opt_in(self, sender: str, recipient: str) -> None:
        """Forget an opt-out."""
        with self._write() as connection:
            connection.execute("DELETE FROM opt_out WHERE sender = ? AND recipient = ?", (sender, recipient))

    def is_opted_out(self, sender: str, recipient: str) -> bool:
        """Tell whether the recipient has opted out of the sender."""
        return bool(self._rows("SELECT 1 FROM opt_out WHERE sender = ? AND recipient = ?", sender, recipient))

    def opt_outs(self) -> set[str]:
        """Return the numbers that have opted out of any sender."""
        return {row["recipient"] for row in self._rows("SELECT recipient FROM opt_out")}

    def add_email(self, *, mail_from: str, recipients: Sequence[str], raw: bytes) -> int:
        """Keep an e-mail and return its id."""
        return self._insert(
            "email",
            {
                "received_at": _text(self.clock.now()),
                "mail_from": mail_from,
                "recipients": json.dumps(list(recipients)),
                "raw": raw,
            },
        )

    def email(self, email_id: int) -> Email:
        """Return one e-mail.

        Raises:
            KeyError: there is none with that id.
        """
        found = self._rows("SELECT * FROM email WHERE id = ?", email_id)
        if not found:
            raise KeyError(email_id)
        return _email(found[0])

    def emails(self) -> list[Email]:
        """Return every e-mail, oldest first."""
        return [_email(row) for row in self._rows("SELECT * FROM email ORDER BY id")]

    def add_refusal(self, *, vendor: str, recipient: str, code: int, words: str) -> None:
        """Remember that a stand-in would not take something."""
        now = _text(self.clock.now())
        row = {"vendor": vendor, "recipient": recipient, "code": code, "words": words, "refused_at": now}
        self._insert("refusal", row)

    def refusals(self) -> list[dict[str, Any]]:
        """Return what was not taken, oldest first, as JSON-ready rows."""
        return [dict(row) for row in self._rows("SELECT * FROM refusal ORDER BY id")]

    def add_call(self, *, subject: str, what: str, url: str, answer: int | None, problem: str | None = None) -> None:
        """Remember what the app was told about `subject` and what it answered."""
        now = _text(self.clock.now())
        row = {"subject": subject, "what": what, "url": url, "called_at": now, "answer": answer, "problem": problem}
        self._insert("call", row)

    def calls(self) -> dict[str, list[dict[str, Any]]]:
        """Return the calls to the app by subject, oldest first, as JSON-ready rows."""
        grouped: dict[str, list[dict[str, Any]]] = {}
        for row in self._rows("SELECT * FROM call ORDER BY id"):
            grouped.setdefault(row["subject"], []).append(dict(row))
        return grouped

    def clear(self) -> None:
        """Forget everything, opt-outs too."""
        with self._write() as connection:
            for table in ("sms", "call", "opt_out", "email", "refusal"):
                connection.execute(f"DELETE FROM {table}")

    def _insert(self, table: str, row: Mapping[str, Any]) -> int:
        names = ", ".join(row)
        holders = ", ".join(f":{name}" for name in row)
        with self._write() as connection:
            cursor = connection.execute(f"INSERT INTO {table} ({names}) VALUES ({holders})", dict(row))
        assert cursor.lastrowid is not None
        return cursor.lastrowid

    def _rows(self, statement: str, *values: Any) -> list[sqlite3.Row]:
        with closing(self._connect()) as connection:
            bound = values[0] if len(values) == 1 and isinstance(values[0], dict) else values
            return connection.execute(statement, bound).fetchall()

    @contextmanager
    def _write(self) -> Iterator[sqlite3.Connection]:
        with closing(self._connect()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self.path, isolation_level=None, timeout=BUSY_SECONDS)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _sms(row: sqlite3.Row) -> Sms:
    values = dict(row)
    values["media"] = tuple(json.loads(row["media"]))
    for name in ("created_at", "updated_at"):
        values[name] = _moment(row[name])
    values["sent_at"] = _moment(row["sent_at"]) if row["sent_at"] else None
    return Sms(**values)


def _email(row: sqlite3.Row) -> Email:
    return Email(
        id=row["id"],
        received_at=_moment(row["received_at"]),
        mail_from=row["mail_from"],
        recipients=tuple(json.loads(row["recipients"])),
        raw=bytes(row["raw"]),
    )
