"""Everything held of a person, in one archive, for that person alone."""

from __future__ import annotations

import dataclasses
import io
import json
import os
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select

from hub.app import create_app
from hub.core.accounts import operations as accounts
from hub.core.contracts import operations as contracts
from hub.core.erasure.queries import shelves
from hub.core.files import operations as files
from hub.core.integrity import operations as integrity
from hub.core.messages.models import Mail, Notification
from hub.core.messages.states import State as MailState
from hub.core.moderation import operations as moderation
from hub.core.moderation.rules import Reason
from hub.core.parties.rules import Side
from hub.core.privacy import operations, queries, reactions, rules
from hub.core.privacy.models import Export
from hub.core.privacy.states import ExportState
from hub.db import delivery, personal, work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import ANONYMOUS
from hub.kernel.errors import NotFound, NotSignedIn
from hub.web.security import limiter
from tests.db.children import dying, killed, killed_in
from tests.factories import reputation as reputations
from tests.factories import talk
from tests.factories.contracts import drawn_up
from tests.factories.people import actor_of, api_headers, organisation, person, sign_in
from tests.factories.privacy import EMAIL, MINE, NAME, built, traces


def asked(who) -> Export:
    with work.unit():
        return operations.ask_export(actor=actor_of(who))


def ready(who) -> Export:
    export = asked(who)
    build()
    return queries.get(export.id)


def build() -> None:
    with work.unit():
        reactions.build_what_waits()
    work.rollback()


def test_all_of_ones_own_is_in_it_and_nothing_of_others(app):
    made = traces()
    archive = built(ready(made.leaver))
    names = archive.namelist()
    assert archive.testzip() is None and len(names) == len(set(names))
    rooms = {name: json.loads(archive.read(name)) for name in names if name.endswith(".json") and "/" not in name}
    assert all(content["schema"] == rules.SCHEMA and content["room"] + ".json" == name for name, content in rooms.items())
    assert archive.read("core.accounts.json").startswith(b'{"schema": "innovation-hub/person-export/1"')
    tables = {name: table["rows"] for content in rooms.values() for name, table in content["tables"].items()}
    assert [row["email"] for row in tables["person"]] == [EMAIL]
    assert [row["title"] for row in tables["thread"]] == [f"{NAME} asks"] and len(tables["post"]) == 1
    assert len(tables["entry"]) == 2 and len(tables["seal"]) == 1 and tables["signature"] and tables["profile"] and tables["api_key"]
    assert any(row["ip"] == "203.0.113.9" for row in tables["login_session"])
    uploads = {archive.read(name) for name in names if name.startswith("files/")}
    assert uploads == {MINE, b"a,b\n1,2\n"}
    receipt = json.loads(archive.read(f"receipts/{made.seal.receipt_no}.json"))
    assert receipt["receipt_no"] == made.seal.receipt_no
    page = archive.read("index.html").decode()
    assert f"{NAME} asks" in page and 'href="core.discussions.json"' in page and "notes.txt" in page
    everything = b"".join(archive.read(name) for name in names)
    assert made.other.email.encode() not in everything and b"token_hash" not in everything and b"password_hash" not in everything
    theirs = built(ready(made.other))
    told = json.loads(theirs.read("core.messages.json"))["tables"]["notification"]["rows"]
    assert {row["values"]["who"] for row in told if "who" in row["values"]} == {"@quillon-varga-ostrem"}, "others by their handle"


def test_asked_twice_it_is_built_once(app):
    ada = person()
    first, second = asked(ada), asked(ada)
    assert first.id == second.id
    build()
    build()
    assert queries.get(first.id).attempts == 1
    with work.unit():
        assert operations.begin_build(export_id=first.id) is None
    again = ready(ada)
    assert again.id != first.id and queries.get(first.id).state is ExportState.GONE, "the newer one takes its place"
    with pytest.raises(NotSignedIn):
        operations.ask_export(actor=ANONYMOUS)


