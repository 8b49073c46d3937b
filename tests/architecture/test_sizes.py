"""Files stay small enough to be read at one sitting."""

from pathlib import Path
from statistics import median

SERVER = Path(__file__).parents[2] / "server"
CEILING, TARGET = 400, 150


def lengths() -> dict[str, int]:
    paths = (path for path in SERVER.rglob("*.py") if "versions" not in path.parts and path.name != "__init__.py")
    return {str(path.relative_to(SERVER)): len(path.read_text(encoding="utf-8").splitlines()) for path in paths}


def test_no_file_is_longer_than_the_ceiling() -> None:
    assert {name: length for name, length in lengths().items() if length > CEILING} == {}


def test_most_files_are_short() -> None:
    assert median(lengths().values()) <= TARGET
