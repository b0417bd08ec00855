"""The HTML door to disputes."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect, render_template
from flask_babel import gettext as _

from hub.core.audit import queries as audit
from hub.core.disputes import operations, policy, queries, rules, schemas
from hub.core.disputes.models import Dispute
from hub.core.disputes.policy import POLICY
from hub.core.disputes.rules import Claim, Matter, Role, Side
from hub.core.disputes.states import CLOSED, LIFE, OPEN, Act, OfferState, State
from hub.core.files import pages as files
from hub.core.files import rules as file_rules
from hub.core.looks import pages as looks
from hub.core.parties import queries as parties
from hub.kernel.actor import Actor
from hub.kernel.errors import NotNow
from hub.kernel.words import N_
from hub.web.handle import actor, checks, needs_scope, parse, writes
from hub.web.paging import in_tabs
from hub.web.proof import asks_proof
from hub.web.todo import Waiting, waits

pages = Blueprint("disputes", __name__, template_folder="templates")
ONE = "/disputes/<int:dispute_id>"
WAY = '<any("offer","propose","decide"):way>'
WAYS: dict[str, Act] = {"offer": Act.OFFER, "propose": Act.PROPOSE, "decide": Act.DECIDE}
TABS: dict[str, tuple[str, tuple[State, ...]]] = {
    "waiting": (N_("To name a mediator"), (State.WAITING,)),
    "open": (N_("All open"), OPEN),
}


def show_page(template: str, **context: Any) -> str:
    return render_template(f"core/disputes/{template}.html", rules=rules, states=State, acts=Act, roles=Role, called=called, **context)


def called(names: parties.Names, dispute: Dispute, role: Role) -> str:
    """The side's name, or the word for one that the reader is not to know."""
    side = dispute.side(role)
    veil = names.veil(side, dispute.id)
    return _(veil) if veil else names.of(side)


def _get(dispute_id: int, act: Act = Act.SEE) -> Dispute:
    return queries.get_for(actor(), dispute_id, act)


# Lists


@pages.get("/disputes")
def mine() -> Any:
    found = queries.of_actor(actor())[:50]
    return show_page(
        "mine", disputes=found, names=queries.names(actor(), found), role_of=lambda one: policy.role_of(actor(), one), open=OPEN
    )


@pages.get("/disputes/desk")
def desk() -> Any:
    """For administrators: what waits for a mediator."""
    listed = in_tabs(TABS, partial(queries.desk, actor()))
    return show_page("desk", names=queries.names(actor(), listed["found"]), **listed)


@waits
def waiting(who: Actor) -> Iterable[Waiting]:
    yield Waiting(queries.waiting(who, "answer"), N_("Answer a dispute"), "/disputes/{}", N_("Answer"))
    yield Waiting(queries.waiting(who, "accept"), N_("An offer to settle a dispute"), "/disputes/{}", N_("Read it"))
    if who.is_consultant or who.is_admin:
        yield Waiting(queries.waiting(who, "mediate"), N_("You mediate in a dispute"), "/disputes/{}", N_("Go on"))
    if who.is_admin:
        yield Waiting(queries.waiting(who, "name"), N_("A dispute waits for a mediator"), "/disputes/{}", N_("Name one"))


# Opening


@pages.get("/disputes/new/<kind>/<int:number>")
def new(kind: str, number: int) -> Any:
    matter = queries.matter_for(actor(), kind, number)
    source = queries.source(kind)
    claim, why_not = None, ""
    try:
        claim = queries.claim_for(actor(), matter)
    except NotNow as refusal:
        why_not = _(refusal.message)
    return show_page(
        "new", matter=matter, claim=claim, why_not=why_not, source=source, href=source.href(number), accept=file_rules.ACCEPT,
        sides=_sides(matter, queries.own_claim(actor(), matter)),
    )  # fmt: skip


def _sides(matter: Matter, own: Claim | None) -> list[tuple[str, str]]:
    """As ui.pairs takes them: who would dispute it, and with whom."""
    names, hidden = parties.names(matter.sides), matter.hidden
    mine = own.side if own is not None else matter.sides[0]
    other = next(side for side in matter.sides if side != mine)
    return [(_("One side"), names.of(mine)), (_("The other side"), _(hidden[other]) if other in hidden else names.of(other))]


