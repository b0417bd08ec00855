"""The demo stories of the deals."""

from __future__ import annotations

from hub.cli.demo.people import Cast


def tell(cast: Cast) -> None:
    """Everything of deals that a newcomer finds. Uncommitted."""
