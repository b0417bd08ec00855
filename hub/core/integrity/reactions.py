"""What is noticed by itself: where people sign in from, and one document on two accounts."""

from __future__ import annotations

from flask import current_app

from hub.core.accounts.events import SignedIn
from hub.core.integrity import operations, queries
from hub.core.verification import queries as verification
from hub.core.verification.events import DocumentsAccepted
from hub.db.delivery import every
from hub.db.journal import Fact, reacts_to


@reacts_to(SignedIn)
def note_traces(event: SignedIn, fact: Fact) -> None:
    session = queries.session_of(event.session_id)
    if session is not None:
        key = current_app.config["HUB"].secret_key
        operations.note_traces(person_id=event.person_id, ip=session.ip, user_agent=session.user_agent, site_key=key)


@reacts_to(DocumentsAccepted)
def compare_documents(event: DocumentsAccepted, fact: Fact) -> None:
    check = verification.by_id(event.check_id)
    if check is not None and check.person_id is not None and check.identity_hash:
        others = verification.with_document(check.identity_hash, check.person_id)
        operations.note_same_document(check_id=check.id, person_id=check.person_id, others=others)


@every(6 * 3600)
def forget_traces() -> None:
    operations.forget_traces()
