"""What can be disputed beside orders: an entry that was turned down, an answer that was rejected. The claim is set aside, and paid or given back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from hub.contests.awards import operations as awards
from hub.contests.awards import queries as award_queries
from hub.contests.awards.states import State as AwardState
from hub.contests.challenges.rules import Kind
from hub.contests.challenges.states import State as ChallengeState
from hub.contests.entries.states import State as EntryState
from hub.contests.judging import operations as judging
from hub.core.agreements import queries as agreements
from hub.core.controls import queries as controls
from hub.core.disputes import operations, queries
from hub.core.disputes.models import Dispute
from hub.core.disputes.rules import Ground
from hub.core.disputes.states import State
from hub.core.holds import queries as holds
from hub.core.messages.models import Notification
from hub.core.payments import operations as payments
from hub.core.payments import queries as money
from hub.db import delivery, work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM
from hub.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, NotNow
from hub.microtasks.queue import operations as queue
from hub.microtasks.queue.states import State as AnswerState
from tests.factories import entries as contests
from tests.factories import people, tasks
from tests.factories.money import deposited, race, refused, usd

SAYS = "The reason names a criterion that the challenge does not have."
PRIZE, PAY = usd(4_000_000), usd(100)


def has(kind: str, number: int) -> int:
    return next((one.minor for one in money.balances(kind, number) if one.currency == "USD"), 0)


def opened(actor, kind, number, ground=Ground.WRONG_REASON) -> Dispute:
    with work.unit():
        return operations.open_(actor=actor, kind=kind, number=number, ground=ground, statement=SAYS)


def decided(dispute, seeker, outcome, amount=None) -> Dispute:
    """By a mediator who has nothing to do with it, after the other side's silence."""
    admin, mediator = people.person("Owl", admin=True), people.person("Crane", consultant=True)
    clock.advance(timedelta(days=7))
    with work.unit():
        operations.run_clocks()
        found = operations.name(actor=people.actor_of(admin), dispute=dispute, person_id=mediator.id)
        operations.declare(actor=people.actor_of(mediator), dispute=found, declared=True)
    with work.unit():
        return operations.decide(
            actor=people.actor_of(mediator),
            dispute=queries.by_id(found.id),
            outcome=outcome,
            amount=amount,
            words="The reason does not hold.",
        )


@pytest.fixture
def ended(app):
    """A contest that ended without an award: its prize is on the seeker's balance again."""
    made = contests.judged(solvers=2)
    with work.unit():
        awards.end_without_award(actor=made.manager, challenge=made.challenge, reason="No entry measured what we asked for.")
    yield made
    work.rollback()
    assert controls.verify().problems == []


def entry_of(made, number=0):
    return contests.queries.mine_in(people.actor_of(made.solvers[number]), made.challenge)


def test_the_prize_of_a_contest_that_nobody_won_is_set_aside_once_and_paid_late(ended):
    solver, seeker = people.actor_of(ended.solvers[0]), ended.organisation.id
    entry = entry_of(ended)
    assert has("organisation", seeker) == PRIZE.minor
    dispute = opened(solver, "entry", entry.id)
    assert (dispute.stake, dispute.secured, holds.held(entry.ref, "USD")) == (PRIZE, True, PRIZE.minor)
    assert dispute.decision == "No entry measured what we asked for." and has("organisation", seeker) == 0
    second = opened(people.actor_of(ended.solvers[1]), "entry", entry_of(ended, 1).id)
    assert not second.secured, "the prize is set aside once, however many dispute"
    refused("money_disputed", NotNow, payments.refund, actor=SYSTEM, subject=entry.ref, key="by hand")
    judge = ended.judges[0]
    assert judge.id not in {one.id for one in queries.candidates(dispute)}
    dispute = decided(dispute, ended.manager, "sum", usd(1_000_000))
    assert [(one.gross, one.net) for one in dispute.moved] == [(usd(1_000_000), usd(950_000)), (usd(3_000_000), usd(3_000_000))]
    assert (has("person", solver.person_id), has("organisation", seeker), holds.held(entry.ref, "USD")) == (950_000, 0, 0)
    assert holds.held(second.subject, "USD") == 3_000_000, "what is left stays set aside for whoever else disputes"
    with work.unit():
        operations.withdraw(actor=people.actor_of(ended.solvers[1]), dispute=queries.by_id(second.id), reason="We see the point by now.")
    assert has("organisation", seeker) == 3_000_000


def test_a_decision_that_stands_gives_back_what_was_set_aside_and_who_was_not_turned_down_disputes_nothing(ended):
    solver = people.actor_of(ended.solvers[0])
    dispute = opened(solver, "entry", entry_of(ended).id)
    with work.unit():
        operations.withdraw(actor=solver, dispute=dispute, reason="We see the point by now.")
    assert has("organisation", ended.organisation.id) == PRIZE.minor
    stranger = people.actor_of(people.person("Wren"))
    refused("not_found", NotFound, lambda: opened(stranger, "entry", entry_of(ended).id))


