"""What happens by itself: exports are put together and deleted again, and agreements are written down where they are given."""

from __future__ import annotations

from flask_babel import force_locale, gettext

from hub.core.accounts import queries as accounts
from hub.core.accounts.events import PersonErased, PersonRegistered
from hub.core.messages.reactions import LOCALES
from hub.core.privacy import operations, queries
from hub.core.privacy.rules import ConsentKind
from hub.core.profiles.events import ProfileChanged
from hub.core.retention import queries as retention
from hub.db import work
from hub.db.delivery import every
from hub.db.journal import Fact, reacts_to
from hub.kernel.actor import Actor


@every(2, beside=True)
def build_what_waits() -> None:
    """Exports that were asked for, and those whose builder died, once its lease is over: beside the worker's rounds, for they take long."""
    for export_id in queries.to_build():
        _build(export_id)


def _build(export_id: int) -> None:
    """Claim, read and write with nobody waiting, offer. Killed anywhere, nothing half is seen, and another one begins anew."""
    attempt = operations.begin_build(export_id=export_id)
    if attempt is None:
        return
    with work.outside():
        person = accounts.get(queries.get(export_id).person_id)
        language, person_id = LOCALES.get(person.language, "en"), person.id
        with force_locale(language):
            made = operations.write_file(person_id=person_id, say=gettext, lang=language)
        work.rollback()
    days = retention.days()["exports"]
    offered = operations.finish_build(export_id=export_id, attempt=attempt, made=made, days=days)
    with work.outside():
        if not offered:
            operations.drop(made)
        operations.drop_files()
        work.rollback()


@every(600)
def delete_expired() -> None:
    for export in queries.expired():
        operations.delete_expired(export=export)
    with work.outside():
        operations.drop_files()
        work.rollback()


@reacts_to(PersonErased)
def drop_their_files(event: PersonErased, fact: Fact) -> None:
    with work.outside():
        operations.drop_files()
        work.rollback()


@reacts_to(PersonRegistered)
def note_terms(event: PersonRegistered, fact: Fact) -> None:
    """Whoever opens an account themselves agrees to the terms of use that stand beside the button."""
    if event.mail_token_id:
        operations.agree(actor=Actor(person_id=event.person_id), kind=ConsentKind.TERMS, at=fact.at)


@reacts_to(ProfileChanged)
def note_matching(event: ProfileChanged, fact: Fact) -> None:
    operations.follow_profile(actor=Actor(person_id=event.person_id))
