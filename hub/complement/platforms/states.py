"""The life of a platform."""

from __future__ import annotations

from enum import StrEnum

from hub.complement.platforms import rules
from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded


class State(Worded):
    DRAFT = "draft", N_("Draft")
    OPEN = "open", N_("Open to developers")
    CLOSED = "closed", N_("Closed to new releases")


class Act(StrEnum):
    DRAFT = "draft"
    EDIT = "edit"
    OPEN = "open"
    CLOSE = "close"
    REOPEN = "reopen"
    REVIEW = "review"
    IMPORT = "import"


INCOMPLETE = N_("Something is still missing: see the list.")

LIFE = Machine(
    "platform",
    initial=State.DRAFT,
    moves=(
        Move(Act.OPEN, State.DRAFT, State.OPEN, when=rules.is_complete, unless=INCOMPLETE, says=N_("Open the platform")),
        Move(Act.CLOSE, State.OPEN, State.CLOSED, says=N_("Close to new releases")),
        Move(Act.REOPEN, State.CLOSED, State.OPEN, says=N_("Open again")),
    ),
)
"""Closing stops new products and releases; what is listed stays and can be installed."""
PUBLIC = frozenset({State.OPEN, State.CLOSED})
