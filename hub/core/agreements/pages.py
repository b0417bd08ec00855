"""Reading, signing and keeping agreements."""

from __future__ import annotations

from collections import Counter
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from hub.core.accounts import queries as accounts
from hub.core.agreements import operations, queries, rules
from hub.core.agreements.models import AgreementEnd, Signature, Terms
from hub.core.agreements.policy import POLICY, Act
from hub.core.agreements.rules import Signers
from hub.core.agreements.schemas import SignForm, SigningIn
from hub.core.agreements.states import TONES, State
from hub.core.organisations import queries as organisations
from hub.core.wording import rules as wording
from hub.kernel.actor import Actor
from hub.kernel.errors import NotAllowed, NotFound, NotSignedIn
from hub.kernel.levels import Level
from hub.kernel.words import N_
from hub.web.handle import actor, parse, public, safe_next, writes
from hub.web.i18n import label, language
from hub.web.paging import Page, page_number
from hub.web.proof import asks_proof
from hub.web.todo import Waiting, waits

pages = Blueprint("agreements", __name__, template_folder="templates")
SHOWN = ("en", "zh", "both")
SIZE = 30


@pages.get("/my/agreements")
def mine() -> Any:
    lines = queries.mine(actor())
    counts = Counter(line.state for line in lines)
    asked = next((state for state in State if state.value == request.args.get("state")), None)
    wanted = [line for line in lines if asked is None or line.state is asked]
    number = page_number()
    rows = [
        {
            "line": line,
            "title": _title(line.terms),
            "tone": TONES[line.state],
            "place": queries.place_to_sign(line.terms) if line.state is State.TO_SIGN else "",
        }
        for line in wanted[(number - 1) * SIZE : number * SIZE]
    ]
    return render_template(
        "core/agreements/mine.html",
        rows=rows,
        counts=counts,
        states=State,
        asked=asked,
        total=len(lines),
        page=Page(number, SIZE, len(wanted)),
    )


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
    standings, signed = queries.held(actor(), terms)
    own = next((one for one in signed if one.person_id == actor().person_id), None)
    is_current, place = queries.is_current(terms), queries.place_to_sign(terms)
    may_sign = own is None and is_current and POLICY.can(actor(), Act.SIGN, terms)
    return render_template(
        "core/agreements/show.html",
        terms=terms,
        title=_title(terms),
        shown=shown,
        clauses=_clauses(terms, shown),
        own=own,
        is_current=is_current,
        newest=terms if is_current else queries.current(terms.subject, terms.kind),
        binds=bool(standings) and not is_current and queries.binds(terms),
        may_sign=may_sign,
        place=place,
        signatures=_evidence(signed),
        parties=_parties(terms, standings),
        refused=queries.refusal(terms.id) if standings else None,
        ends=ends_for(actor(), terms, standings, own),
        written=queries.written(actor(), terms, standings),
        organisations=_may_bind() if may_sign and not place else [],
        back=safe_next(request.values.get("next"), ""),
    )


def _clauses(terms: Terms, shown: str) -> list[dict[str, Any]]:
    """Clause by clause: the chosen texts side by side with the plain sentence of the page's language."""
    plain = terms.summary_zh if (language() if shown == "both" else shown) == "zh" else terms.summary_en
    texts = {"en": wording.clauses(terms.text_en), "zh": wording.clauses(terms.text_zh)}
    languages = ("en", "zh") if shown == "both" else (shown,)
    return [{"plain": plain[i], "texts": [(code, texts[code][i]) for code in languages]} for i in range(len(texts["en"]))]


def ends_for(actor: Actor, terms: Terms, found: list[queries.Standing], own: Signature | None) -> list[AgreementEnd]:
    """What ends when for this reader: a party, who signed for themselves, or who speaks for the side that offers (each moment once)."""
    may_speak = any(actor.manages(number) for number in actor.roles)
    every = queries.ends_of([terms.id]) if found or own is not None or may_speak else []
    if found or not every:
        return every
    if own is not None:
        return [end for end in every if end.signature_id == own.id]
    if actor.person_id not in queries.other_side(terms):
        return []
    return list({(end.what, end.ends_at): end for end in every}.values())


def _evidence(signatures: list[Signature]) -> list[dict[str, Any]]:
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


def _parties(terms: Terms, found: list[queries.Standing]) -> list[dict[str, Any]]:
    """Who must sign, by name as far as the reader may know it, and how many signatures are still missing."""
    open_ = actor().is_admin or queries.names_are_open(terms, found)
    people = accounts.cards(one.party.person_id for one in found)
    bodies = organisations.cards(one.party.organisation_id for one in found)
    rows = []
    for one in found:
        side = one.party
        card: Any = bodies.get(side.organisation_id or 0) if side.organisation_id else people.get(side.person_id or 0)
        known = open_ or side.person_id == actor().person_id or actor().belongs_to(side.organisation_id)
        rows.append({"standing": one, "name": card.name if known and card else "", "signers": side.signers})
    return rows


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


# What another text says differently


def compared(before: str, after: str) -> dict[str, Any]:
    """Two texts, as the macro `differences` of core/agreements/parts.html takes them; `told` is the tally in words, for everybody and first
    of all for those who do not see colours."""
    changes = rules.compare(before, after)
    tally = {kind: sum(change.kind is kind for change in changes) for kind in rules.Became}
    parts = [
        ngettext("%(num)s clause changed", "%(num)s clauses changed", tally[rules.Became.CHANGED]),
        ngettext("%(num)s added", "%(num)s added", tally[rules.Became.ADDED]),
        ngettext("%(num)s removed", "%(num)s removed", tally[rules.Became.REMOVED]),
        ngettext("%(num)s unchanged", "%(num)s unchanged", tally[rules.Became.SAME]),
    ]
    return {"changes": changes, "same": tally[rules.Became.SAME] == len(changes), "told": " · ".join(parts), "became": rules.Became}


# How an organisation signs


@pages.get("/orgs/<slug>/signing")
def signing(slug: str) -> Any:
    organisation = organisations.by_slug(slug)
    if not actor().manages(organisation.id):
        raise NotAllowed(N_("Owners and managers see how their organisation signs."))
    needed, signers = queries.rule_of(organisation.id)
    return render_template(
        "core/agreements/signing.html",
        organisation=organisation,
        needed=needed,
        signers=signers,
        options=[(one.value, label(one)) for one in Signers],
        may_set=POLICY.can(actor(), Act.SET_RULE, organisation.id),
    )


@pages.post("/orgs/<slug>/signing")
@asks_proof
@writes(again=signing)
def set_signing(slug: str) -> Any:
    organisation = organisations.by_slug(slug)
    operations.set_rule(actor=actor(), organisation_id=organisation.id, **parse(SigningIn()))
    flash(gettext("Saved. It holds for agreements drawn up from now on."))
    return redirect(url_for(".signing", slug=slug))


@waits
def waiting(who: Actor) -> list[Waiting]:
    """Agreements between parties that the reader may sign and nobody has said no to."""
    return [Waiting(queries.to_sign(who), N_("An agreement waits for your signature"), "/agreements/{}", N_("Read and sign"))]
