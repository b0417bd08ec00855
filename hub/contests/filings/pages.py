"""The HTML door: the seeker's filings, sealing one, a claim that rests on one, and what the author is shown of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from hub.contests.challenges import operations as challenge_operations
from hub.contests.challenges import queries as challenges
from hub.contests.challenges.models import Challenge
from hub.contests.entries import operations as entry_operations
from hub.contests.entries import queries as entries
from hub.contests.filings import operations, queries, rules
from hub.contests.filings.policy import POLICY
from hub.contests.filings.schemas import ClaimIn, FilingIn, FilingTextIn, SealIn
from hub.contests.filings.states import Act, State, entries_opened
from hub.core.accounts import queries as accounts
from hub.core.files import pages as file_pages
from hub.core.files import queries as files
from hub.core.files import rules as file_rules
from hub.kernel import bundles
from hub.kernel.errors import NotFound
from hub.kernel.words import N_
from hub.web.handle import actor, parse, writes

pages = Blueprint("filings", __name__, template_folder="templates")
PLACE = "contests/filings/"


def _challenge(slug: str) -> Challenge:
    """Raises NotFound, NotAllowed."""
    challenge = challenges.get_for(actor(), slug)
    POLICY.require(actor(), Act.LIST, challenge)
    return challenge


@pages.get("/challenges/<slug>/prior-knowledge")
def index(slug: str) -> Any:
    """What was filed, what was claimed, and the form for another filing while there is time."""
    challenge = _challenge(slug)
    filings = queries.of_challenge(challenge.id)
    return render_template(
        PLACE + "index.html", challenge=challenge, filings=filings, claims=queries.claims_in(challenge.id),
        opened=entries_opened(challenge), may_file=POLICY.can(actor(), Act.DRAFT, challenge), states=State,
    )  # fmt: skip


@pages.post("/challenges/<slug>/prior-knowledge")
@writes(again=index)
def draft(slug: str) -> Any:
    sent = parse(FilingTextIn())
    filing = operations.draft(actor=actor(), challenge=_challenge(slug), **sent)
    return redirect(url_for(".filing", filing_id=filing.id))


@pages.get("/filings/<int:filing_id>")
def filing(filing_id: int) -> Any:
    found = queries.get_for(actor(), filing_id)
    manages = POLICY.can(actor(), Act.READ, found)
    return render_template(
        PLACE + "filing.html", filing=found, challenge=found.challenge, files=queries.files_of(found) if manages else (),
        opened=entries_opened(found.challenge), may_write=POLICY.can(actor(), Act.SEAL, found), manages=manages,
        accept=file_rules.ACCEPT, most_files=rules.MAX_FILES, states=State,
    )  # fmt: skip


@pages.post("/filings/<int:filing_id>")
@writes(again=filing)
def save(filing_id: int) -> Any:
    operations.save(actor=actor(), filing=queries.managed(actor(), filing_id), **parse(FilingIn()))
    if request.form.get("then") == "seal":
        return redirect(url_for(".check", filing_id=filing_id))
    flash(gettext("Draft saved."), "success")
    return redirect(url_for(".filing", filing_id=filing_id))


@pages.post("/filings/<int:filing_id>/files")
@writes(again=filing)
def attach(filing_id: int) -> Any:
    found = queries.managed(actor(), filing_id)
    POLICY.require(actor(), Act.SEAL, found)
    for file in file_pages.some_uploads():
        operations.attach(actor=actor(), filing=found, stream=file.stream, filename=file.filename)
    return redirect(url_for(".filing", filing_id=filing_id, _anchor="files"))


@pages.post("/filings/<int:filing_id>/files/<int:file_id>/remove")
@writes(again=lambda filing_id, file_id: filing(filing_id))
def detach(filing_id: int, file_id: int) -> Any:
    operations.detach(actor=actor(), filing=queries.managed(actor(), filing_id), file_id=file_id)
    return redirect(url_for(".filing", filing_id=filing_id, _anchor="files"))


@pages.get("/filings/<int:filing_id>/files/<int:file_id>")
def file(filing_id: int, file_id: int) -> Any:
    """A file of a filing: for the seeker's managers and the staff, not for an author, who is shown its SHA-256."""
    found = queries.managed(actor(), filing_id)
    if file_id not in {one.id for one in queries.files_of(found)}:
        raise NotFound(N_("There is no such file."))
    return file_pages.send(files.get(file_id))


@pages.get("/filings/<int:filing_id>/seal")
def check(filing_id: int) -> Any:
    """Check your answers before they are fixed."""
    found = queries.managed(actor(), filing_id)
    POLICY.require(actor(), Act.SEAL, found)
    return render_template(
        PLACE + "check.html", filing=found, challenge=found.challenge, files=queries.files_of(found),
        opened=entries_opened(found.challenge), states=State,
    )  # fmt: skip


@pages.post("/filings/<int:filing_id>/seal")
@writes(again=check)
def seal(filing_id: int) -> Any:
    operations.seal(actor=actor(), filing=queries.managed(actor(), filing_id), **parse(SealIn()))
    flash(gettext("Sealed. Keep the receipt: it proves what you knew, and when."), "success")
    return redirect(url_for(".filing", filing_id=filing_id))


@pages.get("/filings/<int:filing_id>/receipt.json")
def receipt(filing_id: int) -> Any:
    found = queries.get_for(actor(), filing_id)
    head = {"Content-Disposition": f'attachment; filename="{found.receipt_no}.json"'}
    return Response(bundles.written(queries.receipt(found)), content_type="application/json", headers=head)


# A claim


@pages.get("/entries/<int:entry_id>/prior-claim")
@writes
def claim(entry_id: int) -> Any:
    """The form, with the entry as sealed beside it: so the look is written down."""
    found = entries.find(entry_id)
    challenge_operations.close_if_due(found.challenge)
    entry_operations.look(actor=actor(), entry=queries.to_claim_on(actor(), found.id))
    return _claim_form(found.id)


def _claim_form(entry_id: int) -> Any:
    entry = queries.to_claim_on(actor(), entry_id)
    claim = queries.claim_on(entry.id)
    return render_template(
        PLACE + "claim.html", entry=entry, challenge=entry.challenge, sealed=entries.sealed(entry), claim=claim,
        filings=queries.sealed_of(entry.challenge_id), person=accounts.cards([claim.person_id]).get(claim.person_id) if claim else None,
    )  # fmt: skip


@pages.post("/entries/<int:entry_id>/prior-claim")
@writes(again=_claim_form)
def hold_against(entry_id: int) -> Any:
    operations.claim(actor=actor(), entry=queries.to_claim_on(actor(), entry_id), **parse(ClaimIn()))
    flash(gettext("Written down. The author reads it, and the filing, beside the decision."), "success")
    return redirect(url_for(".claim", entry_id=entry_id))
