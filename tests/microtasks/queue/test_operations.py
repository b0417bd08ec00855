"""Tasks are handed out, answered, passed on and decided on, as people notice it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from hub.core.controls import queries as controls
from hub.core.holds import queries as holds_read
from hub.core.messages import queries as messages
from hub.core.payments import queries as payments
from hub.db import delivery, work
from hub.kernel import clock
from hub.kernel.actor import ANONYMOUS, SYSTEM
from hub.kernel.errors import Invalid, NotAllowed, NotNow, NotSignedIn
from hub.kernel.money import Money
from hub.microtasks.projects import operations as projects
from hub.microtasks.projects import queries as projects_read
from hub.microtasks.projects.states import State as ProjectState
from hub.microtasks.projects.states import TaskState
from hub.microtasks.queue import operations, queries
from hub.microtasks.queue.states import State
from tests.factories import people, tasks


@pytest.fixture
def house(app):
    owner = people.person("Heron")
    organisation = people.organisation(owner)
    return organisation, people.actor_of(owner)


@pytest.fixture
def workers(app):
    return [people.actor_of(people.person(f"Worker {n}")) for n in range(5)]


@pytest.fixture
def volunteers(house):
    with work.unit():
        return tasks.project(*house, tasks=2)


@pytest.fixture
def paying(house):
    with work.unit():
        return tasks.paid(*house, tasks=2)


def test_a_task_goes_to_as_many_people_as_wanted_and_to_nobody_twice(volunteers, workers):
    first, second, third = workers[:3]
    with work.unit():
        got = [operations.claim(actor=worker, project=volunteers).position for worker in (first, second, third)]
    assert got == [1, 1, 2]
    with work.unit():
        for worker in (first, second, third):
            operations.submit(actor=worker, assignment=queries.in_hand(worker.person_id), answer=tasks.YES)
        assert operations.claim(actor=first, project=volunteers).position == 2
        assert operations.claim(actor=second, project=volunteers) is None, "the last place is in the first one's hands"
        assert operations.claim(actor=third, project=volunteers) is None


def test_whoever_holds_a_task_gets_the_same_one_again(volunteers, workers):
    with work.unit():
        first = operations.claim(actor=workers[0], project=volunteers)
        assert operations.claim(actor=workers[0], project=volunteers).id == first.id
        assert operations.claim(actor=workers[0]).id == first.id
        assert projects_read.task(first.task_id).taken == 1


def test_a_lease_that_ran_out_goes_to_somebody_else(volunteers, workers):
    with work.unit():
        lost = operations.claim(actor=workers[0], project=volunteers)
        operations.claim(actor=workers[1], project=volunteers)
    clock.advance(timedelta(minutes=16))
    with work.unit():
        assert operations.claim(actor=workers[2], project=volunteers).position == 2, "the queue goes on first"
        assert operations.expire_overdue() == 2
        assert operations.expire_overdue() == 0
        again = operations.claim(actor=workers[3], project=volunteers)
    assert again.task_id == lost.task_id
    assert queries.whole(lost.id).state is State.EXPIRED


def test_a_claim_takes_back_overdue_leases_when_nothing_else_is_left(house, workers):
    with work.unit():
        only = tasks.project(*house, tasks=1, redundancy=1)
        operations.claim(actor=workers[0], project=only)
    with work.unit():
        assert operations.claim(actor=workers[1], project=only) is None
    clock.advance(timedelta(minutes=15))
    with work.unit():
        assert operations.claim(actor=workers[1], project=only) is not None
        assert operations.claim(actor=workers[0], project=only) is None, "never the same task twice"


def test_a_late_answer_counts_while_the_place_is_free_and_not_after(house, workers):
    with work.unit():
        only = tasks.project(*house, tasks=1, redundancy=1)
        late = operations.claim(actor=workers[0], project=only)
    clock.advance(timedelta(hours=1))
    with work.unit():
        operations.expire_overdue()
    with work.unit():
        assert operations.submit(actor=workers[0], assignment=queries.whole(late.id), answer=tasks.YES).state is State.ACCEPTED
    with work.unit():
        other = tasks.project(*house, tasks=1, redundancy=1, title="Another project of sentences")
        late = operations.claim(actor=workers[0], project=other)
    clock.advance(timedelta(hours=1))
    with work.unit():
        operations.expire_overdue()
        tasks.answer(workers[1], other)
    with pytest.raises(NotNow) as refusal, work.unit():
        operations.submit(actor=workers[0], assignment=queries.whole(late.id), answer=tasks.YES)
    assert refusal.value.code == "lease_over"
    assert queries.whole(late.id).state is State.EXPIRED


def test_a_skipped_task_goes_to_others_and_never_comes_back(house, workers):
    with work.unit():
        only = tasks.project(*house, tasks=1, redundancy=1)
        operations.skip(actor=workers[0], assignment=operations.claim(actor=workers[0], project=only))
        assert operations.claim(actor=workers[0], project=only) is None
        assert operations.claim(actor=workers[1], project=only) is not None


def test_a_task_that_three_people_call_broken_is_handed_out_no_more(house, workers):
    with work.unit():
        two = tasks.project(*house, tasks=2, redundancy=3)
    for worker in workers[:3]:
        with work.unit():
            assignment = operations.claim(actor=worker, project=two)
            assert assignment.position == 1
            operations.report(actor=worker, assignment=assignment, reason="The sentence is empty.")
    with work.unit():
        assert operations.claim(actor=workers[3], project=two).position == 2
        task = projects_read.task(assignment.task_id)
        assert (task.state, task.reports, task.taken) == (TaskState.WITHDRAWN, 3, 0)
    assert [row.reason for row in queries.reported(two.id)] == ["The sentence is empty."] * 3


def test_a_report_needs_its_reason(volunteers, workers):
    with pytest.raises(Invalid), work.unit():
        operations.report(actor=workers[0], assignment=operations.claim(actor=workers[0], project=volunteers), reason=" ")
    assert queries.in_hand(workers[0].person_id) is None, "nothing of the refused step is kept"


def test_an_answer_must_fit_the_form(volunteers, workers):
    with work.unit():
        assignment = operations.claim(actor=workers[0], project=volunteers)
    for wrong in ({}, {"label": "perhaps"}, {"label": "yes", "colour": "red"}, "yes", None, {"label": ["yes"]}, {"label": "yes", "why": 3}):
        with pytest.raises(Invalid) as refusal, work.unit():
            operations.submit(actor=workers[0], assignment=queries.whole(assignment.id), answer=wrong)
        assert refusal.value.code == "answer_wrong" and refusal.value.fields
    assert queries.whole(assignment.id).state is State.LEASED


def test_an_answer_is_sent_once(volunteers, workers):
    with work.unit():
        done = tasks.answer(workers[0], volunteers)
    with pytest.raises(NotNow), work.unit():
        operations.submit(actor=workers[0], assignment=queries.whole(done.id), answer={"label": "no"})
    assert queries.whole(done.id).answer == tasks.YES


def test_nobody_touches_what_another_holds(volunteers, workers, house):
    with work.unit():
        assignment = operations.claim(actor=workers[0], project=volunteers)
    for other in (workers[1], house[1]):
        with pytest.raises(NotAllowed), work.unit():
            operations.submit(actor=other, assignment=assignment, answer=tasks.YES)
        with pytest.raises(NotAllowed), work.unit():
            operations.skip(actor=other, assignment=assignment)
    assert queries.whole(assignment.id).state is State.LEASED


def test_who_may_work(house, paying, volunteers, workers):
    owner = house[1]
    with pytest.raises(NotSignedIn), work.unit():
        operations.claim(actor=ANONYMOUS, project=volunteers)
    with pytest.raises(NotAllowed) as refusal, work.unit():
        operations.claim(actor=owner, project=paying)
    assert refusal.value.code == "own_project"
    unconfirmed = people.actor_of(people.person("Fledgling", verified=False))
    with pytest.raises(NotAllowed) as refusal, work.unit():
        operations.claim(actor=unconfirmed, project=paying)
    assert refusal.value.code == "unverified_address"
    with work.unit():
        assert operations.claim(actor=unconfirmed).project_id == volunteers.id
        assert operations.claim(actor=owner).project_id == volunteers.id, "they may volunteer for their own"


def test_a_paused_project_hands_out_nothing_but_takes_answers(house, volunteers, workers):
    with work.unit():
        held = operations.claim(actor=workers[0], project=volunteers)
        projects.pause(actor=house[1], project=volunteers)
    with pytest.raises(NotNow), work.unit():
        operations.claim(actor=workers[1], project=projects_read.by_id(volunteers.id))
    with work.unit():
        assert operations.claim(actor=workers[1]) is None
        assert operations.submit(actor=workers[0], assignment=queries.whole(held.id), answer=tasks.YES).state is State.ACCEPTED


def balance(person) -> int:
    found = [money.minor for money in payments.balances("person", person.person_id) if money.currency == "USD"]
    return found[0] if found else 0


def test_an_accepted_answer_is_paid_once_and_the_rest_goes_back(house, paying, workers):
    owner = house[1]
    one = paying.price
    assert (one.gross.minor, one.fee.minor, one.net.minor) == (105, 5, 100)
    assert holds_read.held(paying.ref, "USD") == 4 * 105
    with work.unit():
        done = tasks.answer(workers[0], paying)
        assert done.state is State.SUBMITTED and balance(workers[0]) == 0
    with work.unit():
        operations.accept(actor=owner, assignment=queries.whole(done.id))
    for _ in range(3):
        with pytest.raises(NotNow), work.unit():
            operations.accept(actor=owner, assignment=queries.whole(done.id))
    assert balance(workers[0]) == 100 and holds_read.held(paying.ref, "USD") == 3 * 105
    with work.unit():
        projects.end(actor=owner, project=projects_read.by_id(paying.id))
    delivery.run_periodic()
    ended = projects_read.by_id(paying.id)
    assert ended.state is ProjectState.FINISHED
    assert holds_read.held(paying.ref, "USD") == 0
    assert payments.balances("organisation", house[0].id) == [Money(3 * 105, "USD")]
    assert not controls.verify().problems


def test_silence_accepts(paying, workers):
    with work.unit():
        done = tasks.answer(workers[0], paying)
    clock.advance(timedelta(days=3) - timedelta(seconds=1))
    with work.unit():
        assert operations.accept_due() == 0
    clock.advance(timedelta(seconds=1))
    with work.unit():
        assert operations.accept_due() == 1
    assert queries.whole(done.id).state is State.ACCEPTED and balance(workers[0]) == 100


def test_a_rejected_answer_says_why_and_goes_back_to_the_queue(house, paying, workers):
    owner, (first, second, third) = house[1], workers[:3]
    with work.unit():
        wrong = tasks.answer(first, paying)
        tasks.answer(second, paying)
        assert operations.claim(actor=third, project=paying).position == 2
    with pytest.raises(Invalid), work.unit():
        operations.reject(actor=owner, assignment=queries.whole(wrong.id), reason="")
    with work.unit():
        operations.reject(actor=owner, assignment=queries.whole(wrong.id), reason="The sentence does not speak of packages.")
    with work.unit():
        fourth = workers[3]
        assert operations.claim(actor=fourth, project=paying).task_id == wrong.task_id
        operations.skip(actor=first, assignment=operations.claim(actor=first, project=paying))
    assert balance(first) == 0 and holds_read.held(paying.ref, "USD") == 4 * 105
    (told,) = messages.inbox(first.person_id)
    assert told.values["reason"] == "The sentence does not speak of packages." and told.link == f"/my/tasks/{wrong.id}"


def test_only_the_projects_managers_decide(paying, workers):
    with work.unit():
        done = tasks.answer(workers[0], paying)
    for other in workers[:2]:
        with pytest.raises(NotAllowed), work.unit():
            operations.accept(actor=other, assignment=queries.whole(done.id))
        with pytest.raises(NotAllowed), work.unit():
            operations.reject(actor=other, assignment=queries.whole(done.id), reason="No good.")
    assert queries.whole(done.id).state is State.SUBMITTED


def test_a_project_whose_tasks_are_all_done_ends_by_itself(house, workers):
    with work.unit():
        only = tasks.project(*house, tasks=1, redundancy=2)
        for worker in workers[:2]:
            tasks.answer(worker, only)
    delivery.run_periodic()
    assert projects_read.by_id(only.id).state is ProjectState.FINISHED


def test_ending_waits_for_what_is_out(house, paying, workers):
    owner = house[1]
    with work.unit():
        waiting = tasks.answer(workers[0], paying)
        held = operations.claim(actor=workers[1], project=paying)
        projects.end(actor=owner, project=projects_read.by_id(paying.id))
    delivery.run_periodic()
    assert projects_read.by_id(paying.id).state is ProjectState.ENDING
    with work.unit():
        operations.submit(actor=workers[1], assignment=queries.whole(held.id), answer=tasks.YES)
        operations.accept(actor=owner, assignment=queries.whole(held.id))
    clock.advance(timedelta(days=3))
    delivery.run_periodic()
    assert queries.whole(waiting.id).state is State.ACCEPTED
    delivery.run_periodic()
    assert projects_read.by_id(paying.id).state is ProjectState.FINISHED
    assert (balance(workers[0]), balance(workers[1])) == (100, 100)
    assert payments.balances("organisation", house[0].id) == [Money(2 * 105, "USD")]


def test_the_pace_is_shown_once_there_are_enough_answers(house, workers):
    with work.unit():
        made = tasks.paid(*house, tasks=5, redundancy=1, minor=10)
    for n, seconds in enumerate((10, 12, 90, 8, 14)):
        assert projects_read.by_id(made.id).hourly is None
        with work.unit():
            assignment = operations.claim(actor=workers[n], project=made)
        clock.advance(timedelta(seconds=seconds))
        with work.unit():
            operations.submit(actor=workers[n], assignment=queries.whole(assignment.id), answer=tasks.YES)
        with work.unit():
            operations.note_pace()
    seen = projects_read.by_id(made.id)
    assert seen.median_seconds == 12 and seen.hourly == Money(10 * 3600 // 12, "USD")


def test_answers_can_be_accepted_all_at_once(house, paying, workers):
    with work.unit():
        for worker in workers[:3]:
            tasks.answer(worker, paying)
    with work.unit():
        assert operations.accept_waiting(actor=house[1], project=paying) == 3
    assert [balance(worker) for worker in workers[:3]] == [100, 100, 100]


def test_labels_are_what_was_submitted_or_accepted(house, paying, workers):
    with work.unit():
        kept = tasks.answer(workers[0], paying)
        wrong = tasks.answer(workers[1], paying, {"label": "no"})
        operations.reject(actor=house[1], assignment=wrong, reason="Not read.")
        operations.claim(actor=workers[2], project=paying)
    assert [(label.task_id, label.person_id, label.answer) for label in queries.labels_of(paying)] == [
        (kept.task_id, workers[0].person_id, tasks.YES)
    ]


def test_the_system_may_accept(paying, workers):
    with work.unit():
        done = tasks.answer(workers[0], paying)
        operations.accept(actor=SYSTEM, assignment=done)
    assert balance(workers[0]) == 100


def test_a_task_that_is_asked_for_is_handed_out_under_the_same_rules(volunteers, workers):
    first, second, third = workers[:3]
    wanted = projects_read.tasks_of(volunteers.id)[1]
    for person in (first, second):
        with work.unit():
            held = operations.claim(actor=person, project=volunteers, task=wanted)
            assert held is not None and held.task_id == wanted.id
            again = operations.claim(actor=person, project=volunteers, task=wanted)
            assert again is not None and again.id == held.id, "asking again gives the same one back"
            operations.submit(actor=person, assignment=held, answer=tasks.YES)
    with work.unit():
        assert operations.claim(actor=first, project=volunteers, task=wanted) is None, "never twice"
        assert operations.claim(actor=third, project=volunteers, task=wanted) is None, "never more than wanted"
    assert projects_read.task(wanted.id).taken == 2


def test_another_task_is_not_handed_out_while_one_is_in_hand(volunteers, workers):
    one, other = projects_read.tasks_of(volunteers.id)
    with work.unit():
        operations.claim(actor=workers[0], project=volunteers, task=one)
    with pytest.raises(NotNow) as refused, work.unit():
        operations.claim(actor=workers[0], project=volunteers, task=other)
    assert refused.value.code == "other_in_hand"
    assert projects_read.task(other.id).taken == 0


def test_a_place_whose_time_ran_out_goes_to_who_asks_for_its_task(volunteers, workers):
    wanted = projects_read.tasks_of(volunteers.id)[0]
    for person in workers[:2]:
        with work.unit():
            operations.claim(actor=person, project=volunteers, task=wanted)
    later = clock.now() + timedelta(hours=2)
    with clock.at(later), work.unit():
        held = operations.claim(actor=workers[2], project=volunteers, task=wanted)
        assert held is not None and held.task_id == wanted.id


def test_no_task_of_a_project_at_rest_is_handed_out(house, workers):
    with work.unit():
        paused = tasks.project(*house, state="paused")
    task = projects_read.tasks_of(paused.id)[0]
    with pytest.raises(NotNow), work.unit():
        operations.claim(actor=workers[0], project=paused, task=task)
