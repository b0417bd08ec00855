"""The life of a space, and what its members may be."""

from __future__ import annotations

from enum import StrEnum

from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded


class State(Worded):
    OPEN = "open", N_("Active")
    ARCHIVED = "archived", N_("Archived")


class SpaceRole(Worded):
    """What a member does in a space. Everybody here writes; the others do more."""

    STEWARD = "steward", N_("Steward")
    EDITOR = "editor", N_("Editor")
    MEMBER = "member", N_("Contributor")


class Act(StrEnum):
    """The moves, then what can be done without moving."""

    ARCHIVE = "archive"
    REOPEN = "reopen"

    CHANGE = "change"
    SET_CHARTER = "set_charter"
    JOIN = "join"
    CONTRIBUTE = "contribute"
    EDIT = "edit"
    CHANGE_ROLE = "change_role"
    REMOVE_MEMBER = "remove_member"
    GIVE_CREDIT = "give_credit"


LIFE = Machine(
    "space",
    initial=State.OPEN,
    moves=(
        Move(Act.ARCHIVE, State.OPEN, State.ARCHIVED, says=N_("Archive the space")),
        Move(Act.REOPEN, State.ARCHIVED, State.OPEN, says=N_("Open it again")),
    ),
)
