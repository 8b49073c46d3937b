"""The GraphQL documents of this package: one operation per file, with the fragments it spreads."""

import re
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

_SPREAD = re.compile(r"\.\.\.(\w+)")


def names() -> tuple[str, ...]:
    """Return the name of every operation, sorted."""
    found = (entry.name for entry in _folder().iterdir())
    return tuple(sorted(name.removesuffix(".graphql") for name in found if name.endswith(".graphql")))


@cache
def document(name: str) -> str:
    """Return the text of the operation `name` followed by every fragment it needs, each once.

    Raises:
        FileNotFoundError: there is no such operation or fragment.
    """
    texts = [_folder().joinpath(f"{name}.graphql").read_text(encoding="utf-8")]
    known: set[str] = set()
    for text in texts:  # grows while fragments spread further fragments
        for fragment in _SPREAD.findall(text):
            if fragment not in known:
                known.add(fragment)
                texts.append(_folder().joinpath("fragments", f"{fragment}.graphql").read_text(encoding="utf-8"))
    return "\n".join(texts)


def _folder() -> Traversable:
    return files("server.shopify").joinpath("graphql")
