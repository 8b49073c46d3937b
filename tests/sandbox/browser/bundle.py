"""Joins the stand-ins' ES modules into one classic script, as the pages load it from the CDN's address.

No build step: an `import` names the file that has to stand earlier, and `export` is dropped. All modules share
one function scope, so their top-level names have to be unique across them.
"""

import re
from pathlib import Path

_IMPORT = re.compile(r'^import\s[^;]*?from\s+"(?P<path>\./[\w-]+\.js)";\n', re.MULTILINE)
_TOP_LEVEL = re.compile(r"^(?:export )?(?:async )?(?:const|let|class|function\*?) (?P<name>[\w$]+)", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=const |class |function |async function )", re.MULTILINE)


def join_modules(entry: Path, argument: str) -> str:
    """Return the module at `entry` and everything it imports as one function expression of `argument`.

    Call it by putting a value in parentheses behind it; inside, the modules see the value under that name.

    Raises:
        ValueError: a module keeps an import or export of a form that this joining does not know, or two use a name.
    """
    order: list[Path] = []
    _collect(entry.resolve(), order, under_way=())
    _refuse_repeated_names(order)
    parts = [f"// {path.name}\n{_plain(path)}" for path in order]
    return f"(({argument}) => {{\n'use strict';\n" + "\n".join(parts) + "})"


def _collect(path: Path, order: list[Path], *, under_way: tuple[Path, ...]) -> None:
    if path in under_way:
        raise ValueError(f"modules import each other in a circle: {path.name}")
    if path in order:
        return
    for found in _IMPORT.finditer(path.read_text(encoding="utf-8")):
        _collect((path.parent / found["path"]).resolve(), order, under_way=(*under_way, path))
    order.append(path)


def _refuse_repeated_names(paths: list[Path]) -> None:
    owners: dict[str, str] = {}
    for path in paths:
        for found in _TOP_LEVEL.finditer(path.read_text(encoding="utf-8")):
            # The language itself lets the later of two functions win without a word.
            if found["name"] in owners:
                raise ValueError(f"{path.name} and {owners[found['name']]} both have a {found['name']}")
            owners[found["name"]] = path.name


def _plain(path: Path) -> str:
    source = _EXPORT.sub("", _IMPORT.sub("", path.read_text(encoding="utf-8")))
    if re.search(r"^(import|export)\b", source, re.MULTILINE):
        raise ValueError(f"{path.name} keeps an import or export that cannot be joined")
    return source
