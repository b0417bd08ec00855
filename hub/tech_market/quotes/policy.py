"""Who may do what with a request and its quotes. A lab never reads another lab's quote, whoever asks for it."""

from __future__ import annotations

from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy, by_the_system, either
from hub.tech_market.quotes.models import Quote, QuoteRequest
from hub.tech_market.quotes.states import QuoteAct, RequestAct


def asks_for_it(actor: Actor, request: QuoteRequest) -> bool:
    return actor.manages(request.organisation_id)


def belongs_to_the_buyer(actor: Actor, request: QuoteRequest) -> bool:
    return actor.belongs_to(request.organisation_id)


def answers_for_the_lab(actor: Actor, quote: Quote) -> bool:
    return actor.manages(quote.organisation_id)


def chooses(actor: Actor, quote: Quote) -> bool:
    return actor.manages(quote.request.organisation_id)


def is_of_the_lab(actor: Actor, quote: Quote) -> bool:
    return actor.belongs_to(quote.organisation_id)


def is_of_the_buyer(actor: Actor, quote: Quote) -> bool:
    return actor.belongs_to(quote.request.organisation_id)


REQUESTS = Policy(
    "quote request",
    {
        RequestAct.ASK: asks_for_it,
        RequestAct.READ: belongs_to_the_buyer,
        RequestAct.CLOSE: asks_for_it,
        RequestAct.CHOOSE: asks_for_it,
        RequestAct.END: by_the_system,
    },
)

QUOTES = Policy(
    "quote",
    {
        QuoteAct.GIVE: answers_for_the_lab,
        QuoteAct.DECLINE: answers_for_the_lab,
        QuoteAct.CHOOSE: chooses,
        QuoteAct.PASS_OVER: chooses,
        QuoteAct.LAPSE: by_the_system,
        QuoteAct.READ: either(is_of_the_lab, is_of_the_buyer),
    },
)
"""READ of a quote by the buyer's people is narrowed further in queries: whoever also belongs to a lab that was asked reads
that lab's alone."""
