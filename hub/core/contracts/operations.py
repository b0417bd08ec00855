"""The only writes on agreements between parties. Each holds the row, checks the policy, fires the move, and tells the other side."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from hub.core.agreements import operations as agreements
from hub.core.agreements import queries as agreements_read
from hub.core.agreements.models import Terms
from hub.core.agreements.operations import Side
from hub.core.clauses import operations as clauses
from hub.core.clauses import rules as builder
from hub.core.contracts import queries, rules
from hub.core.contracts.events import (
    ContractDrafted,
    ContractInForce,
    ContractKept,
    ContractProposed,
    ContractReopened,
    ContractReturned,
    ContractSigned,
    ContractWithdrawn,
)
from hub.core.contracts.models import Contract
from hub.core.contracts.policy import POLICY
from hub.core.contracts.rules import Takes
from hub.core.contracts.states import LIFE, WRITABLE, Act, State
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind as About
from hub.core.wording import rules as catalogue
from hub.core.wording.rules import Kind
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import NotAllowed, NotNow, one_field
from hub.kernel.money import Money
from hub.kernel.permissions import require_verified
from hub.kernel.whose import Of
from hub.kernel.words import N_, extent


def draft(
    *, actor: Actor, kind: Kind | str, title: str, object: str, terms: Mapping[str, Any], takes: Takes, other: str = "",
    organisation_id: int | None = None, price: Money | None = None, about: str = "",
) -> Contract:  # fmt: skip
    """Begin an agreement for an organisation or (None) for the actor. `other` names the other side; with `about` its room does.

    Raises NotAllowed, NotFound (about), Invalid field by field (`terms_invalid`, code `same_party`, `unknown_party`, `nobody_there`).
    """
    require_verified(actor)
    kind = Kind(kind)
    if kind not in builder.BETWEEN_PARTIES:
        raise one_field("kind", N_("This kind is drawn up where it is needed, not between two parties."), code="not_between_parties")
    person_id: int | None
    other_id: int | None
    if about:
        known = queries.about(actor, about)
        takes, organisation_id = known.takes if kind is known.kind else takes, known.organisation_id
        person_id, other_id = known.other_person_id, known.other_organisation_id
    else:
        person_id, other_id = queries.other_side(other)
    contract = Contract(
        kind=kind, person_id=actor.person_id if organisation_id is None else None, organisation_id=organisation_id, takes=takes,
        other_person_id=person_id, other_organisation_id=other_id, about=about, drafted_by=actor.person_id, state=LIFE.initial,
        created_at=clock.now(),
    )  # fmt: skip
    POLICY.require(actor, Act.DRAFT, contract)
    same_body = organisation_id is not None and organisation_id == other_id
    if same_body or (organisation_id is None and person_id == actor.person_id):
        raise one_field("other", N_("An agreement takes two parties: name the other side."), code="same_party")
    _write(contract, title, object, terms, price)
    db.session.add(contract)
    db.session.flush()
    _record(ContractDrafted(contract_id=contract.id), actor, contract)
    return contract


def edit(
    *, actor: Actor, contract: Contract, title: str, object: str, terms: Mapping[str, Any], takes: Takes, price: Money | None = None
) -> Contract:
    """Change what is being drawn up or was sent back. Raises NotAllowed, NotNow, Invalid."""
    _begin(actor, contract, Act.EDIT)
    if contract.state not in WRITABLE:
        raise NotNow(N_("Only what is being drawn up can be changed; it is “%(state)s” now."), state=contract.state.label)
    contract.takes = takes
    _write(contract, title, object, terms, price)
    db.session.flush()
    return contract


def _write(contract: Contract, title: str, object_: str, terms: Mapping[str, Any], price: Money | None) -> None:
    for name, text, least, most in (
        ("title", title, rules.SHORTEST_TITLE, rules.LONGEST_TITLE), ("object", object_, rules.SHORTEST_OBJECT, rules.LONGEST_OBJECT),
    ):  # fmt: skip
        if extent(text) < least or len(text.strip()) > most:
            raise one_field(name, N_("Write between %(least)s and %(most)s characters."), least=least, most=most)
    if price is not None and contract.kind not in rules.PRICED:
        raise one_field("price", N_("This kind of agreement has no price."))
    contract.title, contract.object = " ".join(title.split()), object_.strip()
    contract.price_minor, contract.currency = (price.minor, price.currency) if price is not None else (None, "")
    contract.choices = catalogue.plain_choices(clauses.read({**(contract.choices or {}), **terms}))


def named(contract: Contract) -> dict[str, str]:
    """What the text names, with the parties' names as they are now."""
    sides = queries.names([contract])[contract.id]
    prefix, _, number = contract.about.partition(":")
    return rules.parties(
        takes=contract.takes, ours=sides.ours, theirs=sides.theirs, title=contract.title, object_=contract.object,
        price=str(contract.price) if contract.price is not None else "", reference=f"{prefix[:1].upper()}-{number}" if prefix else "",
    )  # fmt: skip


