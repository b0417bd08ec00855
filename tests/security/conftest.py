"""The world of the route matrix, for tests that try every door."""

from __future__ import annotations

from tests.house.conftest import copied_world, made_world, world

__all__ = ["copied_world", "made_world", "world"]
