"""After the fact: judges and seekers hear of what waits for them."""

from __future__ import annotations

from collections.abc import Iterable

from hub.contests.challenges import queries as challenges
from hub.contests.challenges.events import ChallengeClosed, ChallengeReconsidered
from hub.contests.challenges.models import Challenge
from hub.contests.filings.events import PriorKnowledgeClaimed
from hub.contests.judging import queries
from hub.contests.judging.events import JudgeAppointed, JudgeDeclined, JudgeDismissed, JudgingCompleted
from hub.core.accounts import queries as accounts
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind
from hub.db.journal import Fact, reacts_to
from hub.kernel.actor import SYSTEM
from hub.kernel.whose import Of
from hub.kernel.words import N_


def _tell(people: Iterable[int | None], text: str, challenge: Challenge, link: str, **values: str | Of) -> None:
    messages.notify(actor=SYSTEM, person_ids=people, text=text, values={"title": challenge.title, **values}, kind=Kind.JUDGING, link=link)


@reacts_to(JudgeAppointed)
def ask_the_judge(event: JudgeAppointed, fact: Fact) -> None:
    text = N_("You are asked to judge “%(title)s”. Read the declaration on conflicts of interest, then accept or decline.")
    _tell([event.person_id], text, challenges.by_id(event.challenge_id), f"/judge/appointments/{event.judge_id}")


@reacts_to(JudgeDeclined)
def tell_who_appointed(event: JudgeDeclined, fact: Fact) -> None:
    challenge = challenges.by_id(event.challenge_id)
    name = Of(fact.actor_id, accounts.card(fact.actor_id).name) if fact.actor_id is not None else ""
    text = N_("%(name)s does not judge “%(title)s”. Appoint somebody else if you need to.")
    _tell(challenges.manager_ids(challenge), text, challenge, f"/challenges/{challenge.slug}/judging", name=name)


@reacts_to(JudgeDismissed)
def tell_the_dismissed(event: JudgeDismissed, fact: Fact) -> None:
    judge = queries.get(event.judge_id)
    _tell(
        [judge.person_id], N_("You judge “%(title)s” no longer; thank you for your time."), challenges.by_id(event.challenge_id), "/judge"
    )


@reacts_to(ChallengeClosed)
def call_the_judges(event: ChallengeClosed, fact: Fact) -> None:
    text = N_("“%(title)s” has closed. Its entries wait for your scores and reasons.")
    _tell(queries.judging(event.challenge_id), text, challenges.by_id(event.challenge_id), "/judge")


@reacts_to(PriorKnowledgeClaimed)
def tell_the_judges_of_the_claim(event: PriorKnowledgeClaimed, fact: Fact) -> None:
    text = N_("The seeker of “%(title)s” says that it knew entry %(entry)s before. Read the claim beside the entry and mind your scores.")
    people, challenge = queries.judging(event.challenge_id), challenges.by_id(event.challenge_id)
    _tell(people, text, challenge, f"/judge/entries/{event.entry_id}", entry=str(event.entry_id))


@reacts_to(JudgingCompleted)
def tell_that_all_is_scored(event: JudgingCompleted, fact: Fact) -> None:
    challenge = challenges.by_id(event.challenge_id)
    text = N_("Every entry to “%(title)s” has its reasons. You can select the winner now.")
    _tell(challenges.manager_ids(challenge), text, challenge, f"/challenges/{challenge.slug}/select")


@reacts_to(ChallengeReconsidered)
def tell_that_the_choice_is_open(event: ChallengeReconsidered, fact: Fact) -> None:
    challenge = challenges.by_id(event.challenge_id)
    text = N_("Nobody is chosen in “%(title)s” any more. You can select an entry now.")
    _tell(challenges.manager_ids(challenge), text, challenge, f"/challenges/{challenge.slug}/select")
