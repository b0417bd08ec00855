"""Reading pools and pledges; what the rooms above say of the things that money is pooled for; the check of the books."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, case, func, select

from hub.core.accounts import queries as accounts
from hub.core.ledger import queries as books
from hub.core.ledger.models import Account, Posting, Transaction
from hub.core.ledger.rules import AccountRef, Kind, OwnerKind, Purpose
from hub.core.organisations import queries as organisations
from hub.core.organisations.queries import OrganisationCard
from hub.core.pools import policy, rules
from hub.core.pools.models import Pledge, Pool, PoolStory, PoolUpdate
from hub.core.pools.states import For, PledgeState, State
from hub.db.extensions import db
from hub.db.types import Question
from hub.kernel import clock
from hub.kernel.actor import Actor, Role
from hub.kernel.errors import NotFound
from hub.kernel.money import Money
from hub.kernel.words import N_

NO_POOL, NO_PLEDGE = N_("There is no such pool."), N_("There is no such pledge.")


@dataclass(frozen=True)
class Subject:
    """A thing that money can be pooled for. `why_not` says, marked with N_, why it takes none now; `href` is empty for what is not public.

    `organisation_id` is whose hold the money goes to; `lacks` what it still needs, if that is known.
    """

    ref: str
    title: str
    organisation_id: int | None
    summary: str = ""
    href: str = ""
    why_not: str = ""
    lacks: Money | None = None


@dataclass(frozen=True)
class Source:
    """How a room above tells of its things: one of them, and those of an organisation that take money now."""

    one: Callable[[int], Subject | None]
    of: Callable[[int], Sequence[Subject]]


_sources: dict[For, Source] = {}


def funds(kind: str, *, one: Callable[[int], Subject | None], of: Callable[[int], Sequence[Subject]]) -> None:
    """Let pools be opened for things of this kind ("challenge", "space"); rooms above call it when they are imported."""
    _sources[For(kind)] = Source(one, of)


def subject_named(ref: str) -> Subject | None:
    """The thing behind "challenge:5"; None if there is none, or nobody knows such things."""
    kind, _, number = ref.partition(":")
    source = next((known for name, known in _sources.items() if name.value == kind), None)
    return source.one(int(number)) if source and number.isdecimal() and len(number) < 10 else None


def subjects_of(organisation_ids: Iterable[int]) -> list[Subject]:
    """What these organisations could open a pool for."""
    return [subject for number in organisation_ids for source in _sources.values() for subject in source.of(number)]


def get_for(actor: Actor, slug: str) -> Pool:
    """The pool, if this actor may read it. Raises NotFound otherwise, so that drafts cannot be guessed."""
    pool = db.session.scalars(select(Pool).where(Pool.slug == slug)).one_or_none()
    if pool is None or not policy.may_read(actor, pool):
        raise NotFound(NO_POOL)
    return pool


def pledge_for(actor: Actor, pledge_id: int) -> Pledge:
    """A pledge that the actor may decide on. Raises NotFound for everybody else's."""
    pledge = db.session.get(Pledge, pledge_id)
    if pledge is None or not policy.made_it(actor, pledge):
        raise NotFound(NO_PLEDGE)
    return pledge


def by_id(pool_id: int) -> Pool:
    """Unchecked, for reactions."""
    return db.session.get_one(Pool, pool_id)


def by_ids(ids: Iterable[int]) -> Sequence[Pool]:
    """Unchecked, for the index."""
    return db.session.scalars(select(Pool).where(Pool.id.in_(list(ids)))).all()


def locked(pool_id: int) -> Pool:
    """The pool as it is now, kept from everybody else who decides on it until this unit of work ends."""
    db.session.flush()
    query = select(Pool).where(Pool.id == pool_id).with_for_update()
    return db.session.scalars(query.execution_options(populate_existing=True)).one()


