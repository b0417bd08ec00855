"""Agreements between parties as their readers may see them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, or_, select

from hub.core.accounts import queries as accounts
from hub.core.accounts.states import State as AccountState
from hub.core.agreements import queries as agreements
from hub.core.agreements.models import Terms, TermsParty
from hub.core.contracts import rules
from hub.core.contracts.models import Contract
from hub.core.contracts.policy import POLICY, draws_up
from hub.core.contracts.rules import Takes
from hub.core.contracts.states import Act, State
from hub.core.organisations import queries as organisations
from hub.core.wording.rules import Kind
from hub.db.cursors import older
from hub.db.extensions import db
from hub.db.types import NO_DUE, Question
from hub.kernel import money, refs
from hub.kernel.actor import Actor
from hub.kernel.errors import NotFound, one_field
from hub.kernel.money import Money
from hub.kernel.words import N_


@dataclass(frozen=True)
class About:
    """Something that an agreement is drawn up about, as its room tells it to one of its two sides."""

    title: str
    href: str
    kind: Kind
    takes: Takes
    organisation_id: int | None
    other_person_id: int | None
    other_organisation_id: int | None
    reference: str


Provider = Callable[[Actor, int], About | None]
_providers: dict[str, Provider] = {}


def drawn_up_about(prefix: str, provider: Provider) -> None:
    """A room lets its two sides draw up an agreement about its things: `provider(actor, 3)` for "deal:3", None for who may not."""
    _providers[prefix] = provider


def about(actor: Actor, ref: str) -> About:
    """Raises NotFound."""
    kind, number = refs.split(ref)
    provider = _providers.get(kind)
    found = provider(actor, number) if provider is not None else None
    if found is None:
        raise NotFound(N_("There is nothing here to draw up an agreement about."))
    return found


def get_for(actor: Actor, contract_id: int, act: Act = Act.READ) -> Contract:
    """Raises NotFound (also for what the actor may not know of), NotAllowed."""
    contract = db.session.get(Contract, contract_id)
    if contract is None or not POLICY.can(actor, Act.READ, contract):
        raise NotFound(N_("There is no such agreement."))
    POLICY.require(actor, act, contract)
    return contract


def get(contract_id: int) -> Contract:
    """Raises NotFound."""
    contract = db.session.get(Contract, contract_id)
    if contract is None:
        raise NotFound(N_("There is no such agreement."))
    return contract


def _ours(organisation_ids: Iterable[int]) -> Any:
    ids = list(organisation_ids)
    asked = and_(Contract.other_organisation_id.in_(ids), Contract.proposed_at.is_not(None))
    return or_(Contract.organisation_id.in_(ids), asked)


def _mine(actor: Actor) -> Any:
    me = actor.person_id or 0
    asked = and_(Contract.other_person_id == me, Contract.proposed_at.is_not(None))
    return or_(Contract.person_id == me, asked, _ours(number for number in actor.roles if actor.manages(number)))


def listed(condition: Any, *, page: int, size: int) -> tuple[Sequence[Contract], int]:
    found = select(Contract).where(condition)
    total = db.session.scalar(select(func.count()).select_from(found.subquery())) or 0
    return db.session.scalars(found.order_by(Contract.id.desc()).limit(size).offset((page - 1) * size)).all(), total


def of_actor(actor: Actor, *, page: int, size: int) -> tuple[Sequence[Contract], int]:
    return listed(_mine(actor), page=page, size=size)


def of_organisation(organisation_id: int, *, page: int, size: int) -> tuple[Sequence[Contract], int]:
    return listed(_ours([organisation_id]), page=page, size=size)


def after(actor: Actor, last_id: int | None, limit: int) -> Sequence[Contract]:
    """For programs: up to `limit` + 1, the newest first, older than `last_id`."""
    found = select(Contract).where(_mine(actor))
    return db.session.scalars(older(found, Contract.id, last_id, limit + 1)).all()


def belonging_to(actor: Actor, ref: str) -> Sequence[Contract]:
    """Those about one thing that the actor may see, for that thing's page."""
    found = db.session.scalars(select(Contract).where(Contract.about == ref).order_by(Contract.id)).all()
    return [contract for contract in found if POLICY.can(actor, Act.READ, contract)]


@dataclass(frozen=True)
class Names:
    """The two sides of a contract by name: who draws it up, the other, and each one's page."""

    ours: str
    theirs: str
    ours_at: str
    theirs_at: str


