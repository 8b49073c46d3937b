"""Entries that several parts of a document have."""

from server.domain.rules.audiences import AudienceTree
from server.domain.rules.shapes import Field, Flag, Text, Whole

MAX_STOCK = 1_000_000
_MAX_DAYS = 10_000
MARGIN_WORDS = "Percent of what is paid that must be left after the goods' cost; goods of unknown cost are not offered."

ID = Field("id", Text(), is_required=True)
NAME = Field("name", Text(), "Name", is_required=True)
IS_LIVE = Field("is_live", Flag(), "Live")
AUDIENCE = Field("audience", AudienceTree(), "For whom")


def limit(name: str, label: str, hint: str = "") -> Field:
    """Return a limit that 0, or leaving it blank, switches off."""
    return Field(name, Whole(high=_MAX_DAYS, blank_is_off=True), label, f"{hint} 0 or blank: off.".strip())
