"""What can be done at the administrators' desk."""

from __future__ import annotations

from enum import StrEnum


class Act(StrEnum):
    SEE = "see"
    REVIVE = "revive"
    REBUILD_INDEX = "rebuild_index"
