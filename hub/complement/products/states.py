"""The lives of a product and of a release."""

from __future__ import annotations

from enum import StrEnum

from hub.complement.products import rules
from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded


class State(Worded):
    """A product's."""

    DRAFT = "draft", N_("Draft")
    IN_REVIEW = "in_review", N_("In review")
    LISTED = "listed", N_("Listed")
    RETURNED = "returned", N_("Sent back")
    WITHDRAWN = "withdrawn", N_("Withdrawn")


class Stage(Worded):
    """A release's."""

    IN_REVIEW = "in_review", N_("In review")
    APPROVED = "approved", N_("Released")
    RETURNED = "returned", N_("Sent back")
    RECALLED = "recalled", N_("Taken back")
    YANKED = "yanked", N_("Yanked")


class Act(StrEnum):
    DRAFT = "draft"
    EDIT = "edit"
    RELEASE = "release"
    SUBMIT = "submit"
    RESUME = "resume"
    LIST = "list"
    SEND_BACK = "send_back"
    TAKE_OFF = "take_off"
    WITHDRAW = "withdraw"
    TAKE_UP = "take_up"
    READ_REVIEW = "read_review"
    PRICE = "price"
    IMPORT = "import"


class ReleaseAct(StrEnum):
    RECALL = "recall"
    APPROVE = "approve"
    SEND_BACK = "send_back"
    YANK = "yank"


INCOMPLETE = N_("Something is still missing: see the list.")


def _is_complete(product: rules.Drafted) -> bool:
    return not rules.gaps(product)


LIFE = Machine(
    "product",
    initial=State.DRAFT,
    moves=(
        Move(Act.SUBMIT, State.DRAFT, State.IN_REVIEW, when=_is_complete, unless=INCOMPLETE, says=N_("Send for review")),
        Move(Act.SUBMIT, State.RETURNED, State.IN_REVIEW, when=_is_complete, unless=INCOMPLETE, says=N_("Send for review again")),
        Move(Act.RESUME, State.IN_REVIEW, State.DRAFT, says=N_("Take back")),
        Move(Act.LIST, State.IN_REVIEW, State.LISTED, says=N_("Approve")),
        Move(Act.SEND_BACK, State.IN_REVIEW, State.RETURNED, says=N_("Send back with reasons")),
        Move(Act.TAKE_OFF, State.LISTED, State.RETURNED, says=N_("Take off the list")),
        Move(Act.WITHDRAW, State.DRAFT, State.WITHDRAWN, says=N_("Discard the draft")),
        Move(Act.WITHDRAW, State.LISTED, State.WITHDRAWN, says=N_("Withdraw")),
        Move(Act.WITHDRAW, State.RETURNED, State.WITHDRAWN, says=N_("Withdraw")),
        Move(Act.TAKE_UP, State.WITHDRAWN, State.DRAFT, says=N_("Take up again")),
    ),
)
"""A listed product stays listed while its next release is reviewed."""

RELEASE_LIFE = Machine(
    "release",
    initial=Stage.IN_REVIEW,
    moves=(
        Move(ReleaseAct.APPROVE, Stage.IN_REVIEW, Stage.APPROVED, says=N_("Approve")),
        Move(ReleaseAct.SEND_BACK, Stage.IN_REVIEW, Stage.RETURNED, says=N_("Send back with reasons")),
        Move(ReleaseAct.RECALL, Stage.IN_REVIEW, Stage.RECALLED, says=N_("Take back")),
        Move(ReleaseAct.YANK, Stage.APPROVED, Stage.YANKED, says=N_("Yank")),
    ),
)
PUBLISHED = frozenset({Stage.APPROVED, Stage.YANKED})
"""What stands in the public history; a yanked version's number is never used again."""
