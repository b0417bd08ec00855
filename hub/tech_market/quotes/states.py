"""The lives of a request for quotes and of each quote."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded
from hub.tech_market.quotes import rules


class RequestState(Worded):
    OPEN = "open", N_("Open for quotes")
    COMPARING = "comparing", N_("Being compared")
    CHOSEN = "chosen", N_("Chosen")
    CLOSED = "closed", N_("Closed without a choice")


class RequestAct(StrEnum):
    """The moves, then what can be done without moving."""

    END = "end"
    CHOOSE = "choose"
    CLOSE = "close"

    ASK = "ask"
    READ = "read"


class QuoteState(Worded):
    ASKED = "asked", N_("Waiting for the lab")
    GIVEN = "given", N_("Quoted")
    DECLINED = "declined", N_("Declined")
    LAPSED = "lapsed", N_("No answer in time")
    CHOSEN = "chosen", N_("Chosen")
    PASSED_OVER = "passed_over", N_("Not chosen")


class QuoteAct(StrEnum):
    GIVE = "give"
    DECLINE = "decline"
    LAPSE = "lapse"
    CHOOSE = "choose"
    PASS_OVER = "pass_over"

    READ = "read"


class Dated(Protocol):
    quotes_by: datetime


def is_due(request: Dated) -> bool:
    return rules.is_over(request.quotes_by)


REQUEST = Machine(
    "quote request",
    initial=RequestState.OPEN,
    moves=(
        Move(RequestAct.END, RequestState.OPEN, RequestState.COMPARING, when=is_due, unless=N_("The labs still have time.")),
        Move(RequestAct.CHOOSE, RequestState.OPEN, RequestState.CHOSEN, says=N_("Choose")),
        Move(RequestAct.CLOSE, RequestState.OPEN, RequestState.CLOSED, says=N_("Close without a choice")),
        Move(RequestAct.CHOOSE, RequestState.COMPARING, RequestState.CHOSEN, says=N_("Choose")),
        Move(RequestAct.CLOSE, RequestState.COMPARING, RequestState.CLOSED, says=N_("Close without a choice")),
    ),
)

QUOTE = Machine(
    "quote",
    initial=QuoteState.ASKED,
    moves=(
        Move(QuoteAct.GIVE, QuoteState.ASKED, QuoteState.GIVEN, says=N_("Give a quote")),
        Move(QuoteAct.DECLINE, QuoteState.ASKED, QuoteState.DECLINED, says=N_("Decline")),
        Move(QuoteAct.LAPSE, QuoteState.ASKED, QuoteState.LAPSED),
        Move(QuoteAct.PASS_OVER, QuoteState.ASKED, QuoteState.PASSED_OVER),
        Move(QuoteAct.GIVE, QuoteState.GIVEN, QuoteState.GIVEN, says=N_("Change the quote")),
        Move(QuoteAct.DECLINE, QuoteState.GIVEN, QuoteState.DECLINED, says=N_("Take the quote back")),
        Move(QuoteAct.CHOOSE, QuoteState.GIVEN, QuoteState.CHOSEN),
        Move(QuoteAct.PASS_OVER, QuoteState.GIVEN, QuoteState.PASSED_OVER),
    ),
)
