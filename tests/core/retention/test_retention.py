"""How long things are kept: figures before saving, bounds, and what the worker then deletes."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from hub.contests.entries.models import Entry, EntryFile
from hub.core.files.models import File
from hub.core.messages import operations as messages
from hub.core.messages import reactions as inbox
from hub.core.messages.models import Digest, DigestLine, Mail, Notification
from hub.core.messages.states import Kind, Pace
from hub.core.retention import operations, queries, reactions
from hub.db import delivery, work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM
from hub.kernel.errors import Invalid, NotAllowed
from tests.factories import entries, talk
from tests.factories.people import actor_of, organisation, person, sign_in


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def told(who, times: int) -> None:
    with work.unit():
        for _ in range(times):
            messages.notify(actor=SYSTEM, person_ids=[who.id], text="A word.", kind="account")
    delivery.deliver_all()


def forget() -> None:
    work.rollback()
    with work.unit():
        reactions.forget_old()


def test_the_figures_shown_are_what_is_deleted(app, client):
    root, ada = person("Root", admin=True), person("Ada")
    told(ada, 3)
    old = count(Mail)
    clock.advance(timedelta(days=40))
    told(ada, 2)
    sign_in(client, root)
    page = client.post("/admin/retention/check", data={"mails": "30"}).get_data(as_text=True)
    assert page.count(f">{old}<") == 1, re.findall("<td.*?td>", page)
    assert queries.days()["mails"] == 365, "looking changes nothing"
    assert client.post("/admin/retention", data={"mails": "30"}).status_code == 302
    forget()
    assert (count(Mail), count(Notification)) == (2, old + 2)
    forget()
    assert count(Mail) == 2


@pytest.mark.parametrize("sent", ["0", "99999", "", "many", "-3", "٣٠"])
def test_what_is_out_of_bounds_is_shown_again(app, client, sent):
    sign_in(client, person("Root", admin=True))
    answer = client.post("/admin/retention/check", data={"mails": sent, "notices": "100"})
    page = answer.get_data(as_text=True)
    if sent == "٣٠":
        assert answer.status_code == 200, "digits of another script are digits"
        return
    assert answer.status_code == 422 and 'value="100"' in page and queries.days()["mails"] == 365


def test_only_administrators_decide_and_unknown_kinds_are_refused(app):
    ada, root = person("Ada"), person("Root", admin=True)
    with pytest.raises(NotAllowed):
        operations.save(actor=actor_of(ada), days={"mails": 30})
    for days in ({"postings": 30}, {"mails": 0}):
        with pytest.raises(Invalid):
            operations.save(actor=actor_of(root), days=days)
    assert queries.days()["mails"] == 365


def test_what_stood_in_a_digest_is_forgotten_like_the_rest(app):
    """Read or not when the digest was written: once read, a line goes in its time, whatever it stood in."""
    ada = person("Ada")
    with work.unit():
        messages.choose_mail(actor=actor_of(ada), wanted={Kind.AWARD: Pace.DAILY})
        for _ in range(3):
            messages.notify(actor=SYSTEM, person_ids=[ada.id], text="A word.", kind=Kind.AWARD)
    clock.advance(timedelta(days=1))
    with work.unit():
        inbox.make_digests()
        messages.read_all(actor=actor_of(ada))
        messages.notify(actor=SYSTEM, person_ids=[ada.id], text="Another word.", kind=Kind.AWARD)
        messages.read_all(actor=actor_of(ada))
    assert (count(Digest), count(DigestLine), count(Notification)) == (1, 4, 4)
    clock.advance(timedelta(days=366))
    forget()
    assert (count(Digest), count(DigestLine), count(Notification)) == (0, 1, 4), "a line that waits was in none"
    clock.advance(timedelta(days=730))
    forget()
    assert (count(Digest), count(DigestLine), count(Notification)) == (0, 0, 0)


def test_an_old_draft_goes_with_its_files_and_a_sealed_entry_stays(app):
    owner, ada, bea = person("Owner"), person("Ada"), person("Bea")
    place = talk.place(organisation(owner), actor_of(owner))
    with work.unit():
        entries.attach(entries.draft(place, actor_of(ada)), actor_of(ada), "notes.txt", b"only in the draft\n")
        entries.seal(place, actor_of(bea), files={"sealed.csv": b"a,b\n1,2\n"})
    clock.advance(timedelta(days=729))
    forget()
    assert (count(Entry), count(EntryFile), count(File)) == (2, 2, 2)
    clock.advance(timedelta(days=2))
    forget()
    assert [entry.person_id for entry in db.session.scalars(select(Entry))] == [bea.id]
    assert (count(EntryFile), count(File)) == (1, 1)
