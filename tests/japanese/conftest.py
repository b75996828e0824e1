"""Property tests here are not timed: the first call of an expression builds its tables."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
