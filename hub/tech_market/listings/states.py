"""The life of a need or an offer."""

from __future__ import annotations

from enum import StrEnum

from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded
from hub.tech_market.listings import rules


class State(Worded):
    DRAFT = "draft", N_("Draft")
    IN_REVIEW = "in_review", N_("In review")
    PUBLISHED = "published", N_("Published")
    EXPIRED = "expired", N_("Expired")
    WITHDRAWN = "withdrawn", N_("Withdrawn")


class Act(StrEnum):
    DRAFT = "draft"
    EDIT = "edit"
    SUBMIT = "submit"
    RETURN = "return"
    PUBLISH = "publish"
    REVISE = "revise"
    EXPIRE = "expire"
    RENEW = "renew"
    WITHDRAW = "withdraw"
    IMPORT = "import"


INCOMPLETE = N_("Something is still missing: see the list.")
RUN_OUT = N_("The last day has passed: send it back, so that its owner sets another one.")
STILL_CURRENT = N_("Its last day is still ahead.")

LIFE = Machine(
    "listing",
    initial=State.DRAFT,
    moves=(
        Move(Act.SUBMIT, State.DRAFT, State.IN_REVIEW, when=rules.is_complete, unless=INCOMPLETE, says=N_("Send for review")),
        Move(Act.WITHDRAW, State.DRAFT, State.WITHDRAWN, says=N_("Discard the draft")),
        Move(Act.RETURN, State.IN_REVIEW, State.DRAFT, says=N_("Send back with remarks")),
        Move(Act.PUBLISH, State.IN_REVIEW, State.PUBLISHED, when=rules.is_current, unless=RUN_OUT, says=N_("Publish")),
        Move(Act.WITHDRAW, State.IN_REVIEW, State.WITHDRAWN, says=N_("Withdraw")),
        Move(Act.REVISE, State.PUBLISHED, State.DRAFT, says=N_("Take back and change")),
        Move(Act.RENEW, State.PUBLISHED, State.PUBLISHED, says=N_("Renew for a year")),
        Move(Act.EXPIRE, State.PUBLISHED, State.EXPIRED, when=rules.has_run_out, unless=STILL_CURRENT, says=N_("Expire")),
        Move(Act.WITHDRAW, State.PUBLISHED, State.WITHDRAWN, says=N_("Withdraw")),
        Move(Act.RENEW, State.EXPIRED, State.PUBLISHED, says=N_("Renew for a year")),
        Move(Act.REVISE, State.EXPIRED, State.DRAFT, says=N_("Take back and change")),
        Move(Act.WITHDRAW, State.EXPIRED, State.WITHDRAWN, says=N_("Withdraw")),
        Move(Act.REVISE, State.WITHDRAWN, State.DRAFT, says=N_("Take up again")),
    ),
)


class Readiness(Worded):
    """Technology readiness in three steps, as people filter by it."""

    IDEA = "1-3", N_("TRL 1–3: idea to proof")
    PILOT = "4-6", N_("TRL 4–6: laboratory to pilot")
    IN_USE = "7-9", N_("TRL 7–9: demonstrated to in use")

    @property
    def bounds(self) -> tuple[int, int]:
        return int(self.value[0]), int(self.value[-1])


class Order(Worded):
    NEWEST = "newest", N_("Newest first")
    ENDING = "ending", N_("Patent ends last")
    TITLE = "title", N_("By title")
