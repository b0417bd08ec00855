"""Who pays in and who waits for the money is told of it. Whoever did the thing is not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hub.core.accounts import queries as people
from hub.core.ledger import queries as books
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind
from hub.core.organisations import queries as organisations
from hub.core.payments.events import DepositTaken, FundingCancelled, FundingConfirmed, FundingPartlyReceived, FundingRequested
from hub.core.webhooks import operations as webhooks
from hub.core.webhooks.queries import Seen, seen
from hub.db.journal import Fact, reacts_to
from hub.kernel.actor import SYSTEM, Duty
from hub.kernel.money import Money
from hub.kernel.whose import Of
from hub.kernel.words import N_

ON_YOUR_BALANCE = N_("%(amount)s have arrived on your balance.")
ON_THEIR_BALANCE = N_("%(amount)s have arrived on your organisation’s balance.")


def _tell(to: Iterable[int], event: Any, fact: Fact, text: str, link: str, **values: Of | str) -> None:
    values |= {"amount": str(Money(event.minor, event.currency)), "label": getattr(event, "label", "")}
    messages.notify(actor=SYSTEM, person_ids=to, but=fact.actor_id, text=text, values=values, link=link, kind=Kind.MONEY)


@reacts_to(FundingRequested, formerly=["hub.core.messages.reactions.tell_money_is_coming"])
def tell_money_is_coming(event: FundingRequested, fact: Fact) -> None:
    text = N_("%(organisation)s announced %(amount)s for “%(label)s”. Confirm it when it is on the account.")
    if event.organisation_id is None:
        payer: Of | str = Of(event.person_id or 0, people.get(event.person_id or 0).name)
    else:
        payer = organisations.card(event.organisation_id).name
    _tell(people.with_duty(Duty.ADMIN), event, fact, text, "/admin/payments", organisation=payer)


@reacts_to(FundingConfirmed, formerly=["hub.core.messages.reactions.tell_money_is_here"])
def tell_money_is_here(event: FundingConfirmed, fact: Fact) -> None:
    text = N_("The money for “%(label)s” is here: %(amount)s are held.")
    if not event.subject:
        text = ON_YOUR_BALANCE if event.organisation_id is None else ON_THEIR_BALANCE
    _tell(event.tell, event, fact, text, books.money_page(event.organisation_id))


@reacts_to(DepositTaken, formerly=["hub.core.messages.reactions.tell_deposit"])
def tell_deposit(event: DepositTaken, fact: Fact) -> None:
    text = ON_YOUR_BALANCE if event.organisation_id is None else ON_THEIR_BALANCE
    _tell(event.tell, event, fact, text, books.money_page(event.organisation_id))


FORMERLY = "hub.core.messages.reactions.tell_payer"


@reacts_to(FundingPartlyReceived, formerly=[FORMERLY, "hub.core.messages.reactions.tell_part_arrived"])
@reacts_to(FundingCancelled, formerly=[FORMERLY, "hub.core.messages.reactions.tell_funding_cancelled"])
def tell_payer(event: FundingPartlyReceived | FundingCancelled, fact: Fact) -> None:
    text, rest = N_("The payment for “%(label)s” is not expected any more."), 0
    if isinstance(event, FundingPartlyReceived):
        text, rest = N_("%(amount)s of the money for “%(label)s” has arrived. Still due: %(rest)s."), event.rest_minor
    _tell(event.tell, event, fact, text, books.money_page(event.organisation_id), rest=str(Money(rest, event.currency)))


# What programs may hear of it


def _seen(event: Any) -> Seen:
    if event.organisation_id is None:
        return seen(people=[event.person_id], path="/api/v1/me/balances")
    return seen(
        organisations=[event.organisation_id], path=f"/api/v1/organisations/{organisations.get(event.organisation_id).slug}/balances"
    )


webhooks.sends(
    {"funding.confirmed": FundingConfirmed, "funding.partly_received": FundingPartlyReceived, "funding.cancelled": FundingCancelled},
    _seen, data=("funding_id", "subject"), money=True,
)  # fmt: skip
webhooks.sends({"deposit.taken": DepositTaken}, _seen, data=("transaction_id",), money=True)
