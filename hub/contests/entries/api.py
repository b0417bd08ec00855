"""The JSON door of the entries room: the same operations as the pages."""

from __future__ import annotations

from typing import Any

from flask import current_app, jsonify

from hub.contests.challenges import queries as challenges
from hub.contests.entries import operations, queries
from hub.contests.entries.models import Entry
from hub.contests.entries.schemas import (
    AgreementOut,
    DraftIn,
    EntryLineOut,
    EntryOut,
    FileOut,
    NumberIn,
    SealedEntryOut,
    SealIn,
    SealOut,
    UploadIn,
    ViewOut,
)
from hub.core.agreements import queries as agreements
from hub.core.agreements.schemas import ReadIn
from hub.core.files import pages as file_pages
from hub.core.files import queries as files
from hub.kernel import bundles
from hub.kernel.errors import NotNow
from hub.kernel.words import N_
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, check_version, tagged, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint("entries", __name__, prefix="", description="Entering a challenge: agreement, draft, files, seals, receipts")


def _answer(entry: Entry, status: int = 200) -> Any:
    draft = queries.draft_of(entry)
    shown = {"entry": entry, "files": draft.files, "seals": draft.seals, "changed": draft.changed}
    return tagged(jsonify(EntryOut().dump(shown)), entry.version, status)


@api.get("/challenges/<slug>/agreement")
@api.response(200, AgreementOut)
def agreement(slug: str) -> Any:
    """The participation agreement: read it, then send its hash back to sign it."""
    challenge = challenges.get_for(actor(), slug)
    terms = agreements.current(challenge.ref, queries.AGREEMENT)
    if terms is None:
        raise NotNow(N_("The agreement of this challenge has not been drawn up yet."), code="no_agreement")
    return {"terms": terms, "signature": agreements.signature(actor().person_id or 0, terms.id)}


@api.post("/challenges/<slug>/agreement")
@writes
@api.arguments(ReadIn)
@api.response(201, EntryOut)
def sign(sent: dict[str, Any], slug: str) -> Any:
    """Sign the agreement as it was read, and enter. Takes an Idempotency-Key."""
    return _answer(operations.sign_and_enter(actor=actor(), challenge=challenges.get_for(actor(), slug), **sent), 201)


@api.get("/challenges/<slug>/entry")
@api.response(200, EntryOut)
def mine_in(slug: str) -> Any:
    """One's own entry to a challenge."""
    return _answer(queries.own_in(actor(), challenges.get_for(actor(), slug)))


@api.post("/challenges/<slug>/entry")
@writes
@api.response(201, EntryOut)
def enter(slug: str) -> Any:
    """Enter with the agreement already signed, or take a withdrawn entry up again."""
    return _answer(operations.enter(actor=actor(), challenge=challenges.get_for(actor(), slug)), 201)


@api.get("/entries")
@api.response(200, EntryLineOut(many=True))
def mine() -> Any:
    """One's own entries, newest first."""
    last_id, limit = cursor()
    return paged(queries.mine(actor(), last_id, limit), EntryLineOut(), limit)


@api.get("/entries/<int:entry_id>")
@writes
@api.response(200, EntryOut)
def show(entry_id: int) -> Any:
    """The author's own entry; for those who decide on it after the close, the entry as sealed, and their look is written down."""
    entry = queries.get_for(actor(), entry_id)
    if operations.look(actor=actor(), entry=entry) is None:
        return _answer(entry)
    return jsonify(SealedEntryOut().dump(queries.sealed(entry)))


@api.patch("/entries/<int:entry_id>")
@writes
@api.arguments(DraftIn(partial=True))
@api.response(200, EntryOut)
def save(sent: dict[str, Any], entry_id: int) -> Any:
    """Save the draft. Send the ETag back as If-Match, or `version`, so that nobody's words are lost."""
    entry = queries.own(actor(), entry_id)
    check_version(entry.version)
    title, body = sent.get("title", entry.title), sent.get("body", entry.body)
    return _answer(operations.save(actor=actor(), entry=entry, title=title, body=body, version=sent.get("version")))


@api.post("/entries/<int:entry_id>/files")
@writes
@api.arguments(UploadIn, location="files")
@api.response(201, FileOut)
def attach(sent: dict[str, Any], entry_id: int) -> Any:
    """Attach a file, sent as multipart/form-data in the field `file`."""
    file = sent["file"]
    return operations.upload(actor=actor(), entry=queries.own(actor(), entry_id), stream=file.stream, filename=file.filename or "")


@api.get("/entries/<int:entry_id>/files/<int:file_id>")
@writes
def file(entry_id: int, file_id: int) -> Any:
    """A file of one's own entry; for those who decide, of the sealed one, and their download is written down."""
    found = files.get(queries.readable_file(actor(), entry_id, file_id))
    copy = operations.take_copy(actor=actor(), entry=queries.find(entry_id), file=found, content=lambda: files.path_of(found).read_bytes())
    return file_pages.send_read(found, copy)


@api.delete("/entries/<int:entry_id>/files/<int:file_id>")
@writes
@api.response(204)
def detach(entry_id: int, file_id: int) -> Any:
    """Take a file off the draft; seals that list it keep it."""
    operations.detach(actor=actor(), entry=queries.own(actor(), entry_id), file_id=file_id)
    return ""


@api.post("/entries/<int:entry_id>/seal")
@writes
@api.arguments(SealIn)
@api.response(201, SealOut)
def seal(sent: dict[str, Any], entry_id: int) -> Any:
    """Seal the draft as it is. Takes an Idempotency-Key; sealing again before the deadline supersedes."""
    return operations.seal(actor=actor(), entry_id=entry_id, **sent)


@api.get("/entries/<int:entry_id>/receipt")
@api.arguments(NumberIn, location="query")
def receipt(sent: dict[str, Any], entry_id: int) -> Any:
    """The receipt of the last seal, or of seal `number`: keep it, `hub evidence verify` checks it offline."""
    sealed = queries.seal_of(queries.own(actor(), entry_id), sent["number"])
    written = bundles.written(queries.receipt(sealed))
    return current_app.response_class(written, content_type="application/json")


@api.post("/entries/<int:entry_id>/withdraw")
@writes
@api.response(200, EntryOut)
def withdraw(entry_id: int) -> Any:
    """Withdraw the entry; possible until a winner is selected."""
    return _answer(operations.withdraw(actor=actor(), entry=queries.own(actor(), entry_id)))


@api.get("/entries/<int:entry_id>/looks")
@api.response(200, ViewOut(many=True))
def looks(entry_id: int) -> Any:
    """Every look at one's entry by others, the latest first."""
    last_id, limit = cursor()
    return paged(queries.views_after(queries.own(actor(), entry_id).id, last_id, limit), ViewOut(), limit)
