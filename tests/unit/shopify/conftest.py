"""What the tests of this folder share."""

from hypothesis import settings

# No test measures time: a busy machine must not fail a law.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