def test_the_notice_leads_to_it_and_nobody_else_gets_it(app, client):
    ada, eve = person("Ada"), person("Eve", admin=True)
    export = ready(ada)
    note = db.session.scalars(select(Notification).where(Notification.person_id == ada.id)).one()
    assert "ready to download" in note.text and note.link == "/settings/privacy"
    path = f"/settings/privacy/exports/{export.id}"
    assert client.get(path).status_code == 302
    sign_in(client, eve)
    assert client.get(path).status_code == 404, "not even an administrator"
    client.post("/logout")
    sign_in(client, ada)
    page = client.get("/settings/privacy").get_data(as_text=True)
    assert path in page
    answer = client.get(path)
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store" and answer.data[:2] == b"PK"
    assert "attachment" in answer.headers["Content-Disposition"]


def told_in(who, table: str) -> tuple[list[dict], list[dict]]:
    """Their own rows of a table as an export gives them, and where it says that they are named."""
    one = next(one for one in personal.holdings() if one.table == table)
    return list(queries.rows_of(one, who.id)), list(queries.acted_in(one, who.id))


def test_what_its_person_may_not_know_is_not_in_it(app, cast):
    solver, stranger = cast.people["solver"], cast.people["stranger"]
    hidden = talk.place(cast.company, cast.owner, seeker_shown=False)
    talk.question(cast.solver, hidden)
    [asked_there], _ = told_in(solver, "question")
    assert asked_there["text"] and not {"organisation_id", "decided_by"} & asked_there.keys(), "the seeker is anonymous"
    post = talk.reply(cast.stranger, talk.thread(cast.solver, talk.place(cast.company, cast.owner)), "Fish! Buy fish!")
    with work.unit():
        case = moderation.flag(actor=cast.solver, post=post, reason=Reason.SPAM)
    assert told_in(stranger, "moderation_case")[0] == [] and not [s for s in shelves(stranger.id) if s.holding.table == "moderation_case"]
    with work.unit():
        moderation.decide(actor=cast.admin, case=case, measures=["hide"], reason="It sells fish.")
    [known] = told_in(stranger, "moderation_case")[0]
    assert known["reason"] == "It sells fish." and "decided_by" not in known
    assert told_in(cast.people["admin"], "moderation_case")[1] == [{"id": case.id, "as": "decided_by"}]
    with work.unit():
        [flag] = integrity.look(subject="entry:1", title="Ice", link="/x", person_id=cast.people["member"].id, host_id=cast.company.id)
    assert flag.person_id == cast.people["member"].id and told_in(cast.people["member"], "integrity_flag") == ([], [])


def test_a_draft_is_for_whoever_draws_it_up_until_it_is_proposed(app, cast):
    solver, stranger = cast.people["solver"], cast.people["stranger"]
    with work.unit():
        draft = drawn_up(cast.solver, stranger.handle, title="What we may offer them")
    assert [row["title"] for row in told_in(solver, "contract")[0]] == ["What we may offer them"]
    assert told_in(stranger, "contract")[0] == [] and not [s for s in shelves(stranger.id) if s.holding.table == "contract"]
    with work.unit():
        contracts.propose(actor=cast.solver, contract=draft)
    assert [row["title"] for row in told_in(stranger, "contract")[0]] == ["What we may offer them"]
    with work.unit():
        contracts.return_(actor=cast.stranger, contract=draft, reason="Five years are too short for our trials.")
    assert told_in(stranger, "contract")[0] == [], "what is written then is the drafter’s own, until it is proposed again"
    with work.unit():
        contracts.withdraw(actor=cast.solver, contract=draft)
    assert told_in(stranger, "contract")[0] == [], "or taken back"


