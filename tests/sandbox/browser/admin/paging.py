"""Lists in pages: which part is shown, and the words typed into a search made safe for LIKE."""

from dataclasses import dataclass

PAGE_SIZE = 50


@dataclass(frozen=True, kw_only=True)
class Pages:
    """Where in a list somebody is; pages count from 1."""

    page: int
    total: int

    @property
    def first(self) -> int:
        return (self.page - 1) * PAGE_SIZE

    @property
    def last(self) -> int:
        return min(self.first + PAGE_SIZE, self.total)

    @property
    def previous(self) -> int | None:
        return self.page - 1 if self.page > 1 else None

    @property
    def next(self) -> int | None:
        return self.page + 1 if self.last < self.total else None


def pages_of(total: int, wanted: str | None) -> Pages:
    """Return the page that was asked for, brought into range."""
    number = int(wanted) if wanted and wanted.isdecimal() else 1
    most = max(1, -(-total // PAGE_SIZE))
    return Pages(page=min(max(1, number), most), total=total)


def like(words: str) -> str:
    """Return a LIKE pattern that finds the words anywhere; use with `ESCAPE '\\'`."""
    escaped = words.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"
