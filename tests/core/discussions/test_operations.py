"""Writing, answering, changing, taking back, following; and who is kept from it."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from sqlalchemy import select

from hub.core.discussions import documents, operations, queries, rules
from hub.core.discussions.states import PostState, State, Wish
from hub.core.files.rules import Upload
from hub.core.messages.models import Notification
from hub.db import delivery, work
from hub.db.extensions import db
from hub.db.journal import last_id
from hub.kernel import clock
from hub.kernel.errors import Invalid, NotAllowed, NotFound, NotNow, TooMany
from tests.factories import entries as contests
from tests.factories import people, spaces
from tests.factories import talk as made
from tests.factories.people import actor_of, person


@pytest.fixture
def place(cast):
    return made.place(cast.company, cast.owner)


def heard(actor) -> list[str]:
    work.rollback()
    kind = Notification.kind.in_(["discussion", "mention"])
    notes = db.session.scalars(select(Notification).where(Notification.person_id == actor.person_id, kind).order_by(Notification.id))
    return [note.text % note.values for note in notes]


def test_each_person_hears_of_a_post_once_and_for_the_best_reason(cast, place):
    wren = actor_of(person("Wren"))
    thread = made.thread(cast.solver, place)
    clock.advance(timedelta(minutes=1))
    made.reply(cast.stranger, thread, "Yes, @wren and @solver have. @stranger", reply_to=1)
    clock.advance(timedelta(minutes=1))
    made.reply(wren, thread, "So we have.")
    delivery.deliver_all()
    title = "How fresh is fresh?"
    assert heard(cast.owner) == [f"solver began a discussion about “{place.title}”: {title}"]
    assert heard(cast.solver) == [f"stranger mentioned you in “{title}”.", f"Wren wrote in “{title}”, which you follow."]
    assert heard(wren) == [f"stranger mentioned you in “{title}”."]
    assert heard(cast.stranger) == [f"Wren wrote in “{title}”, which you follow."]


def test_who_mutes_a_thread_hears_nothing_of_it_and_who_is_named_later_is_told_then(cast, place):
    thread = made.thread(cast.solver, place)
    with work.unit():
        operations.want(actor=cast.solver, thread=thread, wish=Wish.MUTE)
    post = made.reply(cast.stranger, thread, "Look, @solver", reply_to=1)
    with work.unit():
        operations.edit(actor=cast.stranger, post=post, body="Look, @solver and @manager")
        operations.edit(actor=cast.stranger, post=post, body="Look, @solver and @manager!")
    delivery.deliver_all()
    assert heard(cast.solver) == []
    assert heard(cast.manager)[1:] == ["stranger mentioned you in “How fresh is fresh?”."]
    with work.unit():
        operations.want(actor=cast.solver, thread=thread, wish=None)
    made.reply(cast.stranger, thread, "And again")
    delivery.deliver_all()
    assert heard(cast.solver) == []


def test_a_changed_post_keeps_what_it_said_and_a_deleted_one_leaves_a_trace(cast, place):
    thread = made.thread(cast.solver, place)
    file = Upload(io.BytesIO(b"day,ppm\n4,1\n"), "film.csv")
    post = made.reply(cast.solver, thread, "Two ppm.", uploads=[file])
    with work.unit():
        operations.edit(actor=cast.solver, post=post, body="Three ppm.")
    with work.unit():
        operations.delete(actor=cast.solver, post=post)
    assert (post.state, post.body, post.edits) == (PostState.DELETED, "", 2)
    assert [text.body for text in queries.history(post)] == ["Three ppm.", "Two ppm."]
    assert queries.posts(thread, page=1)[1].files[0].filename == "film.csv"
    with pytest.raises(NotNow), work.unit():
        operations.edit(actor=cast.solver, post=post, body="Four")
    with pytest.raises(Invalid) as refused, work.unit():
        operations.reply(actor=cast.stranger, thread=thread, body="Really?", reply_to=2)
    assert refused.value.code == "reply_unknown"
    assert made.reply(cast.stranger, thread).number == 3


def test_a_denied_act_changes_nothing(cast, place):
    thread = made.thread(cast.solver, place)
    post = queries.numbered(thread, 1)
    unverified, before = actor_of(person("Newt", verified=False)), last_id()
    for refusal, act in (
        (NotAllowed, lambda: operations.edit(actor=cast.stranger, post=post, body="Mine now")),
        (NotAllowed, lambda: operations.delete(actor=cast.admin, post=post)),
        (NotAllowed, lambda: operations.hide(actor=cast.owner, post=post)),
        (NotAllowed, lambda: operations.lock(actor=cast.solver, thread=thread)),
        (NotAllowed, lambda: operations.reply(actor=unverified, thread=thread, body="Hello")),
        (NotFound, lambda: operations.open_thread(actor=cast.solver, subject="pool:1", title="A title", body="x")),
        (NotFound, lambda: operations.open_thread(actor=cast.solver, subject="challenge:99", title="A title", body="x")),
        (Invalid, lambda: operations.open_thread(actor=cast.solver, subject=place.ref, title="Hm", body="x")),
        (Invalid, lambda: operations.reply(actor=cast.solver, thread=thread, body=" \n ")),
        (Invalid, lambda: operations.reply(actor=cast.solver, thread=thread, body="x" * 10_001)),
        (Invalid, lambda: operations.reply(actor=cast.solver, thread=thread, body="x", reply_to=7)),
        (Invalid, lambda: operations.reply(actor=cast.solver, thread=thread, body="x", uploads=[Upload(io.BytesIO(b"a"), "a.exe")])),
    ):
        with pytest.raises(refusal), work.unit():
            act()
        work.rollback()
        assert (last_id(), thread.posts, post.body, thread.state) == (before, 1, "Who has measured it?", State.OPEN)


def test_the_seekers_people_speak_for_it_unless_it_stays_anonymous(cast, place):
    assert made.reply(cast.member, made.thread(cast.solver, place)).for_host
    hidden = made.place(cast.company, cast.owner, seeker_shown=False)
    thread = made.thread(cast.solver, hidden)
    with pytest.raises(NotAllowed) as refused:
        made.reply(cast.member, thread)
    assert refused.value.code == "stays_anonymous"
    assert not made.reply(cast.stranger, thread).for_host


def test_in_a_community_its_members_write_and_everybody_reads(cast, app):
    with work.unit():
        space = spaces.space(cast.owner)
    thread = made.thread(cast.owner, space)
    with pytest.raises(NotAllowed) as refused:
        made.reply(cast.solver, thread)
    assert refused.value.code == "join_first"
    with work.unit():
        spaces.join(space, cast.solver)
    assert not made.reply(cast.solver, thread).for_host and queries.numbered(thread, 1).for_host
    assert "Open soil sensors" in app.test_client().get(thread.path).get_data(as_text=True)


def test_newcomers_write_and_link_less_and_more_as_they_are_known(cast, place):
    thread = made.thread(cast.solver, place)
    for _ in range(4):
        made.reply(cast.solver, thread)
    with pytest.raises(TooMany) as refused:
        made.reply(cast.solver, thread)
    assert refused.value.retry_after == 3600 and thread.posts == 5
    clock.advance(timedelta(hours=2))
    with pytest.raises(Invalid) as linked:
        made.reply(cast.solver, thread, "https://a.example www.b.example [c](//c.example)")
    assert linked.value.code == "too_many_links"
    made.reply(cast.solver, thread, "[here](/challenges) and https://a.example")
    clock.advance(timedelta(days=3))
    made.reply(cast.solver, thread, "https://a.example " * 10)
    for _ in range(9):
        made.reply(cast.admin, thread, "https://a.example " * 40)
    assert queries.record_of(cast.solver.person_id).trust is rules.Trust.KNOWN


def test_changing_a_post_is_no_way_around_the_limits(cast, place):
    """Whoever is named gets a mail at once: a change that names somebody new counts as a post, and a day has only so many names."""
    thread = made.thread(cast.solver, place)
    post, handles = queries.numbered(thread, 1), [person(f"Bird {n}").handle for n in range(12)]

    def change(*names: str) -> None:
        clock.advance(timedelta(minutes=1))
        with work.unit():
            operations.edit(actor=cast.solver, post=post, body="Look, " + " ".join("@" + name for name in names))

    for number in range(4):
        change(*handles[:number], handles[number])
    for _ in range(3):
        change(*handles[:4], "nobody-of-this-name")
        change(*handles[:4])
    with pytest.raises(TooMany) as refused:
        change(handles[4])
    assert refused.value.code == "too_many" and queries.record_of(cast.solver.person_id).named == 4
    with pytest.raises(TooMany):
        made.reply(cast.solver, thread)
    clock.advance(timedelta(hours=2))
    change(*handles[4:9])
    change(*handles[:9])
    with pytest.raises(TooMany) as refused:
        made.reply(cast.solver, thread, " ".join("@" + name for name in handles[:2]))
    assert refused.value.code == "too_many_names"
    made.reply(cast.solver, thread, f"@{handles[0]}")
    delivery.deliver_all()
    told = db.session.scalars(select(Notification).where(Notification.kind == "mention")).all()
    assert len(told) == 10
    clock.advance(timedelta(days=1))
    change(*handles[9:])


def test_what_others_accepted_elsewhere_raises_trust(app):
    """An award that was paid counts as five posts; one hidden post takes a step away."""
    won, award = contests.selected(solvers=1)
    solver = won.solvers[0]
    clock.advance(timedelta(days=4))
    assert queries.record_of(solver.id).trust is rules.Trust.NEW
    contests.accept(award, people.actor_of(solver))
    work.commit()
    assert queries.record_of(solver.id).trust is rules.Trust.KNOWN


def test_a_hidden_thread_is_gone_for_all_but_its_author_and_the_moderators(cast, place, app):
    thread = made.thread(cast.solver, place)
    with work.unit():
        operations.hide(actor=cast.admin, post=queries.numbered(thread, 1))
    assert thread.state is State.HIDDEN
    for actor in (cast.stranger, cast.owner):
        with pytest.raises(NotFound):
            queries.get_for(actor, thread.id)
    assert queries.get_for(cast.solver, thread.id) is queries.get_for(cast.admin, thread.id)
    assert not list(documents.documents([thread.id])) and queries.listed(subject=place.ref) == ([], 0)
    assert app.test_client().get(thread.path).status_code == 404
    with work.unit():
        operations.restore(actor=cast.admin, post=queries.numbered(thread, 1))
    assert "Who has measured it?" in next(iter(documents.documents([thread.id]))).text
