"""The demo stories of the complement."""

from __future__ import annotations

from hub.cli.demo.people import Cast


def tell(cast: Cast) -> None:
    """Everything of complement that a newcomer finds. Uncommitted."""
