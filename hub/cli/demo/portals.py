"""The demo stories of the portals."""

from __future__ import annotations

from hub.cli.demo.people import Cast


def tell(cast: Cast) -> None:
    """Everything of portals that a newcomer finds. Uncommitted."""
