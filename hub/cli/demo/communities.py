"""The demo stories of the communities."""

from __future__ import annotations

from hub.cli.demo.people import Cast


def tell(cast: Cast) -> None:
    """Everything of communities that a newcomer finds. Uncommitted."""
