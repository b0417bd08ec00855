"""The HTML door: the agreement, the project room, sealing, receipts, one's own entries."""

from __future__ import annotations

import tempfile
from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, send_file, url_for
from flask_babel import gettext

from hub.contests.challenges import queries as challenges
from hub.contests.challenges.models import Challenge
from hub.contests.entries import operations, queries, rules
from hub.contests.entries.models import Entry
from hub.contests.entries.schemas import DraftIn, NumberIn, SealIn
from hub.contests.entries.states import State, takes_entries
from hub.core.accounts import queries as accounts
from hub.core.agreements import queries as agreements
from hub.core.agreements import rules as agreement_rules
from hub.core.agreements.schemas import ReadForm
from hub.core.files import pages as file_pages
from hub.core.files import queries as files
from hub.core.files import rules as file_rules
from hub.core.wording import rules as wording
from hub.kernel import bundles
from hub.kernel.actor import Actor
from hub.kernel.errors import NotNow
from hub.kernel.words import N_
from hub.web.agenda import Dates, in_calendar
from hub.web.handle import actor, load, parse, writes
from hub.web.proof import asks_proof

pages = Blueprint("entries", __name__, template_folder="templates")
PLACE = "contests/entries/"


def _challenge(slug: str) -> Challenge:
    return challenges.get_for(actor(), slug)


def _mine(slug: str) -> Entry:
    return queries.own_in(actor(), _challenge(slug))


def _signature(terms: Any) -> Any:
    return agreements.signature(actor().person_id or 0, terms.id) if terms is not None else None


# The agreement


@pages.get("/challenges/<slug>/agreement")
def agreement(slug: str) -> Any:
    challenge = _challenge(slug)
    terms = agreements.current(challenge.ref, queries.AGREEMENT)
    if terms is None:
        raise NotNow(N_("The agreement of this challenge has not been drawn up yet."), code="no_agreement")
    entry = queries.mine_in(actor(), challenge)
    return render_template(
        PLACE + "agreement.html",
        challenge=challenge,
        terms=terms,
        clauses={"en": wording.clauses(terms.text_en), "zh": wording.clauses(terms.text_zh)},
        written=agreements.written(actor(), terms),
        glance=agreement_rules.at_a_glance(terms.choices),
        signature=_signature(terms),
        entry=entry,
        barred=queries.why_barred(actor(), challenge),
        seeker=challenges.seeker_card(challenge, actor()),
        open=takes_entries(challenge),
    )


@pages.post("/challenges/<slug>/agreement")
@asks_proof
@writes(again=agreement)
def sign(slug: str) -> Any:
    operations.sign_and_enter(actor=actor(), challenge=_challenge(slug), **parse(ReadForm()))
    flash(gettext("Signed. This is your project room; only you can see what you write here."), "success")
    return redirect(url_for(".room", slug=slug))


@pages.post("/challenges/<slug>/enter")
@writes(again=agreement)
def enter(slug: str) -> Any:
    """For those who have signed already, and for taking a withdrawn entry up again."""
    operations.enter(actor=actor(), challenge=_challenge(slug))
    return redirect(url_for(".room", slug=slug))


# The project room


@pages.get("/challenges/<slug>/room")
def room(slug: str) -> Any:
    challenge = _challenge(slug)
    entry = queries.mine_in(actor(), challenge)
    if entry is None:
        return redirect(url_for(".agreement", slug=slug))
    draft = queries.draft_of(entry)
    return render_template(
        PLACE + "room.html",
        challenge=challenge,
        entry=entry,
        draft=draft,
        terms=draft.terms,
        signature=_signature(draft.terms),
        open=takes_entries(challenge),
        accept=file_rules.ACCEPT,
        most_files=rules.MAX_FILES,
    )


@pages.post("/challenges/<slug>/room")
@writes(again=room)
def save(slug: str) -> Any:
    """Saves the draft; the same door serves the button and the saving while one types."""
    entry = operations.save(actor=actor(), entry=_mine(slug), **parse(DraftIn()))
    if request.accept_mimetypes.best == "application/json":
        return jsonify(version=entry.version, saved_at=entry.updated_at.isoformat())
    if request.form.get("then") == "seal":
        return redirect(url_for(".check", slug=slug))
    flash(gettext("Draft saved."), "success")
    return redirect(url_for(".room", slug=slug))


@pages.post("/challenges/<slug>/room/files")
@writes(again=room)
def attach(slug: str) -> Any:
    entry, sent = _mine(slug), file_pages.some_uploads()
    for file in sent:
        operations.upload(actor=actor(), entry=entry, stream=file.stream, filename=file.filename)
    return redirect(url_for(".room", slug=slug, _anchor="files"))


@pages.post("/challenges/<slug>/room/files/<int:file_id>/remove")
@writes(again=lambda slug, file_id: room(slug))
def detach(slug: str, file_id: int) -> Any:
    operations.detach(actor=actor(), entry=_mine(slug), file_id=file_id)
    return redirect(url_for(".room", slug=slug, _anchor="files"))


