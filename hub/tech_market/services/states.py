"""The life of a lab service."""

from __future__ import annotations

from enum import StrEnum

from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded
from hub.tech_market.services import rules


class State(Worded):
    DRAFT = "draft", N_("Draft")
    IN_REVIEW = "in_review", N_("In review")
    PUBLISHED = "published", N_("Published")
    WITHDRAWN = "withdrawn", N_("Withdrawn")


class Act(StrEnum):
    DRAFT = "draft"
    EDIT = "edit"
    SUBMIT = "submit"
    RETURN = "return"
    PUBLISH = "publish"
    REVISE = "revise"
    WITHDRAW = "withdraw"


INCOMPLETE = N_("Something is still missing: see the list.")

LIFE = Machine(
    "service",
    initial=State.DRAFT,
    moves=(
        Move(Act.SUBMIT, State.DRAFT, State.IN_REVIEW, when=rules.is_complete, unless=INCOMPLETE, says=N_("Send for review")),
        Move(Act.WITHDRAW, State.DRAFT, State.WITHDRAWN, says=N_("Discard the draft")),
        Move(Act.RETURN, State.IN_REVIEW, State.DRAFT, says=N_("Send back with remarks")),
        Move(Act.PUBLISH, State.IN_REVIEW, State.PUBLISHED, says=N_("Publish")),
        Move(Act.WITHDRAW, State.IN_REVIEW, State.WITHDRAWN, says=N_("Withdraw")),
        Move(Act.REVISE, State.PUBLISHED, State.DRAFT, says=N_("Take back and change")),
        Move(Act.WITHDRAW, State.PUBLISHED, State.WITHDRAWN, says=N_("Withdraw")),
        Move(Act.REVISE, State.WITHDRAWN, State.DRAFT, says=N_("Take up again")),
    ),
)