def test_a_loser_disputes_the_choice_of_another_without_touching_the_winners_prize(app):
    made, award = contests.selected(solvers=2)
    loser, entry = people.actor_of(made.solvers[1]), entry_of(made, 1)
    dispute = opened(loser, "entry", entry.id)
    assert dispute.stake is None
    contests.accept(award, people.actor_of(made.solvers[0]))
    work.commit()
    assert has("person", made.solvers[0].id) == 3_800_000
    refused("over_balance", Invalid, _settle, dispute=dispute, seeker=made.manager, loser=loser)
    dispute = decided(queries.by_id(dispute.id), made.manager, "finding")
    assert dispute.state is State.DECIDED and dispute.moved == [] and controls.verify().problems == []


def test_a_verdict_that_is_opened_again_before_the_signature_is_corrected_and_decided_anew(app):
    """The loser appeals the verdict to its end: the judge corrects a score, with a reason, and another entry wins; the prize never moved."""
    made, award = contests.selected(solvers=2)
    first, loser, judge = (people.actor_of(one) for one in (*made.solvers, made.judges[0]))
    challenge, prize = made.challenge.ref, holds.held(made.challenge.ref, "USD")
    dispute = opened(loser, "entry", entry_of(made, 1).id, Ground.PROCEDURE)
    refused("not_allowed", NotAllowed, awards.reopen_judging, actor=made.manager, challenge=made.challenge, reason=SAYS)
    offered = {one.key for one in queries.matter_of(dispute).outcomes}
    assert offered == {"rejudge", "sum"}
    dispute = decided(dispute, made.manager, "rejudge")
    assert (dispute.state, dispute.outcome, dispute.moved, holds.held(challenge, "USD")) == (State.DECIDED, "rejudge", [], prize)
    assert (award.state, award.said) == (AwardState.REOPENED, "The reason does not hold.")
    assert [entry_of(made, n).state for n in (0, 1)] == [EntryState.SEALED] * 2
    assert made.challenge.state is ChallengeState.JUDGING
    refused("not_now", NotNow, awards.accept, actor=first, award=award, seen_hash=terms_of(award))
    for who, words in (
        (first, "in the running with the others"),
        (loser, "your entry is in the running"),
        (judge, "correct what has to be"),
    ):
        assert told(who, words), words
    criterion = next(one for one in made.challenge.criteria if one.kind is Kind.SCORED)
    with work.unit():
        judging.score(
            actor=judge, entry=entry_of(made, 0), criterion_id=criterion.id, points=0, reason="The measurement was of another film."
        )
    with work.unit():
        second = awards.select_winner(actor=made.manager, challenge=made.challenge, entry=entry_of(made, 1), message="Corrected.")
    contests.accept(second, loser)
    work.commit()
    assert has("person", loser.person_id) == 3_800_000 and holds.held(challenge, "USD") == 0
    again = queries.matter_for(first, "entry", entry_of(made, 0).id)
    assert [one.decision for one in again.claims] == ["Corrected."], "the new verdict can be disputed, too"
    assert {one.key for one in again.outcomes} == {"sum"}, "once it is paid, the judging stands"
    assert controls.verify().problems == []


def test_the_same_entry_may_be_chosen_again_and_signature_and_reopening_meet(app):
    made, award = contests.selected(solvers=2)
    first = people.actor_of(made.solvers[0])
    decided(opened(people.actor_of(made.solvers[1]), "entry", entry_of(made, 1).id), made.manager, "rejudge")
    with work.unit():
        again = awards.select_winner(actor=made.manager, challenge=made.challenge, entry=entry_of(made, 0), message="It stands.")
    assert (again.id, again.state, again.message) == (award.id, AwardState.SELECTED, "It stands.")
    number, who = made.challenge.id, first.person_id
    work.rollback()
    sign = lambda: contests.accept(award_queries.of_challenge(number), people.actor_of(db.session.get(people.Person, who)))  # noqa: E731
    reopen = lambda: awards.reopen_judging(actor=SYSTEM, challenge=award_queries.of_challenge(number).challenge, reason=SAYS)  # noqa: E731
    results = race(app, sign, reopen)
    work.rollback()
    assert len([one for one in results if isinstance(one, Exception)]) == 1, results
    state = award_queries.of_entry(award.entry_id).state
    paid = has("person", who)
    assert (state, paid) in {(AwardState.PAID, 3_800_000), (AwardState.REOPENED, 0)}
    assert controls.verify().problems == []


def told(actor, words) -> bool:
    delivery.deliver_all()
    texts = db.session.scalars(select(Notification.text).where(Notification.person_id == actor.person_id))
    return any(words in text for text in texts)


