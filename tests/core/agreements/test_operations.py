"""Versions, signatures, and tables that only grow."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DatabaseError

from hub.core.agreements import operations, queries
from hub.core.agreements.models import Signature, Terms
from hub.core.wording.rules import Kind
from hub.db import journal, work
from hub.db.extensions import db
from hub.kernel import clock, sealing
from hub.kernel.actor import ANONYMOUS, SYSTEM, Actor
from hub.kernel.errors import Conflict, Invalid, NotAllowed, NotSignedIn
from tests.factories import people

PARTIES = {"seeker": "Acme", "title": "Powder"}


@pytest.fixture
def ada(app: Flask) -> Actor:
    return people.actor_of(people.person("Ada"))


def drawn_up(subject: str = "challenge:1", choices: dict[str, Any] | None = None, **more: Any) -> Terms:
    with work.unit():
        kind = more.pop("kind", "challenge_entry")
        return operations.draw_up(actor=SYSTEM, subject=subject, kind=kind, choices=choices or {}, parties=PARTIES, **more)


def signed(actor: Actor, terms: Terms, **more: Any) -> Signature:
    with work.unit():
        return operations.sign(actor=actor, terms=terms, seen_hash=more.pop("seen_hash", terms.hash), **more)


def test_the_same_text_stays_one_version_and_another_becomes_the_next(app: Flask) -> None:
    first = drawn_up()
    assert drawn_up().id == first.id
    second = drawn_up(choices={"transfer": "assignment"})
    assert (first.number, second.number) == (1, 2)
    assert queries.current("challenge:1", Kind.CHALLENGE_ENTRY) == second
    assert [terms.number for terms in queries.versions("challenge:1", "challenge_entry")] == [2, 1]
    assert drawn_up("challenge:2").number == drawn_up(kind="award").number == 1


def test_the_hash_can_be_checked_without_this_site(app: Flask) -> None:
    terms = drawn_up()
    assert terms.hash == sealing.digest({"subject": "challenge:1", "kind": "challenge_entry", "en": terms.text_en, "zh": terms.text_zh})


def test_a_signature_keeps_what_was_read_by_whom_when_and_how(ada: Actor) -> None:
    terms = drawn_up("award:3", kind="award", scope="challenge:1")
    actor = Actor(person_id=ada.person_id, verified=True, credential="session:9")
    with work.unit():
        signature = operations.sign(actor=actor, terms=terms, seen_hash=terms.hash)
        assert journal.pending_kinds() == ["AgreementSigned"]
    assert (signature.hash, signature.person_id, signature.credential, signature.signed_at) == (
        terms.hash,
        ada.person_id,
        "session:9",
        clock.now(),
    )
    row = db.session.query(journal.JournalRow).filter_by(kind="AgreementSigned").one()
    assert (row.subject, row.scope) == (f"terms:{terms.id}", "challenge:1")


def test_signing_twice_is_one_signature(ada: Actor) -> None:
    terms = drawn_up()
    assert signed(ada, terms).id == signed(ada, terms).id
    assert len(queries.signatures(terms.id)) == 1


def test_a_new_version_asks_for_a_new_signature(ada: Actor) -> None:
    assert ada.person_id is not None
    first = drawn_up()
    signed(ada, first)
    assert queries.has_signed(ada.person_id, "challenge:1", "challenge_entry")
    second = drawn_up(choices={"evaluation_days": 30})
    assert not queries.has_signed(ada.person_id, "challenge:1", "challenge_entry")
    signed(ada, second)
    assert queries.has_signed(ada.person_id, "challenge:1", "challenge_entry")
    assert [line.terms.number for line in queries.mine(ada)] == [2, 1]


def refuse(error: type[Exception], actor: Actor, terms: Terms, **more: Any) -> Any:
    before = db.session.query(Signature).count()
    with pytest.raises(error) as refused:
        signed(actor, terms, **more)
    assert db.session.query(Signature).count() == before
    return refused.value


def test_whoever_may_not_be_bound_is_refused(ada: Actor) -> None:
    terms = drawn_up()
    refuse(NotSignedIn, ANONYMOUS, terms)
    refuse(NotSignedIn, SYSTEM, terms)
    assert refuse(NotAllowed, Actor(person_id=ada.person_id), terms).code == "unverified_address"
    refuse(NotAllowed, ada, terms, organisation_id=77)
    reserved = drawn_up("award:1", kind="award", signer_id=people.person().id)
    refuse(NotAllowed, ada, reserved)


def test_only_the_text_that_was_shown_and_holds_now_is_signed(ada: Actor) -> None:
    old = drawn_up()
    assert refuse(Conflict, ada, old, seen_hash="0" * 64).code == "terms_changed"
    drawn_up(choices={"transfer": "assignment"})
    assert refuse(Conflict, ada, old).code == "terms_changed"


def test_choices_that_do_not_exist_draw_nothing_up(app: Flask) -> None:
    with pytest.raises(Invalid):
        drawn_up(choices={"transfer": "theft"})
    with pytest.raises(NotAllowed), work.unit():
        operations.draw_up(actor=ANONYMOUS, subject="challenge:1", kind="award", choices={}, parties=PARTIES)
    assert db.session.query(Terms).count() == 0


@pytest.mark.parametrize("model", [Terms, Signature])
def test_the_database_itself_refuses_to_change_or_remove(ada: Actor, model: type[Any]) -> None:
    terms = drawn_up()
    signature = signed(ada, terms)
    for statement in (
        update(model).values(hash="f" * 64),
        delete(model),
        text(f"UPDATE {model.__tablename__} SET hash = 'x'"),
        text(f"DELETE FROM {model.__tablename__} WHERE id = 1"),
    ):
        with pytest.raises(DatabaseError, match="append-only"), work.unit():
            db.session.execute(statement)
    assert db.session.get(Terms, terms.id) is not None and db.session.get(Signature, signature.id) is not None
    assert db.session.query(model.hash).scalar() != "f" * 64


def test_two_versions_with_one_number_cannot_be(app: Flask) -> None:
    terms = drawn_up()
    columns = {c.name: getattr(terms, c.name) for c in Terms.__table__.columns if c.name != "id"}
    with pytest.raises(DatabaseError), work.unit():
        db.session.add(Terms(**columns))
