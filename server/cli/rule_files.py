"""Rule documents in files."""

from pathlib import Path
from typing import Any

from server.usecases.rule_text import UnreadableRules, read_text

_LARGEST = 5_000_000  # bytes; a thousand rules take half of one million


def read_rules(path: Path) -> Any:
    """Return what a file says, as JSON values.

    Raises:
        UnreadableRules.
    """
    raw = path.read_bytes()
    if len(raw) > _LARGEST:
        raise UnreadableRules(f"{path} holds {len(raw):,} bytes; a document has {_LARGEST:,} at most.")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as fault:
        raise UnreadableRules(f"{path} is not UTF-8: byte {fault.start:,} cannot be read. Save it as UTF-8.") from fault
    return read_text(text, name=str(path), is_json=path.suffix == ".json")
