"""The HTML door: having certificates issued, printed and withdrawn; and anybody's check of one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _

from hub.core.certificates import operations, queries
from hub.core.certificates.models import Certificate
from hub.core.certificates.policy import Act
from hub.core.certificates.queries import Checked
from hub.core.certificates.schemas import CertifyIn, PastedIn
from hub.core.organisations import queries as organisations
from hub.core.reputation.rules import Badge
from hub.kernel import bundles
from hub.kernel.errors import HubError, one_field
from hub.kernel.levels import Level
from hub.kernel.words import N_
from hub.web import pdf
from hub.web.handle import actor, parse, public, show_again, writes
from hub.web.i18n import TAGS, label, language
from hub.web.security import limiter

pages = Blueprint("certificates", __name__, template_folder="templates")
PLACE = "core/certificates/"
ONE = "/my/certificates/<int:certificate_id>"


# One's own


@pages.get("/my/certificates")
def mine() -> Any:
    who = actor()
    managed = organisations.cards(number for number in who.roles if who.manages(number))
    bodies = sorted(managed.values(), key=lambda card: card.name.lower())
    return render_template(
        PLACE + "mine.html", certificates=[*queries.of_actor(who)][:100], bodies=bodies, asked=request.args.get("org", "")
    )


@pages.post("/my/certificates")
@limiter.limit("30 per hour")
@writes(again=mine)
def issue() -> Any:
    made = operations.issue(actor=actor(), **parse(CertifyIn()))
    flash(_("Issued. Print it, or hand on its address."))
    return redirect(url_for("certificates.show", code=made.code))


@pages.post(f"{ONE}/withdraw")
@writes
def withdraw(certificate_id: int) -> Any:
    operations.withdraw(actor=actor(), certificate=queries.get_for(actor(), certificate_id, Act.WITHDRAW))
    flash(_("Withdrawn. Whoever checks it reads so."))
    return redirect(url_for("certificates.mine"))


@pages.get(f"{ONE}.json")
def as_file(certificate_id: int) -> Any:
    """The statement and its signature, for whoever checks it without this site."""
    found = queries.get_for(actor(), certificate_id)
    response = jsonify(statement=found.statement, signature=found.signature)
    response.headers["Content-Disposition"] = f'attachment; filename="record-{found.id}.json"'
    return response


@pages.get(f"{ONE}.pdf")
def as_pdf(certificate_id: int) -> Any:
    found = queries.get_for(actor(), certificate_id)
    headers = {"Content-Disposition": f'inline; filename="record-{found.id}.pdf"'}
    return Response(sheet(found), content_type="application/pdf", headers=headers)


def rows(statement: dict[str, Any]) -> list[tuple[str, str]]:
    """What a statement says, in the reader's language: for the page and for the sheet."""
    said = [
        (_("Name"), str(statement["name"])), (_("Verification"), _level(statement["level"])), (_("Here since"), str(statement["since"])),
        (_("Finished deals"), str(statement["deals"])), (_("Rating"), _rating(statement)), (_("Answers"), _share(statement.get("answers"))),
        (_("On time"), _share(statement.get("on_time"))), (_("Disputes lost"), _share(statement.get("disputes_lost"))),
        (_("Badges"), _badges(str(statement.get("badges", "")))), (_("Issued"), _day(statement["issued_at"])),
        (_("Stands until"), _day(statement["until"])), (_("Site"), str(statement["site"])),
    ]  # fmt: skip
    return [(name, text) for name, text in said if text]


def _day(moment: Any) -> str:
    return f"{str(moment)[:10]} {str(moment)[11:16]} UTC"


def _level(value: Any) -> str:
    """What somebody sent as a certificate may say anything here."""
    said = str(value)
    return label(Level(said)) if said in set(Level) else said


def _badges(names: str) -> str:
    known = [Badge(name) for name in names.split(", ") if name in set(Badge)]
    return ", ".join(label(badge) for badge in known)


def _rating(statement: dict[str, Any]) -> str:
    if not statement["score"]:
        return _("not rated yet")
    return _("%(score)s of 5, from %(n)s rated deals, few of them drawn towards 3.5", score=statement["score"], n=statement["ratings"])


def _share(said: Any) -> str:
    hits, _sep, total = str(said or "").partition("/")
    return _("%(hits)s of %(n)s", hits=hits, n=total) if total else ""


def sheet(found: Certificate) -> bytes:
    statement, title = found.statement, _("Certificate of a record")
    address = f"{statement['site'].rstrip('/')}{found.path}"
    blocks: list[pdf.Block] = [
        pdf.Text(_("%(site)s certifies what its records said of finished and paid deals on the day of issue.", site=statement["site"])),
        pdf.Pairs(rows(statement)),
        pdf.Heading(_("Is it genuine?")),
        pdf.Text(_("Scan the code, or open the address: it says whether this is genuine and still stands. Compare what it says there.")),
        pdf.QrCode(address),
        pdf.Text(address),
        pdf.Text(_("Signed with the key %(key)s: %(signature)s", key=statement["key_id"], signature=found.signature), small=True),
    ]
    return pdf.make(title, blocks, subject=str(statement["name"]), author=str(statement["site"]), lang=TAGS[language()], foot=found.code)


# Anybody's check


def _show(checked: Checked) -> str:
    told = rows(checked.statement) if checked.findings[0].ok else []
    return render_template(PLACE + "checked.html", checked=checked, rows=told)


@pages.get("/reputation/certificates/<code>")
@public
@limiter.limit("60 per minute")
def show(code: str) -> Any:
    """For whoever was shown it: its address is its key."""
    return _show(queries.checked(queries.by_code(code)))


@pages.get("/reputation/verify")
@public
def verify() -> Any:
    return render_template(PLACE + "verify.html")


@pages.post("/reputation/verify")
@public
@limiter.limit("30 per minute")
def check() -> Any:
    """The same check of a file that somebody was sent. Nothing is kept, so nothing is written."""
    try:
        return _show(queries.checked_file(_sent()))
    except bundles.Unreadable as error:
        return show_again(verify, one_field("file", str(error), code=error.code))
    except HubError as error:
        return show_again(verify, error)


def _sent() -> Any:
    sent = request.files.get("file")
    if sent is not None and sent.filename:
        return bundles.read(sent.stream)[0]
    text = parse(PastedIn())["text"]
    if not text.strip():
        raise one_field("file", N_("Choose a file first, or paste the certificate’s text."), code="file_missing")
    return bundles.parse(text)
