"""Reading, signing and keeping agreements."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext

from hub.core.accounts import queries as accounts
from hub.core.agreements import operations, queries, rules
from hub.core.agreements.models import Terms
from hub.core.agreements.policy import POLICY, Act
from hub.core.agreements.schemas import SignForm, TermsOut
from hub.core.organisations import queries as organisations
from hub.kernel.errors import NotFound, NotSignedIn
from hub.kernel.levels import Level
from hub.kernel.words import N_
from hub.web.handle import actor, parse, public, safe_next, writes
from hub.web.i18n import language
from hub.web.proof import asks_proof

pages = Blueprint("agreements", __name__, template_folder="templates")
SHOWN = ("en", "zh", "both")


@pages.get("/my/agreements")
def mine() -> Any:
    signed = queries.signed_by(actor().person_id or 0)
    newest = queries.newest_numbers(terms for _, terms in signed)
    rows = [
        {"signature": signature, "terms": terms, "title": _title(terms), "changed": newest[terms.subject, terms.kind] > terms.number}
        for signature, terms in signed
    ]
    return render_template("core/agreements/mine.html", rows=rows)


def _title(terms: Terms) -> str:
    return terms.title_zh if language() == "zh" else terms.title_en


def _get(terms_id: int) -> Terms:
    """What the visitor may read; who is not signed in is asked to, whether or not there is such an agreement."""
    try:
        return queries.get_for(actor(), terms_id)
    except NotFound:
        if actor().signed_in:
            raise
        raise NotSignedIn(N_("Sign in to read this agreement.")) from None


@pages.get("/agreements/<int:terms_id>")
@public
def show(terms_id: int) -> Any:
    terms = _get(terms_id)
    shown = request.args.get("text", language())
    shown = shown if shown in SHOWN else "en"
    own = queries.signature(actor().person_id or 0, terms.id)
    is_current = queries.is_current(terms)
    return render_template(
        "core/agreements/show.html",
        terms=terms,
        title=_title(terms),
        shown=shown,
        clauses=_clauses(terms, shown),
        own=own,
        is_current=is_current,
        newest=terms if is_current else queries.current(terms.subject, terms.kind),
        may_sign=own is None and is_current and POLICY.can(actor(), Act.SIGN, terms),
        place=queries.place_to_sign(terms),
        signatures=_evidence(terms),
        organisations=_may_bind() if own is None else [],
        back=safe_next(request.values.get("next"), ""),
    )


def _clauses(terms: Terms, shown: str) -> list[dict[str, Any]]:
    """Clause by clause: the chosen texts side by side with the plain sentence of the page's language."""
    plain = terms.summary_zh if (language() if shown == "both" else shown) == "zh" else terms.summary_en
    texts = {"en": rules.clauses(terms.text_en), "zh": rules.clauses(terms.text_zh)}
    languages = ("en", "zh") if shown == "both" else (shown,)
    return [{"plain": plain[i], "texts": [(code, texts[code][i]) for code in languages]} for i in range(len(texts["en"]))]


def _evidence(terms: Terms) -> list[dict[str, Any]]:
    signatures = queries.shown_signatures(actor(), terms)
    people = accounts.cards(one.person_id for one in signatures)
    bodies = organisations.cards(one.organisation_id for one in signatures)
    return [
        {
            "signature": one,
            "name": people[one.person_id].name if one.person_id in people else gettext("A former member"),
            "organisation": bodies[one.organisation_id].name if one.organisation_id in bodies else "",
            "level": bodies[one.organisation_id].level if one.organisation_id in bodies else _level(people, one.person_id),
        }
        for one in signatures
    ]


def _level(people: dict[int, accounts.PersonCard], person_id: int) -> Level:
    return people[person_id].level if person_id in people else Level.NONE


def _may_bind() -> list[tuple[str, str]]:
    """The organisations for which the viewer may sign."""
    return [(str(o.id), o.name) for o in organisations.cards(i for i in actor().roles if actor().manages(i)).values()]


@pages.post("/agreements/<int:terms_id>/sign")
@asks_proof
@writes(again=show)
def sign(terms_id: int) -> Any:
    terms = _get(terms_id)
    said = parse(SignForm())
    operations.sign_here(actor=actor(), terms=terms, seen_hash=said["seen_hash"], organisation_id=said["organisation_id"])
    flash(gettext("You signed the agreement. A copy is under “Agreements”."))
    return redirect(safe_next(request.form.get("next"), url_for("agreements.show", terms_id=terms.id)))


@pages.get("/agreements/<int:terms_id>/evidence.json")
def evidence(terms_id: int) -> Response:
    """The text and the actor's own signature as a file to keep: hash, time and version can be checked without this site."""
    response = jsonify(TermsOut().dump(queries.shown(actor(), _get(terms_id))))
    response.headers["Content-Disposition"] = f'attachment; filename="agreement-{terms_id}.json"'
    return response