@pages.get("/challenges/<slug>/room/seal")
def check(slug: str) -> Any:
    """Check your answers before they are fixed."""
    challenge = _challenge(slug)
    entry = queries.own_in(actor(), challenge)
    draft = queries.draft_of(entry)
    return render_template(
        PLACE + "check.html",
        challenge=challenge,
        entry=entry,
        draft=draft,
        signature=_signature(draft.terms),
        words=rules.count_words(entry.body),
        open=takes_entries(challenge),
    )


@pages.post("/challenges/<slug>/room/seal")
@writes(again=check)
def seal(slug: str) -> Any:
    sealed = operations.seal(actor=actor(), entry_id=_mine(slug).id, **parse(SealIn()))
    return redirect(url_for(".receipt", entry_id=sealed.entry_id, number=sealed.number))


@pages.post("/challenges/<slug>/room/withdraw")
@writes(again=room)
def withdraw(slug: str) -> Any:
    operations.withdraw(actor=actor(), entry=_mine(slug))
    flash(gettext("Withdrawn. Nobody will read this entry; your receipts stay here."), "success")
    return redirect(url_for(".room", slug=slug))


# Receipts and files


@pages.get("/entries/<int:entry_id>/receipt")
def receipt(entry_id: int) -> Any:
    entry = queries.own(actor(), entry_id)
    sealed = queries.seal_of(entry, _number())
    return render_template(
        PLACE + "receipt.html", entry=entry, challenge=entry.challenge, seal=sealed, files=rules.files_of(sealed.manifest),
        last=queries.seal_of(entry), open=takes_entries(entry.challenge),
    )  # fmt: skip


@pages.get("/entries/<int:entry_id>/receipt.json")
def receipt_file(entry_id: int) -> Any:
    sealed = queries.seal_of(queries.own(actor(), entry_id), _number())
    return _download(bundles.written(queries.receipt(sealed)), "application/json", f"{sealed.receipt_no}.json")


@pages.get("/entries/<int:entry_id>/bundle.zip")
def bundle(entry_id: int) -> Any:
    """The receipt and the sealed files in one archive."""
    sealed = queries.seal_of(queries.own(actor(), entry_id), _number())
    stored = files.files(file.id for file in rules.files_of(sealed.manifest))
    out = tempfile.TemporaryFile()  # noqa: SIM115 (the answer closes it)
    bundles.write_bundle(out, queries.receipt(sealed), {file.filename: files.path_of(file) for file in stored.values()})
    out.seek(0)
    return send_file(out, mimetype="application/zip", as_attachment=True, download_name=f"{sealed.receipt_no}.zip")


@pages.get("/entries/<int:entry_id>/files/<int:file_id>")
@writes
def file(entry_id: int, file_id: int) -> Any:
    """A file of the author's draft or seals; for those who decide, a file of the seal that counts. Their download is written down."""
    found = files.get(queries.readable_file(actor(), entry_id, file_id))
    copy = operations.take_copy(actor=actor(), entry=queries.find(entry_id), file=found, content=lambda: files.path_of(found).read_bytes())
    return file_pages.send_read(found, copy)


def _number() -> int | None:
    number: int | None = load(NumberIn(), {"number": request.args["number"]} if "number" in request.args else {})["number"]
    return number


def _download(content: bytes, media_type: str, name: str) -> Response:
    return Response(content, content_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@pages.get("/my/entries")
def mine() -> Any:
    entries = queries.mine(actor())
    return render_template(PLACE + "mine.html", entries=[(entry, takes_entries(entry.challenge)) for entry in entries])


@pages.get("/entries/<int:entry_id>/looks")
def looks(entry_id: int) -> Any:
    """Who has looked at one's entry, and when."""
    entry = queries.own(actor(), entry_id)
    views = queries.views_of(entry.id)
    return render_template(
        PLACE + "looks.html", entry=entry, challenge=entry.challenge, views=views, people=accounts.cards(view.person_id for view in views)
    )


# What other pages ask of this room


@challenges.advise_with
def next_step(who: Actor, challenge: Challenge) -> challenges.NextStep | None:
    if not who.signed_in or challenge.published_at is None:
        return None  # nobody has entered what was never open
    entry, room_of = queries.mine_in(who, challenge), f"/challenges/{challenge.slug}/room"
    if entry is None:
        can_enter = takes_entries(challenge) and not queries.why_barred(who, challenge)
        return challenges.NextStep(f"/challenges/{challenge.slug}/agreement", N_("Read the agreement and enter")) if can_enter else None
    if takes_entries(challenge):
        notes = {State.DRAFT: N_("Your draft is not sealed yet."), State.SEALED: N_("Your entry is sealed.")}
        return challenges.NextStep(room_of, N_("Go to your project room"), notes.get(entry.state, ""))
    if entry.state is State.SELECTED:
        return None  # the award is the next step, and its room knows where
    if entry.sealed_at is not None:
        return challenges.NextStep(f"/entries/{entry.id}", N_("Your entry and its result"))
    return challenges.NextStep(room_of, N_("Go to your project room"), N_("Your draft was not sealed in time."))


@in_calendar
def deadlines_followed(who: Actor) -> list[Dates]:
    if who.person_id is None:
        return []
    return [Dates(queries.dates_followed(who.person_id), N_("Last moment for entries"), "/challenges/{}")]
