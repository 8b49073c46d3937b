"""Entries that several parts of a document have."""

from server.domain.rules.audiences import AudienceTree
from server.domain.rules.shapes import Field, Flag, Text

MAX_STOCK = 1_000_000
MARGIN_WORDS = "Percent of what is paid that must be left after the goods' cost; goods of unknown cost are not offered."

ID = Field("id", Text(), is_required=True)
NAME = Field("name", Text(), "Name", is_required=True)
IS_LIVE = Field("is_live", Flag(), "Live")
AUDIENCE = Field("audience", AudienceTree(), "For whom")