def standing(pool_id: int) -> Sequence[Pledge]:
    """The pledges that stand, the oldest first. Ask for them with the pool locked."""
    query = select(Pledge).where(Pledge.pool_id == pool_id, Pledge.state == PledgeState.PLEDGED).order_by(Pledge.id)
    return db.session.scalars(query.execution_options(populate_existing=True)).unique().all()


def unsettled(subject: str, currency: str) -> Sequence[Pledge]:
    """Collected pledges for `subject` of which nothing has been given back yet, locked."""
    query = select(Pledge).join(Pool).where(Pool.subject == subject, Pool.currency == currency, Pledge.state == PledgeState.COLLECTED)
    query = query.where(Pledge.back_at.is_(None)).order_by(Pledge.id).with_for_update(of=Pledge)
    return db.session.scalars(query.execution_options(populate_existing=True)).unique().all()


def came_since_the_last_return(account_id: int) -> int:
    """What came into a hold, in minor units, after all that it had was last given back."""
    returned = (
        select(func.max(Posting.id))
        .join(Transaction, Transaction.id == Posting.transaction_id)
        .where(Posting.account_id == account_id, Transaction.kind == Kind.REFUND)
        .scalar_subquery()
    )
    came = select(func.sum(Posting.minor)).where(Posting.account_id == account_id, Posting.minor > 0)
    return int(db.session.scalar(came.where(Posting.id > func.coalesce(returned, 0))) or 0)


def backer_count(pool_id: int) -> int:
    """How many people and organisations stand behind the pool now."""
    who = select(Pledge.owner_kind, Pledge.owner_id).where(Pledge.pool_id == pool_id, Pledge.state == PledgeState.PLEDGED).distinct()
    return db.session.scalar(select(func.count()).select_from(who.subquery())) or 0


def due_to_close() -> list[int]:
    """Open pools whose deadline has passed, the longest past first."""
    query = select(Pool.id).where(Pool.state == State.OPEN, Pool.closes_at <= clock.now())
    return list(db.session.scalars(query.order_by(Pool.closes_at, Pool.id)))


def due_to_warn() -> list[int]:
    """Open pools whose deadline comes near and whose backers were not told yet."""
    query = select(Pool.id).where(Pool.state == State.OPEN, Pool.warned_at.is_(None), Pool.closes_at > clock.now())
    return list(db.session.scalars(query.where(Pool.closes_at <= clock.now() + rules.NEAR).order_by(Pool.id)))


LISTED = (State.OPEN, State.MET, State.FAILED, State.CANCELLED)


def _listed(state: State | None, kind: For | None) -> Select[tuple[Pool]]:
    query = select(Pool).where(Pool.state == state if state else Pool.state.in_(LISTED), Pool.opened_at.is_not(None))
    return query.where(Pool.kind == kind) if kind else query


def listed(state: State | None, kind: For | None, *, page: int, size: int) -> tuple[list[Pool], int]:
    """One page of the public pools and how many there are: the open ones first, those that close soonest; then the latest closed."""
    query = _listed(state, kind)
    total = db.session.scalar(select(func.count()).select_from(query.subquery())) or 0
    is_open = case((Pool.state == State.OPEN, 0), else_=1)
    soonest = case((Pool.state == State.OPEN, Pool.closes_at), else_=None)
    ordered = query.order_by(is_open, soonest, Pool.closed_at.desc(), Pool.id.desc())
    return list(db.session.scalars(ordered.offset((page - 1) * size).limit(size))), total


def counts() -> dict[tuple[State, For], int]:
    """How many public pools there are of each state and kind."""
    rows = db.session.execute(
        select(Pool.state, Pool.kind, func.count())
        .where(Pool.state.in_(LISTED), Pool.opened_at.is_not(None))
        .group_by(Pool.state, Pool.kind)
    )
    return {(state, kind): number for state, kind, number in rows}


def public_after(after: int | None, limit: int, state: State | None, kind: For | None) -> list[Pool]:
    """Up to `limit` + 1 public pools with ids above `after`, for programs."""
    return list(db.session.scalars(_listed(state, kind).where(Pool.id > (after or 0)).order_by(Pool.id).limit(limit + 1)))


