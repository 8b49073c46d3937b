"""Rules to start from: the first draft of every shop, and named presets that are added to a draft."""

from server.usecases.presets.first import FIRST_DRAFT
from server.usecases.presets.named import PRESETS, Preset, with_preset

__all__ = ["FIRST_DRAFT", "PRESETS", "Preset", "with_preset"]
