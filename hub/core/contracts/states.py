"""The life of an agreement between named parties: of its newest version; an older one may be in force meanwhile."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded


class State(Worded):
    DRAFT = "draft", N_("Being drawn up")
    PROPOSED = "proposed", N_("To be signed")
    RETURNED = "returned", N_("Sent back")
    IN_FORCE = "in_force", N_("In force")
    WITHDRAWN = "withdrawn", N_("Taken back")


class Act(StrEnum):
    DRAFT = "draft"
    READ = "read"
    EDIT = "edit"
    PROPOSE = "propose"
    SIGN = "sign"
    COMPLETE = "complete"
    RETURN = "return"
    WITHDRAW = "withdraw"
    CHANGE = "change"
    KEEP = "keep"


def nothing_in_force(contract: Any) -> bool:
    return contract.force_terms_id is None


def something_in_force(contract: Any) -> bool:
    return contract.force_terms_id is not None


BOUND = N_("A version of it is in force: keep that one instead.")
UNBOUND = N_("No version of it is in force.")
WRITABLE = frozenset({State.DRAFT, State.RETURNED})
AS_PROPOSED = frozenset({State.PROPOSED, State.IN_FORCE})
"""In these the row says what the newest words say; in all others it may be a draft of the side that draws it up."""
OPEN = frozenset({State.DRAFT, State.PROPOSED, State.RETURNED})

LIFE = Machine(
    "contract",
    initial=State.DRAFT,
    moves=(
        Move(Act.PROPOSE, State.DRAFT, State.PROPOSED, says=N_("Propose it")),
        Move(Act.PROPOSE, State.RETURNED, State.PROPOSED, says=N_("Propose it again")),
        Move(Act.COMPLETE, State.PROPOSED, State.IN_FORCE, says=N_("Sign as the last")),
        Move(Act.RETURN, State.PROPOSED, State.RETURNED, says=N_("Send it back with a reason")),
        Move(Act.CHANGE, State.IN_FORCE, State.DRAFT, says=N_("Draw up a change")),
        *(
            Move(Act.WITHDRAW, state, State.WITHDRAWN, when=nothing_in_force, unless=BOUND, says=N_("Take it back"))
            for state in (State.DRAFT, State.PROPOSED, State.RETURNED)
        ),
        *(
            Move(Act.KEEP, state, State.IN_FORCE, when=something_in_force, unless=UNBOUND, says=N_("Keep the version in force"))
            for state in (State.DRAFT, State.PROPOSED, State.RETURNED)
        ),
    ),
)