def propose(*, actor: Actor, contract: Contract) -> Contract:
    """Draw up the words for both sides to sign. Raises NotAllowed, NotNow (code `nothing_changed` beside a version in force)."""
    _begin(actor, contract, Act.PROPOSE)
    if contract.state not in WRITABLE:
        raise NotNow(N_("It is proposed already, or decided; it is “%(state)s” now."), state=contract.state.label)
    ours = Side(contract.person_id, contract.organisation_id)
    theirs = Side(contract.other_person_id, contract.other_organisation_id)
    terms = agreements.draw_up(
        actor=actor, subject=contract.ref, kind=contract.kind, choices=contract.choices, parties=named(contract),
        sides=(ours, theirs) if contract.takes is Takes.RECEIVES else (theirs, ours),
    )  # fmt: skip
    if contract.force_terms_id is not None and terms.hash == agreements_read.get(contract.force_terms_id).hash:
        raise NotNow(N_("Nothing has changed: the version in force says the same."), code="nothing_changed")
    contract.terms_id, contract.proposed_at = terms.id, clock.now()
    LIFE.fire(contract, Act.PROPOSE)
    db.session.flush()
    _record(ContractProposed(contract_id=contract.id, terms_id=terms.id), actor, contract)
    first = N_("%(name)s proposes an agreement to you: “%(title)s”. Read it, and sign or send it back.")
    again = N_("%(name)s proposes a new version of “%(title)s”. See what changed, and sign or send it back.")
    _tell(actor, contract, again if terms.number > 1 else first, others=True)
    return contract


def sign(*, actor: Actor, contract: Contract, seen_hash: str) -> Contract:
    """Sign for the side that awaits the actor. With the last signature it is in force. Raises NotAllowed, NotNow, Conflict."""
    _begin(actor, contract, Act.SIGN)
    if contract.state is not State.PROPOSED:
        raise NotNow(N_("There is nothing to sign now; it is “%(state)s”."), state=contract.state.label)
    terms = _proposed(contract)
    standing = queries.standing_of(actor, terms)
    if standing is None:
        raise NotAllowed(N_("Your side has signed, or it takes another person or another role there."), code="no_party")
    signature = agreements.sign(actor=actor, terms=terms, seen_hash=seen_hash, organisation_id=standing.party.organisation_id)
    _record(ContractSigned(contract_id=contract.id, signature_id=signature.id), actor, contract)
    if agreements_read.in_force(terms):
        contract.force_terms_id, contract.in_force_at = terms.id, clock.now()
        LIFE.fire(contract, Act.COMPLETE)
        db.session.flush()
        _record(ContractInForce(contract_id=contract.id, terms_id=terms.id), actor, contract)
        done = N_("“%(title)s” is in force: all have signed.")
        _tell(actor, contract, done, others=True)
        _tell(actor, contract, done, others=False)
    else:
        waits = N_("“%(title)s”: %(name)s has signed. Other signatures are still awaited.")
        is_ours = standing.party.organisation_id == contract.organisation_id and standing.party.person_id == contract.person_id
        _tell(actor, contract, waits, others=is_ours, ours=is_ours)
    return contract


