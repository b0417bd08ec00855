"""Mail at one's own pace: what is collected, when it comes, once and no more, and how it is stopped."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hub.config import Config
from hub.core.accounts.models import Person
from hub.core.messages import operations, queries, reactions, rules
from hub.core.messages.models import Digest, DigestLine, Mail, Notification
from hub.core.messages.rules import Hours, slot
from hub.core.messages.states import Kind, Pace, State
from hub.db import delivery, work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM
from tests.core.messages.mailbox import outbox, text_of
from tests.core.messages.test_mail import unsubscribe_path
from tests.db.children import killed_before
from tests.db.processes import together
from tests.factories import people

DAY, WEEK = timedelta(days=1), timedelta(days=7)


def told(person: Person, title: str = "Powder", kind: Kind = Kind.AWARD, link: str = "/awards/1") -> Notification:
    with work.unit():
        [note] = operations.notify(
            actor=SYSTEM, person_ids=[person.id], text="“%(title)s” is decided.", values={"title": title}, link=link, kind=kind
        )
    return note


def choose(person: Person, wanted: dict[Kind, Pace], hours: Hours | None = None) -> None:
    with work.unit():
        operations.choose_mail(actor=people.actor_of(person), wanted=wanted, hours=hours)


@pytest.fixture
def ada(app: Flask) -> Person:
    """She gets results daily, tasks weekly."""
    person = people.person("Ada", email="ada@example.org")
    choose(person, {Kind.AWARD: Pace.DAILY, Kind.ENTRY: Pace.DAILY, Kind.MICROTASK: Pace.WEEKLY})
    return person


@pytest.fixture
def sent(config: Config) -> Callable[[], list[str]]:
    """What arrived, after the worker did what is due."""

    def texts() -> list[str]:
        with work.unit():
            reactions.make_digests()
        delivery.deliver_all()
        return [text_of(mail) for mail in outbox(config.data_dir / "mail")]

    return texts


def test_a_day_comes_as_one_mail_kind_by_kind_with_links(ada: Person, config: Config, sent: Callable[[], list[str]]) -> None:
    note = told(ada, "Powder & <dust>")
    told(ada, "Glue")
    told(ada, "Entry", Kind.ENTRY)
    assert sent() == [], "nothing at once, and nothing before its hour"
    clock.set_to(datetime(2026, 11, 22, 7, 0, tzinfo=UTC))
    [text] = sent()
    assert text.index("Entries") < text.index("“Entry” is decided.") < text.index("Results and awards") < text.index("“Powder & <dust>”")
    assert text.count("is decided.") == 3 and f"http://127.0.0.1:8000/inbox/{note.id}" in text
    [mail] = outbox(config.data_dir / "mail")
    assert mail["Subject"] == "Your day: 3 new messages" and mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["List-Id"] == "<daily.127.0.0.1>" and "Powder &amp; &lt;dust&gt;" in text_of(mail, "html")
    clock.advance(DAY)
    assert len(sent()) == 1, "nothing new, no mail"
    told(ada, "Paint")
    clock.advance(DAY)
    assert "Paint" in sent()[1] and "Powder" not in sent()[1]


def test_what_was_read_and_what_came_at_once_is_left_out(ada: Person, sent: Callable[[], list[str]]) -> None:
    read, kept, late = told(ada, "Read"), told(ada, "Kept"), told(ada, "Read late")
    told(ada, "At once", Kind.MONEY)
    assert ["At once" in text for text in sent()] == [True]
    me = people.actor_of(ada)
    with work.unit():
        operations.read(actor=me, notification_id=read.id)
    clock.advance(DAY)
    with work.unit():
        reactions.make_digests()
        operations.read(actor=me, notification_id=late.id)  # between its making and its sending
    text = sent()[1]
    assert queries.in_words(kept, str) in text and "Read" not in text and "At once" not in text
    told(ada, "Never sent")
    with work.unit():
        operations.read_all(actor=me)
    clock.advance(DAY)
    assert len(sent()) == 2 and db.session.query(DigestLine).filter_by(digest_id=None).count() == 0


def test_a_digest_all_of_which_was_read_meanwhile_is_not_sent(ada: Person, sent: Callable[[], list[str]]) -> None:
    told(ada)
    clock.advance(DAY)
    with work.unit():
        reactions.make_digests()
        operations.read_all(actor=people.actor_of(ada))
    assert sent() == [] and [mail.state for mail in db.session.query(Mail)] == [State.DROPPED]


def test_a_week_comes_on_its_day_by_the_readers_own_clock(ada: Person, sent: Callable[[], list[str]]) -> None:
    with work.unit():
        db.session.merge(ada).timezone = "Pacific/Auckland"  # 13 hours ahead
    choose(ada, {}, Hours(18, 4))
    told(ada, kind=Kind.MICROTASK)  # Sunday 01:00 there
    for moment, mails in ((datetime(2026, 11, 27, 4, 59, tzinfo=UTC), 0), (datetime(2026, 11, 27, 5, 0, tzinfo=UTC), 1)):
        clock.set_to(moment)
        assert len(sent()) == mails
    assert db.session.query(Digest).one().day == date(2026, 11, 27)


def test_a_digest_speaks_its_readers_language(app: Flask, config: Config, sent: Callable[[], list[str]]) -> None:
    chen = people.person("陈", language="zh")
    choose(chen, {Kind.AWARD: Pace.DAILY})
    told(chen)
    clock.advance(DAY)
    sent()
    [mail] = outbox(config.data_dir / "mail")
    assert mail["Content-Language"] == "zh-CN" and mail["Subject"] == "今日摘要：1 条新消息" and "结果与授奖" in text_of(mail)


def test_a_long_day_is_cut_and_counted(ada: Person, sent: Callable[[], list[str]]) -> None:
    for n in range(15):
        told(ada, f"Thing {n}.")
    clock.advance(DAY)
    [text] = sent()
    assert text.count("is decided.") == 12 and "Thing 14." in text and "Thing 2." not in text and "and 3 more in your inbox" in text


def test_whoever_takes_no_mail_now_gets_it_later(app: Flask, sent: Callable[[], list[str]]) -> None:
    newcomer = people.person(verified=False)
    choose(newcomer, {Kind.AWARD: Pace.DAILY})
    told(newcomer)
    clock.advance(DAY)
    assert sent() == [] and db.session.query(Digest).count() == 0
    with work.unit():
        db.session.merge(newcomer).email_verified_at = clock.now()
    assert len(sent()) == 1


# Changed minds


@pytest.mark.parametrize(("pace", "comes"), [(Pace.NOW, True), (Pace.NEVER, False), (Pace.WEEKLY, False)])
def test_what_waits_goes_by_the_new_choice(ada: Person, sent: Callable[[], list[str]], pace: Pace, comes: bool) -> None:
    told(ada)
    choose(ada, {Kind.AWARD: pace})
    clock.advance(DAY)
    assert len(sent()) == comes
    clock.advance(WEEK)
    assert len(sent()) == (comes or pace is Pace.WEEKLY)


def test_one_click_stops_the_digest_and_leaves_mail_that_comes_at_once(
    ada: Person, config: Config, client: FlaskClient, app: Flask, sent: Callable[[], list[str]]
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    told(ada)
    clock.advance(DAY)
    sent()
    path = unsubscribe_path(outbox(config.data_dir / "mail")[0])
    before = queries.mail_choices(ada.id)
    assert "Stop your daily digest?" in client.get(path).get_data(as_text=True) and queries.mail_choices(ada.id) == before
    told(ada)
    for _ in range(2):  # mail programs may repeat it
        assert client.post(path, data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert queries.mail_choices(ada.id) == before | {Kind.AWARD: Pace.NEVER, Kind.ENTRY: Pace.NEVER}
    clock.advance(DAY)
    assert len(sent()) == 1, "also what waited already"


def test_a_link_stops_nothing_that_guards_the_account(app: Flask, client: FlaskClient) -> None:
    ada = people.person()
    for what in ("account", "now", "never", "gossip"):
        token = rules.URLSafeSerializer("test-key", salt=rules.SALT).dumps([ada.id, what])
        assert client.get(f"/unsubscribe/{token}").status_code == client.post(f"/unsubscribe/{token}").status_code == 404
    assert set(queries.mail_choices(ada.id).values()) == {Pace.NOW}


# Once


def test_made_by_two_workers_at_once_it_is_one(ada: Person, app: Flask, sent: Callable[[], list[str]]) -> None:
    others = [people.person() for _ in range(4)]
    for person in others:
        choose(person, {Kind.AWARD: Pace.DAILY})
    for person in [ada, *others]:
        told(person)
    clock.advance(DAY)
    together(_work, (), (), ())
    assert len(sent()) == 5
    assert db.session.query(Digest).count() == db.session.query(Mail).count() == 5


def _work() -> None:
    for _ in range(3):
        with work.unit():
            reactions.make_digests()


def test_killed_at_any_moment_it_comes_once(ada: Person, sent: Callable[[], list[str]]) -> None:
    told(ada)
    told(ada, "Glue")
    clock.advance(DAY)
    moments = 0
    while killed_before(moments, reactions.make_digests):
        moments += 1
    assert moments > 8
    [text] = sent()
    assert text.count("is decided.") == 2 and len(sent()) == 1


# The hour


ZONES = ["UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Auckland", "Australia/Lord_Howe", "Nowhere/At_all"]


@settings(max_examples=60)
@given(
    pace=st.sampled_from([Pace.DAILY, Pace.WEEKLY]),
    hours=st.builds(Hours, st.integers(0, 23), st.integers(0, 6)),
    zone=st.sampled_from(ZONES),
    now=st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),
)
@example(pace=Pace.DAILY, hours=Hours(2, 0), zone="Europe/Berlin", now=datetime(2026, 3, 29, 1, 30, tzinfo=UTC))
def test_the_latest_slot_is_over_and_the_next_one_is_not(pace: Pace, hours: Hours, zone: str, now: datetime) -> None:
    day, at = slot(pace, hours, zone, now)
    assert at <= now < at + (WEEK if pace is Pace.WEEKLY else DAY) + timedelta(hours=2)
    there = at.astimezone(ZoneInfo(zone if zone != "Nowhere/At_all" else "UTC"))
    assert abs((there.replace(tzinfo=None) - datetime.combine(day, datetime.min.time())) - timedelta(hours=hours.hour)) <= timedelta(
        hours=1
    )
    assert pace is Pace.DAILY or day.weekday() == hours.weekday
    assert slot(pace, hours, zone, at)[0] == day, "one on a day"
