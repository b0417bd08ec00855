"""The demo stories of the microtasks."""

from __future__ import annotations

from hub.cli.demo.people import Cast


def tell(cast: Cast) -> None:
    """Everything of microtasks that a newcomer finds. Uncommitted."""