def public_ids() -> list[int]:
    return list(db.session.scalars(select(Pool.id).where(Pool.state.in_(LISTED), Pool.opened_at.is_not(None))))


def drafts_of(actor: Actor) -> list[Pool]:
    """What the actor's organisations have not opened yet."""
    query = select(Pool).where(Pool.organisation_id.in_(list(actor.roles)), Pool.state.in_((State.DRAFT, State.IN_REVIEW)))
    return list(db.session.scalars(query.order_by(Pool.updated_at.desc(), Pool.id)))


def hosts(pools: Iterable[Pool]) -> dict[int, OrganisationCard]:
    """The organisers' cards, by organisation id. One statement."""
    return organisations.cards({pool.organisation_id for pool in pools})


def to_review(beside: Iterable[int]) -> Question:
    """What waits for a consultant, as the home page asks it, but of a consultant's own organisations."""
    query = select(Pool.title.label("detail"), Pool.slug.label("key"), Pool.updated_at.label("due"))
    return query.where(Pool.state == State.IN_REVIEW, Pool.organisation_id.not_in(list(beside)))


@dataclass(frozen=True)
class Backer:
    """A pledge with its backer's name as this reader may know it; empty for who does not want to be named."""

    pledge: Pledge
    name: str
    href: str

    @property
    def id(self) -> int:
        return self.pledge.id


STOOD = (PledgeState.PLEDGED, PledgeState.COLLECTED, PledgeState.RETURNED)


def backers(pool: Pool, *, inside: bool = False, before: int | None = None, limit: int = 50) -> list[Backer]:
    """The pledges that stand or stood at the end, the newest first, in three statements at most. `inside` names everybody."""
    query = select(Pledge).where(Pledge.pool_id == pool.id, Pledge.state.in_(STOOD))
    if before is not None:
        query = query.where(Pledge.id < before)
    return named(db.session.scalars(query.order_by(Pledge.id.desc()).limit(limit)).unique().all(), inside=inside)


def named(pledges: Sequence[Pledge], *, inside: bool = False) -> list[Backer]:
    shown = [pledge for pledge in pledges if pledge.named or inside]
    people = accounts.cards(pledge.owner_id for pledge in shown if pledge.owner_kind is OwnerKind.PERSON)
    firms = organisations.cards(pledge.owner_id for pledge in shown if pledge.owner_kind is OwnerKind.ORGANISATION)
    return [_backer(pledge, people, firms) if pledge in shown else Backer(pledge, "", "") for pledge in pledges]


def _backer(pledge: Pledge, people: dict[int, accounts.PersonCard], firms: dict[int, OrganisationCard]) -> Backer:
    if pledge.owner_kind is OwnerKind.PERSON:
        person = people[pledge.owner_id]
        return Backer(pledge, person.name, f"/people/{person.handle}")
    firm = firms[pledge.owner_id]
    return Backer(pledge, firm.name, f"/orgs/{firm.slug}")


def pledges_by(actor: Actor, *, before: int | None = None, limit: int = 50) -> list[Pledge]:
    """The actor's own pledges and those of the organisations whose money they may pledge, the newest first."""
    paying = [number for number in actor.roles if policy.pays_from_it(actor, OwnerKind.ORGANISATION, number)]
    mine = (Pledge.owner_kind == OwnerKind.PERSON) & (Pledge.owner_id == actor.person_id)
    theirs = (Pledge.owner_kind == OwnerKind.ORGANISATION) & Pledge.owner_id.in_(paying)
    query = select(Pledge).where(mine | theirs)
    if before is not None:
        query = query.where(Pledge.id < before)
    return list(db.session.scalars(query.order_by(Pledge.id.desc()).limit(limit)).unique())


