"""After the fact: people are told, and the clock is followed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from hub.contests.challenges import operations, queries
from hub.contests.challenges.events import (
    ChallengeApproved,
    ChallengeAwarded,
    ChallengeCancelled,
    ChallengeClosed,
    ChallengeEnded,
    ChallengePublished,
    ChallengeReturned,
    ChallengeSelected,
    ChallengeSubmitted,
    ChallengeWithdrawn,
)
from hub.contests.challenges.models import Challenge
from hub.core.accounts import queries as accounts
from hub.core.agreements import queries as agreements
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind
from hub.core.payments.events import FundingConfirmed
from hub.core.webhooks import operations as webhooks
from hub.core.webhooks.queries import Seen, seen
from hub.db.delivery import every
from hub.db.journal import Fact, reacts_to
from hub.kernel.actor import SYSTEM, Duty
from hub.kernel.words import N_


@every(20)
def close_at_the_deadline() -> None:
    operations.close_due()


def _tell(fact: Fact, people: Iterable[int | None], text: str, challenge: Challenge, page: str = "") -> None:
    """One line and mail to each of `people`, but not to whoever did it."""
    messages.notify(
        actor=SYSTEM,
        person_ids=[person for person in people if person != fact.actor_id],
        text=text,
        values={"title": challenge.title},
        link=f"/challenges/{challenge.slug}{page}",
        kind=Kind.CHALLENGE,
    )


def _its_people(challenge: Challenge) -> list[int | None]:
    return [challenge.author_id, *queries.manager_ids(challenge)]


@reacts_to(ChallengeSubmitted)
def tell_the_consultants(event: ChallengeSubmitted, fact: Fact) -> None:
    challenge = queries.by_id(event.challenge_id)
    belonging = set(queries.people_ids(challenge))
    reviewers = [person for person in accounts.with_duty(Duty.CONSULTANT) if person not in belonging]
    _tell(fact, reviewers, N_("“%(title)s” waits for your review."), challenge, "/review")


@reacts_to(ChallengeReturned)
def tell_of_the_remarks(event: ChallengeReturned, fact: Fact) -> None:
    challenge = queries.by_id(event.challenge_id)
    _tell(fact, _its_people(challenge), N_("“%(title)s” came back from the review with remarks."), challenge, "/edit")


@reacts_to(ChallengeApproved)
def tell_of_the_approval(event: ChallengeApproved, fact: Fact) -> None:
    challenge = queries.by_id(event.challenge_id)
    _tell(fact, _its_people(challenge), N_("“%(title)s” is approved. Pay the prize in to publish it."), challenge, "/fund")


@reacts_to(FundingConfirmed)
def tell_that_the_prize_is_held(event: FundingConfirmed, fact: Fact) -> None:
    kind, _, number = event.subject.partition(":")
    if kind != "challenge":
        return
    challenge = queries.with_hold(queries.by_id(int(number)))
    if not queries.missing(challenge):
        _tell(fact, _its_people(challenge), N_("The prize of “%(title)s” is held. You can publish it now."), challenge, "/fund")


@reacts_to(ChallengePublished)
def tell_of_the_opening(event: ChallengePublished, fact: Fact) -> None:
    challenge = queries.by_id(event.challenge_id)
    _tell(fact, [*_its_people(challenge), *queries.followers(challenge.id)], N_("“%(title)s” is open for entries."), challenge)


@reacts_to(ChallengeClosed)
def tell_of_the_close(event: ChallengeClosed, fact: Fact) -> None:
    challenge = queries.by_id(event.challenge_id)
    _tell(fact, _its_people(challenge), N_("“%(title)s” has closed. The entries can be judged now."), challenge, "/judging")
    told = set(_its_people(challenge))
    followers = [person for person in queries.followers(challenge.id) if person not in told]
    _tell(fact, followers, N_("“%(title)s” has closed. The entries are being judged."), challenge)


OUTCOMES: dict[type, str] = {
    ChallengeSelected: N_("A winner of “%(title)s” was selected."),
    ChallengeAwarded: N_("The prize of “%(title)s” was awarded."),
    ChallengeEnded: N_("“%(title)s” ended without an award."),
    ChallengeCancelled: N_("“%(title)s” was cancelled."),
}


@reacts_to(ChallengeSelected)
@reacts_to(ChallengeAwarded)
@reacts_to(ChallengeEnded)
@reacts_to(ChallengeCancelled)
def tell_of_the_outcome(event: Any, fact: Fact) -> None:
    """The followers and the seeker's people; entrants are told with their reasons by the room that decides."""
    challenge = queries.by_id(event.challenge_id)
    _tell(fact, [*_its_people(challenge), *queries.followers(challenge.id)], OUTCOMES[type(event)], challenge)


@reacts_to(ChallengeWithdrawn)
def tell_of_the_withdrawal(event: ChallengeWithdrawn, fact: Fact) -> None:
    challenge = queries.by_id(event.challenge_id)
    _tell(fact, _its_people(challenge), N_("“%(title)s” was withdrawn; what was held is back on your balance."), challenge)


def _deciders(subject: str) -> list[int]:
    """Who speaks for the seeker of "challenge:5": it offers the participation agreement without signing it."""
    return queries.manager_ids(queries.by_id(int(subject.partition(":")[2])))


agreements.offered_by("challenge", _deciders)


# What programs may hear of it


def _seen(event: Any) -> Seen:
    challenge = queries.by_id(event.challenge_id)
    return seen(organisations=[challenge.organisation_id], path=f"/api/v1/challenges/{challenge.slug}")


webhooks.sends(
    {
        "challenge.returned": ChallengeReturned, "challenge.approved": ChallengeApproved, "challenge.published": ChallengePublished,
        "challenge.closed": ChallengeClosed, "challenge.selected": ChallengeSelected, "challenge.awarded": ChallengeAwarded,
        "challenge.ended": ChallengeEnded, "challenge.withdrawn": ChallengeWithdrawn, "challenge.cancelled": ChallengeCancelled,
    },
    _seen, data=("challenge_id",),
)  # fmt: skip
