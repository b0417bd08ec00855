"""Reports, decisions, appeals; two moderators at once; a change against a hiding."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from hub.core.accounts import queries as people
from hub.core.accounts.states import State as AccountState
from hub.core.discussions import operations as discussions
from hub.core.discussions import queries as threads
from hub.core.discussions.states import PostState
from hub.core.discussions.states import State as ThreadState
from hub.core.messages.models import Notification
from hub.core.moderation import operations, queries
from hub.core.moderation.models import Case, Flag
from hub.core.moderation.rules import APPEAL_WITHIN, Reason
from hub.core.moderation.states import State
from hub.db import work
from hub.db.extensions import db
from hub.db.journal import last_id
from hub.kernel import clock
from hub.kernel.errors import Conflict, HubError, Invalid, NotAllowed, NotFound, NotNow
from hub.web import todo
from tests.factories import talk as made
from tests.factories.money import race
from tests.factories.people import actor_of, api_headers, person, sign_in

WHY = "It attacks a person instead of an argument."


@pytest.fixture
def scene(cast):
    """The stranger wrote a post that the solver has reported; Owl and the administrator moderate."""
    cast.people["owl"] = person("Owl", consultant=True)
    thread = made.thread(cast.solver, made.place(cast.company, cast.owner))
    post = made.reply(cast.stranger, thread, "You have never held a fish.")
    return thread, post, flag(cast.solver, post)


def flag(actor, post, reason=Reason.INSULT, words=""):
    with work.unit():
        return operations.flag(actor=actor, post=post, reason=reason, words=words)


def decide(actor, case, *measures, reason=WHY):
    with work.unit():
        return operations.decide(actor=actor, case=case, measures=measures, reason=reason)


def heard(actor) -> list[str]:
    work.rollback()
    notes = db.session.scalars(select(Notification).where(Notification.person_id == actor.person_id, Notification.text.like("%post%")))
    return [note.text % note.values for note in notes]


def test_reports_of_one_post_gather_in_one_case_and_are_decided_together(cast, scene):
    thread, post, case = scene
    assert flag(cast.owner, post, Reason.OFF_TOPIC).id == case.id
    assert [one.href for one in todo.todos(cast.owl) if "moderation" in one.href] == [case.path]
    decide(cast.owl, case, "hide", "warn", "lock")
    assert (case.state, case.measures, post.state, thread.state) == (State.UPHELD, "hide lock warn", PostState.HIDDEN, ThreadState.LOCKED)
    told = f"A moderator has decided about your post in “{thread.title}”: {WHY} You can appeal once, within 14 days."
    assert heard(cast.stranger) == [told]
    thanks = f"You reported a post in “{thread.title}”. The moderators have taken measures: thank you."
    assert heard(cast.solver) == heard(cast.owner) == [thanks]
    with pytest.raises(NotNow):
        flag(cast.manager, post)


def test_with_no_measure_the_post_stays_and_those_who_reported_it_read_why(cast, scene):
    thread, post, case = scene
    decide(cast.admin, case, reason="It is rough, and about fish.")
    assert (case.state, post.state) == (State.DISMISSED, PostState.SHOWN)
    assert heard(cast.solver) == [f"You reported a post in “{thread.title}”. It stays: It is rough, and about fish."]
    assert heard(cast.stranger) == []
    with pytest.raises(NotFound):
        queries.get_for(cast.stranger, case.id)
    with pytest.raises(Conflict):
        flag(cast.solver, post)
    with work.unit():
        discussions.edit(actor=cast.stranger, post=post, body="Nor have you ever seen one.")
    assert flag(cast.solver, post).id != case.id


def test_an_appeal_goes_once_to_another_moderator_who_can_take_it_back(cast, scene):
    thread, post, case = scene
    decide(cast.owl, case, "hide", "lock")
    with work.unit():
        operations.appeal(actor=cast.stranger, case=case, appeal="It is about tables, not about people.")
    assert [one.href for one in todo.todos(cast.owl) if "moderation" in one.href] == []
    assert [one.href for one in todo.todos(cast.admin) if "moderation" in one.href] == [case.path]
    with pytest.raises(NotAllowed), work.unit():
        operations.overturn(actor=cast.owl, case=case, reason=WHY)
    with work.unit():
        operations.overturn(actor=cast.admin, case=case, reason="The table is wrong indeed.")
    assert (case.state, post.state, thread.state) == (State.OVERTURNED, PostState.SHOWN, ThreadState.OPEN)
    assert heard(cast.stranger)[-1] == f"Your appeal about a post in “{thread.title}” was granted: The table is wrong indeed."
    assert heard(cast.owl)[-1] == f"Your decision about a post in “{thread.title}” was overturned: The table is wrong indeed."
    with pytest.raises(NotNow), work.unit():
        operations.appeal(actor=cast.stranger, case=case, appeal="And once more, please.")


def test_confirmed_it_stands_and_after_fourteen_days_nobody_appeals(cast, scene):
    _thread, post, case = scene
    decide(cast.owl, case, "hide")
    decided = clock.now()
    clock.set_to(decided + APPEAL_WITHIN)
    with pytest.raises(NotNow), work.unit():
        operations.appeal(actor=cast.stranger, case=case, appeal="It is about tables, not about people.")
    clock.set_to(decided + APPEAL_WITHIN - timedelta(seconds=1))
    with work.unit():
        operations.appeal(actor=cast.stranger, case=case, appeal="It is about tables, not about people.")
    with work.unit():
        operations.confirm(actor=cast.admin, case=case, reason="It is about a person.")
    assert (case.state, post.state) == (State.CONFIRMED, PostState.HIDDEN)


def test_only_administrators_suspend_and_the_reason_meets_the_person_at_the_door(cast, scene):
    _thread, post, case = scene
    with pytest.raises(NotAllowed) as refused:
        decide(cast.owl, case, "suspend")
    assert refused.value.code == "takes_an_administrator"
    work.rollback()
    assert (case.state, post.state) == (State.OPEN, PostState.SHOWN)
    decide(cast.admin, case, "hide", "suspend")
    person_now = people.get(cast.people["stranger"].id)
    assert (person_now.state, person_now.state_reason) == (AccountState.SUSPENDED, WHY)


def test_a_denied_act_changes_nothing(cast, scene):
    _thread, post, case = scene
    unverified, before = actor_of(person("Newt", verified=False)), last_id()
    for refusal, act in (
        (NotAllowed, lambda: operations.flag(actor=cast.stranger, post=post, reason=Reason.SPAM)),
        (NotAllowed, lambda: operations.flag(actor=unverified, post=post, reason=Reason.SPAM)),
        (Conflict, lambda: operations.flag(actor=cast.solver, post=post, reason=Reason.SPAM)),
        (Invalid, lambda: operations.flag(actor=cast.owner, post=post, reason=Reason.OTHER, words=" ")),
        (NotAllowed, lambda: operations.decide(actor=cast.owner, case=case, measures=["hide"], reason=WHY)),
        (Invalid, lambda: operations.decide(actor=cast.owl, case=case, measures=["hide"], reason="No.")),
        (Invalid, lambda: operations.decide(actor=cast.owl, case=case, measures=["flog"], reason=WHY)),
        (NotAllowed, lambda: operations.appeal(actor=cast.solver, case=case, appeal=WHY)),
        (NotNow, lambda: operations.appeal(actor=cast.stranger, case=case, appeal=WHY)),
        (NotNow, lambda: operations.confirm(actor=cast.admin, case=case, reason=WHY)),
    ):
        with pytest.raises(refusal), work.unit():
            act()
        work.rollback()
        assert (last_id(), case.state, post.state, db.session.scalar(select(func.count()).select_from(Flag))) == (
            before, State.OPEN, PostState.SHOWN, 1,
        )  # fmt: skip


def test_nobody_decides_about_their_own_post(cast, scene):
    thread, *_ = scene
    own = flag(cast.solver, made.reply(cast.owl, thread, "Calm down, all of you."))
    with pytest.raises(NotAllowed):
        decide(cast.owl, own)
    with pytest.raises(NotFound):
        queries.get_for(cast.owl, own.id)
    assert own.id not in [one.id for one in queries.queue(cast.owl, [State.OPEN])[0]]
    assert decide(cast.admin, own).state is State.DISMISSED


def test_of_two_moderators_at_once_one_decides(app, cast, scene):
    _thread, post, case = scene
    number, owl, admin = case.id, cast.owl, cast.admin
    results = race(
        app,
        lambda: operations.decide(actor=owl, case=db.session.get_one(Case, number), measures=["hide"], reason=WHY),
        lambda: operations.decide(actor=admin, case=db.session.get_one(Case, number), measures=[], reason="Nothing wrong with it."),
    )
    assert sum(isinstance(result, NotNow) for result in results) == 1, results
    work.rollback()
    found = db.session.get_one(Case, number)
    assert (found.state is State.UPHELD) == (threads.post_by_id(post.id).state is PostState.HIDDEN)
    assert len(heard(cast.solver)) == 1


def test_a_change_against_a_hiding_never_shows_what_was_hidden(app, cast, scene):
    _thread, post, case = scene
    number, wrote, owl, stranger = case.id, post.id, cast.owl, cast.stranger
    results = race(
        app,
        lambda: operations.decide(actor=owl, case=db.session.get_one(Case, number), measures=["hide"], reason=WHY),
        lambda: discussions.edit(actor=stranger, post=threads.post_by_id(wrote), body="Buy my fish."),
    )
    work.rollback()
    after = threads.post_by_id(wrote)
    assert after.state is PostState.HIDDEN and not isinstance(results[0], HubError)
    assert isinstance(results[1], NotNow) or [text.body for text in threads.history(after)] == ["You have never held a fish."]


def test_in_a_browser_and_through_the_api(cast, scene, client):
    thread, post, case = scene
    sign_in(client, cast.people["owner"])
    refused = client.post(f"/moderation/posts/{post.id}/flag", data={"reason": "other", "words": ""})
    assert refused.status_code == 422 and "Say in your own words" in refused.text
    assert client.post(f"/moderation/posts/{post.id}/flag", data={"reason": "other", "words": "It is rude."}).status_code == 302
    owl = api_headers(cast.people["owl"])
    listed = client.get("/api/v1/moderation/cases", headers=owl).json["items"]
    assert [(one["id"], one["state"]) for one in listed] == [(case.id, "open")]
    done = client.post(f"/api/v1/moderation/cases/{case.id}/decide", headers=owl, json={"measures": ["hide"], "reason": WHY})
    assert done.json["measures"] == ["hide"]
    again = client.post(f"/api/v1/moderation/cases/{case.id}/decide", headers=owl, json={"measures": [], "reason": WHY})
    assert (again.status_code, again.json["code"]) == (409, "not_now")
    author = api_headers(cast.people["stranger"])
    mine = client.get(f"/api/v1/moderation/cases/{case.id}", headers=author)
    assert mine.json["reason"] == WHY and not {"person_id", "decided_by", "flags"} & set(mine.json)
    assert "Hidden by a moderator" in client.get(thread.path).text and "held a fish" not in client.get(thread.path).text
