"""Judges come and go, criteria get points and reasons: who may what, when, and that every refusal changes nothing."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from hub.contests.challenges import operations as challenges
from hub.contests.entries import operations as entry_operations
from hub.contests.entries import queries as entries
from hub.contests.entries.models import Entry
from hub.contests.judging import operations, queries, rules
from hub.contests.judging.models import Judge, Score
from hub.contests.judging.operations import Given
from hub.contests.judging.states import LIFE, State
from hub.core.messages import queries as messages
from hub.db import delivery, journal, work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import ANONYMOUS, Actor
from hub.kernel.errors import HubError, Invalid, NotAllowed, NotFound, NotNow
from tests.factories import entries as make
from tests.factories import people

Made = make.Contest


@pytest.fixture
def made(app: Flask) -> Made:
    """Closed, with two sealed entries; one judge has accepted, another was asked."""
    built = make.contest(solvers=2, judges=2)
    with work.unit():
        for person in built.solvers:
            make.seal(built.challenge, people.actor_of(person))
        make.appoint(built.challenge, built.manager, built.judges[0])
        operations.appoint(actor=built.manager, challenge=built.challenge, email=built.judges[1].email)
        make.close(built.challenge)
    return built


def judge(made: Made, number: int = 0) -> Actor:
    return people.actor_of(made.judges[number])


def entry_of(made: Made, number: int = 0) -> Entry:
    found = entries.mine_in(people.actor_of(made.solvers[number]), made.challenge)
    assert found is not None
    return found


def refused(expected: type[HubError], code: str, act: Any) -> HubError:
    def rows() -> list[Any]:
        return [(j.id, j.state) for j in db.session.query(Judge)] + [(s.id, s.points, s.reason) for s in db.session.query(Score)]

    before, told = rows(), journal.last_id()
    with pytest.raises(expected) as caught, work.unit():
        act()
    assert caught.value.code == code, caught.value
    assert rows() == before and journal.last_id() == told
    return caught.value


# Judges


def test_a_judge_is_asked_by_mail_and_declares_before_anything_else(made: Made) -> None:
    second = queries.appointment(made.challenge.id, made.judges[1].id)
    assert second is not None and second.state is State.APPOINTED
    delivery.deliver_all()
    assert [note.link for note in messages.inbox(made.judges[1].id)] == [f"/judge/appointments/{second.id}"]
    refused(NotFound, "not_found", lambda: make.score(entry_of(made), judge(made, 1)))
    refused(Invalid, "not_declared", lambda: operations.accept(actor=judge(made, 1), judge=second, declared=False))
    with work.unit():
        operations.accept(actor=judge(made, 1), judge=second, declared=True)
    assert (second.state, second.declaration, second.declared_at) == (State.ACCEPTED, rules.DECLARATION_VERSION, clock.now())


def test_who_appoints(made: Made) -> None:
    someone = people.person("Someone")
    consultant = people.actor_of(people.person("Consultant", consultant=True))
    for stranger in (people.actor_of(made.solvers[0]), judge(made), ANONYMOUS, people.actor_of(someone)):
        refused(
            NotAllowed, "not_allowed", lambda who=stranger: operations.appoint(actor=who, challenge=made.challenge, email=someone.email)
        )
    with work.unit():
        operations.appoint(actor=consultant, challenge=made.challenge, email=f"  {someone.email.upper()} ")
    assert queries.appointment(made.challenge.id, someone.id) is not None


def test_who_cannot_be_appointed(made: Made) -> None:
    unverified = people.person(verified=False)
    for email, code in (
        ("nobody@example.org", "no_account"), (unverified.email, "no_account"), (made.solvers[0].email, "is_entrant"),
        (made.judges[0].email, "already_judge"),
    ):  # fmt: skip
        error = refused(Invalid, code, lambda to=email: operations.appoint(actor=made.manager, challenge=made.challenge, email=to))
        assert set(error.fields) == {"email"}
    draft = make.contest("draft")
    refused(NotNow, "not_open", lambda: operations.appoint(actor=draft.manager, challenge=draft.challenge, email=made.judges[0].email))


def test_who_entered_after_being_asked_and_declined_cannot_accept_any_more(app: Flask) -> None:
    built = make.contest(judges=1)
    with work.unit():
        asked = operations.appoint(actor=built.manager, challenge=built.challenge, email=built.judges[0].email)
        operations.decline(actor=people.actor_of(built.judges[0]), judge=asked, reason="I would rather enter.")
        make.draft(built.challenge, people.actor_of(built.judges[0]))
    refused(Invalid, "is_entrant", lambda: operations.appoint(actor=built.manager, challenge=built.challenge, email=built.judges[0].email))


def test_only_the_judge_accepts_and_declines(made: Made) -> None:
    asked = queries.appointment(made.challenge.id, made.judges[1].id)
    assert asked is not None
    for other in (made.manager, judge(made), people.actor_of(made.solvers[0]), ANONYMOUS):
        refused(NotAllowed, "not_allowed", lambda who=other: operations.accept(actor=who, judge=asked, declared=True))
        refused(NotAllowed, "not_allowed", lambda who=other: operations.decline(actor=who, judge=asked))
    for other in (judge(made), people.actor_of(made.solvers[0])):
        refused(NotAllowed, "not_allowed", lambda who=other: operations.dismiss(actor=who, judge=asked))
    with pytest.raises(NotFound):
        queries.get_for(people.actor_of(made.solvers[0]), asked.id)


def test_declining_tells_the_seeker_and_being_asked_again_needs_a_new_declaration(made: Made) -> None:
    first = queries.appointment(made.challenge.id, made.judges[0].id)
    assert first is not None
    with work.unit():
        operations.decline(actor=judge(made), judge=first, reason="My sister entered.")
    delivery.deliver_all()
    assert any("does not judge" in note.text for note in messages.inbox(made.owner.id))
    with work.unit():
        again = operations.appoint(actor=made.manager, challenge=made.challenge, email=made.judges[0].email)
    assert again.id == first.id and (again.state, again.declared_at, again.said) == (State.APPOINTED, None, "")


def test_scores_of_a_dismissed_judge_count_no_more(made: Made) -> None:
    with work.unit():
        make.score(entry_of(made), judge(made), 10)
        found = queries.appointment(made.challenge.id, made.judges[0].id)
        assert found is not None and queries.marks_of(made.challenge.id)
        operations.dismiss(actor=made.manager, judge=found, reason="A conflict came to light.")
    assert queries.marks_of(made.challenge.id) == [] and queries.reasons_for(entry_of(made)) == []
    refused(NotFound, "not_found", lambda: make.score(entry_of(made), judge(made)))


# Scores


def test_each_criterion_gets_points_and_a_reason_and_can_be_changed(made: Made) -> None:
    with work.unit():
        make.score(entry_of(made), judge(made), 7)
    criterion = made.challenge.criteria[1]
    with work.unit():
        operations.score(
            actor=judge(made), entry=entry_of(made), criterion_id=criterion.id, points=9, reason="Better on a second reading, by far."
        )
        assert journal.pending_kinds() == ["EntryScored"]
    found = queries.appointment(made.challenge.id, made.judges[0].id)
    assert found is not None
    scores = queries.scores_by(found, entry_of(made).id)
    assert [scores[c.id].points for c in made.challenge.criteria] == [1, 9, 7]


def test_saving_the_same_score_again_says_nothing_new(made: Made) -> None:
    with work.unit():
        make.score(entry_of(made), judge(made), 7)
    with work.unit():
        make.score(entry_of(made), judge(made), 7)
        assert journal.pending_kinds() == []


@pytest.mark.parametrize(
    ("points", "reason", "field"),
    [(11, make.REASON, "score"), (-1, make.REASON, "score"), (None, make.REASON, "score"), (5, "Too short", "reason"), (5, " " * 40, "reason"), (5, "x" * 4001, "reason")],
)  # fmt: skip
def test_points_out_of_range_and_thin_reasons_are_refused_beside_their_field(
    made: Made, points: int | None, reason: str, field: str
) -> None:
    criterion = made.challenge.criteria[1]
    fine = Given(made.challenge.criteria[2].id, 5, make.REASON)
    given = [fine, Given(criterion.id, points, reason)]
    error = refused(Invalid, "score_invalid", lambda: operations.score_all(actor=judge(made), entry=entry_of(made), given=given))
    assert set(error.fields) == {f"{field}-{criterion.id}"}


def test_a_must_have_is_met_or_not(made: Made) -> None:
    must = made.challenge.criteria[0]
    refused(
        Invalid,
        "score_invalid",
        lambda: operations.score(actor=judge(made), entry=entry_of(made), criterion_id=must.id, points=2, reason=make.REASON),
    )


def test_who_scores_what_and_when(made: Made, app: Flask) -> None:
    for other in (made.manager, people.actor_of(made.solvers[1]), judge(made, 1), ANONYMOUS, people.actor_of(people.person(admin=True))):
        refused(NotFound, "not_found", lambda who=other: make.score(entry_of(made), who))
    elsewhere = make.judged()
    foreign = elsewhere.challenge.criteria[1].id
    refused(
        NotFound,
        "not_found",
        lambda: operations.score(actor=judge(made), entry=entry_of(made), criterion_id=foreign, points=5, reason=make.REASON),
    )
    refused(NotFound, "not_found", lambda: make.score(entry_of(elsewhere), judge(made)))


def test_nobody_scores_before_the_close_or_after_the_decision(app: Flask) -> None:
    built = make.contest(judges=1)
    with work.unit():
        make.seal(built.challenge, people.actor_of(built.solvers[0]))
        make.appoint(built.challenge, built.manager, built.judges[0])
    refused(NotNow, "not_judging", lambda: make.score(entry_of(built), judge(built)))
    assert queries.sheet(built.challenge).entries == {}
    decided, _ = make.selected()
    refused(NotNow, "not_judging", lambda: make.score(entry_of(decided), judge(decided)))
    found = queries.appointment(decided.challenge.id, decided.judges[0].id)
    assert found is not None
    refused(NotNow, "not_now", lambda: operations.dismiss(actor=decided.manager, judge=found))
    refused(NotNow, "not_now", lambda: operations.decline(actor=judge(decided), judge=found))


def test_the_first_score_after_the_deadline_closes_the_challenge(app: Flask) -> None:
    built = make.contest(judges=1)
    with work.unit():
        make.seal(built.challenge, people.actor_of(built.solvers[0]))
        make.appoint(built.challenge, built.manager, built.judges[0])
    assert built.challenge.closes_at is not None
    clock.set_to(built.challenge.closes_at)
    with work.unit():
        make.score(entry_of(built), judge(built))
    assert built.challenge.state == "judging"


def test_a_withdrawn_entry_is_neither_scored_nor_waited_for(made: Made) -> None:
    with work.unit():
        make.score(entry_of(made), judge(made))
        assert not queries.sheet(made.challenge).complete
        entry_operations.withdraw(actor=people.actor_of(made.solvers[1]), entry=entry_of(made, 1))
        assert queries.sheet(made.challenge).complete
    refused(NotFound, "not_found", lambda: make.score(entry_of(made, 1), judge(made)))


# The sheet


def test_the_sheet_tells_progress_and_what_is_missing(made: Made) -> None:
    with work.unit():
        make.score(entry_of(made), judge(made), 8)
    sheet = queries.sheet_for(made.manager, made.challenge)
    assert [(row.done, row.of) for row in sheet.progress] == [(3, 6), (0, 6)]
    assert not sheet.complete and len(sheet.unanswered) == 3 and sheet.needed == 6
    assert [(row.challenge, row.judge, row.given, row.needed) for row in queries.waiting_for(made.manager)] == [
        (made.challenge, None, 3, 6)
    ]
    assert [(row.left, row.judge is not None) for row in queries.waiting_for(judge(made))] == [(1, True)]
    assert queries.waiting_for(people.actor_of(made.solvers[0])) == []
    assert [standing.entry_id for standing in sheet.standings] == [entry_of(made).id, entry_of(made, 1).id]


def test_judges_and_entrants_do_not_see_the_sheet(made: Made) -> None:
    for other in (judge(made), people.actor_of(made.solvers[0]), ANONYMOUS, people.actor_of(people.person("Stranger"))):
        with pytest.raises(NotAllowed):
            queries.sheet_for(other, made.challenge)


def test_the_last_missing_reason_tells_the_seeker_once(made: Made) -> None:
    with work.unit():
        make.score(entry_of(made), judge(made))
        make.score(entry_of(made, 1), judge(made))
        assert journal.pending_kinds().count("JudgingCompleted") == 1
    with work.unit():
        make.score(entry_of(made), judge(made), 3)
        assert "JudgingCompleted" not in journal.pending_kinds()
    delivery.deliver_all()
    assert sum("has its reasons" in note.text for note in messages.inbox(made.owner.id)) == 1


def test_judges_are_called_when_the_challenge_closes(app: Flask) -> None:
    built = make.contest(judges=1)
    with work.unit():
        make.seal(built.challenge, people.actor_of(built.solvers[0]))
        make.appoint(built.challenge, built.manager, built.judges[0])
    assert built.challenge.closes_at is not None
    clock.set_to(built.challenge.closes_at)
    with work.unit():
        challenges.close_due()
    delivery.deliver_all()
    assert any("wait for your scores" in note.text for note in messages.inbox(built.judges[0].id))
    (assignment,) = queries.assignments(judge(built))
    assert assignment.open_entries == 1


def test_reasons_are_numbered_without_the_judges_names(made: Made) -> None:
    with work.unit():
        found = queries.appointment(made.challenge.id, made.judges[1].id)
        assert found is not None
        operations.accept(actor=judge(made, 1), judge=found, declared=True)
        make.score(entry_of(made), judge(made, 1), 6)
        make.score(entry_of(made), judge(made), 8)
    reasons = queries.reasons_for(entry_of(made))
    assert [(reason.criterion.position, reason.judge, reason.points) for reason in reasons] == [
        (1, 1, 1),
        (1, 2, 1),
        (2, 1, 8),
        (2, 2, 6),
        (3, 1, 8),
        (3, 2, 6),
    ]
    assert [reason.met for reason in reasons[:3]] == [True, True, None]


def test_every_state_is_reached() -> None:
    assert LIFE.reachable() == set(State)