def test_no_number_leads_to_a_side_that_is_kept_from_the_other(app, cast):
    buyer, vendor = cast.people["stranger"], cast.people["solver"]
    with work.unit():
        deal = reputations.finished(Side(person_id=buyer.id), Side(person_id=vendor.id), title="A product")
        for who in (cast.stranger, cast.solver):
            reputations.rate(deal, who)
    for table in ("finished_deal", "deal_rating"):
        [row] = told_in(vendor, table)[0]
        assert buyer.id not in row.values() and not {"asked_person_id", "about_person_id"} & row.keys()


def test_only_a_key_made_for_it_fetches_the_archive(app, client):
    """A key that reads, writes or pays runs in scripts of others; the page asks for a fresh proof."""
    ada = person("Ada")
    path = f"/api/v1/me/privacy/exports/{ready(ada).id}"
    plain = api_headers(ada, "read", "write", "money")
    assert client.get(path, headers=plain).json["file"] == f"{path}/file"
    refused = client.get(f"{path}/file", headers=plain)
    assert (refused.status_code, refused.json["code"]) == (403, "missing_scope") and "privacy" in refused.json["title"]
    assert client.get(f"{path}/file", headers=api_headers(ada, "privacy")).data[:2] == b"PK"


def test_a_program_asks_twenty_times_a_day(config):
    limited = create_app(dataclasses.replace(config, rate_limits=True))
    try:
        with limited.app_context():
            limiter.reset()
            headers, client = api_headers(person("Ada"), "write"), limited.test_client()
            answers = [client.post("/api/v1/me/privacy/exports", headers=headers) for _ in range(21)]
            limiter.reset()
            db.session.remove()
            db.engine.dispose()
    finally:
        limiter.enabled = False
    assert [one.status_code for one in answers] == [202] * 20 + [429] and answers[-1].json["code"] == "too_many"


def test_its_days_over_it_is_deleted(app):
    export = ready(person())
    path = queries.file_of(export)
    assert path.stat().st_mode & 0o077 == 0
    clock.advance(timedelta(days=7))
    with pytest.raises(NotFound):
        queries.file_of(queries.get(export.id))
    work.rollback()
    with work.unit():
        reactions.delete_expired()
    assert not path.exists() and queries.get(export.id).state is ExportState.GONE


@contextmanager
def working(app) -> Iterator[None]:
    """A worker's thread as in `hub serve`, and nothing left of it afterwards."""
    db.session.rollback()
    worker = delivery.Worker(app, pause=0.01)
    thread = worker.start_thread()
    try:
        yield
    finally:
        worker.stop()
        thread.join(10)
        for beside in worker._beside.values():
            beside.join(10)
        assert not thread.is_alive()


def until(true: Callable[[], bool]) -> None:
    """Wait for what a worker does."""
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end, "it never came to that"
        db.session.rollback()
        time.sleep(0.01)


def mails() -> list[int]:
    return list(db.session.scalars(select(Mail.person_id).where(Mail.state == MailState.SENT)))


def test_while_a_big_one_is_put_together_mail_goes_out(app, monkeypatch):
    export, write, begun, go = asked(person("Ada")), operations.write_file, threading.Event(), threading.Event()

    def big(**asked_for):
        begun.set()
        assert go.wait(20)
        return write(**asked_for)

    monkeypatch.setattr(operations, "write_file", big)
    with working(app):
        assert begun.wait(20)
        bob = person("Bob")
        number = bob.id
        with work.unit():
            accounts.request_reset(actor=ANONYMOUS, email=bob.email)
        until(lambda: number in mails())
        assert queries.get(export.id).state is ExportState.BUILDING
        go.set()
        until(lambda: queries.get(export.id).state is ExportState.READY)
    assert db.session.scalar(select(func.count()).select_from(Notification).where(Notification.link == "/settings/privacy")) == 1


def test_a_worker_killed_while_it_builds_leaves_it_to_the_next_and_it_is_offered_once(app):
    ada = person("Ada")
    number = asked(ada).id

    def works() -> None:
        delivery.Worker(app, pause=0.01).run()

    assert killed(works, prepare=lambda: setattr(operations, "finish_build", dying(0)))
    assert queries.get(number).state is ExportState.BUILDING
    clock.advance(rules.LEASE)
    with working(app):
        until(lambda: queries.get(number).state is ExportState.READY)
    assert queries.get(number).attempts == 2
    assert db.session.scalar(select(func.count()).select_from(Notification).where(Notification.person_id == ada.id)) == 1


