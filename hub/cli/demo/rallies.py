"""The demo stories of the rallies."""

from __future__ import annotations

from hub.cli.demo.people import Cast


def tell(cast: Cast) -> None:
    """Everything of rallies that a newcomer finds. Uncommitted."""
