"""A person leaves: what stands in the way, what goes, what stays, and that nothing else is left of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from hub.communities.spaces.states import SpaceRole
from hub.contests.entries import operations as entries
from hub.contests.entries import queries as entries_read
from hub.contests.entries.models import Seal
from hub.core.accounts import queries as accounts
from hub.core.accounts.models import LoginSession, Person
from hub.core.accounts.operations import change_profile
from hub.core.accounts.rules import former
from hub.core.accounts.states import State as AccountState
from hub.core.agreements.models import Signature
from hub.core.audit import queries as audit
from hub.core.controls import queries as controls
from hub.core.discussions.models import Post, Thread
from hub.core.erasure import operations, queries, reactions, rules
from hub.core.erasure.models import Erasure
from hub.core.erasure.rules import Sought, without
from hub.core.erasure.states import State
from hub.core.evidence.rules import check, holds
from hub.core.files import operations as files
from hub.core.files import queries as files_read
from hub.core.ledger.models import Posting
from hub.core.messages import operations as messages
from hub.core.messages.models import Notification
from hub.core.profiles.models import Profile
from hub.db import delivery, personal, work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM
from hub.kernel.errors import NotNow
from hub.kernel.whose import Of
from hub.tech_market.services import queries as services_read
from tests.db.children import killed_in
from tests.factories import pages, services, spaces
from tests.factories.money import earned, usd
from tests.factories.people import actor_of, organisation, person, sign_in, signed_in
from tests.factories.privacy import EMAIL, HANDLE, MINE, NAME, WORDS, Traces, everywhere, traces


def ask(who: Person) -> Erasure:
    with work.unit():
        return operations.ask(actor=actor_of(who))


def go(days: float = 14) -> None:
    """Let the time pass and the worker do its round."""
    work.rollback()
    clock.advance(timedelta(days=days))
    with work.unit():
        reactions.erase_those_due()
    delivery.deliver_all()
    db.session.expire_all()


def settled() -> Traces:
    """Somebody with traces everywhere, and nothing open."""
    made = traces()
    with work.unit():
        entries.withdraw(actor=made.actor, entry=entries_read.find(made.seal.entry_id))
    delivery.deliver_all()
    return made


def kept() -> frozenset[str]:
    """The tables whose rows stay word for word, each with a reason that the person read."""
    return frozenset(one.table for one in personal.holdings() if one.fixed and one.keeps)


def test_afterwards_nothing_is_left_of_the_name_but_what_was_said_to_stay(app, client, cast):
    made = settled()
    earned(cast.company, cast.people["solver"].id, usd(5000))
    with work.unit():
        token = signed_in(email=EMAIL, password="demo-pass")
    receipt, postings = entries_read.receipt(made.seal), db.session.scalar(select(func.count()).select_from(Posting))
    paths = {path.read_bytes(): path for path in files_read.store().root.rglob("*") if path.is_file()}
    number, sealed, thread = made.leaver.id, made.seal.id, made.thread.id
    assert len(everywhere(app)) > 10, "there was something to find"
    ask(made.leaver)
    go(13.9)
    assert accounts.get(number).email == EMAIL, "not before its time"
    go(0.2)
    assert everywhere(app, but=kept()) == []
    assert {one.partition(".")[0] for one in everywhere(app)} <= kept()
    then = former(number)
    _what_stays_stands_under_the_pseudonym(number, thread)
    for table in (Profile, LoginSession, Notification):
        assert db.session.scalar(select(func.count()).select_from(table).where(table.person_id == number)) == 0
    again = entries_read.receipt(db.session.get_one(Seal, sealed))
    assert again["manifest"] == receipt["manifest"] and again["hash"] == receipt["hash"]
    assert holds(check(again)), "the receipt proves what it proved"
    assert audit.verify().ok and controls.verify().problems == []
    assert db.session.scalar(select(func.count()).select_from(Posting)) == postings
    assert accounts.identity_by_token(token) is None
    for email in (EMAIL, then.email):
        assert client.post("/login", data={"email": email, "password": "demo-pass"}).status_code == 422
    assert person(NAME, EMAIL).handle == HANDLE, "the address and the handle are free again"
    clock.advance(timedelta(days=2))
    work.rollback()
    files.sweep()
    assert not paths[MINE].exists(), "the draft's file is gone"
    assert paths[b"a,b\n1,2\n"].exists(), "the sealed one proves what was sealed"


def _what_stays_stands_under_the_pseudonym(number: int, thread: int) -> None:
    gone, then = accounts.get(number), former(number)
    assert (gone.state, gone.name, gone.handle, gone.email) == (AccountState.ERASED, then.name, then.handle, then.email)
    assert db.session.get_one(Thread, thread).title == f"{then.name} asks"
    own, others = db.session.scalars(select(Post).order_by(Post.id)).all()
    assert own.body == f"I am {then.name}, @{then.handle}, {then.email}." and own.author_id == number
    assert others.named == [then.handle] and f"/people/{then.handle}" in others.body and others.body.startswith(f"Thanks @{then.handle}")
    assert db.session.scalar(select(func.count()).select_from(Signature).where(Signature.person_id == number)) > 0


def test_one_may_change_ones_mind(app):
    ada = person("Ada Stays")
    first = ask(ada)
    assert ask(ada).id == first.id, "asked twice it is one wish"
    with work.unit():
        operations.cancel(actor=actor_of(ada))
    go()
    assert accounts.get(ada.id).name == "Ada Stays" and queries.get(first.id).state is State.CANCELLED
    with pytest.raises(NotNow):
        operations.cancel(actor=actor_of(ada))
    told = db.session.scalars(select(Notification.text).where(Notification.person_id == ada.id)).all()
    assert len(told) == 2
    assert ask(ada).id != first.id


def test_what_others_count_on_comes_first(app, cast):
    made = traces()
    solver = cast.people["solver"]
    earned(cast.company, solver.id, usd(5000))
    with work.unit():
        space = spaces.space(actor_of(solver))
        spaces.join(space, actor_of(cast.people["member"]))
    titles = {one.title for one in personal.open_things(solver.id)}
    assert titles == {"Money of yours is in the books", "You are its only steward"}
    assert {one.title for one in personal.open_things(made.leaver.id)} == {"Your entry is in the running"}
    owner = {(one.title, one.href) for one in personal.open_things(cast.people["owner"].id)}
    assert ("You are its only owner", f"/orgs/{cast.company.slug}/people") in owner
    with pytest.raises(NotNow) as refused:
        ask(solver)
    assert refused.value.code == "things_open" and queries.erasure_of(solver.id) is None


def test_what_opens_in_between_holds_it_up_and_is_looked_at_again(app, cast):
    solver = cast.people["solver"]
    wish = ask(solver)
    earned(cast.company, solver.id, usd(5000))
    go()
    go(0.5)
    assert queries.get(wish.id).state is State.WAITING and accounts.get(solver.id).state is AccountState.ACTIVE
    told = db.session.scalars(select(Notification.text).where(Notification.person_id == solver.id)).all()
    assert sum("something has to be settled first" in text for text in told) == 1


def test_wiki_text_stays_under_the_pseudonym(app):
    steward, ada = person("Steward"), person("Ada Writes")
    with work.unit():
        space = spaces.space(actor_of(steward))
        spaces.join(space, actor_of(ada), role=SpaceRole.EDITOR, by=actor_of(steward))
        page = pages.page(space, actor_of(ada), "Calibration", "Measure it twice.")
    ask(ada)
    go()
    assert pages.body(page).strip() == "Measure it twice."
    assert accounts.cards([ada.id])[ada.id].name == former(ada.id).name


def test_killed_halfway_the_next_round_finishes_it(app):
    made = settled()
    ask(made.leaver)
    work.rollback()
    clock.advance(timedelta(days=14))
    killed_in(operations, "clean", reactions.erase_those_due)
    assert queries.erasures_of(made.leaver.id)[0].state is State.ERASING
    assert accounts.get(made.leaver.id).state is AccountState.ERASED, "the account itself went in one step"
    go(0)
    wish = queries.erasures_of(made.leaver.id)[0]
    assert wish.state is State.DONE and wish.sought == {} and wish.rows > 5
    assert everywhere(app, but=kept()) == []


def test_the_first_step_is_whole_or_never_was(app, monkeypatch):
    made = settled()
    ask(made.leaver)
    before = everywhere(app, words=WORDS)

    def fails(**_):
        raise OSError("the disk is full")

    monkeypatch.setattr(operations.accounts, "erase", fails)
    with pytest.raises(OSError, match="disk is full"):
        go()
    work.rollback()
    assert len(everywhere(app, words=WORDS)) == len(before) and accounts.get(made.leaver.id).email == EMAIL


SOUGHT = Sought("ada@example.org", "ada", "Ada", "former-member-7@erased.invalid", "former-member-7", "Former member 7")


@pytest.mark.parametrize(
    ("text", "own", "then"),
    [
        ("Ask @ada, not @ada-two or @adam.", False, "Ask @former-member-7, not @ada-two or @adam."),
        ("ADA@EXAMPLE.ORG", False, "former-member-7@erased.invalid"),
        ("Ada met Adam", False, "Ada met Adam"),
        ("Ada met Adam", True, "Former member 7 met Adam"),
        ("Ada", False, "Ada"),
        ("Ada", True, "Former member 7"),
        ("/people/ada#x", False, "/people/former-member-7#x"),
        ("@ADA!", False, "@former-member-7!"),
        (
            "info@ada.example, ada@mastodon.example, @ada@mastodon.example",
            False,
            "info@ada.example, ada@mastodon.example, @ada@mastodon.example",
        ),
        ("canada@example.org, ada@example.org.uk, x.ada@example.org", False, "canada@example.org, ada@example.org.uk, x.ada@example.org"),
        ("Write to ada@example.org.", False, "Write to former-member-7@erased.invalid."),
        ("Former member 7 knows @former-member-7", True, "Former member 7 knows @former-member-7"),
        ("the Canada/ada route", True, "the Canada/former-member-7 route"),
    ],
)
def test_only_the_person_is_taken_out(text, own, then):
    assert without(text, SOUGHT, own=own) == then
    assert without({"ada": [text, 1, "ada"]}, SOUGHT, own=own) == {"ada": [then, 1, "ada"]}, "a key is nobody"
    assert without(then, SOUGHT, own=own) == then, "twice is once"


@pytest.mark.parametrize(("name", "handle"), [("member", "member"), ("7", "former"), ("%", "a-b"), ("Former", "erased"), ("(Ada)", "ada")])
def test_twice_is_once_whatever_the_name(name, handle):
    """A sweep that was killed begins anew, and finds its own work."""
    sought = replace(SOUGHT, name=name, handle=handle)
    text = f"{name} is {name}, @{handle}, /people/{handle}, {SOUGHT.email}: {handle}."
    once = without(text, sought, own=True)
    assert without(once, sought, own=True) == once


def test_somebody_called_like_a_code_takes_nothing_of_others_along(app, cast, client):
    """ "en" is in every list of languages, "USD" in every price, "Other Person" is somebody else, too."""
    with work.unit():
        service = services.service(cast.company, cast.manager)
    other, twin, leaver = person("Other Person"), person("Other Person"), person("en", "en@x.example")
    with work.unit():
        change_profile(actor=actor_of(leaver), handle="english")
        for who in (Of(twin.id, "Other Person"), Of(leaver.id, "en")):
            messages.notify(actor=SYSTEM, person_ids=[other.id], text="%(who)s: %(lang)s", values={"who": who, "lang": "en"}, kind="money")
    delivery.deliver_all()
    mails = {path.name for path in (app.config["HUB"].data_dir / "mail").glob("*.eml")}
    before = list(service.languages)
    ask(leaver)
    go()
    assert services_read.by_ids([service.id])[service.id].languages == before == ["en"] and client.get("/services").status_code == 200
    values = [
        note.values for note in db.session.scalars(select(Notification).where(Notification.person_id == other.id).order_by(Notification.id))
    ]
    assert [one["who"] for one in values] == ["Other Person", former(leaver.id).name] and {one["lang"] for one in values} == {"en"}
    left = {path.name for path in (app.config["HUB"].data_dir / "mail").glob("*.eml")}
    assert len(mails - left) == 1, "that of the notice which named them"


def test_the_page_says_it_all_and_asks_twice(app, client):
    made = settled()
    owner = person("Owner Alone")
    company = organisation(owner, "Alone Ltd")
    sign_in(client, made.leaver)
    page = client.get("/settings/privacy/erase").get_data(as_text=True)
    assert "Your inbox" in page and "Agreements you signed" in page and former(made.leaver.id).handle in page
    assert client.post("/settings/privacy/erase").status_code == 422, "the tick is missing"
    assert queries.erasure_of(made.leaver.id) is None
    assert client.post("/settings/privacy/erase", data={"sure": "1"}).status_code == 302
    assert "Keep my account" in client.get("/settings/privacy").get_data(as_text=True)
    assert client.post("/settings/privacy/erase/cancel").status_code == 302
    assert queries.erasure_of(made.leaver.id) is None and company.id
    assert timedelta(days=14) == rules.WAITING
