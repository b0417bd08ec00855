"""The JSON door of the filings room: the same operations as the pages."""

from __future__ import annotations

from typing import Any

from flask import current_app, jsonify

from hub.contests.challenges import queries as challenges
from hub.contests.challenges.models import Challenge
from hub.contests.filings import operations, queries
from hub.contests.filings.models import Filing
from hub.contests.filings.policy import POLICY
from hub.contests.filings.schemas import ClaimIn, ClaimOut, FilingFileOut, FilingIn, FilingOut, FilingTextIn, SealIn, UploadIn
from hub.contests.filings.states import Act
from hub.kernel import bundles
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, check_version, tagged, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint("filings", __name__, prefix="", description="What the seeker knew before: filed, sealed, held against an entry")


def _challenge(slug: str) -> Challenge:
    challenge = challenges.get_for(actor(), slug)
    POLICY.require(actor(), Act.LIST, challenge)
    return challenge


def _answer(filing: Filing, status: int = 200) -> Any:
    return tagged(jsonify(FilingOut().dump(filing)), filing.version, status)


@api.get("/challenges/<slug>/filings")
@api.response(200, FilingOut(many=True))
def index(slug: str) -> Any:
    """The filings of prior knowledge, newest first; for the seeker's managers and the staff."""
    challenge, (last_id, limit) = _challenge(slug), cursor()
    return paged(queries.of_challenge(challenge.id, last_id, limit), FilingOut(), limit)


@api.post("/challenges/<slug>/filings")
@writes
@api.arguments(FilingTextIn)
@api.response(201, FilingOut)
def draft(sent: dict[str, Any], slug: str) -> Any:
    """Begin a filing. Refused from the deadline on (`entries_opened`)."""
    return _answer(operations.draft(actor=actor(), challenge=_challenge(slug), **sent), 201)


@api.get("/filings/<int:filing_id>")
@api.response(200, FilingOut)
def show(filing_id: int) -> Any:
    """A filing; also for the author of an entry that was turned down with it."""
    return _answer(queries.get_for(actor(), filing_id))


@api.patch("/filings/<int:filing_id>")
@writes
@api.arguments(FilingIn(partial=True))
@api.response(200, FilingOut)
def save(sent: dict[str, Any], filing_id: int) -> Any:
    """Save the draft. Send the ETag back as If-Match, or `version`."""
    filing = queries.managed(actor(), filing_id)
    check_version(filing.version)
    title, body = sent.get("title", filing.title), sent.get("body", filing.body)
    return _answer(operations.save(actor=actor(), filing=filing, title=title, body=body, version=sent.get("version")))


@api.post("/filings/<int:filing_id>/files")
@writes
@api.arguments(UploadIn, location="files")
@api.response(201, FilingFileOut)
def attach(sent: dict[str, Any], filing_id: int) -> Any:
    """Attach a file to the draft, sent as multipart/form-data in the field `file`."""
    file = sent["file"]
    return operations.attach(actor=actor(), filing=queries.managed(actor(), filing_id), stream=file.stream, filename=file.filename or "")


@api.post("/filings/<int:filing_id>/seal")
@writes
@api.arguments(SealIn)
@api.response(201, FilingOut)
def seal(sent: dict[str, Any], filing_id: int) -> Any:
    """Seal the filing into the evidence log. Takes an Idempotency-Key; refused from the deadline on (`entries_opened`)."""
    return _answer(operations.seal(actor=actor(), filing=queries.managed(actor(), filing_id), **sent), 201)


@api.get("/filings/<int:filing_id>/receipt")
def receipt(filing_id: int) -> Any:
    """The signed receipt of a sealed filing: `hub evidence verify` checks it offline."""
    written = bundles.written(queries.receipt(queries.get_for(actor(), filing_id)))
    return current_app.response_class(written, content_type="application/json")


@api.get("/entries/<int:entry_id>/prior-claim")
@api.response(200, ClaimOut)
def claim(entry_id: int) -> Any:
    """The claim against an entry, for those who decide on it: its judges, the seeker's managers, the staff."""
    return queries.claim_for(actor(), entry_id)


@api.post("/entries/<int:entry_id>/prior-claim")
@writes
@api.arguments(ClaimIn)
@api.response(201, ClaimOut)
def hold_against(sent: dict[str, Any], entry_id: int) -> Any:
    """Hold a sealed filing against an entry, before the decision. Takes an Idempotency-Key."""
    return operations.claim(actor=actor(), entry=queries.to_claim_on(actor(), entry_id), **sent)
