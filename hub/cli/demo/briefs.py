"""The demo stories of the briefs."""

from __future__ import annotations

from hub.cli.demo.people import Cast


def tell(cast: Cast) -> None:
    """Everything of briefs that a newcomer finds. Uncommitted."""