@pages.post("/disputes/new/<kind>/<int:number>")
@writes(again=new)
def open_(kind: str, number: int) -> Any:
    made = operations.open_(actor=actor(), kind=kind, number=number, uploads=files.uploads(), **parse(schemas.OpenForm()))
    flash(_("Opened. The other side has a week to answer."))
    return redirect(made.path)


# One dispute


@pages.get(ONE)
def show(dispute_id: int) -> Any:
    dispute = _get(dispute_id)
    who = actor()
    if not POLICY.can(who, Act.READ, dispute):
        return _from_outside(dispute)
    role = policy.role_of(who, dispute)
    sides = queries.naming_sides(dispute) if dispute.state is State.WAITING and role in rules.PARTIES else []
    naming = role in rules.PARTIES and dispute.side(role) in sides
    said, offers, story = queries.statements(dispute.id), queries.offers(dispute.id), queries.story(dispute)
    people = [*(one.statement.person_id for one in said), dispute.mediator_id, *(line.actor_id for line in story)]
    names = queries.names(who, [dispute], people)
    source = queries.source_for(dispute)
    moves = {move.act for move in LIFE.moves_for(who, dispute, POLICY) if not move.blocked(dispute)}
    return show_page(
        "show", dispute=dispute, role=role, said=said, offers=offers, offer_states=OfferState, names=names, moves=moves, source=source,
        href=source.href(dispute.number), is_open=dispute.state in OPEN, story=_entries(dispute, story, names), steps=_steps(dispute),
        turn=_turn(dispute, role, names, [one for one in offers if one.state is OfferState.OPEN], sides), accept=file_rules.ACCEPT,
        naming=naming, candidates=_candidates(dispute) if naming else [],
    )  # fmt: skip


def _candidates(dispute: Dispute) -> list[tuple[int, str]]:
    return [(one.id, one.name) for one in queries.candidates(dispute)]


def _from_outside(dispute: Dispute) -> str:
    """For who has to name a mediator, or has been named and not declared: who the sides are, and nothing of what they say."""
    named = policy.is_named(actor(), dispute)
    naming = dispute.state is State.WAITING and POLICY.can(actor(), Act.NAME, dispute)
    relieves = not named and dispute.state is State.MEDIATION and POLICY.can(actor(), Act.STAND_DOWN, dispute)
    return show_page(
        "outside", dispute=dispute, named=named, names=queries.names(actor(), [dispute], [dispute.mediator_id]), naming=naming,
        source=queries.source_for(dispute), candidates=_candidates(dispute) if naming else [], relieves=relieves,
    )  # fmt: skip


def _steps(dispute: Dispute) -> list[tuple[str, str, str]]:
    """As ui.stepper takes them."""
    names = [_("Opened"), _("Answer"), _("Settlement talks"), _("Mediator"), _("Proposal"), _("End")]
    place = {State.OPENED: 1, State.TALKING: 2, State.WAITING: 3, State.MEDIATION: 5 if dispute.proposed else 4, State.PROPOSED: 4}
    now = place.get(dispute.state, 6)
    return [(name, "", "done" if number < now else "now" if number == now else "next") for number, name in enumerate(names)]


def _entries(dispute: Dispute, story: Iterable[audit.Line], names: parties.Names) -> list[dict[str, Any]]:
    """As ui.timeline takes them."""
    return [{"when": line.at, "who": names.person(line.actor_id, dispute.id), "what": _(line.says)} for line in story]


