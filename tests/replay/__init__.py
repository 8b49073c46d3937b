"""Judges replays of the sandbox's real orders by a checker that knows nothing of the app."""
