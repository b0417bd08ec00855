"""The HTML door: what changed, the PDF with its page of signatures, the file of evidence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import select

from hub.core.agreements import queries as agreements
from hub.core.agreements.models import Signature, Terms
from hub.core.agreements.pages import compared
from hub.core.deeds import queries
from hub.core.deeds.queries import Deed
from hub.core.deeds.schemas import SinceIn
from hub.core.wording import rules as clauses
from hub.db.extensions import db
from hub.db.personal import hands_out
from hub.kernel import bundles
from hub.kernel.actor import Actor, Role
from hub.web import pdf
from hub.web.handle import actor, load, safe_next
from hub.web.i18n import TAGS, label, language

pages = Blueprint("deeds", __name__, template_folder="templates")
SHOWN = ("en", "zh", "both")


@pages.get("/agreements/<int:terms_id>/changes")
def changes(terms_id: int) -> Any:
    terms = agreements.get_for(actor(), terms_id)
    asked = request.args.to_dict()
    said = load(SinceIn(), {"text": language(), **asked})
    (before, numbers), code = queries.earlier(actor(), terms, said["since"]), said["text"]
    return render_template(
        "core/deeds/changes.html",
        terms=terms,
        title=terms.title_zh if language() == "zh" else terms.title_en,
        before=before,
        code=code,
        found=compared(getattr(before, f"text_{code}"), getattr(terms, f"text_{code}")),
        numbers=numbers,
        is_current=agreements.is_current(terms),
        back=safe_next(request.args.get("next"), agreements.place_to_sign(terms) or url_for("agreements.show", terms_id=terms.id)),
    )


@pages.get("/agreements/<int:terms_id>/standard")
def standard(terms_id: int) -> Any:
    """What these terms say otherwise than the site's standard text, with whose template they are."""
    terms, code = agreements.get_for(actor(), terms_id), load(SinceIn(), {"text": language(), **request.args.to_dict()})["text"]
    return render_template(
        "core/deeds/standard.html",
        terms=terms,
        title=terms.title_zh if language() == "zh" else terms.title_en,
        written=agreements.written(actor(), terms),
        code=code,
        found=compared(getattr(queries.standard(terms), f"text_{code}"), getattr(terms, f"text_{code}")),
        back=safe_next(request.args.get("next"), agreements.place_to_sign(terms) or url_for("agreements.show", terms_id=terms.id)),
    )


@pages.get("/agreements/<int:terms_id>/evidence.json")
def evidence(terms_id: int) -> Response:
    """The text and the signatures that the reader may see, as a file to keep: it is checked without this site."""
    told = queries.file(actor(), agreements.get_for(actor(), terms_id))
    answer = Response(bundles.written(told), content_type="application/json")
    answer.headers["Content-Disposition"] = f'attachment; filename="agreement-{terms_id}.json"'
    return answer