def return_(*, actor: Actor, contract: Contract, reason: str) -> Contract:
    """The other side does not sign it so, and says why. Raises NotAllowed, NotNow, Invalid about `reason`."""
    _begin(actor, contract, Act.RETURN)
    LIFE.fire(contract, Act.RETURN)
    terms = _proposed(contract)
    agreements.refuse(actor=actor, terms=terms, reason=reason, organisation_id=contract.other_organisation_id)
    db.session.flush()
    _record(ContractReturned(contract_id=contract.id, terms_id=terms.id), actor, contract)
    _tell(actor, contract, N_("“%(title)s” was sent back by %(name)s, with a reason."), others=False, ours=False)
    return contract


def withdraw(*, actor: Actor, contract: Contract, reason: str = "") -> Contract:
    """Take it back; the other side reads the reason, if it was asked to sign. Raises NotAllowed, NotNow, Invalid about `reason`."""
    _begin(actor, contract, Act.WITHDRAW)
    asked = contract.state is State.PROPOSED
    LIFE.fire(contract, Act.WITHDRAW)
    if asked:
        agreements.refuse(actor=actor, terms=_proposed(contract), reason=reason, organisation_id=contract.organisation_id)
        _tell(actor, contract, N_("%(name)s took “%(title)s” back, with a reason."), others=True)
    db.session.flush()
    _record(ContractWithdrawn(contract_id=contract.id), actor, contract)
    return contract


def change(*, actor: Actor, contract: Contract) -> Contract:
    """Begin to draw up a change; the version in force binds until all have signed the next. Raises NotAllowed, NotNow."""
    _begin(actor, contract, Act.CHANGE)
    LIFE.fire(contract, Act.CHANGE)
    db.session.flush()
    _record(ContractReopened(contract_id=contract.id), actor, contract)
    return contract


def keep(*, actor: Actor, contract: Contract, reason: str = "") -> Contract:
    """Give up a change: the version in force goes on. Raises NotAllowed, NotNow, Invalid about `reason` once the change was proposed."""
    _begin(actor, contract, Act.KEEP)
    asked = contract.state is State.PROPOSED
    LIFE.fire(contract, Act.KEEP)
    if asked:
        agreements.refuse(actor=actor, terms=_proposed(contract), reason=reason, organisation_id=contract.organisation_id)
        _tell(actor, contract, N_("%(name)s gave up the change of “%(title)s”. The version in force goes on."), others=True)
    terms = agreements_read.get(contract.force_terms_id or 0)
    said = queries.said_in(contract, terms, agreements_read.parties(terms.id)[0])
    contract.terms_id, contract.title, contract.object, contract.takes = terms.id, said.title, said.object, said.takes
    contract.price_minor, contract.currency = (said.price.minor, said.price.currency) if said.price is not None else (None, "")
    contract.choices = dict(said.choices)
    db.session.flush()
    _record(ContractKept(contract_id=contract.id), actor, contract)
    return contract


# What all of them do


def _begin(actor: Actor, contract: Contract, act: Act) -> None:
    """Hold the row against another decision, then see whether this one may be made."""
    require_verified(actor)
    db.session.flush()
    held = select(Contract).where(Contract.id == contract.id).with_for_update()
    db.session.scalars(held.execution_options(populate_existing=True)).one()
    POLICY.require(actor, act, contract)


def _proposed(contract: Contract) -> Terms:
    return agreements_read.get(contract.terms_id or 0)


def _record(event: object, actor: Actor, contract: Contract) -> None:
    journal.record(event, actor=actor, subject=contract.ref)


def _tell(actor: Actor, contract: Contract, text: str, *, others: bool, ours: bool = True) -> None:
    """`others`: the side that did not draw it up is told; `ours`: the name in the text is that of the side that did."""
    sides = queries.names([contract])[contract.id]
    name, person_id = (sides.ours, contract.person_id) if ours else (sides.theirs, contract.other_person_id)
    messages.notify(
        actor=actor, person_ids=queries.deciders(contract, other=others), but=actor.person_id, text=text, kind=About.AGREEMENT,
        values={"title": contract.title, "name": name if person_id is None else Of(person_id, name)}, link=contract.path,
    )  # fmt: skip