def terms_of(award) -> str:
    return agreements.get(award.terms_id).hash


def _settle(dispute, seeker, loser, amount=PAY):
    offer = operations.offer(actor=seeker, dispute=dispute, outcome="sum", amount=amount)
    operations.accept(actor=loser, dispute=dispute, offer_id=offer.id)


def test_a_rejected_answer_is_paid_after_all_once(app):
    owner, worker = people.person("Grace"), people.person("Ada")
    company = people.organisation(owner)
    boss, person = people.actor_of(owner), people.actor_of(worker)
    with work.unit():
        project = tasks.paid(company, boss, minor=100, redundancy=1, tasks=1)
        made = tasks.answer(person, project)
        queue.reject(actor=boss, assignment=made, reason="This is not what the sentence says.")
    gross = project.price.gross
    dispute = opened(person, "assignment", made.id)
    assert dispute.stake is None, "there is nothing on the balance to set aside"
    with work.unit():
        operations.withdraw(actor=person, dispute=dispute, reason="I misread the sentence.")
    with work.unit():  # another worker, and an organisation with money
        other = people.actor_of(people.person("Bob"))
        second = tasks.answer(other, project)
        queue.reject(actor=boss, assignment=second, reason="This is not what the sentence says.")
    deposited(company, usd(500))
    dispute = opened(other, "assignment", second.id)
    assert dispute.stake == gross and has("organisation", company.id) == 500 - gross.minor
    dispute = decided(dispute, boss, "pay")
    assert has("person", other.person_id) == 100 and holds.held(second.ref, "USD") == 0
    assert queue.queries.whole(second.id).state is AnswerState.REJECTED
    assert 500 - gross.minor == has("organisation", company.id) and controls.verify().problems == []


# A choice that changes, and several who dispute


def choose(made, number):
    with work.unit():
        return awards.select_winner(actor=made.manager, challenge=made.challenge, entry=entry_of(made, number), message="Then this one.")


def lapsed(award):
    clock.set_to(award.sign_by)
    with work.unit():
        assert awards.lapse_overdue() == 1


def settled(dispute, made, author, amount):
    with work.unit():
        _settle(dispute=queries.by_id(dispute.id), seeker=made.manager, loser=author, amount=amount)


def ways(dispute) -> list[str]:
    db.session.expire_all()
    return [one.key for one in queries.outcomes(queries.by_id(dispute.id))]


def test_a_second_dispute_of_an_entry_after_another_choice_pays_as_it_says(app):
    made, award = contests.selected(solvers=3)
    deposited(made.organisation, usd(1_000))
    author, number = people.actor_of(made.solvers[1]), entry_of(made, 1).id
    settled(opened(author, "entry", number), made, author, usd(100))
    lapsed(award)
    choose(made, 2)
    settled(opened(author, "entry", number), made, author, usd(100))
    assert (has("person", author.person_id), has("organisation", made.organisation.id)) == (190, 800)
    lapsed(choice_of(made))
    winner = people.actor_of(made.solvers[2])
    settled(opened(winner, "entry", entry_of(made, 2).id), made, winner, usd(200))
    assert has("person", winner.person_id) == 190 and controls.verify().problems == []


def choice_of(made):
    return awards.queries.of_challenge(made.challenge.id)


def test_what_is_in_the_running_again_moves_no_money_and_its_judges_never_mediate(app):
    made, award = contests.selected(solvers=2)
    deposited(made.organisation, PRIZE)
    loser = people.actor_of(made.solvers[1])
    dispute = opened(loser, "entry", entry_of(made, 1).id)
    neutral = people.person("Crane", consultant=True).id
    with work.unit():
        offer = operations.offer(actor=made.manager, dispute=queries.by_id(dispute.id), outcome="sum", amount=usd(100)).id
        made.judges[0].is_consultant = True
        awards.decline(actor=people.actor_of(made.solvers[0]), award=award)
    assert ways(dispute) == ["uphold", "finding"], "what was disputed does not stand any more, and the real prize is held"
    refused("effects_changed", Conflict, lambda: operations.accept(actor=loser, dispute=queries.by_id(dispute.id), offer_id=offer))
    assert [one.id for one in queries.candidates(queries.by_id(dispute.id))] == [neutral]
    choose(made, 1)
    assert ways(dispute) == ["uphold", "finding"]
    contests.accept(choice_of(made), loser)
    work.commit()
    assert has("person", loser.person_id) == 3_800_000 and has("organisation", made.organisation.id) == PRIZE.minor
    assert [one.id for one in queries.candidates(queries.by_id(dispute.id))] == [neutral]


