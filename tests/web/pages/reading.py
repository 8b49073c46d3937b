"""Reads an answer's HTML, so that tests ask for what a reader sees instead of for strings of markup."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Self

_VOID = {"input", "link", "meta", "br", "img", "hr"}


@dataclass
class Markup:
    """One element, with what it holds: elements and texts."""

    tag: str
    attributes: dict[str, str | None] = field(default_factory=dict)
    content: list["Markup | str"] = field(default_factory=list)

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the root of a page or of a part of one."""
        root = cls("root")
        _Reader(root).feed(text)
        return root

    def all(self, tag: str, css_class: str | None = None) -> list["Markup"]:
        """Return every element of a tag below this one, in reading order."""
        found: list[Markup] = []
        for each in self.content:
            if isinstance(each, str):
                continue
            classes = (each.attributes.get("class") or "").split()
            if each.tag == tag and (css_class is None or css_class in classes):
                found.append(each)
            found += each.all(tag, css_class)
        return found

    def one(self, tag: str, css_class: str | None = None) -> "Markup":
        found = self.all(tag, css_class)
        assert found, f"there is no <{tag}> in {words(self)[:200]!r}"
        return found[0]

    def named(self, name: str) -> "Markup":
        """Return the form field of a name."""
        found = [each for each in self.every() if each.attributes.get("name") == name]
        assert found, f"there is no field {name}"
        return found[0]

    def every(self) -> list["Markup"]:
        elements = [each for each in self.content if isinstance(each, Markup)]
        return [each for element in elements for each in (element, *element.every())]


def words(element: Markup) -> str:
    """Return the text of an element, one space between words and between elements."""
    parts = (each if isinstance(each, str) else words(each) for each in element.content)
    return " ".join(" ".join(parts).split())


class _Reader(HTMLParser):
    def __init__(self, root: Markup) -> None:
        super().__init__()
        self._open = [root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Markup(tag, dict(attrs))
        self._open[-1].content.append(made)
        if tag not in _VOID:
            self._open.append(made)

    def handle_endtag(self, tag: str) -> None:
        assert self._open[-1].tag == tag, f"</{tag}> closes <{self._open[-1].tag}>"
        self._open.pop()

    def handle_data(self, data: str) -> None:
        self._open[-1].content.append(data)
