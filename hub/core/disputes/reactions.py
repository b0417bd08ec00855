"""The clock of disputes; and everybody concerned is told what happened, and until when their word is waited for."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from hub.core.accounts import queries as accounts
from hub.core.disputes import events, operations, queries, rules
from hub.core.disputes.models import Dispute
from hub.core.disputes.rules import PARTIES, Role
from hub.core.disputes.states import Act, OfferState, State
from hub.core.looks import queries as looks
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind
from hub.core.parties import queries as parties
from hub.db.delivery import every
from hub.db.journal import Fact, reacts_to
from hub.kernel.actor import SYSTEM, Actor, Duty
from hub.kernel.errors import NotFound
from hub.kernel.whose import Of
from hub.kernel.words import N_

MINUTE, FIVE_MINUTES = 60, 300


@every(MINUTE)
def run_the_clocks() -> None:
    operations.run_clocks()


@every(FIVE_MINUTES)
def remind_of_what_is_due() -> None:
    operations.remind()


@reacts_to(events.DisputeFiled)
def tell_the_other_side(event: events.DisputeFiled, fact: Fact) -> None:
    dispute = queries.by_id(event.dispute_id)
    if queries.veil(dispute, Role.OPENER):
        told = N_("A decision about “%(title)s” is disputed. Answer by %(by)s; without an answer it goes to a mediator.")
        _tell(dispute, fact, [Role.OTHER], told, by=_by(fact, rules.ANSWER_WITHIN))
        return
    told = N_("%(who)s disputes a decision about “%(title)s”. Answer by %(by)s; without an answer it goes to a mediator.")
    who = parties.names([dispute.opener]).quoted(dispute.opener)
    _tell(dispute, fact, [Role.OTHER], told, who=who, by=_by(fact, rules.ANSWER_WITHIN))


@reacts_to(events.DisputeAnswered)
def tell_of_the_answer(event: events.DisputeAnswered, fact: Fact) -> None:
    told = N_("Your dispute about “%(title)s” was answered. Settle it until %(by)s; then it goes to a mediator.")
    _tell(queries.by_id(event.dispute_id), fact, [Role.OPENER], told, by=_by(fact, rules.SETTLE_WITHIN))


@reacts_to(events.StatementMade)
def tell_of_the_statement(event: events.StatementMade, fact: Fact) -> None:
    others = [role for role in Role if role.value != event.role]
    _tell(queries.by_id(event.dispute_id), fact, others, N_("There is a new statement in the dispute about “%(title)s”."))


@reacts_to(events.MediatorCalled)
def ask_for_a_mediator(event: events.MediatorCalled, fact: Fact) -> None:
    dispute = queries.by_id(event.dispute_id)
    told = N_("A dispute about “%(title)s” waits for a mediator: name one by %(by)s.")
    _send(dispute, fact, queries.namers(dispute), told, by=_by(fact, rules.NAME_WITHIN))
    _tell(dispute, fact, PARTIES, N_("The dispute about “%(title)s” goes to a mediator, who is named within three days."))


@reacts_to(events.MediatorMissing)
def ask_again(event: events.MediatorMissing, fact: Fact) -> None:
    dispute = queries.by_id(event.dispute_id)
    if queries.candidates(dispute):
        _send(dispute, fact, queries.namers(dispute), N_("A dispute about “%(title)s” still waits for a mediator: name one."))
        return
    told = N_("A dispute about “%(title)s” waits for a mediator, and none of the staff is free of both sides: make somebody a consultant.")
    _send(dispute, fact, accounts.with_duty(Duty.ADMIN), told, link="/admin/people")


@reacts_to(events.MediatorNamed)
def ask_the_mediator(event: events.MediatorNamed, fact: Fact) -> None:
    dispute = queries.by_id(event.dispute_id)
    asked = N_("You are asked to mediate in a dispute about “%(title)s”. See who the two sides are, and declare that you have no interest.")
    _send(dispute, fact, [event.person_id], asked)
    told = N_("%(who)s is asked to mediate in the dispute about “%(title)s”.")
    _tell(dispute, fact, PARTIES, told, who=Of(event.person_id, accounts.card(event.person_id).name))


@reacts_to(events.MediatorLeft)
def ask_for_another(event: events.MediatorLeft, fact: Fact) -> None:
    dispute = queries.by_id(event.dispute_id)
    if event.by_clock:
        gone = N_("Nothing came from you in time: somebody else mediates in the dispute about “%(title)s”.")
        _send(dispute, fact, [event.person_id], gone, link="/disputes")
    elif fact.actor_id != event.person_id:
        gone = N_("An administrator has relieved you: somebody else mediates in the dispute about “%(title)s”.")
        _send(dispute, fact, [event.person_id], gone, link="/disputes")
    _send(dispute, fact, queries.namers(dispute), N_("A dispute about “%(title)s” waits for another mediator: name one."))
    _tell(dispute, fact, PARTIES, N_("The dispute about “%(title)s” gets another mediator."))


@reacts_to(events.SettlementOffered)
def tell_of_the_offer(event: events.SettlementOffered, fact: Fact) -> None:
    dispute, role = queries.by_id(event.dispute_id), Role(event.role)
    if role is Role.MEDIATOR:
        told = N_(
            "The mediator proposes how to end the dispute about “%(title)s”. Say by %(by)s whether you accept; else the mediator decides."
        )
        _tell(dispute, fact, PARTIES, told, by=_by(fact, rules.ACCEPT_WITHIN))
        return
    told = N_("The other side offers to settle the dispute about “%(title)s”: read what, and answer.")
    _tell(dispute, fact, [role.opposite], told)


@reacts_to(events.SettlementAnswered)
def tell_of_the_word(event: events.SettlementAnswered, fact: Fact) -> None:
    dispute, role = queries.by_id(event.dispute_id), Role(event.role)
    made = queries.offer_of(dispute, event.offer_id)
    if made.role is Role.MEDIATOR:
        if event.answer == OfferState.ACCEPTED.value and made.state is OfferState.OPEN:
            told = N_("The other side accepts the mediator’s proposal about “%(title)s”. With your yes it is settled.")
            _tell(dispute, fact, [role.opposite], told)
    elif event.answer == OfferState.REFUSED.value:
        _tell(dispute, fact, [role.opposite], N_("Your offer to settle the dispute about “%(title)s” was refused."))


@reacts_to(events.ProposalDropped)
def leave_it_to_the_mediator(event: events.ProposalDropped, fact: Fact) -> None:
    dispute = queries.by_id(event.dispute_id)
    told = N_("Your proposal about “%(title)s” was not accepted by both: decide it by %(by)s.")
    _send(dispute, fact, [dispute.mediator_id], told, by=_by(fact, rules.DECIDE_WITHIN))
    _tell(dispute, fact, PARTIES, N_("The proposal about “%(title)s” was not accepted by both sides: the mediator decides."))


@reacts_to(events.DisputeDueSoon)
def remind(event: events.DisputeDueSoon, fact: Fact) -> None:
    dispute = queries.by_id(event.dispute_id)
    if dispute.due_at is not None:
        told = N_("In the dispute about “%(title)s” your word is waited for until %(by)s.")
        _send(dispute, fact, _whose_turn(dispute), told, by=_exact(dispute.due_at))


def _whose_turn(dispute: Dispute) -> list[int | None]:
    if dispute.state is State.MEDIATION:
        return [dispute.mediator_id]
    if dispute.state is State.WAITING:
        return [*queries.namers(dispute)]
    sides = {State.OPENED: [Role.OTHER], State.TALKING: [*PARTIES]}.get(dispute.state)
    if sides is None:
        proposal = next((one for one in queries.on_the_table(dispute.id) if one.role is Role.MEDIATOR), None)
        sides = [role for role in PARTIES if proposal is not None and not proposal.accepted_by(role)]
    return [person for role in sides for person in parties.people_of(dispute.side(role))]


@reacts_to(events.DisputeSettled)
def tell_that_it_is_settled(event: events.DisputeSettled, fact: Fact) -> None:
    _tell(queries.by_id(event.dispute_id), fact, Role, N_("The dispute about “%(title)s” is settled, and what was agreed is carried out."))


@reacts_to(events.DisputeDecided)
def tell_the_decision(event: events.DisputeDecided, fact: Fact) -> None:
    dispute = queries.by_id(event.dispute_id)
    _tell(dispute, fact, PARTIES, N_("The dispute about “%(title)s” is decided: %(reason)s"), reason=dispute.reason[:300])


@reacts_to(events.DisputeWithdrawn)
def tell_that_it_is_over(event: events.DisputeWithdrawn, fact: Fact) -> None:
    told = N_("The dispute about “%(title)s” was withdrawn: the decision stands.")
    _tell(queries.by_id(event.dispute_id), fact, [Role.OTHER, Role.MEDIATOR], told)


def _tell(dispute: Dispute, fact: Fact, roles: Iterable[Role], text: str, **values: Any) -> None:
    """The people of these roles; the mediator from the declaration on."""
    people: list[int | None] = []
    for role in roles:
        if role is not Role.MEDIATOR:
            people += parties.people_of(dispute.side(role))
        elif dispute.declared_at is not None:
            people.append(dispute.mediator_id)
    _send(dispute, fact, people, text, **values)


def _send(dispute: Dispute, fact: Fact, people: Iterable[int | None], text: str, *, link: str = "", **values: Any) -> None:
    facts = {"title": dispute.title, **values}
    messages.notify(
        actor=SYSTEM, person_ids=people, text=text, kind=Kind.DISPUTE, values=facts, link=link or dispute.path, but=fact.actor_id
    )  # fmt: skip


def _by(fact: Fact, within: timedelta) -> str:
    """When the time ends that began with the fact: the dispute itself may have gone on before anybody is told."""
    return _exact(fact.at + within)


def _exact(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


# Who has read what was shown in it


@looks.shows("dispute")
def looked_at(actor: Actor, number: int) -> looks.Thing:
    """Who has taken copies of its files is for both sides and the mediator to see. Raises NotFound."""
    dispute = queries.get_for(actor, number, Act.READ)
    if queries.names(actor, [dispute]).veils:  # the readers' names would say who the other side is
        raise NotFound(queries.NO_DISPUTE)
    return looks.Thing(dispute.title, dispute.path)