def _turn(dispute: Dispute, role: Role | None, names: parties.Names, table: list[Any], sides: list[Side]) -> tuple[str, datetime | None]:
    """Who has to do what until when, in one sentence for this reader."""
    other, mediator = called(names, dispute, Role.OTHER), names.people[dispute.mediator_id].name if dispute.mediator_id is not None else ""
    if dispute.state is State.OPENED:
        told = _("You answer. If you say nothing, it goes to a mediator, who decides on what there is.")
        if role is not Role.OTHER:
            told = _("%(who)s answers. Without an answer it goes to a mediator, who decides on what there is.", who=other)
        return told, dispute.due_at
    if dispute.state is State.TALKING:
        return _("Both sides look for a settlement; then, or as soon as one side asks for it, it goes to a mediator."), dispute.due_at
    if dispute.state is State.WAITING:
        if not sides:
            return _("An administrator who belongs to neither side names a mediator."), dispute.due_at
        if role is not None and dispute.side(role) in sides:
            return _("You name a mediator: no administrator of the site is free of both sides."), dispute.due_at
        return _("The other side names a mediator: no administrator of the site is free of both sides."), dispute.due_at
    if dispute.state is State.MEDIATION:
        if dispute.declared_at is None:
            return _("%(who)s declares to have no conflict of interest, or stands down.", who=mediator), dispute.due_at
        return (
            _("%(who)s decides.", who=mediator) if dispute.proposed else _("%(who)s proposes or decides.", who=mediator)
        ), dispute.due_at
    if dispute.state is State.PROPOSED:
        proposal = next((one for one in table if one.role is Role.MEDIATOR), None)
        if role in (Role.OPENER, Role.OTHER) and proposal is not None and not proposal.accepted_by(role):
            return _("You say whether you accept the mediator’s proposal. Unless both do, the mediator decides."), dispute.due_at
        return _("Both sides say whether they accept the mediator’s proposal. Unless both do, the mediator decides."), dispute.due_at
    return _("It is closed: nothing waits for anybody."), None


@pages.get(f"{ONE}/trail")
def trail(dispute_id: int) -> Any:
    """What the journal says of the thing that is disputed."""
    dispute = _get(dispute_id, Act.READ)
    entries = [{"when": line.at, "what": _(line.says)} for line in reversed(queries.trail(dispute))]
    return show_page("trail", dispute=dispute, entries=entries, source=queries.source_for(dispute))


@pages.get(f"{ONE}/files/<int:file_id>")
@writes
def file(dispute_id: int, file_id: int) -> Any:
    """Whoever showed it gets it as it is; the others a copy with their mark, which is written down for both sides."""
    dispute = _get(dispute_id, Act.READ)
    found, role = queries.file_of(dispute, file_id)
    return files.send(found) if policy.role_of(actor(), dispute) is role else looks.send_marked(found, dispute.ref)


# What is said


@pages.post(f"{ONE}/answer")
@writes(again=show)
def answer(dispute_id: int) -> Any:
    found = operations.answer(actor=actor(), dispute=_get(dispute_id, Act.ANSWER), uploads=files.uploads(), **parse(schemas.SayIn()))
    flash(_("Answered. Both sides have a week to settle it."))
    return redirect(found.path)


@pages.post(f"{ONE}/statements")
@writes(again=show)
def state(dispute_id: int) -> Any:
    found = _get(dispute_id, Act.STATE)
    operations.state(actor=actor(), dispute=found, uploads=files.uploads(), **parse(schemas.SayIn()))
    flash(_("Said. The others are told."))
    return redirect(f"{found.path}#statements")


# The mediator


def _moves(path: str, act: Act, operate: Callable[..., Dispute], told: str, schema: Any = None, *, money: bool = False) -> None:
    """A move with one form on the dispute's page."""

    def move(dispute_id: int) -> Any:
        operate(actor=actor(), dispute=_get(dispute_id, act), **(parse(schema()) if schema is not None else {}))
        flash(_(told))
        return redirect("/disputes" if act is Act.STAND_DOWN else f"/disputes/{dispute_id}")

    view: Any = writes(move, again=show)
    pages.post(f"{ONE}/{path}", endpoint=path.replace("-", "_"))(needs_scope("money")(view) if money else view)


def _name(*, person: int, **said: Any) -> Dispute:
    return operations.name(person_id=person, **said)


