"""The life of a deal: from an interest without a name to a close with a reason."""

from __future__ import annotations

from enum import StrEnum

from hub.kernel import clock
from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded
from hub.tech_market.deals import rules
from hub.tech_market.deals.rules import Waiting


class State(Worded):
    INTERESTED = "interested", N_("Waits for an answer")
    DECLINED = "declined", N_("Declined")
    ACCEPTED = "accepted", N_("Accepted: to be signed")
    SIGNED = "signed", N_("Signed by one side")
    REVEALED = "revealed", N_("Both know each other")
    CLOSED_DEAL = "closed_deal", N_("Closed with a deal")
    CLOSED_NO_DEAL = "closed_no_deal", N_("Closed without a deal")
    EXPIRED = "expired", N_("Lapsed in silence")


class Act(StrEnum):
    EXPRESS = "express"
    READ = "read"
    ACCEPT = "accept"
    DECLINE = "decline"
    SIGN = "sign"
    COUNTERSIGN = "countersign"
    POST = "post"
    AGREE = "agree"
    GIVE_UP = "give_up"
    EXPIRE = "expire"
    READ_ANNEX = "read_annex"
    WRITE_ANNEX = "write_annex"
    READ_LOOKS = "read_looks"


class Side(Worded):
    """The two sides of a deal: whose listing it is, and who is interested in it."""

    OWNER = "owner", N_("Owner of the listing")
    PARTY = "party", N_("Interested party")

    @property
    def other(self) -> Side:
        return Side.PARTY if self is Side.OWNER else Side.OWNER


class Looked(Worded):
    """What of an annex somebody read."""

    TEXT = "text", N_("read the text")
    FILE = "file", N_("downloaded a file")


def nobody_answered(deal: Waiting) -> bool:
    return rules.is_silent(deal, clock.now(), rules.SILENT_INTEREST)


def talks_are_silent(deal: Waiting) -> bool:
    return rules.is_silent(deal, clock.now(), rules.SILENT_TALKS)


STILL_TIME = N_("Its time is not over yet.")
UNDECIDED = frozenset({State.INTERESTED})
TALKING = frozenset({State.ACCEPTED, State.SIGNED, State.REVEALED})
OPEN = UNDECIDED | TALKING
"""A person has one deal at most in these on the same listing."""
KNOWN = frozenset({State.REVEALED, State.CLOSED_DEAL})
"""The annex is open to the interested side."""

LIFE = Machine(
    "deal",
    initial=State.INTERESTED,
    moves=(
        Move(Act.ACCEPT, State.INTERESTED, State.ACCEPTED, says=N_("Accept to talk")),
        Move(Act.DECLINE, State.INTERESTED, State.DECLINED, says=N_("Decline with a reason")),
        Move(Act.GIVE_UP, State.INTERESTED, State.CLOSED_NO_DEAL, says=N_("Take the interest back")),
        Move(Act.EXPIRE, State.INTERESTED, State.EXPIRED, when=nobody_answered, unless=STILL_TIME, says=N_("Lapse")),
        Move(Act.SIGN, State.ACCEPTED, State.SIGNED, says=N_("Sign for confidentiality")),
        Move(Act.GIVE_UP, State.ACCEPTED, State.CLOSED_NO_DEAL, says=N_("Close without a deal")),
        Move(Act.EXPIRE, State.ACCEPTED, State.EXPIRED, when=talks_are_silent, unless=STILL_TIME, says=N_("Lapse")),
        Move(Act.COUNTERSIGN, State.SIGNED, State.REVEALED, says=N_("Sign for confidentiality")),
        Move(Act.GIVE_UP, State.SIGNED, State.CLOSED_NO_DEAL, says=N_("Close without a deal")),
        Move(Act.EXPIRE, State.SIGNED, State.EXPIRED, when=talks_are_silent, unless=STILL_TIME, says=N_("Lapse")),
        Move(Act.AGREE, State.REVEALED, State.CLOSED_DEAL, says=N_("Close with a deal")),
        Move(Act.GIVE_UP, State.REVEALED, State.CLOSED_NO_DEAL, says=N_("Close without a deal")),
    ),
)
