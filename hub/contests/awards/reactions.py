"""After the fact: everybody who entered hears the decision, with a way to their scores and reasons; awards lapse by the clock."""

from __future__ import annotations

from hub.contests.awards import operations, queries
from hub.contests.awards.events import AwardDeclined, AwardLapsed, WinnerSelected
from hub.contests.awards.states import State, can_be_signed
from hub.contests.challenges import queries as challenges
from hub.contests.challenges.events import ChallengeEnded
from hub.contests.entries import queries as entries
from hub.contests.entries.states import State as EntryState
from hub.contests.judging import queries as judging
from hub.core.accounts import queries as accounts
from hub.core.agreements import queries as agreements
from hub.core.agreements.events import AgreementSigned
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind
from hub.db.delivery import every
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
    again = N_("The selected entry to “%(title)s” was not signed for, so the seeker chooses again, and your entry is in the running again.")
    for entry in entries.entries_in(challenge.id):
        if entry.state is EntryState.SEALED:
            _tell(entry.person_id, again, f"/entries/{entry.id}", title=challenge.title)


@reacts_to(AgreementSigned)
def pay_upon_signature(event: AgreementSigned, fact: Fact) -> None:
    """An award agreement may also be signed on its own page: the prize follows the signature all the same, once."""
    prefix, _, number = event.subject.partition(":")
    if prefix != "award" or event.kind != queries.AGREEMENT:
        return
    award = queries.get(int(number))
    if award.state is State.SELECTED and can_be_signed(award):
        winner = accounts.actor_of(event.person_id)
        operations.accept(actor=winner, award=award, seen_hash=agreements.get(event.terms_id).hash)
