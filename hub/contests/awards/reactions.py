"""After the fact: everybody who entered hears the decision, with a way to their scores and reasons; awards lapse by the clock."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hub.contests.awards import operations, queries
from hub.contests.awards.events import (
    AwardDeclined,
    AwardLapsed,
    AwardPaid,
    AwardSigned,
    JudgingReopened,
    SharingAgreed,
    SharingProposed,
    SharingRefused,
    SharingWithdrawn,
    WinnerSelected,
)
from hub.contests.awards.states import SharingState, State, can_be_signed
from hub.contests.challenges import queries as challenges
from hub.contests.challenges.events import ChallengeEnded
from hub.contests.entries import queries as entries
from hub.contests.entries.models import Entry
from hub.contests.entries.states import State as EntryState
from hub.contests.judging import queries as judging
from hub.core.accounts import queries as accounts
from hub.core.agreements import operations as signing
from hub.core.agreements import queries as agreements
from hub.core.agreements.events import AgreementSigned
from hub.core.agreements.rules import Ending
from hub.core.disputes.rules import Side
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind
from hub.core.reputation import operations as reputation
from hub.core.reputation.rules import Finished, Mode
from hub.core.webhooks import operations as webhooks
from hub.core.webhooks.queries import Seen, seen
from hub.db.delivery import every
from hub.db.extensions import db
from hub.db.journal import Fact, reacts_to
from hub.kernel.actor import SYSTEM
from hub.kernel.words import N_


@every(300)
def lapse_what_is_overdue() -> None:
    operations.lapse_overdue()


def _tell(person_id: int | None, text: str, link: str, **values: str) -> None:
    messages.notify(actor=SYSTEM, person_ids=[person_id], text=text, values=values, kind=Kind.AWARD, link=link)


@reacts_to(WinnerSelected)
def tell_every_entrant(event: WinnerSelected, fact: Fact) -> None:
    award, challenge = queries.get(event.award_id), challenges.by_id(event.challenge_id)
    won = N_("Your entry to “%(title)s” won: %(prize)s. Read the award agreement and sign it by %(by)s to receive the prize.")
    by = f"{award.sign_by:%Y-%m-%d %H:%M} UTC"
    _tell(award.person_id, won, f"/awards/{award.id}", title=challenge.title, prize=str(award.gross), by=by)
    _tell_the_others(challenge.id, challenge.title)
    _tell_the_judges(challenge.id, challenge.title)


@reacts_to(ChallengeEnded)
def tell_that_nobody_won(event: ChallengeEnded, fact: Fact) -> None:
    challenge = challenges.by_id(event.challenge_id)
    _tell_the_others(challenge.id, challenge.title)
    _tell_the_judges(challenge.id, challenge.title)


@reacts_to(WinnerSelected)
@reacts_to(ChallengeEnded)
def end_the_evaluation(event: WinnerSelected | ChallengeEnded, fact: Fact) -> None:
    """The participation agreement lets entries be read until the decision and no longer."""
    challenge = challenges.by_id(event.challenge_id)
    signing.end_now(subject=challenge.ref, kind=entries.AGREEMENT, what=Ending.EVALUATION, at=fact.at)


def _deciders(subject: str) -> list[int]:
    """Who speaks for the seeker of "award:3": it offers the award agreement without signing it."""
    return challenges.manager_ids(queries.get(int(subject.partition(":")[2])).challenge)


agreements.offered_by("award", _deciders)


def _tell_the_others(challenge_id: int, title: str) -> None:
    text = N_("Your entry to “%(title)s” was not selected. Read what it scored on each criterion, and the reasons; all rights are yours.")
    for entry in entries.entries_in(challenge_id):
        if entry.state is EntryState.NOT_SELECTED:
            _tell(entry.person_id, text, f"/entries/{entry.id}", title=title)


def _tell_the_judges(challenge_id: int, title: str) -> None:
    for person_id in judging.judging(challenge_id):
        _tell(person_id, N_("“%(title)s” has been decided. Thank you for judging it."), "/judge", title=title)


@reacts_to(AwardDeclined)
@reacts_to(AwardLapsed)
def tell_that_the_choice_is_open(event: AwardDeclined | AwardLapsed, fact: Fact) -> None:
    """The seeker's managers are told by the judging room; here, the others who entered and, if the time ran out, the winner."""
    challenge = challenges.by_id(event.challenge_id)
    if isinstance(event, AwardLapsed):
        lapsed = N_("The time to sign the award of “%(title)s” has run out. You keep all rights in your entry.")
        _tell(queries.get(event.award_id).person_id, lapsed, f"/entries/{event.entry_id}", title=challenge.title)
    shared = N_("The award of “%(title)s” was not accepted, so there is nothing to share.")
    sharing = queries.sharing_of(event.award_id)
    for member in sharing.members[1:] if sharing is not None else ():
        _tell(member.person_id, shared, "/home", title=challenge.title)
    again = N_("The selected entry to “%(title)s” was not signed for, so the seeker chooses again, and your entry is in the running again.")
    for entry in entries.entries_in(challenge.id):
        if entry.state is EntryState.SEALED:
            _tell(entry.person_id, again, f"/entries/{entry.id}", title=challenge.title)