def mine_in(actor: Actor, pool: Pool) -> list[Pledge]:
    """The actor's pledges to this pool that have not been withdrawn."""
    if not actor.signed_in:
        return []
    paying = [number for number in actor.roles if policy.pays_from_it(actor, OwnerKind.ORGANISATION, number)]
    mine = (Pledge.owner_kind == OwnerKind.PERSON) & (Pledge.owner_id == actor.person_id)
    theirs = (Pledge.owner_kind == OwnerKind.ORGANISATION) & Pledge.owner_id.in_(paying)
    query = select(Pledge).where(Pledge.pool_id == pool.id, Pledge.state.in_(STOOD), mine | theirs)
    return list(db.session.scalars(query.order_by(Pledge.id)).unique())


def wallets(actor: Actor, currency: str, beside: int) -> list[tuple[str, int, str, str, Money]]:
    """Whose money the actor may pledge: (owner, id, name, short name, free money in `currency`), the person first, `beside` left out."""
    places = organisations.of_person(actor.person_id or 0)
    able = [place for place, _ in places if place.id != beside and policy.pays_from_it(actor, OwnerKind.ORGANISATION, place.id)]
    owners = [("person", actor.person_id or 0, "", "")] + [("organisation", place.id, place.name, place.slug) for place in able]
    rows = db.session.execute(
        select(Account.owner_kind, Account.owner_id, Account.balance).where(
            Account.purpose == Purpose.BALANCE,
            Account.currency == currency,
            ((Account.owner_kind == OwnerKind.PERSON) & (Account.owner_id == (actor.person_id or 0)))
            | ((Account.owner_kind == OwnerKind.ORGANISATION) & Account.owner_id.in_([place.id for place in able])),
        )
    )
    free = {(kind.value, number): balance for kind, number, balance in rows}
    return [(*owner, Money(free.get(owner[:2], 0), currency)) for owner in owners]


def balance(owner: OwnerKind, owner_id: int, currency: str) -> Money:
    return Money(books.balance(AccountRef(owner, owner_id, Purpose.BALANCE, currency)), currency)


def stories(pool_id: int) -> list[PoolStory]:
    """The stories that the opened pool has had, the newest first."""
    return list(db.session.scalars(select(PoolStory).where(PoolStory.pool_id == pool_id).order_by(PoolStory.number.desc())))


def updates(pool_id: int, limit: int = 50) -> list[PoolUpdate]:
    """The organiser's news, the newest first."""
    return list(db.session.scalars(select(PoolUpdate).where(PoolUpdate.pool_id == pool_id).order_by(PoolUpdate.id.desc()).limit(limit)))


def update(update_id: int) -> PoolUpdate:
    return db.session.get_one(PoolUpdate, update_id)


def for_subject(ref: str) -> list[Pool]:
    """The public pools for a thing ("challenge:5"), the newest first: what its page links to."""
    query = select(Pool).where(Pool.subject == ref, Pool.opened_at.is_not(None))
    return list(db.session.scalars(query.order_by(Pool.id.desc()).limit(5)))


def people_behind(pools_pledges: Sequence[Pledge]) -> dict[int, list[int]]:
    """Whom the news of each pledge goes to: who made it, and for an organisation its bookkeepers. Person ids by pledge id."""
    firms = {pledge.owner_id for pledge in pools_pledges if pledge.owner_kind is OwnerKind.ORGANISATION}
    keepers = {firm: organisations.member_ids(firm, (Role.OWNER, Role.FINANCE)) for firm in firms}
    return {
        pledge.id: [pledge.owner_id] if pledge.owner_kind is OwnerKind.PERSON else sorted({pledge.by_person_id, *keepers[pledge.owner_id]})
        for pledge in pools_pledges
    }


def pledges_of(pool_id: int, states: Iterable[PledgeState] = STOOD) -> Sequence[Pledge]:
    query = select(Pledge).where(Pledge.pool_id == pool_id, Pledge.state.in_(list(states))).order_by(Pledge.id)
    return db.session.scalars(query).unique().all()


def organisers(pool: Pool) -> list[int]:
    """Person ids of those who manage the pool."""
    return sorted({pool.author_id, *organisations.managers_of([pool.organisation_id]).get(pool.organisation_id, [])})