@pages.get("/agreements/<int:terms_id>.pdf")
def as_pdf(terms_id: int) -> Response:
    terms = agreements.get_for(actor(), terms_id)
    asked = request.args.get("text", language())
    answer = Response(printed(actor(), terms, asked if asked in SHOWN else "en"), content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="agreement-{terms_id}-v{terms.number}.pdf"'
    return answer


def printed(reader: Actor, terms: Terms, shown: str) -> bytes:
    """The text in one language or both, and on a page of its own who signed it and how that is checked."""
    held = queries.deed(reader, terms)
    languages = ("en", "zh") if shown == "both" else (shown,)
    title = terms.title_zh if languages == ("zh",) else terms.title_en
    facts = [
        (gettext("About"), terms.parties.get("title", "")),
        *_facts(held),
        (gettext("Text"), _whose(agreements.written(reader, terms))),
    ]
    said: list[pdf.Block] = [pdf.Pairs(facts)]
    for place, code in enumerate(languages):
        if place:
            said += [pdf.Break(), pdf.Heading(terms.title_zh)]
        for clause in clauses.clauses(terms.text_zh if code == "zh" else terms.text_en):
            said += [pdf.Heading(f"{clause.number}. {clause.heading}"), pdf.Text("\n".join(clause.paragraphs))]
    said += [pdf.Break(), pdf.Heading(gettext("Signatures")), *_signatures(held), *_how_to_check(terms)]
    foot = f"{title} · {gettext('version %(v)s', v=terms.number)} · {terms.hash[:16]}"
    return pdf.make(title, said, subject=terms.parties.get("title", ""), lang=TAGS[language()], foot=foot)


def _whose(written: agreements.Written | None) -> str:
    if written is None:
        return gettext("The site’s standard text.")
    told = gettext("Not the site’s standard text: the side that proposes it wrote it.")
    if written.author:
        told = gettext("Not the site’s standard text: %(name)s wrote it.", name=written.author)
    if written.own_from is None:
        return f"{told} {gettext('The clauses are the site’s, with the terms they chose.')}"
    own = gettext(
        "From clause %(n)s on the words are their own; the clauses before are the site’s, with the terms they chose.", n=written.own_from
    )
    return f"{told} {own}"


def _when(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _facts(held: Deed) -> list[tuple[str, str]]:
    terms = held.terms
    state = gettext("In force") if held.in_force else gettext("Not in force: signatures are missing")
    return [
        (gettext("Version"), str(terms.number)), (gettext("Drawn up"), _when(terms.created_at)), (gettext("State"), state),
        (gettext("Fingerprint of the text"), f"SHA-256 {terms.hash}"),
    ]  # fmt: skip


def _signatures(held: Deed) -> Iterator[pdf.Block]:
    if held.terms.parties.get("seeker") and not held.parties:
        offered = gettext(
            "Offered by %(seeker)s through this site, %(when)s.", seeker=held.terms.parties["seeker"], when=_when(held.terms.created_at)
        )
        yield pdf.Text(offered)
    for one in held.records:
        rows = [(gettext("Signed by"), gettext(one.person))]
        if one.organisation:
            role = label(Role(one.role)) if one.role else ""
            rows.append((gettext("For"), f"{one.organisation} ({role})" if role else one.organisation))
        rows += [
            (gettext("On"), f"{_when(one.signed_at)} ({one.signed_at.isoformat(timespec='seconds')})"),
            (gettext("Text"), f"SHA-256 {one.hash}"),
            (gettext("Evidence number"), f"{one.evidence_no} ({one.through or '–'})"),
        ]
        yield pdf.Pairs(rows)
    for party in held.parties:
        if party.signed < party.needed:
            name = party.name or gettext("The other side")
            yield pdf.Text(gettext("Not yet signed: %(name)s", name=name))
    if not held.records and not held.parties:
        yield pdf.Text(gettext("Not signed by you."))


def _how_to_check(terms: Terms) -> list[pdf.Block]:
    base = str(current_app.config["HUB"].base_url).rstrip("/")
    lines = [
        gettext("How to check this page: take the file of evidence from %(url)s.", url=f"{base}/agreements/{terms.id}/evidence.json"),
        gettext("It holds both texts and these signatures, signed by the site. Check it at %(url)s, or on your own computer:",
                url=f"{base}/evidence/verify"),
        f"hub evidence verify agreement-{terms.id}.json",
        gettext("If a word, a name or a time was changed, the check says which. The English text prevails."),
    ]  # fmt: skip
    return [pdf.Heading(gettext("How to check")), pdf.Text("\n".join(lines), small=True)]


@hands_out
def handed_out(person_id: int) -> Iterator[tuple[str, bytes]]:
    """What a person signed, for the export of everything held of them."""
    reader = Actor(person_id=person_id)
    for number in db.session.scalars(select(Signature.terms_id).where(Signature.person_id == person_id).order_by(Signature.id)).all():
        yield f"agreements/agreement-{number}.json", bundles.written(queries.file(reader, agreements.get(number)))
