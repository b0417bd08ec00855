"""The doors of the mturk, for people and for programs."""

from __future__ import annotations

from tests.house.matrix.table import ANYONE, Row, post

ROWS: list[Row] = [
    post("/mturk", ANYONE, ok=frozenset({400}), csrf=False, about="the signature proves who asks; without one everybody is refused")
]


def places() -> dict[str, str]:
    """What the world holds of it beyond the demo content, by the names that the rows use. Called inside a unit of work."""
    return {}
