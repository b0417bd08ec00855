"""Telling people, and what they do with it."""

from __future__ import annotations

import pytest
from flask import Flask

from hub.core.messages import operations, queries, rules
from hub.core.messages.models import Mail, Notification
from hub.core.messages.states import LIFE, Kind, Pace, State
from hub.db import journal, work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import ANONYMOUS, SYSTEM
from hub.kernel.errors import NotFound, NotSignedIn
from tests.factories import people


@pytest.fixture
def ada(app: Flask) -> int:
    return people.person().id


def told(*person_ids: int | None, kind: str = "challenge", text: str = "News %(n)s", **values: object) -> list[Notification]:
    with work.unit():
        return operations.notify(actor=SYSTEM, person_ids=person_ids, text=text, values=values or {"n": 1}, link="/x", kind=kind)


def test_everybody_is_told_once(ada: int) -> None:
    ben = people.person().id
    with work.unit():
        operations.notify(actor=SYSTEM, person_ids=[ada, ben, None, ada], text="Hello", kind="entry")
        assert journal.pending_kinds() == ["MailQueued", "MailQueued"]
    assert [queries.unread(ada), queries.unread(ben)] == [1, 1]
    assert db.session.query(Mail).count() == 2


def test_telling_nobody_writes_nothing(app: Flask) -> None:
    assert told(None) == []
    assert db.session.query(Notification).count() == 0


def test_mistakes_of_the_caller_show_at_once(ada: int) -> None:
    for wrong in (
        {"text": "Hello %(name)s", "kind": "entry"},
        {"text": "Hello", "kind": "gossip"},
        {"text": "Hello", "kind": "entry", "link": "https://evil.example"},
        {"text": "Hello", "kind": "entry", "link": "//evil.example"},
    ):
        with pytest.raises((KeyError, ValueError)), work.unit():
            operations.notify(actor=SYSTEM, person_ids=[ada], **wrong)  # type: ignore[arg-type]
    assert db.session.query(Notification).count() == 0


def test_a_notice_is_put_into_words_when_it_is_read(ada: int) -> None:
    [note] = told(ada, text="“%(title)s” closes in %(days)s days", title="100 % pure", days=3)
    assert queries.in_words(note, lambda text: text) == "“100 % pure” closes in 3 days"
    assert queries.in_words(note, lambda text: "“%(title)s”将于%(days)s天后截止") == "“100 % pure”将于3天后截止"


def test_reading_is_for_the_owner_and_counts_down(ada: int) -> None:
    [note] = told(ada)
    for stranger in (ANONYMOUS, SYSTEM, people.actor_of(people.person())):
        with pytest.raises(NotFound), work.unit():
            operations.read(actor=stranger, notification_id=note.id)
    assert queries.unread(ada) == 1
    me = people.queries.actor_of(ada)
    with work.unit():
        operations.read(actor=me, notification_id=note.id)
    first = db.session.get_one(Notification, note.id).read_at
    assert queries.unread(ada) == 0 and first == clock.now()


def test_reading_all_leaves_others_alone(ada: int) -> None:
    ben = people.person().id
    for _ in range(3):
        told(ada, ben)
    with work.unit():
        assert operations.read_all(actor=people.queries.actor_of(ada), but=2) == 1
        assert operations.read_all(actor=people.queries.actor_of(ada)) == 2
    assert (queries.unread(ada), queries.unread(ben)) == (0, 3)
    with pytest.raises(NotSignedIn):
        operations.read_all(actor=ANONYMOUS)


def test_what_guards_the_account_cannot_be_switched_off(ada: int) -> None:
    me = people.queries.actor_of(ada)
    with work.unit():
        operations.choose_mail(actor=me, wanted=dict.fromkeys(Kind, Pace.NEVER))
    assert queries.mail_choices(ada) == {kind: Pace.NOW if kind in rules.ALWAYS_BY_MAIL else Pace.NEVER for kind in Kind}
    told(ada, kind="account")
    told(ada, kind="money")
    assert db.session.query(Mail).count() == 1
    with work.unit():
        operations.choose_mail(actor=me, wanted={Kind.MONEY: Pace.NOW})
    told(ada, kind="money")
    assert db.session.query(Mail).count() == 2


def test_every_kind_but_those_that_guard_the_account_can_be_chosen_once() -> None:
    assert sorted(rules.CHOSEN) == sorted(set(Kind) - rules.ALWAYS_BY_MAIL)


def test_the_inbox_is_paged_newest_first(ada: int) -> None:
    for n in range(5):
        told(ada, n=n)
    assert [note.values["n"] for note in queries.inbox(ada, limit=2)] == [4, 3]
    assert [note.values["n"] for note in queries.inbox(ada, limit=2, offset=4)] == [0]
    third = queries.inbox(ada)[2]
    assert [note.values["n"] for note in queries.inbox(ada, before=third.id)] == [1, 0]
    assert queries.count(ada) == 5


def test_a_mail_is_sent_or_dropped_and_then_done() -> None:
    assert {move.target for move in LIFE.moves} == {State.SENT, State.DROPPED}
    assert all(move.source is State.QUEUED for move in LIFE.moves)


def test_a_subject_line_is_one_line() -> None:
    assert rules.one_line("a\r\n b\tc") == "a b c"
    assert len(rules.one_line("x" * 500)) == 180 and rules.one_line("x" * 500).endswith("…")
