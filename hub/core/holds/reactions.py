"""Whoever is paid out of a hold, or gets its rest back, is told."""

from __future__ import annotations

from hub.core.holds.events import ConsultantPaid, HoldRefunded, HoldReleased
from hub.core.ledger import queries as books
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind
from hub.db.journal import Fact, reacts_to
from hub.kernel.actor import SYSTEM
from hub.kernel.money import Money
from hub.kernel.words import N_


@reacts_to(HoldReleased, formerly=["hub.core.messages.reactions.tell_award_paid"])
def tell_award_paid(event: HoldReleased, fact: Fact) -> None:
    """Told to the winner even where the winner's own signature released it: it is the receipt. So it is to an organisation's people."""
    if event.quiet:
        return
    text = N_("%(net)s for “%(label)s” are on your balance (%(gross)s less the fee of %(fee)s).")
    if event.to_organisation_id is not None:
        text = N_("%(net)s for “%(label)s” are on your organisation’s balance (%(gross)s less the fee of %(fee)s).")
    amounts = {"net": event.net_minor, "gross": event.gross_minor, "fee": event.fee_minor}
    values = {"label": event.label} | {name: str(Money(minor, event.currency)) for name, minor in amounts.items()}
    link = books.money_page(event.to_organisation_id)
    messages.notify(actor=SYSTEM, person_ids=[event.person_id, *event.tell], text=text, values=values, link=link, kind=Kind.MONEY)


@reacts_to(HoldRefunded, formerly=["hub.core.messages.reactions.tell_payer", "hub.core.messages.reactions.tell_refund"])
def tell_payer(event: HoldRefunded, fact: Fact) -> None:
    text = N_("%(amount)s that were held are back on your organisation’s balance.")
    values, link = {"amount": str(Money(event.minor, event.currency))}, books.money_page(event.organisation_id)
    messages.notify(actor=SYSTEM, person_ids=event.tell, but=fact.actor_id, text=text, values=values, link=link, kind=Kind.MONEY)


@reacts_to(ConsultantPaid, formerly=["hub.core.messages.reactions.tell_consultant"])
def tell_consultant(event: ConsultantPaid, fact: Fact) -> None:
    text = N_("Your part of the fee for “%(label)s”, %(amount)s, is on your balance.")
    values = {"label": event.label, "amount": str(Money(event.minor, event.currency))}
    messages.notify(actor=SYSTEM, person_ids=[event.person_id], text=text, values=values, link=books.money_page(None), kind=Kind.MONEY)
