"""The life of a thread and of a post."""

from __future__ import annotations

from enum import StrEnum

from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded


class State(Worded):
    OPEN = "open", N_("Open")
    LOCKED = "locked", N_("Locked")
    HIDDEN = "hidden", N_("Hidden")


class Act(StrEnum):
    LOCK = "lock"
    UNLOCK = "unlock"
    HIDE = "hide"
    RESTORE = "restore"


class PostState(Worded):
    SHOWN = "shown", N_("Shown")
    DELETED = "deleted", N_("Deleted")
    HIDDEN = "hidden", N_("Hidden")


class PostAct(StrEnum):
    """The moves, then what can be done without moving."""

    DELETE = "delete"
    HIDE = "hide"
    RESTORE = "restore"

    EDIT = "edit"
    READ_HISTORY = "read_history"


class Wish(Worded):
    """What somebody wants to hear of a thread."""

    FOLLOW = "follow", N_("Follow")
    MUTE = "mute", N_("Mute")


LIFE = Machine(
    "thread",
    initial=State.OPEN,
    moves=(
        Move(Act.LOCK, State.OPEN, State.LOCKED, says=N_("Lock the discussion")),
        Move(Act.UNLOCK, State.LOCKED, State.OPEN, says=N_("Unlock the discussion")),
        Move(Act.HIDE, State.OPEN, State.HIDDEN),
        Move(Act.HIDE, State.LOCKED, State.HIDDEN),
        Move(Act.RESTORE, State.HIDDEN, State.OPEN),
    ),
)
"""A thread is hidden with its first post, and shown again with it."""

POST = Machine(
    "post",
    initial=PostState.SHOWN,
    moves=(
        Move(PostAct.DELETE, PostState.SHOWN, PostState.DELETED, says=N_("Delete")),
        Move(PostAct.HIDE, PostState.SHOWN, PostState.HIDDEN, says=N_("Hide")),
        Move(PostAct.RESTORE, PostState.HIDDEN, PostState.SHOWN, says=N_("Show again")),
    ),
)
