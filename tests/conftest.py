"""What holds for all tests."""

from hypothesis import settings

# No test is timed, and the same examples are tried on every machine.
settings.register_profile("fairhear", deadline=None, derandomize=True)
settings.load_profile("fairhear")
