from tests.contests.challenges.conftest import world

__all__ = ["world"]
