"""Questions to the seeker: asked without a name, answered to everybody, in time."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from hub.contests.challenges import operations as challenges
from hub.contests.challenges import queries as challenges_read
from hub.core.messages.models import Notification
from hub.core.questions import operations, queries, rules
from hub.core.questions.models import Question
from hub.core.questions.states import State, Voice
from hub.db import delivery, work
from hub.db.extensions import db
from hub.db.journal import last_id
from hub.kernel import clock
from hub.kernel.errors import HubError, Invalid, NotAllowed, NotFound, NotNow, TooMany
from hub.web import todo
from tests.factories import talk as made
from tests.factories.money import race
from tests.factories.people import actor_of, api_headers, person, sign_in


@pytest.fixture
def place(cast):
    cast.people["consultant"] = person("Quiet Consultant", consultant=True)
    return made.place(cast.company, cast.owner)


def heard(actor) -> list[str]:
    work.rollback()
    notes = db.session.scalars(select(Notification).where(Notification.person_id == actor.person_id, Notification.kind == "question"))
    return [note.text % note.values for note in notes]


def test_a_question_is_answered_to_everybody_and_names_nobody(cast, place, client):
    with work.unit():
        challenges.follow(actor=cast.stranger, challenge=place)
    question = made.question(cast.solver, place)
    assert heard(cast.manager) == [f"A question about “{place.title}” waits for your answer. Everybody will read it."]
    assert [one.href for one in todo.todos(cast.manager) if one.href.startswith("/questions")] == [f"/questions/{question.id}/answer"]
    with work.unit():
        operations.answer(actor=cast.manager, question=question, answer="No, only the phone’s own.")
    assert (question.state, question.voice) == (State.ANSWERED, Voice.SEEKER)
    assert heard(cast.solver) == [f"Your question about “{place.title}” is answered; everybody reads it without your name."]
    assert heard(cast.stranger) == [f"A question about “{place.title}” was answered to everybody."]
    for path in (f"/questions/challenge/{place.id}", question.path, f"/challenges/{place.slug}"):
        page = client.get(path).text
        assert "May the phone" in page and "only the phone" in page and "solver" not in page.lower()


def test_the_seeker_never_learns_who_asked(cast, place, client, app):
    question = made.question(cast.solver, place)
    secrets = (cast.people["solver"].name, f"/people/{cast.people['solver'].handle}", f'"{cast.solver.person_id}"')
    sign_in(client, cast.people["owner"])
    for path in (
        question.path,
        f"{question.path}/answer",
        f"{question.path}/decline",
        f"/questions/challenge/{place.id}",
        "/home",
        "/inbox",
    ):
        page = client.get(path).text
        assert not [word for word in secrets if word in page], path
    headers = api_headers(cast.people["owner"])
    listed = client.get("/api/v1/questions", headers=headers, query_string={"subject": place.ref, "waiting": "1"})
    assert [one["id"] for one in listed.json["items"]] == [question.id] and "asker" not in listed.text
    with work.unit():
        operations.decline(actor=cast.owner, question=question, reason="It is answered in the description.")
        challenges.close(actor=cast.owner, challenge=_closing(place))
    story, _kept = challenges_read.story(cast.owner, place)
    assert cast.solver.person_id not in {line.actor_id for line in story}
    consultant = app.test_client()
    sign_in(consultant, cast.people["consultant"])
    assert f"/people/{cast.people['solver'].handle}" in consultant.get(question.path).text


def _closing(place):
    clock.set_to(place.closes_at)
    return place


def test_questions_close_two_days_before_the_deadline_to_the_second(cast, place):
    clock.set_to(place.closes_at - rules.BEFORE - timedelta(microseconds=1))
    made.question(cast.solver, place)
    clock.set_to(place.closes_at - rules.BEFORE)
    before = last_id()
    with pytest.raises(NotNow) as refused:
        made.question(cast.solver, place)
    assert refused.value.code == "questions_closed" and last_id() == before


def test_what_is_not_answered_by_the_deadline_lapses_once(cast, place):
    question = made.question(cast.solver, place)
    clock.set_to(place.closes_at)
    with work.unit():
        assert operations.lapse_due() == 1
    with work.unit():
        assert operations.lapse_due() == 0
    work.rollback()
    assert db.session.get_one(Question, question.id).state is State.LAPSED
    assert heard(cast.solver) == [f"Your question about “{place.title}” was not answered before the deadline."]
    with pytest.raises(NotNow), work.unit():
        operations.answer(actor=cast.owner, question=queries.locked(question.id), answer="Too late.")


def test_a_denied_act_changes_nothing(cast, place):
    question = made.question(cast.solver, place)
    unverified = actor_of(person("Newt", verified=False))
    before = last_id()
    for refusal, act in (
        (NotAllowed, lambda: operations.ask(actor=cast.member, subject=place.ref, text="May we ask ourselves something?")),
        (NotAllowed, lambda: operations.ask(actor=unverified, subject=place.ref, text="May the lamp be replaced?")),
        (NotFound, lambda: operations.ask(actor=cast.solver, subject="challenge:99", text="May the lamp be replaced?")),
        (Invalid, lambda: operations.ask(actor=cast.solver, subject=place.ref, text="Why?")),
        (NotAllowed, lambda: operations.answer(actor=cast.member, question=question, answer="Yes")),
        (NotAllowed, lambda: operations.answer(actor=cast.solver, question=question, answer="Yes")),
        (NotAllowed, lambda: operations.decline(actor=cast.stranger, question=question, reason="I do not like it.")),
        (Invalid, lambda: operations.decline(actor=cast.owner, question=question, reason="No.")),
        (NotAllowed, lambda: operations.withdraw(actor=cast.owner, question=question)),
        (NotNow, lambda: operations.correct(actor=cast.owner, question=question, answer="Yes")),
    ):
        with pytest.raises(refusal), work.unit():
            act()
        work.rollback()
        assert last_id() == before and question.state is State.ASKED
    for _ in range(4):
        made.question(cast.solver, place)
    with pytest.raises(TooMany):
        made.question(cast.solver, place)
    with pytest.raises(NotFound):
        queries.get_for(cast.stranger, question.id)


def test_a_corrected_answer_keeps_the_earlier_one_for_all(cast, place, client):
    question = made.question(cast.solver, place)
    with work.unit():
        operations.answer(actor=cast.consultant, question=question, answer="Up to 400 lux.")
    assert question.voice is Voice.SITE
    with work.unit():
        operations.correct(actor=cast.owner, question=question, answer="Up to 500 lux.")
    page = client.get(f"/questions/challenge/{place.id}").text
    assert "Up to 500 lux." in page and "Up to 400 lux." in page and page.index("500 lux") < page.index("400 lux")
    delivery.deliver_all()
    assert heard(cast.solver)[-1] == f"The answer to a question about “{place.title}” was corrected."


def test_of_an_answer_and_a_withdrawal_at_once_one_counts(app, cast, place):
    question, owner, solver = made.question(cast.solver, place).id, cast.owner, cast.solver
    results = race(
        app,
        lambda: operations.answer(actor=owner, question=queries.locked(question), answer="Yes."),
        lambda: operations.withdraw(actor=solver, question=queries.locked(question)),
    )
    assert sum(isinstance(result, HubError) for result in results) == 1
    work.rollback()
    found = db.session.get_one(Question, question)
    assert (found.state is State.ANSWERED) == bool(found.answer)
