"""The HTML door to agreements between parties."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from hub.core.agreements import queries as agreements
from hub.core.agreements import rules as catalogue
from hub.core.agreements.schemas import ReadForm
from hub.core.clauses import queries as clauses
from hub.core.clauses import rules as builder
from hub.core.contracts import operations, queries, rules
from hub.core.contracts.models import Contract
from hub.core.contracts.policy import POLICY, is_asked
from hub.core.contracts.schemas import ContractForm, MaybeReasonIn, NewContractForm, ReasonIn
from hub.core.contracts.states import LIFE, WRITABLE, Act, State
from hub.core.organisations import queries as organisations
from hub.core.wording import rules as wording
from hub.core.wording.rules import Kind
from hub.kernel.actor import Actor
from hub.kernel.errors import NotAllowed, NotNow
from hub.kernel.words import N_
from hub.web.forms import current_form
from hub.web.handle import actor, check_version, checks, parse, writes
from hub.web.i18n import language, options
from hub.web.paging import Page, page_number
from hub.web.proof import asks_proof
from hub.web.security import limiter
from hub.web.todo import Waiting, waits

pages = Blueprint("contracts", __name__, template_folder="templates")
PLACE = "core/contracts/"
SIZE = 20


# Lists


@pages.get("/my/contracts")
def mine() -> Any:
    number = page_number()
    found, total = queries.of_actor(actor(), page=number, size=SIZE)
    return _list(found, Page(number, SIZE, total), None)


def _list(found: Sequence[Contract], page: Page, body: Any) -> str:
    return render_template(
        PLACE + "list.html", contracts=found, names=queries.names(found), said=queries.said_to(actor(), found), page=page, body=body
    )


@pages.get("/orgs/<slug>/agreements")
def of_organisation(slug: str) -> Any:
    organisation, number = organisations.by_slug(slug), page_number()
    if not actor().manages(organisation.id):
        raise NotAllowed(N_("Agreements are confidential: only owners and managers of the organisation see them."))
    found, total = queries.of_organisation(organisation.id, page=number, size=SIZE)
    return _list(found, Page(number, SIZE, total), organisation)


# Drawing up


@pages.get("/agreements/new")
def new() -> Any:
    ref = current_form().value("about", request.args.get("about", ""))
    known = queries.about(actor(), ref) if ref else None
    template = request.args.get("template", "")
    asked = current_form().value("kind", request.args.get("kind", "")) or _kind_of(template) or (known.kind.value if known else "")
    kind = next((one for one in builder.BETWEEN_PARTIES if one.value == asked), Kind.TECHNOLOGY)
    start = clauses.taken(actor(), template) or wording.SITES_OWN[kind]
    managed = [(o.slug, o.name) for o, _ in organisations.of_person(actor().person_id or 0) if actor().manages(o.id)]
    return render_template(
        PLACE + "edit.html",
        contract=None,
        kind=kind,
        terms=start,
        known=known,
        about=ref,
        takes=known.takes if known and kind is known.kind else next(iter(rules.ROLES[kind])),
        organisations=managed,
        other=request.args.get("other", ""),
        **_parts(kind, start),
    )


def _kind_of(template: str) -> str:
    found = [one for one in clauses.of_actor(actor()) if str(one.id) == template] if template else []
    return str(found[0].kind) if found else ""


def _parts(kind: Kind, start: wording.Choices) -> dict[str, Any]:
    return {
        "kinds": options(builder.BETWEEN_PARTIES), "roles": [(place.value, gettext(words)) for place, words in rules.ROLES[kind].items()],
        "templates": clauses.offered(actor(), [kind]), "priced": kind in rules.PRICED, "previews": [clauses.preview(kind, start)],
        "code": language(),
    }  # fmt: skip


@pages.post("/agreements/new")
@limiter.limit("60 per hour")
@writes(again=new)
def create() -> Any:
    said = parse(NewContractForm())
    slug = said.pop("organisation")
    contract = operations.draft(actor=actor(), organisation_id=organisations.by_slug(slug).id if slug else None, **said)
    return redirect(url_for(".check", contract_id=contract.id))


@pages.get("/contracts/<int:contract_id>/edit")
def edit(contract_id: int) -> Any:
    contract = queries.get_for(actor(), contract_id, Act.EDIT)
    if contract.state not in WRITABLE and current_form().refusal is None:
        raise NotNow(N_("Only what is being drawn up can be changed; it is “%(state)s” now."), state=contract.state.label)
    start = clauses.taken(actor(), request.args.get("template", "")) or wording.read_choices(contract.choices)
    return render_template(
        PLACE + "edit.html",
        contract=contract,
        names=queries.names([contract])[contract.id],
        kind=contract.kind,
        terms=start,
        takes=contract.takes,
        known=None,
        **_parts(contract.kind, start),
    )


@pages.post("/contracts/<int:contract_id>/edit")
@writes(again=edit)
def save(contract_id: int) -> Any:
    contract = queries.get_for(actor(), contract_id, Act.EDIT)
    check_version(contract.version)
    operations.edit(actor=actor(), contract=contract, **parse(ContractForm()))
    return redirect(url_for(".check", contract_id=contract.id))


@pages.get("/contracts/<int:contract_id>/check")
def check(contract_id: int) -> Any:
    """All answers on one page, with the words they make, before the other side is asked."""
    contract = queries.get_for(actor(), contract_id, Act.PROPOSE)
    known = operations.named(contract)
    return render_template(
        PLACE + "check.html",
        contract=contract,
        names=queries.names([contract])[contract.id],
        glance=catalogue.at_a_glance(contract.choices),
        previews=[clauses.preview(contract.kind, contract.choices, known)],
        code=language(),
        writable=contract.state in WRITABLE,
        role=rules.ROLES[contract.kind][contract.takes],
    )


@pages.post("/contracts/<int:contract_id>/propose")
@asks_proof
@limiter.limit("60 per hour")
@writes(again=check)
def propose(contract_id: int) -> Any:
    contract = queries.get_for(actor(), contract_id)
    check_version(contract.version)
    operations.propose(actor=actor(), contract=contract)
    return _to(contract, gettext("Proposed. The other side is told; both sign now, in any order."))


def _to(contract: Contract, toast: str) -> Any:
    flash(toast)
    return redirect(contract.path)


# Signing


@pages.get("/contracts/<int:contract_id>")
def show(contract_id: int) -> Any:
    contract = queries.get_for(actor(), contract_id)
    terms, force = queries.terms_of(contract)
    standings = agreements.standings(terms.id) if terms else []
    names = queries.names([contract])[contract.id]
    mine = next((one for one in standings if one.awaits(actor())), None) if contract.state is State.PROPOSED else None
    return render_template(
        PLACE + "contract.html",
        contract=contract,
        said=queries.said_to(actor(), [contract])[contract.id],
        names=names,
        terms=terms,
        force=force,
        refused=agreements.refusal(terms.id) if terms and contract.state is not State.IN_FORCE else None,
        sides=[(_name(contract, names, one), one) for one in standings],
        mine=mine,
        as_party=_name(contract, names, mine) if mine else "",
        is_asked=is_asked(actor(), contract),
        moves={move.act: move for move in LIFE.moves_for(actor(), contract, POLICY) if not move.blocked(contract)},
        clauses=_texts(terms) if terms else {},
        ends=agreements.ends_of([force.id]) if force else [],
        writable=contract.state in WRITABLE and POLICY.can(actor(), Act.EDIT, contract),
        states=State,
    )


def _texts(terms: Any) -> dict[str, list[wording.Clause]]:
    return {"en": wording.clauses(terms.text_en), "zh": wording.clauses(terms.text_zh)}


def _name(contract: Contract, names: queries.Names, standing: agreements.Standing) -> str:
    side = standing.party
    is_ours = side.organisation_id == contract.organisation_id and side.person_id == contract.person_id
    return names.ours if is_ours else names.theirs


@pages.post("/contracts/<int:contract_id>/confirm")
@checks(again=show)
def confirm(contract_id: int) -> Any:
    """Check your answers: who signs what, for whom, and what that does. Nothing is written."""
    contract = queries.get_for(actor(), contract_id, Act.SIGN)
    said = parse(ReadForm())
    terms = queries.terms_of(contract)[0]
    standing = queries.standing_of(actor(), terms)
    if terms is None or standing is None or contract.state is not State.PROPOSED:
        raise NotNow(N_("There is nothing for you to sign now."))
    names = queries.names([contract])[contract.id]
    missing = sum(one.missing for one in agreements.standings(terms.id))
    return render_template(
        PLACE + "confirm.html", contract=contract, names=names, terms=terms, seen_hash=said["seen_hash"], last=missing == 1,
        as_party=_name(contract, names, standing),
    )  # fmt: skip


@pages.post("/contracts/<int:contract_id>/sign")
@asks_proof
@writes(again=show)
def sign(contract_id: int) -> Any:
    contract = queries.get_for(actor(), contract_id)
    operations.sign(actor=actor(), contract=contract, **parse(ReadForm()))
    done = contract.state is State.IN_FORCE
    return _to(contract, gettext("Signed. It is in force: all have signed.") if done else gettext("Signed. Others still have to sign."))


@pages.post("/contracts/<int:contract_id>/return")
@writes(again=show)
def return_(contract_id: int) -> Any:
    contract = queries.get_for(actor(), contract_id)
    operations.return_(actor=actor(), contract=contract, **parse(ReasonIn()))
    return _to(contract, gettext("Sent back. The other side reads your reason."))


@pages.post("/contracts/<int:contract_id>/withdraw")
@writes(again=show)
def withdraw(contract_id: int) -> Any:
    contract = queries.get_for(actor(), contract_id)
    operations.withdraw(actor=actor(), contract=contract, **parse(MaybeReasonIn()))
    return _to(contract, gettext("Taken back."))


@pages.post("/contracts/<int:contract_id>/change")
@writes(again=show)
def change(contract_id: int) -> Any:
    contract = queries.get_for(actor(), contract_id)
    operations.change(actor=actor(), contract=contract)
    flash(gettext("The version in force binds until all have signed the next."))
    return redirect(url_for(".edit", contract_id=contract.id))


@pages.post("/contracts/<int:contract_id>/keep")
@writes(again=show)
def keep(contract_id: int) -> Any:
    contract = queries.get_for(actor(), contract_id)
    operations.keep(actor=actor(), contract=contract, **parse(MaybeReasonIn()))
    return _to(contract, gettext("The version in force goes on."))


@waits
def waiting(who: Actor) -> list[Waiting]:
    """Proposals to sign, drafts that were sent back."""
    return [
        Waiting(queries.to_sign(who), N_("An agreement waits for your signature"), "/contracts/{}", N_("Read and sign")),
        Waiting(queries.to_mend(who), N_("An agreement was sent back"), "/contracts/{}", N_("See why")),
    ]