_moves("call", Act.CALL, operations.call, N_("A mediator is named within three days."))
_moves("name", Act.SEE, _name, N_("Named. They are asked to declare that they have no interest."), schemas.NameIn)
_moves("declare", Act.DECLARE, operations.declare, N_("Thank you. Read what both sides say."), schemas.DeclareIn)
_moves("stand-down", Act.STAND_DOWN, operations.stand_down, N_("Somebody else is named."))


@pages.get(f"{ONE}/withdraw")
def withdrawal(dispute_id: int) -> Any:
    """Check before the decision stands."""
    return show_page("withdraw", dispute=_get(dispute_id, Act.WITHDRAW))


@pages.post(f"{ONE}/withdraw")
@needs_scope("money")
@writes(again=withdrawal)
def withdraw(dispute_id: int) -> Any:
    found = operations.withdraw(actor=actor(), dispute=_get(dispute_id, Act.WITHDRAW), **parse(schemas.WhyIn()))
    flash(_("Withdrawn. The decision stands."))
    return redirect(found.path)


# Ways out: a form, what it would move, and then what binds


@pages.get(f"{ONE}/{WAY}")
def resolution(dispute_id: int, way: str) -> Any:
    dispute = _get(dispute_id, WAYS[way])
    if dispute.state in CLOSED:
        raise NotNow(N_("This dispute is closed."), code="closed")
    return show_page("resolution", dispute=dispute, way=way, outcomes=queries.outcomes(dispute), **_money_of(dispute))


def _money_of(dispute: Dispute) -> dict[str, Any]:
    most = next((one.most for one in queries.outcomes(dispute) if one.most is not None), None)
    return {"most": most}


@pages.post(f"{ONE}/{WAY}/check")
@checks(again=resolution)
def check_resolution(dispute_id: int, way: str) -> Any:
    dispute = _get(dispute_id, WAYS[way])
    data = parse(schemas.ResolutionIn())
    chosen = queries.matter_of(dispute).outcome(data["outcome"])
    amount = rules.amount_of(chosen, data["amount"])
    if way != "offer":
        rules.said(data["words"], "words")
    effects = queries.effects(dispute, chosen.key, amount)
    return show_page("check", dispute=dispute, way=way, outcome=chosen, amount=amount, words=data["words"], effects=effects)


@pages.post(f"{ONE}/{WAY}")
@needs_scope("money")
@asks_proof
@writes(again=resolution)
def resolve(dispute_id: int, way: str) -> Any:
    dispute = _get(dispute_id, WAYS[way])
    operate: Callable[..., Any] = {"offer": operations.offer, "propose": operations.propose, "decide": operations.decide}[way]
    operate(actor=actor(), dispute=dispute, **parse(schemas.ResolutionIn()))
    told = {
        "offer": _("Offered. It is settled as soon as the other side accepts."),
        "propose": _("Proposed. Both sides have five days to accept."),
        "decide": _("Decided. What you decided is carried out."),
    }
    flash(told[way])
    return redirect(dispute.path)


@pages.get(f"{ONE}/offers/<int:offer_id>/accept")
def acceptance(dispute_id: int, offer_id: int) -> Any:
    """Check before it binds."""
    dispute = _get(dispute_id, Act.SETTLE)
    return show_page("accept", dispute=dispute, offer=queries.offer_of(dispute, offer_id), offer_states=OfferState)


@pages.post(f"{ONE}/offers/<int:offer_id>/accept")
@needs_scope("money")
@asks_proof
@writes(again=acceptance)
def accept(dispute_id: int, offer_id: int) -> Any:
    found = operations.accept(actor=actor(), dispute=_get(dispute_id, Act.SETTLE), offer_id=offer_id)
    done = found.state is State.SETTLED
    flash(_("Settled. What was agreed is carried out.") if done else _("Accepted. It is settled as soon as the other side accepts, too."))
    return redirect(found.path)


@pages.post(f"{ONE}/offers/<int:offer_id>/refuse")
@writes(again=lambda dispute_id, offer_id: show(dispute_id))
def refuse(dispute_id: int, offer_id: int) -> Any:
    found = operations.refuse(actor=actor(), dispute=_get(dispute_id, Act.OFFER), offer_id=offer_id)
    flash(_("The offer is off the table."))
    return redirect(found.path)
