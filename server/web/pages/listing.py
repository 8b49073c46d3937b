"""What the pages of the rules' shorter lists show: a table of all entries, and the form of one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from server.web.pages.audience_form import AudienceView
from server.web.pages.controls import Control


@dataclass(frozen=True, slots=True)
class Column:
    label: str
    slot: Literal["primary", "secondary", "labeled", "inline"]


@dataclass(frozen=True, slots=True)
class Line:
    """One entry in the table: its page, what its cells say, and where its buttons to change places lead."""

    url: str
    cells: tuple[str, ...]
    is_live_as_drafted: bool
    up_url: str = ""
    down_url: str = ""


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of the rules as its page shows it."""

    heading: str
    add_label: str
    add_url: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    note: str
    empty_heading: str
    empty_words: str
    icon: str

    @property
    def is_ordered(self) -> bool:
        return any(line.up_url or line.down_url for line in self.lines)


@dataclass(frozen=True, slots=True)
class RowsView:
    """A list of tables with nothing but plain fields, one to a line."""

    path: str
    heading: str
    words: str
    word: str  # what one of them is called
    button: str
    rows: tuple[tuple[Control, ...], ...]
    new: tuple[Control, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """Some plain fields under a heading."""

    heading: str
    words: str
    controls: tuple[Control, ...]


@dataclass(frozen=True, slots=True)
class Deletion:
    """What deleting an entry brings with it, said before it is done."""

    name: str
    consequence: str
    url: str


@dataclass(frozen=True, slots=True)
class EntryForm:
    """The form of one entry; `text` is what of it no field shows, to be edited as it is written."""

    heading: str
    back_label: str
    back_url: str
    save_url: str
    done: str
    parts: Sequence[Part] = ()
    view: AudienceView | None = None
    audience_words: str = ""
    rows: RowsView | None = None
    text: str | None = None
    deletion: Deletion | None = None
    notes: tuple[str, ...] = ()