def test_of_somebody_who_leaves_meanwhile_nothing_is_left_lying(app, monkeypatch):
    export, write = asked(person()), operations.write_file

    def left(**asked_for):
        made = write(**asked_for)
        with work.unit():
            db.session.execute(delete(Export).where(Export.id == export.id))
        return made

    monkeypatch.setattr(operations, "write_file", left)
    build()
    assert list(queries.folder().iterdir()) == []


@pytest.mark.parametrize("moment", ["while it is read", "before it is offered"])
def test_killed_while_building_nothing_half_is_seen(app, monkeypatch, moment):
    export = asked(person())
    number = export.id
    work.rollback()
    killed_in(operations, "_put_files" if moment == "while it is read" else "finish_build", reactions.build_what_waits)
    assert queries.get(number).state is ExportState.BUILDING and len(list(queries.folder().iterdir())) == 1
    with pytest.raises(NotFound):
        queries.file_of(queries.get(number))
    work.rollback()
    with work.unit():
        reactions.build_what_waits()
    assert queries.get(number).state is ExportState.BUILDING, "its lease runs"
    clock.advance(rules.LEASE)
    work.rollback()
    with work.unit():
        reactions.build_what_waits()
    assert queries.get(number).state is ExportState.READY and queries.get(number).attempts == 2
    clock.advance(timedelta(days=2))
    work.rollback()
    operations.drop_files()
    assert [path.name for path in queries.folder().iterdir()] == [queries.get(number).file_name]


def test_one_that_never_succeeds_is_given_up_and_its_person_told(app, monkeypatch):
    ada = person()
    export = asked(ada)

    def fails(**_):
        raise OSError("no space left")

    monkeypatch.setattr(operations, "write_file", fails)
    for _ in range(rules.MOST_ATTEMPTS):
        with pytest.raises(OSError, match="no space"), work.unit():
            reactions.build_what_waits()
        clock.advance(rules.LEASE)
    work.rollback()
    with work.unit():
        reactions.build_what_waits()
    assert queries.get(export.id).state is ExportState.FAILED
    told = db.session.scalars(select(Notification.text).where(Notification.person_id == ada.id)).all()
    assert any("could not be put together" in text for text in told)
    assert list(queries.folder().glob("*")) == []


def test_a_slow_builder_that_lost_its_lease_offers_nothing(app):
    export = asked(person())
    with work.unit():
        slow = operations.begin_build(export_id=export.id)
    clock.advance(rules.LEASE)
    with work.unit():
        assert operations.begin_build(export_id=export.id) == 2
    with work.unit():
        assert not operations.finish_build(export_id=export.id, attempt=slow, made=operations.Made("late.zip", 1), days=7)
    assert queries.get(export.id).file_name == ""


def test_memory_does_not_grow_with_what_is_held(app):
    ada, owner = person("Ada"), person("Owner")
    thread = talk.thread(actor_of(ada), talk.place(organisation(owner), actor_of(owner)))
    talk.crowd(actor_of(ada), thread, 4000)
    with work.unit():
        files.store(actor=actor_of(ada), stream=io.BytesIO(os.urandom(16).hex().encode() * 400_000), filename="big.txt", purpose="entry")
    asked(ada)
    build()  # everything is imported and prepared by now
    work.rollback()
    tracemalloc.start()
    made = operations.write_file(person_id=ada.id, say=str, lang="en")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    work.rollback()
    assert made.size > 0 and db.session.scalar(select(func.count()).select_from(Export)) == 1
    assert peak < 6_000_000, f"{peak:,} bytes for 13 MB of file and 4,000 posts"
