"""The life of an export."""

from __future__ import annotations

from enum import StrEnum

from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded


class ExportState(Worded):
    ASKED = "asked", N_("Asked for")
    BUILDING = "building", N_("Being put together")
    READY = "ready", N_("Ready")
    FAILED = "failed", N_("Failed")
    GONE = "gone", N_("Deleted")


class ExportAct(StrEnum):
    BUILD = "build"
    FINISH = "finish"
    GIVE_UP = "give_up"
    DELETE = "delete"


_X = ExportState
EXPORT = Machine(
    "export",
    initial=_X.ASKED,
    moves=(
        Move(ExportAct.BUILD, _X.ASKED, _X.BUILDING, says=N_("Put together")),
        Move(ExportAct.BUILD, _X.BUILDING, _X.BUILDING, says=N_("Begin anew")),
        Move(ExportAct.FINISH, _X.BUILDING, _X.READY, says=N_("Finish")),
        Move(ExportAct.GIVE_UP, _X.BUILDING, _X.FAILED, says=N_("Give up")),
        Move(ExportAct.DELETE, _X.READY, _X.GONE, says=N_("Delete the file")),
    ),
)
"""`build` is a conditional UPDATE (operations.begin_build), so that of two workers one builds."""

UNDER_WAY = (_X.ASKED, _X.BUILDING)