@pytest.mark.parametrize("cheaply", [False, True], ids=["withdrawn", "settled cheaply"])
def test_the_prize_stays_set_aside_until_the_last_of_several_disputes_has_ended(ended, cheaply):
    first, second = (people.actor_of(solver) for solver in ended.solvers)
    one, other = (opened(who, "entry", entry_of(ended, place).id) for place, who in enumerate((first, second)))
    assert (one.secured, other.secured, other.stake) == (True, False, None)
    if cheaply:
        settled(one, ended, first, usd(100))
    else:
        with work.unit():
            operations.withdraw(actor=first, dispute=queries.by_id(one.id), reason="We see the point by now.")
    db.session.expire_all()
    other, left = queries.by_id(other.id), usd(PRIZE.minor - 100 * cheaply)
    assert (other.secured, other.stake, has("organisation", ended.organisation.id)) == (True, left, 0)
    assert holds.held(other.subject, "USD") == left.minor
    if cheaply:
        deposited(ended.organisation, usd(100))
    decided(other, ended.manager, "award")
    assert (has("person", second.person_id), has("organisation", ended.organisation.id)) == (3_800_000, 0)
    assert holds.held(other.subject, "USD") == 0


def test_whose_award_lapsed_may_dispute_that_before_the_seeker_has_chosen_anew(app, client):
    made, award = contests.selected(solvers=2)
    deposited(made.organisation, PRIZE)
    lapsed(award)
    author, entry = people.actor_of(made.solvers[0]), entry_of(made)
    people.sign_in(client, made.solvers[0])
    assert f"/disputes/new/entry/{entry.id}" in client.get(f"/entries/{entry.id}").get_data(as_text=True)
    dispute = opened(author, "entry", entry.id)
    assert ways(dispute) == ["uphold", "finding", "sum"] and not dispute.secured, "the prize is held for whom the seeker chooses"
    clock.advance(timedelta(days=15))
    choose(made, 1)
    settled(dispute, made, author, usd(1_000))
    assert has("person", author.person_id) == 950 and controls.verify().problems == []


# Who learns of whom


def pages_of(client, person, *paths) -> str:
    people.sign_in(client, person)
    headers = people.api_headers(person)
    found = [client.get(path, headers=headers if path.startswith("/api/") else {}) for path in paths]
    assert {one.status_code for one in found} == {200}, [one.status for one in found]
    return " ".join(one.get_data(as_text=True) for one in found)


def test_neither_an_anonymous_seeker_nor_the_author_of_an_entry_is_named_to_the_other(app, client):
    made = contests.judged(solvers=2, seeker_shown=False)
    with work.unit():
        awards.end_without_award(actor=made.manager, challenge=made.challenge, reason="No entry measured what we asked for.")
    solver, entry = made.solvers[0], entry_of(made)
    new = pages_of(client, solver, f"/disputes/new/entry/{entry.id}")
    assert made.organisation.name not in new and "The seeker" in new
    dispute = opened(people.actor_of(solver), "entry", entry.id)
    with work.unit():
        operations.answer(actor=made.manager, dispute=dispute, statement="Nobody measured the hue over a whole day.")
        operations.offer(actor=made.manager, dispute=dispute, outcome="sum", amount=usd(100))
    delivery.deliver_all()
    seen = pages_of(client, solver, dispute.path, "/disputes", "/inbox", f"/api/v1/disputes/{dispute.id}/offers")
    assert made.organisation.name not in seen and made.owner.name not in seen and "The seeker" in seen
    seen = pages_of(client, made.owner, dispute.path, "/disputes", "/inbox", f"/api/v1/disputes/{dispute.id}/offers")
    assert solver.name not in seen and "The author of the entry" in seen and made.owner.name in seen
    assert "A decision about" in seen
    with work.unit():
        operations.call(actor=made.manager, dispute=queries.by_id(dispute.id))
    people.sign_in(client, solver)
    assert client.get(f"/looks/dispute/{dispute.id}").status_code == 404, "who has taken copies of files would tell who the seeker is"
    seen = pages_of(client, people.person("Owl", admin=True), dispute.path)
    assert made.organisation.name in seen and solver.name in seen, "who names a mediator has to know whom not to name"


@pytest.mark.parametrize("place", ["drafted", "sealed", "of the other side", "of somebody else"])
def test_who_counts_the_numbers_of_entries_learns_nothing(app, client, place):
    made = contests.contest(solvers=2)
    author, other = (people.actor_of(one) for one in made.solvers)
    with work.unit():
        entry = contests.draft(made.challenge, author)
        if place == "sealed":
            contests.operations.seal(actor=author, entry_id=entry.id)
        contests.seal(made.challenge, other)
    reader = {"of the other side": made.owner, "of somebody else": made.solvers[1]}.get(place, made.solvers[0])
    people.sign_in(client, reader)
    assert client.get(f"/disputes/new/entry/{entry.id}").status_code == 404
    assert client.get(f"/api/v1/disputes/about/entry/{entry.id}", headers=people.api_headers(reader)).status_code == 404
