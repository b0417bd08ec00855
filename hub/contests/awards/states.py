"""The life of an award."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from hub.kernel import clock
from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded


class State(Worded):
    SELECTED = "selected", N_("Waiting for the signature")
    SIGNED = "signed", N_("Signed")
    PAID = "paid", N_("Paid")
    DECLINED = "declined", N_("Declined")
    LAPSED = "lapsed", N_("Not signed in time")
    REOPENED = "reopened", N_("Taken back: the judging was opened again")


class Act(StrEnum):
    """The moves, then what can be done without moving."""

    SIGN = "sign"
    PAY = "pay"
    DECLINE = "decline"
    LAPSE = "lapse"
    REOPEN = "reopen"
    RENEW = "renew"

    SELECT = "select"
    END = "end"
    READ = "read"
    PAY_LATE = "pay_late"


class SharingState(Worded):
    PROPOSED = "proposed", N_("Waiting for everybody to agree")
    AGREED = "agreed", N_("Agreed")
    REFUSED = "refused", N_("Refused")
    WITHDRAWN = "withdrawn", N_("Withdrawn")


class SharingAct(StrEnum):
    """The moves of how a team shares an award, then what can be done without moving."""

    AGREE = "agree"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"

    PROPOSE = "propose"
    READ = "read"


class Shared(Protocol):
    @property
    def is_default(self) -> bool: ...

    @property
    def everybody_agreed(self) -> bool: ...


def binds(sharing: Shared) -> bool:
    """Equal parts are the default and need nobody's consent but the leader's; anything else takes everybody's."""
    return sharing.is_default or sharing.everybody_agreed


def can_be_taken_back(sharing: Shared) -> bool:
    return sharing.is_default


class Dated(Protocol):
    sign_by: datetime


def can_be_signed(award: Dated) -> bool:
    return clock.within(None, award.sign_by)


def is_overdue(award: Dated) -> bool:
    return not can_be_signed(award)


LIVE = frozenset({State.SELECTED, State.SIGNED, State.PAID})

LIFE = Machine(
    "award",
    initial=State.SELECTED,
    moves=(
        Move(
            Act.SIGN, State.SELECTED, State.SIGNED,
            when=can_be_signed, unless=N_("The time to sign this award has run out."), says=N_("Sign and receive the prize"),
        ),
        Move(Act.PAY, State.SIGNED, State.PAID, says=N_("Pay")),
        Move(Act.REOPEN, State.SELECTED, State.REOPENED, says=N_("Open the judging again")),
        Move(Act.RENEW, State.REOPENED, State.SELECTED, says=N_("Select again")),
        Move(Act.DECLINE, State.SELECTED, State.DECLINED, says=N_("Decline the award")),
        Move(
            Act.LAPSE, State.SELECTED, State.LAPSED,
            when=is_overdue, unless=N_("The winner still has time to sign."), says=N_("Close for want of a signature"),
        ),
    ),
)  # fmt: skip

SHARING = Machine(
    "award_sharing",
    initial=SharingState.PROPOSED,
    moves=(
        Move(
            SharingAct.AGREE, SharingState.PROPOSED, SharingState.AGREED,
            when=binds, unless=N_("Not everybody has agreed yet."), says=N_("Agree"),
        ),
        Move(SharingAct.REFUSE, SharingState.PROPOSED, SharingState.REFUSED, says=N_("Refuse")),
        Move(SharingAct.WITHDRAW, SharingState.PROPOSED, SharingState.WITHDRAWN, says=N_("Take back")),
        Move(
            SharingAct.WITHDRAW, SharingState.AGREED, SharingState.WITHDRAWN,
            when=can_be_taken_back, unless=N_("Everybody has agreed to this sharing: it binds you, too."), says=N_("Take back"),
        ),
    ),
)  # fmt: skip
