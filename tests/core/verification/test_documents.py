"""Documents are sealed, read by one checker, seen to be read, decided with a reason, and gone after their time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from hub.core.accounts import queries as people
from hub.core.messages.models import Notification
from hub.core.organisations import operations as organisations
from hub.core.organisations import queries as bodies
from hub.core.verification import operations, pages, queries, rules
from hub.core.verification.models import DocumentCheck, DocumentFile
from hub.core.verification.reactions import keep_up, vault
from hub.core.verification.rules import DocumentKind
from hub.core.verification.states import State
from hub.db import delivery, work
from hub.db.extensions import db
from hub.db.journal import JournalRow, last_id
from hub.kernel import clock
from hub.kernel.actor import Role
from hub.kernel.errors import Conflict, HubError, Invalid, NotAllowed, NotFound, NotNow
from hub.kernel.levels import Level
from hub.web import todo
from tests.factories.documents import PDF, WHY, accepted, everything_on_disk, on_disk, sent, taken, upload
from tests.factories.people import actor_of, person, sign_in


def level(actor) -> Level:
    work.rollback()
    return people.card(actor.person_id).level


def heard(actor) -> list[str]:
    work.rollback()
    notes = db.session.scalars(select(Notification).where(Notification.person_id == actor.person_id, Notification.text.like("%document%")))
    return [note.text % note.values for note in notes]


def decide(operate, actor, check, **more):
    with work.unit():
        return operate(actor=actor, check=check, vault=vault(), **more)


def view(actor, check, place=1):
    with work.unit():
        return operations.view(actor=actor, check=check, place=place, vault=vault())[1]


def test_what_is_sent_lies_sealed_and_its_checker_alone_opens_it_seen_by_its_owner(cast):
    cast.people["second"] = person("Second", admin=True)
    check = taken(cast.solver, cast.admin)
    stored = everything_on_disk()
    assert PDF not in stored and b"Specimen 7719" not in stored and b"passport of Kestrel" not in stored
    assert len(on_disk()) == 1 and on_disk()[0].stat().st_mode & 0o077 == 0
    before = last_id()
    for nosy in (cast.second, cast.solver, cast.stranger):
        with pytest.raises(NotAllowed):
            view(nosy, check)
    assert last_id() == before and queries.looks(check.ref) == []
    assert view(cast.admin, check) == PDF
    (look,) = queries.looks(f"person:{cast.solver.person_id}")
    assert (look.who, look.place, look.check_id) == ("admin", 1, check.id)
    decide(operations.reject, cast.admin, check, reason="The picture is too dark to be read.")
    with pytest.raises(NotNow):
        view(cast.admin, check)
    assert heard(cast.solver) == ["The documents of solver were not accepted: The picture is too dark to be read. You can send others."]


def test_after_a_change_of_the_sites_key_whoever_took_a_check_still_rejects_it_or_gives_it_back(cast, client, monkeypatch):
    check = taken(cast.solver, cast.admin)
    monkeypatch.setattr(pages, "vault", lambda: replace(vault(), site_key="another-key"))
    sign_in(client, cast.people["admin"])
    shown = client.get(check.path)
    page = shown.get_data(as_text=True)
    assert shown.status_code == 200 and "File 1 cannot be read any more" in page
    assert f"{check.path}/reject" in page and f"{check.path}/give-back" in page
    assert client.get(f"{check.path}/files/1").status_code == 422
    answer = client.post(f"{check.path}/reject", data={"reason": "The site’s key has changed: send it anew."})
    assert answer.status_code == 302
    db.session.expire_all()
    assert queries.by_id(check.id).state is State.REJECTED


def test_an_accepted_document_makes_somebody_verified_until_it_ends(cast):
    assert level(cast.solver) is Level.EMAIL
    check = accepted(cast.solver, cast.admin, document_ends=date(2027, 3, 1))
    assert level(cast.solver) is Level.DOCUMENT and f"{check.expires_at:%Y-%m-%d}" == "2027-03-02"
    assert check.identity_hash and b"NX123456" not in everything_on_disk() and b"NX 123-456" not in everything_on_disk()
    clock.set_to(check.expires_at - timedelta(seconds=1))
    delivery.run_periodic()
    assert level(cast.solver) is Level.DOCUMENT
    clock.advance(timedelta(seconds=1))
    delivery.run_periodic()
    assert (check.state, level(cast.solver)) == (State.LAPSED, Level.EMAIL)
    assert heard(cast.solver)[-1] == "The check of the documents of solver has run out. Send them anew to stay verified."
    kinds = list(db.session.scalars(select(JournalRow.kind).where(JournalRow.kind == "LevelChanged")))
    assert len(kinds) == 2


def test_a_check_counts_two_years_at_most_and_a_document_that_has_ended_is_not_accepted(cast):
    check = taken(cast.solver, cast.admin)
    with pytest.raises(Invalid) as refused:
        decide(operations.accept, cast.admin, check, number="NX123456", reason=WHY, document_ends=date(2026, 11, 20))
    assert refused.value.code == "document_ended" and check.state is State.READING
    decide(operations.accept, cast.admin, check, number="NX123456", reason=WHY, document_ends=date(2036, 1, 1))
    assert check.expires_at == clock.now() + rules.COUNTS_FOR


def test_the_bytes_are_gone_from_the_disk_after_their_days_and_their_key_with_them(cast):
    check = accepted(cast.solver, cast.admin)
    (blob,) = on_disk()
    (file,) = queries.files_of([check.id])[check.id]
    sealed_key, context, sealed = file.sealed_key, file.context, blob.read_bytes()
    clock.set_to(clock.now() + timedelta(days=30) - timedelta(seconds=1))
    delivery.run_periodic()
    assert on_disk() == [blob]
    clock.advance(timedelta(seconds=1))
    delivery.run_periodic()
    assert on_disk() == [] and sealed not in everything_on_disk()
    work.rollback()
    (file,) = queries.files_of([check.id])[check.id]
    assert (file.sealed_key, file.sealed_name, file.purged_at) == ("", "", clock.now())
    assert rules.unseal(vault().site_key, context, sealed_key, sealed) == PDF, "it was the key that made the bytes readable"
    assert level(cast.solver) is Level.DOCUMENT, "what was decided goes on counting"
    with pytest.raises(NotFound):
        queries.file_at(check, 1)
    before = last_id()
    with work.unit():
        keep_up()
    assert last_id() == before, "again changes nothing"


def test_withdrawn_documents_go_at_the_next_occasion_and_others_may_be_sent(cast):
    check = sent(cast.solver)
    with pytest.raises(NotNow) as refused:
        sent(cast.solver)
    assert refused.value.code == "check_open" and len(on_disk()) == 1
    with work.unit():
        operations.withdraw(actor=cast.solver, check=check)
    delivery.run_periodic()
    assert on_disk() == [] and todo.todos(cast.admin) == []
    again = sent(cast.solver)
    assert [one.href for one in todo.todos(cast.admin)] == [again.path]


def test_after_a_restore_whoever_lost_their_documents_is_asked_for_them_again_once(cast):
    lost, kept = taken(cast.solver, cast.admin), sent(cast.stranger)
    decided = accepted(cast.member, cast.admin)
    (lying,) = queries.files_of([kept.id])[kept.id]
    for path in on_disk():
        if path.name != lying.blob:
            path.unlink()
    delivery.run_periodic()
    assert queries.by_id(lost.id).state is State.READING, "nobody said that the site was put back"
    vault().restored.touch()
    for _ in range(2):
        delivery.run_periodic()
    work.rollback()
    assert [queries.by_id(one.id).state for one in (lost, kept, decided)] == [State.LOST, State.WAITING, State.ACCEPTED]
    assert [text for text in heard(cast.solver) if "Send them again" in text] == [
        "The site was put back from a backup, which holds no documents: those of solver are lost. Send them again."
    ]
    assert queries.files_of([lost.id])[lost.id][0].sealed_key == "" and level(cast.member) is Level.DOCUMENT
    assert [path.name for path in on_disk()] == [lying.blob] and not vault().restored.exists()
    assert sent(cast.solver).state is State.WAITING


def test_nobody_checks_their_own_nor_their_organisations_documents(cast):
    mine = sent(cast.admin)
    with work.unit():
        organisations.add_member(actor=cast.owner, organisation=cast.company, email=cast.people["admin"].email, role=Role.MEMBER)
    ours = sent(cast.owner, cast.company.id)
    assert queries.queue(cast.admin, [State.WAITING])[1] == 0 and todo.todos(cast.admin) == []
    for check in (mine, ours):
        with pytest.raises(NotAllowed), work.unit():
            operations.take(actor=cast.admin, check=check)
    cast.people["second"] = person("Second", admin=True)
    assert queries.queue(cast.second, [State.WAITING])[1] == 2
    with pytest.raises(Exception, match="not_in_ones_own_cause"), work.unit():
        db.session.execute(update(DocumentCheck).where(DocumentCheck.id == mine.id).values(checker_id=cast.admin.person_id))
    with work.unit():
        organisations.add_member(actor=cast.owner, organisation=cast.company, email=cast.people["second"].email, role=Role.MEMBER)
    with pytest.raises(NotAllowed), work.unit():
        operations.take(actor=cast.second, check=ours)


def test_an_organisation_is_verified_by_its_own_documents_sent_by_its_managers(cast):
    for outsider in (cast.finance, cast.member, cast.solver, cast.admin):
        with pytest.raises(NotAllowed):
            sent(outsider, cast.company.id)
    check = accepted(cast.manager, cast.admin, organisation_id=cast.company.id)
    work.rollback()
    assert bodies.card(cast.company.id).level is Level.DOCUMENT and level(cast.manager) is Level.EMAIL
    assert len(heard(cast.owner)) == len(heard(cast.manager)) == 1 and heard(cast.member) == []
    with pytest.raises(NotAllowed):
        decide(lambda vault, **more: operations.revoke(**more), cast.owner, check, reason="We want it so badly.")
    decide(lambda vault, **more: operations.revoke(**more), cast.admin, check, reason="The register says that it was dissolved.")
    assert bodies.card(cast.company.id).level is Level.NONE
    assert heard(cast.owner)[-1].startswith("The check of the documents of Acme was taken back: The register says")


def test_the_same_document_on_a_second_account_is_known_by_its_hash_alone(cast):
    first = accepted(cast.solver, cast.admin, number="NX 123-456")
    second = accepted(cast.stranger, cast.admin, number="nx123456")
    other = accepted(cast.owner, cast.admin, number="NX123457")
    assert first.identity_hash == second.identity_hash != other.identity_hash
    assert queries.with_document(second.identity_hash, cast.stranger.person_id) == [cast.solver.person_id]
    assert rules.identity_hash("another-key", DocumentKind.PASSPORT, "NL", "NX123456") != first.identity_hash


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"uploads": []}, "file_missing"),
        ({"uploads": [upload() for _ in range(5)]}, "too_many_files"),
        ({"uploads": [upload(b"MZ" + PDF)]}, "file_disguised"),
        ({"uploads": [upload(b"Who I am", "me.txt")]}, "file_type"),
        ({"uploads": [upload(b"<svg/>", "me.svg")]}, "file_type"),
        ({"uploads": [upload(b"")]}, "file_empty"),
        ({"uploads": [upload(PDF + b" " * rules.MOST_BYTES)]}, "file_too_large"),
        ({"kind": DocumentKind.REGISTER}, "kind_wrong"),
        ({"country": "Netherlands"}, "country_unknown"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_cannot_be_taken_is_refused_and_leaves_no_row(cast, more, code):
    before = last_id()
    with pytest.raises(Invalid) as refused:
        sent(cast.solver, **more)
    assert (refused.value.code, last_id()) == (code, before)
    assert db.session.scalar(select(DocumentFile.id)) is None


def test_what_a_broken_upload_left_is_swept_and_what_is_named_stays(cast):
    with pytest.raises(Invalid):
        sent(cast.solver, uploads=[upload(), upload(b"not one", "second.pdf")])
    kept = sent(cast.stranger)
    assert len(on_disk()) == 2
    with clock.at(clock.now() + timedelta(days=400)), work.unit():
        assert operations.sweep(vault=vault()) == 1
    assert view_as_checker(cast, kept) == PDF


def view_as_checker(cast, check):
    with work.unit():
        operations.take(actor=cast.admin, check=check)
    return view(cast.admin, check)


def test_sealed_bytes_open_nowhere_else_and_not_with_another_key(cast):
    first, second = taken(cast.solver, cast.admin), taken(cast.stranger, cast.admin, uploads=[upload(PDF + b"other")])
    (a,), (b,) = queries.files_of([first.id])[first.id], queries.files_of([second.id])[second.id]
    vault().path(a.blob).chmod(0o600)
    vault().path(a.blob).write_bytes(vault().path(b.blob).read_bytes())
    before = last_id()
    with pytest.raises(Invalid) as refused:
        view(cast.admin, first)
    assert refused.value.code == "unreadable_document" and last_id() == before
    with pytest.raises(Invalid):
        queries.content(replace(vault(), site_key="another"), b)
    vault().path(b.blob).unlink()
    with pytest.raises(NotFound):
        view(cast.admin, second)


def test_two_checkers_at_once_and_a_colleague_who_does_not_come_to_it(cast):
    cast.people["second"] = person("Second", admin=True)
    check = taken(cast.solver, cast.admin)
    with pytest.raises((NotNow, Conflict)), work.unit():
        operations.take(actor=cast.second, check=check)
    with pytest.raises(NotAllowed):
        decide(operations.accept, cast.second, check, number="NX123456", reason=WHY)
    with work.unit():
        operations.give_back(actor=cast.second, check=check)
        operations.take(actor=cast.second, check=check)
    with pytest.raises(NotAllowed):
        view(cast.admin, check)
    assert view(cast.second, check) == PDF


def test_a_decision_needs_its_reason_and_the_number(cast):
    check = taken(cast.solver, cast.admin)
    for operate, sent_with, code in (
        (operations.reject, {"reason": "no"}, "reason_missing"),
        (operations.accept, {"reason": "no", "number": "NX123456"}, "reason_missing"),
        (operations.accept, {"reason": WHY, "number": "-- 1"}, "number_missing"),
    ):
        with pytest.raises(HubError) as refused:
            decide(operate, cast.admin, check, **sent_with)
        assert refused.value.code == code
    assert check.state is State.READING and level(cast.solver) is Level.EMAIL


def test_without_a_confirmed_address_nothing_is_sent(cast):
    newcomer = actor_of(person("New", verified=False))
    with pytest.raises(NotAllowed) as refused:
        sent(newcomer)
    assert refused.value.code == "unverified_address" and level(newcomer) is Level.NONE
