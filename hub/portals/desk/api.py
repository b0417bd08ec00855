"""The JSON door of the desk: sending an idea, following it, deciding on it."""

from __future__ import annotations

from typing import Any, BinaryIO, cast

from flask import request

from hub.core.files import pages as file_pages
from hub.core.files import queries as stored
from hub.kernel.errors import Invalid, one_field
from hub.kernel.words import N_
from hub.portals.desk import operations, queries
from hub.portals.desk.models import Submission
from hub.portals.desk.schemas import AnswerIn, AssignIn, DecisionIn, DraftIn, FileOut, NoteIn, SendIn, SubmissionOut, WholeOut
from hub.portals.sites import queries as sites
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, tagged, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint("desk", __name__, prefix="", description="Ideas sent to a portal, and the decisions on them.")


def _whole(submission: Submission, status: int = 200) -> Any:
    """With its answers, files and steps. Notes among the managers are not in it."""
    told = WholeOut(exclude=("form", "files", "steps")).dump(submission)
    told["form"] = submission.form.number
    files = queries.files_of(submission)
    told["files"] = {key: FileOut(many=True).dump(each) for key, each in files.items()}
    told["steps"] = WholeOut(only=("steps",)).dump({"steps": queries.steps([submission.id])[submission.id]})["steps"]
    return tagged(told, submission.version, status)


# For those who send


@api.get("/submissions")
@api.response(200, SubmissionOut(many=True))
def mine() -> Any:
    """What you sent or began, on every portal; the newest first."""
    last_id, limit = cursor()
    return paged(queries.mine_after(actor(), last_id, limit), SubmissionOut(), limit)


@api.put("/portals/<slug>/draft")
@writes
@api.arguments(DraftIn)
@api.response(200, SubmissionOut)
def save(sent: dict[str, Any], slug: str) -> Any:
    """Keep your draft for this portal, gaps and mistakes included. There is one a person and portal."""
    return operations.save(actor=actor(), portal=sites.get_for(actor(), slug), **sent)


@api.post("/portals/<slug>/draft/files/<key>")
@writes
@api.response(201, FileOut)
def attach(slug: str, key: str) -> Any:
    """Add a file (multipart, field `file`) to your draft as an answer to the question `key`."""
    draft, sent = queries.own_draft(actor(), sites.get_for(actor(), slug)), request.files.get("file")
    if sent is None or not sent.filename:
        raise one_field("file", N_("Choose a file first."), code="file_missing")
    try:
        attached = operations.attach(actor=actor(), draft=draft, key=key, stream=cast(BinaryIO, sent.stream), filename=sent.filename)
    except Invalid as error:
        raise one_field("file", error.message, code=error.code, **error.values) from error
    return queries.file_of(draft, attached.file_id)


@api.post("/portals/<slug>/submissions")
@writes
@api.arguments(SendIn)
@api.response(201, WholeOut)
def send(sent: dict[str, Any], slug: str) -> Any:
    """Send an idea, agreeing to the terms whose hash you name; files that your draft has go with it. Takes an Idempotency-Key."""
    portal = sites.get_for(actor(), slug)
    terms_hash, language = sent.pop("terms_hash"), sent.pop("language") or portal.default_language
    draft = operations.save(actor=actor(), portal=portal, **sent)
    return _whole(operations.submit(actor=actor(), draft=draft, terms_hash=terms_hash, language=language), 201)


@api.get("/submissions/<int:submission_id>")
@api.response(200, WholeOut)
def own(submission_id: int) -> Any:
    """Something you sent: where it stands, and every reason."""
    return _whole(queries.own(actor(), None, submission_id))


@api.post("/submissions/<int:submission_id>/answer")
@writes
@api.arguments(AnswerIn)
@api.response(200, WholeOut)
def answer(sent: dict[str, Any], submission_id: int) -> Any:
    """Answer the portal's question."""
    return _whole(operations.answer(actor=actor(), submission=queries.own(actor(), None, submission_id), text=sent["answer"]))


@api.post("/submissions/<int:submission_id>/withdraw")
@writes
@api.response(200, WholeOut)
def withdraw(submission_id: int) -> Any:
    """Take it back."""
    return _whole(operations.withdraw(actor=actor(), submission=queries.own(actor(), None, submission_id)))


# For those who decide


def _found(slug: str, submission_id: int) -> Submission:
    return queries.get_for(actor(), sites.managed_by(actor(), slug), submission_id)


@api.get("/portals/<slug>/submissions")
@api.response(200, SubmissionOut(many=True))
def listed(slug: str) -> Any:
    """All that came in on a portal that you run; the newest first."""
    last_id, limit = cursor()
    return paged(queries.sent_after(sites.managed_by(actor(), slug), last_id, limit), SubmissionOut(), limit)


@api.get("/portals/<slug>/submissions/<int:submission_id>")
@writes
@api.response(200, WholeOut)
def one(slug: str, submission_id: int) -> Any:
    """One of them. That you looked is written down."""
    submission = _found(slug, submission_id)
    operations.look(actor=actor(), submission=submission)
    return _whole(submission)


@api.get("/portals/<slug>/submissions/<int:submission_id>/files/<int:file_id>")
@writes
def file(slug: str, submission_id: int, file_id: int) -> Any:
    """One of its files. That you looked is written down."""
    submission = _found(slug, submission_id)
    found = queries.file_of(submission, file_id)
    copy = operations.take_copy(actor=actor(), submission=submission, file=found, content=lambda: stored.path_of(found).read_bytes())
    return file_pages.send_read(found, copy)


@api.post("/portals/<slug>/submissions/<int:submission_id>/decide")
@writes
@api.arguments(DecisionIn)
@api.response(200, WholeOut)
def decide(sent: dict[str, Any], slug: str, submission_id: int) -> Any:
    """Pass on, accept, ask or decline, with the reason that the submitter reads. Takes an Idempotency-Key; 409 `decided_meanwhile` if
    somebody was faster."""
    submission = _found(slug, submission_id)
    return _whole(
        operations.decide(actor=actor(), submission=submission, act=sent["act"], reason=sent["reason"], seen_step=sent["step"])
    )  # fmt: skip


@api.post("/portals/<slug>/submissions/<int:submission_id>/notes")
@writes
@api.arguments(NoteIn)
@api.response(204)
def note(sent: dict[str, Any], slug: str, submission_id: int) -> Any:
    """Leave a word among those who run the portal."""
    operations.note(actor=actor(), submission=_found(slug, submission_id), text=sent["note"])
    return ""


@api.put("/portals/<slug>/submissions/<int:submission_id>/assignee")
@writes
@api.arguments(AssignIn)
@api.response(200, WholeOut)
def assign(sent: dict[str, Any], slug: str, submission_id: int) -> Any:
    """Say who looks after it; null for nobody."""
    return _whole(operations.assign(actor=actor(), submission=_found(slug, submission_id), person_id=sent["person"]))
