"""The demo stories of the services."""

from __future__ import annotations

from hub.cli.demo.people import Cast


def tell(cast: Cast) -> None:
    """Everything of services that a newcomer finds. Uncommitted."""