def names(contracts: Iterable[Contract]) -> dict[int, Names]:
    """By contract, in two statements."""
    rows = list(contracts)
    bodies = organisations.cards(number for one in rows for number in (one.organisation_id, one.other_organisation_id))
    people = accounts.cards(number for one in rows for number in (one.person_id, one.other_person_id))

    def of(organisation_id: int | None, person_id: int | None) -> tuple[str, str]:
        if organisation_id in bodies:
            return bodies[organisation_id].name, f"/orgs/{bodies[organisation_id].slug}"
        return (people[person_id].name, f"/people/{people[person_id].handle}") if person_id in people else ("–", "")

    found = {}
    for one in rows:
        ours, theirs = of(one.organisation_id, one.person_id), of(one.other_organisation_id, one.other_person_id)
        found[one.id] = Names(ours[0], theirs[0], ours[1], theirs[1])
    return found


def other_side(said: str) -> tuple[int | None, int | None]:
    """(person id, organisation id) of the side that somebody typed: a handle, an organisation's address name, or the address of either's
    page. Raises Invalid."""
    kind, name = rules.addressed(said)
    if kind != "people" and name:
        try:
            body = organisations.by_slug(name)
        except NotFound:
            body = None
        if body is not None:
            if not organisations.managers_of([body.id]):
                raise one_field("other", N_("Nobody speaks for this organisation here yet."), code="nobody_there")
            return None, body.id
    person = accounts.by_handle(name) if kind != "orgs" and name else None
    if person is None or person.state is not AccountState.ACTIVE:
        raise one_field("other", N_("Nobody here has this name. Copy the address of their page."), code="unknown_party")
    return person.id, None


@dataclass(frozen=True)
class Said:
    """What an agreement says of itself beside its words."""

    title: str
    object: str
    takes: Takes
    price: Money | None
    choices: Mapping[str, Any]


def said_in(contract: Contract, terms: Terms, first: TermsParty) -> Said:
    """As it was when these words were drawn up; `first` is the party that stands first in them."""
    currency, _, amount = terms.parties.get("price", "").partition(" ")
    ours = (first.person_id, first.organisation_id) == (contract.person_id, contract.organisation_id)
    return Said(
        terms.parties["title"], terms.parties["object"], Takes.RECEIVES if ours else Takes.GIVES,
        money.parse(amount, currency) if currency else None, terms.choices,
    )  # fmt: skip


def said_to(actor: Actor, contracts: Iterable[Contract]) -> dict[int, Said]:
    """By contract: to those who draw it up as it stands in their draft, to everybody else as it was proposed to them last. Two statements
    at most."""
    rows = list(contracts)
    drawn_up = {one.id: one.terms_id for one in rows if one.terms_id is not None and not draws_up(actor, one)}
    terms, sides = agreements.get_all(drawn_up.values()), agreements.parties_of(drawn_up.values())
    return {
        one.id: said_in(one, terms[drawn_up[one.id]], sides[drawn_up[one.id]][0])
        if one.id in drawn_up
        else Said(one.title, one.object, one.takes, one.price, one.choices)
        for one in rows
    }


def deciders(contract: Contract, *, other: bool) -> list[int]:
    """Person ids of those who decide for one side."""
    person, body = (contract.other_person_id, contract.other_organisation_id) if other else (contract.person_id, contract.organisation_id)
    return organisations.managers_of([body]).get(body, []) if body is not None else [person] if person is not None else []


def terms_of(contract: Contract) -> tuple[Terms | None, Terms | None]:
    """(the newest version proposed, the one in force)."""
    found = agreements.get_all(number for number in (contract.terms_id, contract.force_terms_id) if number is not None)
    return found.get(contract.terms_id or 0), found.get(contract.force_terms_id or 0)


def standing_of(actor: Actor, terms: Terms | None) -> agreements.Standing | None:
    """The party for which the actor may sign next."""
    if terms is None or agreements.refusal(terms.id) is not None:
        return None
    return next((one for one in agreements.standings(terms.id) if one.awaits(actor)), None)


def to_sign(actor: Actor) -> Question:
    """Proposals that wait for the actor's signature, for the home page; `key` is the contract's id."""
    asked = agreements.to_sign(actor, "contract").subquery()
    return select(asked.c.detail, Contract.id.label("key"), asked.c.due).join(Contract, Contract.terms_id == asked.c.key)


def to_mend(actor: Actor) -> Question:
    """What the actor's side drew up and the other sent back, for the home page."""
    me, managed = actor.person_id or 0, [number for number in actor.roles if actor.manages(number)]
    found = select(Contract.title.label("detail"), Contract.id.label("key"), NO_DUE).where(Contract.state == State.RETURNED)
    return found.where(or_(Contract.person_id == me, Contract.organisation_id.in_(managed)))


def _may_read(actor: Actor, subject: str) -> bool:
    number = subject.partition(":")[2]
    contract = db.session.get(Contract, int(number)) if number.isdecimal() else None
    return contract is not None and POLICY.can(actor, Act.READ, contract)


def _place(subject: str) -> str:
    return f"/contracts/{subject.partition(':')[2]}"


agreements.may_read_with("contract", _may_read)
agreements.signed_at("contract", _place)
agreements.asks_itself("contract")