@reacts_to(JudgingReopened)
def tell_that_it_is_judged_again(event: JudgingReopened, fact: Fact) -> None:
    """The seeker's managers are told by the judging room; here, whoever was chosen, the judges, and the others who entered."""
    challenge, award = challenges.by_id(event.challenge_id), queries.get(event.award_id)
    values = {"title": challenge.title, "reason": award.said}
    chosen = N_(
        "A dispute about the judging of “%(title)s” ended with opening it again, so nobody is chosen yet, and your entry is in the running "
        "with the others. The reason: %(reason)s"
    )
    _tell(award.person_id, chosen, f"/entries/{event.entry_id}", **values)
    judges = N_(
        "The judging of “%(title)s” is open again after a dispute. Look at your scores and correct what has to be corrected, with reasons: "
        "%(reason)s"
    )
    for person_id in judging.judging(challenge.id):
        _tell(person_id, judges, "/judge", **values)
    others = N_("The judging of “%(title)s” is open again after a dispute, and your entry is in the running. The reason: %(reason)s")
    for entry in entries.entries_in(challenge.id):
        if entry.state is EntryState.SEALED and entry.id != event.entry_id:
            _tell(entry.person_id, others, f"/entries/{entry.id}", **values)


@reacts_to(AgreementSigned)
def pay_upon_signature(event: AgreementSigned, fact: Fact) -> None:
    """An award agreement may also be signed on its own page: the prize follows the signature all the same, once."""
    prefix, _, number = event.subject.partition(":")
    if prefix != "award" or event.kind != queries.AGREEMENT:
        return
    _pay_what_is_signed(int(number))


def _pay_what_is_signed(award_id: int) -> None:
    """Pay an award whose agreement the winner has signed, unless the sharing still waits for somebody's word."""
    award, sharing = queries.get(award_id), queries.sharing_of(award_id)
    signed = agreements.has_signed(award.person_id, award.ref, queries.AGREEMENT)
    waits = sharing is not None and sharing.state is SharingState.PROPOSED
    if signed and not waits and award.state is State.SELECTED and can_be_signed(award):
        winner = accounts.actor_of(award.person_id)
        operations.accept(actor=winner, award=award, seen_hash=agreements.get(award.terms_id or 0).hash)


# Sharing


@reacts_to(SharingProposed)
def ask_the_team(event: SharingProposed, fact: Fact) -> None:
    title = challenges.by_id(event.challenge_id).title
    asked = N_("Your team won “%(title)s”, and its leader proposes how the award is shared. See your part, and say whether you agree.")
    told = N_("Your team won “%(title)s”, and the award is shared in equal parts. See your part.")
    for person_id in event.person_ids:
        _tell(person_id, told if event.binding else asked, f"/awards/{event.award_id}/sharing", title=title)


@reacts_to(SharingAgreed)
def tell_that_all_agree(event: SharingAgreed, fact: Fact) -> None:
    title = challenges.by_id(event.challenge_id).title
    text = N_("Everybody agrees how the award of “%(title)s” is shared. With your signature each receives their part.")
    _tell(queries.get(event.award_id).person_id, text, f"/awards/{event.award_id}", title=title)
    _pay_what_is_signed(event.award_id)


@reacts_to(SharingRefused)
def tell_the_leader(event: SharingRefused, fact: Fact) -> None:
    title = challenges.by_id(event.challenge_id).title
    text = N_("Somebody of your team does not agree how the award of “%(title)s” is shared. Read why, and propose another way.")
    _tell(queries.get(event.award_id).person_id, text, f"/awards/{event.award_id}/sharing", title=title)


@reacts_to(SharingWithdrawn)
def tell_the_team(event: SharingWithdrawn, fact: Fact) -> None:
    title = challenges.by_id(event.challenge_id).title
    text = N_("How the award of “%(title)s” is shared was taken back by your team’s leader, who may propose another way.")
    for person_id in event.person_ids:
        _tell(person_id, text, "/home", title=title)


# What programs may hear of it


def _seen(event: Any) -> Seen:
    award = queries.get(event.award_id)
    seeker = challenges.by_id(event.challenge_id).organisation_id
    return seen(organisations=[seeker], people=[award.person_id], path=f"/api/v1/awards/{award.id}")


webhooks.sends(
    {
        "award.offered": WinnerSelected, "award.signed": AwardSigned, "award.paid": AwardPaid, "award.declined": AwardDeclined,
        "award.lapsed": AwardLapsed,
    },
    _seen, data=("award_id", "challenge_id", "entry_id"),
)  # fmt: skip


# Reputation


def finished(entry: Entry, ref: str, winners: Iterable[int], fact: Fact) -> Iterable[Finished]:
    """The seeker and each of these people have finished a deal by which they were paid for the entry; `ref` is what paid them."""
    challenge = entry.challenge
    for person_id in winners:
        yield Finished(
            f"{ref}/person:{person_id}", Mode.CONTEST, challenge.title, f"/challenges/{challenge.slug}",
            Side(organisation_id=challenge.organisation_id), Side(person_id=person_id), fact.at, subject=entry.ref,
        )  # fmt: skip


def _paid(event: AwardPaid, fact: Fact) -> Iterable[Finished]:
    """Everybody of a team that shares."""
    sharing = queries.sharing_of(event.award_id)
    winners = [person_id for person_id, _ in sharing.people] if sharing is not None else [queries.get(event.award_id).person_id]
    return finished(db.session.get_one(Entry, event.entry_id), f"award:{event.award_id}", winners, fact)


reputation.finishes([AwardPaid], _paid)
