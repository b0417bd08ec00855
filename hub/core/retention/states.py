"""What can be done about keeping."""

from __future__ import annotations

from enum import StrEnum


class Act(StrEnum):
    DECIDE = "decide"
