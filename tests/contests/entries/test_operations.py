"""Entering, drafting, sealing: what is possible when, and that every refusal changes nothing."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from hub.contests.challenges import operations as challenges
from hub.contests.entries import operations, queries, rules
from hub.contests.entries.models import Entry, EntryFile, EntryView, Seal
from hub.contests.entries.states import Capacity, State
from hub.core.agreements import operations as agreements
from hub.core.agreements import queries as agreements_read
from hub.core.evidence import operations as audited
from hub.core.evidence import queries as log
from hub.core.evidence import rules as evidence
from hub.core.files import queries as files
from hub.core.messages import queries as messages
from hub.db import delivery, journal, work
from hub.db.extensions import db
from hub.kernel import clock, sealing
from hub.kernel.actor import ANONYMOUS, SYSTEM, Actor, Duty
from hub.kernel.errors import Conflict, HubError, Invalid, NotAllowed, NotFound, NotNow, NotSignedIn
from tests.factories import entries as make
from tests.factories import people

Made = make.Contest
ADMIN = Actor(person_id=None, duties=frozenset({Duty.ADMIN}), verified=True)


@pytest.fixture
def made(app: Flask) -> Made:
    return make.contest(solvers=2)


def solver(made: Made, number: int = 0) -> Actor:
    return people.actor_of(made.solvers[number])


def counts() -> dict[str, int]:
    return {model.__tablename__: db.session.query(model).count() for model in (Entry, EntryFile, Seal, EntryView)}


def refused(expected: type[HubError], code: str, act: Any) -> HubError:
    """`act` is refused with `code`, and nothing was written or recorded."""
    before, told = counts(), journal.last_id()
    with pytest.raises(expected) as caught, work.unit():
        act()
    assert caught.value.code == code, caught.value
    assert counts() == before and journal.last_id() == told
    return caught.value


# Entering


def test_entering_opens_one_room_and_says_so_once(made: Made) -> None:
    with work.unit():
        entry = make.enter(made.challenge, solver(made))
        assert operations.enter(actor=solver(made), challenge=made.challenge) is entry
        assert journal.pending_kinds().count("EntryStarted") == 1
    assert (entry.state, entry.title, entry.body) == (State.DRAFT, "", "")


def test_without_the_signature_nobody_enters(made: Made) -> None:
    refused(NotAllowed, "sign_first", lambda: operations.enter(actor=solver(made), challenge=made.challenge))


def test_who_cannot_enter(made: Made) -> None:
    unverified = people.actor_of(people.person(verified=False))
    refused(NotSignedIn, "not_signed_in", lambda: operations.enter(actor=ANONYMOUS, challenge=made.challenge))
    refused(NotAllowed, "not_verified", lambda: make.enter(made.challenge, unverified))
    refused(NotAllowed, "barred", lambda: make.enter(made.challenge, made.manager))


def test_a_judge_of_the_challenge_does_not_enter_it(made: Made) -> None:
    with work.unit():
        make.appoint(made.challenge, made.manager, made.solvers[0])
    refused(NotAllowed, "barred", lambda: make.enter(made.challenge, solver(made)))


def test_a_changed_agreement_asks_for_a_new_signature_before_sealing(made: Made) -> None:
    with work.unit():
        entry = make.draft(made.challenge, solver(made))
        agreements.draw_up(
            actor=made.manager, subject=made.challenge.ref, kind="challenge_entry", choices={**made.challenge.terms, "evaluation_days": 30},
            parties={"seeker": "Acme", "title": made.challenge.title},
        )  # fmt: skip
    refused(NotAllowed, "sign_first", lambda: operations.seal(actor=solver(made), entry_id=entry.id))
    with work.unit():
        make.enter(made.challenge, solver(made))
        assert operations.seal(actor=solver(made), entry_id=entry.id).number == 1


# Drafting


def test_only_the_author_writes_attaches_seals_and_withdraws(made: Made) -> None:
    with work.unit():
        entry = make.draft(made.challenge, solver(made))
        make.attach(entry, solver(made))
    file_id = queries.files_of(entry)[0].id
    for other in (solver(made, 1), made.manager, ADMIN, SYSTEM, ANONYMOUS):
        refused(NotAllowed, "not_allowed", lambda who=other: operations.save(actor=who, entry=entry, title="x", body="y"))
        refused(NotAllowed, "not_allowed", lambda who=other: make.attach(entry, who, "more.csv"))
        refused(NotAllowed, "not_allowed", lambda who=other: operations.detach(actor=who, entry=entry, file_id=file_id))
        refused(NotFound, "not_found", lambda who=other: operations.seal(actor=who, entry_id=entry.id))
        refused(NotAllowed, "not_allowed", lambda who=other: operations.withdraw(actor=who, entry=entry))
    assert (entry.title, entry.body, entry.state) == (make.TITLE, make.BODY, State.DRAFT)


def test_a_save_over_a_newer_draft_is_a_conflict_unless_it_changes_nothing(made: Made) -> None:
    with work.unit():
        entry = make.draft(made.challenge, solver(made))
    old = entry.version
    with work.unit():
        operations.save(actor=solver(made), entry=entry, title="Newer", body=make.BODY, version=old)
    refused(Conflict, "stale", lambda: operations.save(actor=solver(made), entry=entry, title="Older", body=make.BODY, version=old))
    refused(Conflict, "stale", lambda: operations.seal(actor=solver(made), entry_id=entry.id, version=old))
    operations.save(actor=solver(made), entry=entry, title="Newer", body=make.BODY, version=old)  # the same words twice are no conflict
    assert entry.title == "Newer"


def test_files_have_names_of_their_own_and_a_limit(made: Made) -> None:
    with work.unit():
        entry = make.draft(made.challenge, solver(made))
        make.attach(entry, solver(made), "data.csv")
    refused(Invalid, "file_name_taken", lambda: make.attach(entry, solver(made), "DATA.csv", b"other\n"))
    with work.unit():
        for number in range(rules.MAX_FILES - 1):
            make.attach(entry, solver(made), f"data-{number}.csv", f"{number}\n".encode())
    refused(Invalid, "too_many_files", lambda: make.attach(entry, solver(made), "one-more.csv"))
    refused(NotFound, "not_found", lambda: operations.detach(actor=solver(made), entry=entry, file_id=9999))


def test_somebody_elses_file_cannot_be_attached(made: Made) -> None:
    with work.unit():
        theirs = make.attach(make.draft(made.challenge, solver(made, 1)), solver(made, 1))
        entry = make.draft(made.challenge, solver(made))
    refused(NotFound, "not_found", lambda: operations.attach(actor=solver(made), entry=entry, file=theirs))


# Sealing


def test_a_seal_fixes_everything_and_its_receipt_proves_it(made: Made) -> None:
    with work.unit():
        seal = make.seal(made.challenge, solver(made), files={"b.csv": b"2\n", "a.csv": b"1\n"})
    assert (seal.number, seal.sealed_at, seal.receipt_no) == (1, clock.now(), f"R{made.challenge.id:04d}-{seal.entry_id:05d}-1")
    manifest = seal.manifest
    assert (manifest["title"], manifest["body"], manifest["author"]["id"]) == (make.TITLE, make.BODY, made.solvers[0].id)
    assert [file["name"] for file in manifest["files"]] == ["b.csv", "a.csv"]
    terms = agreements_read.current(made.challenge.ref, queries.AGREEMENT)
    assert terms is not None and manifest["agreement"] == {"terms": terms.id, "hash": terms.hash}
    findings = evidence.check(queries.receipt(seal), keys=log.trusted())
    assert evidence.holds(findings)
    assert [finding.code for finding in findings] == ["content", "salt", "labels", "time", "proof", "journal", "key", "signature"]
    with work.unit():
        make.seal(made.challenge, solver(made, 1))
    assert queries.receipt(seal) == queries.receipt(seal) and queries.receipt(seal)["log"]["size"] == 1  # the same for good
    assert audited.audit().ok


def test_the_hash_tells_nothing_about_a_guessable_text(made: Made) -> None:
    with work.unit():
        seals = [make.seal(made.challenge, solver(made, n), title="Yes", body="Yes") for n in (0, 1)]
    salts = [log.leaf_of(seal.ref).salt for seal in seals]
    assert salts[0] != salts[1] and {len(salt) for salt in salts} == {64}
    assert all(
        salt not in str(seal.manifest) and seal.hash != sealing.digest(seal.manifest) for seal, salt in zip(seals, salts, strict=True)
    )


@pytest.mark.parametrize(("before", "sealed"), [(timedelta(seconds=1), True), (timedelta(microseconds=1), True)])
def test_just_before_the_deadline_is_in_time(made: Made, before: timedelta, sealed: bool) -> None:
    with work.unit():
        entry = make.draft(made.challenge, solver(made))
    assert made.challenge.closes_at is not None
    clock.set_to(made.challenge.closes_at - before)
    with work.unit():
        assert operations.seal(actor=solver(made), entry_id=entry.id).sealed_at == clock.now()
    assert entry.state is State.SEALED


@pytest.mark.parametrize("after", [timedelta(0), timedelta(seconds=1), timedelta(days=9)])
@pytest.mark.parametrize("closed_by_the_worker", [False, True])
def test_at_the_deadline_and_later_nothing_moves_and_the_draft_stays(made: Made, after: timedelta, closed_by_the_worker: bool) -> None:
    with work.unit():
        entry = make.draft(made.challenge, solver(made))
        make.attach(entry, solver(made))
    assert made.challenge.closes_at is not None
    clock.set_to(made.challenge.closes_at + after)
    if closed_by_the_worker:
        with work.unit():
            challenges.close_due()
    file_id = queries.files_of(entry)[0].id
    error = refused(NotNow, "deadline_passed", lambda: operations.seal(actor=solver(made), entry_id=entry.id))
    assert "Your draft is kept" in str(error)
    refused(NotNow, "deadline_passed", lambda: operations.save(actor=solver(made), entry=entry, title="Late", body="Late"))
    refused(NotNow, "deadline_passed", lambda: make.attach(entry, solver(made), "late.csv"))
    refused(NotNow, "deadline_passed", lambda: operations.detach(actor=solver(made), entry=entry, file_id=file_id))
    refused(NotNow, "deadline_passed", lambda: make.enter(made.challenge, solver(made, 1)))
    assert (entry.title, entry.body, entry.state, len(queries.files_of(entry))) == (make.TITLE, make.BODY, State.DRAFT, 1)


def test_sealing_again_supersedes_and_keeps_every_seal_as_it_was(made: Made) -> None:
    with work.unit():
        first = make.seal(made.challenge, solver(made), files={"data.csv": b"1\n"})
        entry = queries.find(first.entry_id)
    before = dict(first.manifest)
    clock.advance(timedelta(hours=1))
    with work.unit():
        operations.detach(actor=solver(made), entry=entry, file_id=queries.files_of(entry)[0].id)
        operations.save(actor=solver(made), entry=entry, title="Better", body="Another text")
        second = operations.seal(actor=solver(made), entry_id=entry.id)
    assert [seal.number for seal in queries.seals_of(entry.id)] == [1, 2] and first.hash != second.hash
    db.session.expire_all()
    assert queries.seal_of(entry, 1).manifest == before
    counted = queries.sealed_of(made.challenge.id)
    assert [(sealed.number, sealed.title, sealed.files) for sealed in counted] == [(2, "Better", ())]


def test_sealing_what_has_not_changed_gives_the_same_receipt(made: Made) -> None:
    with work.unit():
        first = make.seal(made.challenge, solver(made))
        again = operations.seal(actor=solver(made), entry_id=first.entry_id)
        assert (again.id, again.hash, again.manifest) == (first.id, first.hash, first.manifest)
        assert journal.pending_kinds().count("EntrySealed") == 1


def test_what_judges_read_is_what_was_sealed_not_the_draft_after_it(made: Made) -> None:
    with work.unit():
        seal = make.seal(made.challenge, solver(made), files={"data.csv": b"1\n"})
        entry = queries.find(seal.entry_id)
        operations.save(actor=solver(made), entry=entry, title="Changed later", body="Never sealed")
        make.attach(entry, solver(made), "later.csv")
        make.close(made.challenge)
    sealed = queries.sealed(entry)
    assert (sealed.title, sealed.body, [file.name for file in sealed.files]) == (make.TITLE, make.BODY, ["data.csv"])
    later = queries.files_of(entry)[1].id
    with pytest.raises(NotFound):
        queries.readable_file(made.manager, entry.id, later)


def test_an_entry_without_words_is_not_sealed(made: Made) -> None:
    with work.unit():
        entry = make.draft(made.challenge, solver(made), title="", body="  ")
    error = refused(Invalid, "entry_empty", lambda: operations.seal(actor=solver(made), entry_id=entry.id))
    assert set(error.fields) == {"title", "body"}


# Withdrawing


def test_an_author_may_withdraw_until_a_winner_is_selected(app: Flask) -> None:
    made, _award = make.selected(solvers=3)
    others = queries.mine_in(solver(made, 1), made.challenge)
    assert others is not None
    refused(NotNow, "not_now", lambda: operations.withdraw(actor=solver(made, 1), entry=others))
    judged = make.judged(solvers=2)
    entry = queries.mine_in(solver(judged, 1), judged.challenge)
    assert entry is not None
    with work.unit():
        operations.withdraw(actor=solver(judged, 1), entry=entry)
    assert [sealed.person_id for sealed in queries.sealed_of(judged.challenge.id)] == [judged.solvers[0].id]
    with pytest.raises(NotFound):
        queries.get_for(judged.manager, entry.id)
    refused(NotNow, "deadline_passed", lambda: operations.enter(actor=solver(judged, 1), challenge=judged.challenge))


# Reading


def test_after_the_close_those_who_decide_read_and_every_look_is_logged(made: Made) -> None:
    with work.unit():
        seal = make.seal(made.challenge, solver(made), files={"data.csv": b"1\n"})
        entry = queries.find(seal.entry_id)
        judge = people.actor_of(made.solvers[1])
        make.appoint(made.challenge, made.manager, made.solvers[1])
    staff = people.actor_of(people.person("Staff", admin=True))
    for reader in (made.manager, judge, staff):
        with pytest.raises(NotFound):
            queries.get_for(reader, entry.id)
    with work.unit():
        make.close(made.challenge)
    stranger = people.actor_of(people.person("Stranger"))
    refused(NotFound, "not_found", lambda: operations.look(actor=stranger, entry=entry))
    with work.unit():
        for reader in (made.manager, judge, staff, solver(made)):
            operations.look(actor=reader, entry=queries.get_for(reader, entry.id))
        file = files.get(queries.sealed(entry).files[0].id)
        copy = operations.take_copy(actor=judge, entry=entry, file=file, content=lambda: b"1\n")
        assert operations.take_copy(actor=solver(made), entry=entry, file=file, content=lambda: b"1\n") is None
    refused(NotFound, "not_found", lambda: operations.take_copy(actor=stranger, entry=entry, file=file, content=lambda: b"1\n"))
    view = queries.views_of(entry.id)[0]
    handle = made.solvers[1].handle
    assert copy is not None and copy.name == f"data (copy {view.copy_no}, @{handle}, {clock.now():%Y-%m-%d %H%M} UTC).csv"
    assert view.copy_sha256 == hashlib.sha256(copy.content).hexdigest() and copy.content == b"1\n"  # CSV has no place for a mark
    looks = [(view.capacity, view.what, view.file_name) for view in queries.views_of(entry.id)]
    assert looks == [
        (Capacity.JUDGE, "file", "data.csv"), (Capacity.STAFF, "entry", ""), (Capacity.JUDGE, "entry", ""), (Capacity.SEEKER, "entry", ""),
    ]  # fmt: skip


def test_the_licence_to_read_ends_with_its_days_or_with_the_decision(app: Flask) -> None:
    made = make.judged(solvers=2)
    entry = queries.mine_in(solver(made, 1), made.challenge)
    assert entry is not None and queries.capacity(made.manager, entry) is Capacity.SEEKER
    with clock.at(queries.licence_ends(made.challenge)):
        assert queries.capacity(made.manager, entry) is None
    chosen, _award = make.selected(solvers=2)
    lost, won = queries.mine_in(solver(chosen, 1), chosen.challenge), queries.mine_in(solver(chosen), chosen.challenge)
    assert lost is not None and won is not None
    assert queries.capacity(chosen.manager, lost) is None
    assert queries.capacity(chosen.manager, won) is Capacity.SEEKER
    assert queries.capacity(people.actor_of(chosen.judges[0]), won) is None


def test_a_cancelled_challenge_leaves_entries_unread_and_tells_their_authors(made: Made) -> None:
    with work.unit():
        seal = make.seal(made.challenge, solver(made))
        challenges.cancel(actor=SYSTEM, challenge=made.challenge, reason="The seeker was wound up.")
    delivery.deliver_all()
    with pytest.raises(NotFound):
        queries.get_for(made.manager, seal.entry_id)
    assert any("was cancelled" in note.text for note in messages.inbox(made.solvers[0].id))
    refused(NotNow, "not_open", lambda: operations.seal(actor=solver(made), entry_id=seal.entry_id))


def test_authors_get_their_receipt_and_hear_of_the_close(made: Made) -> None:
    with work.unit():
        seal = make.seal(made.challenge, solver(made))
        make.draft(made.challenge, solver(made, 1))
        make.close(made.challenge)
    delivery.deliver_all()
    told = messages.inbox(made.solvers[0].id)
    assert any(note.values.get("hash") == seal.hash and note.link == f"/entries/{seal.entry_id}/receipt?number=1" for note in told)
    assert any("is being judged" in note.text for note in told)
    assert any("before your draft was sealed" in note.text for note in messages.inbox(made.solvers[1].id))
