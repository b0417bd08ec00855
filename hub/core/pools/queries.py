"""Reading pools and pledges; what the rooms above say of the things that money is pooled for; the check of the books."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select

from hub.core.accounts import queries as accounts
from hub.core.checks import queries as checks
from hub.core.checks.rules import Report
from hub.core.holds import queries as held
from hub.core.holds.rules import PLEDGES
from hub.core.ledger import queries as books
from hub.core.ledger.models import Account
from hub.core.ledger.rules import AccountRef, Kind, OwnerKind, Purpose
from hub.core.organisations import queries as organisations
from hub.core.organisations.queries import OrganisationCard
from hub.core.payments.policy import pays_from_it
from hub.core.pools import policy, rules
from hub.core.pools.models import Pledge, Pool, PoolStory, PoolUpdate
from hub.core.pools.states import For, PledgeState, State
from hub.db.cursors import older
from hub.db.extensions import db
from hub.db.personal import Hindrance, hinders_leaving
from hub.db.types import NO_DUE, Question
from hub.kernel import clock, refs
from hub.kernel.actor import Actor, Role
from hub.kernel.errors import NotFound, one_field
from hub.kernel.money import CURRENCIES, Money
from hub.kernel.slugs import slugify
from hub.kernel.words import N_

RESERVED = frozenset({"new", "feed"})
NO_POOL, NO_PLEDGE = N_("There is no such pool."), N_("There is no such pledge.")


_sources: dict[For, rules.Source] = {}


def funds(kind: str, *, one: Callable[[int], rules.Subject | None], of: Callable[[Sequence[int]], Sequence[rules.Subject]]) -> None:
    """Let pools be opened for things of this kind ("challenge", "space"); rooms above call it when they are imported."""
    _sources[For(kind)] = rules.Source(one, of)


def subject_named(ref: str) -> rules.Subject | None:
    """The thing behind "challenge:5"; None if there is none, or nobody knows such things."""
    kind, number = refs.split(ref)
    source = next((known for name, known in _sources.items() if name.value == kind), None)
    return source.one(number) if source else None


def subjects_of(organisation_ids: Sequence[int]) -> list[rules.Subject]:
    """What these organisations could open a pool for."""
    return [subject for source in _sources.values() for subject in source.of(organisation_ids)]


def check_subject(pool: Pool) -> None:
    """Raises Invalid about "subject" unless it is one of the organisation's own things, which takes money in this currency now."""
    found = subject_named(pool.subject)
    if found is None or found.organisation_id != pool.organisation_id:
        raise one_field("subject", N_("Choose one of your organisation’s own challenges or communities."), code="subject_unknown")
    if found.why_not:
        raise one_field("subject", found.why_not, code="subject_takes_nothing")
    if found.lacks is not None and found.lacks.currency != pool.currency:
        raise one_field("currency", N_("The pool needs the currency of what it is for."), code="currency_differs")
    if found.lacks is not None and pool.goal_minor > found.lacks.minor:
        raise one_field("goal", N_("It lacks %(lacks)s: the goal cannot be more."), code="more_than_lacking", lacks=str(found.lacks))


def can_be_released(pool: Pool) -> bool:
    """Does its subject still take the money: is it there, of the same organisation, and its hold too?"""
    if not pool.subject:
        return True
    found = subject_named(pool.subject)
    there = held.holds_of(pool.subject)
    fits = all(hold.organisation_id == pool.organisation_id and (hold.currency == pool.currency or not hold.left_minor) for hold in there)
    return found is not None and not found.why_not and found.organisation_id == pool.organisation_id and fits


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


def free_slug(title: str) -> str:
    """A readable address that no pool has."""
    wanted = slugify(title, fallback="pool")
    taken = set(db.session.scalars(select(Pool.slug).where(Pool.slug.startswith(wanted, autoescape=True)))) | RESERVED
    return next(slug for slug in [wanted, *(f"{wanted}-{n}" for n in range(2, len(taken) + 3))] if slug not in taken)


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
    return named(db.session.scalars(older(query, Pledge.id, before, limit)).unique().all(), inside=inside)


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
    query = select(Pledge).where(_mine(actor))
    return list(db.session.scalars(older(query, Pledge.id, before, limit)).unique())


def _mine(actor: Actor) -> ColumnElement[bool]:
    paying = [number for number in actor.roles if pays_from_it(actor, OwnerKind.ORGANISATION, number)]
    mine = (Pledge.owner_kind == OwnerKind.PERSON) & (Pledge.owner_id == actor.person_id)
    return mine | (Pledge.owner_kind == OwnerKind.ORGANISATION) & Pledge.owner_id.in_(paying)


def mine_in(actor: Actor, pool: Pool) -> list[Pledge]:
    """The actor's pledges to this pool that have not been withdrawn."""
    if not actor.signed_in:
        return []
    query = select(Pledge).where(Pledge.pool_id == pool.id, Pledge.state.in_(STOOD), _mine(actor))
    return list(db.session.scalars(query.order_by(Pledge.id)).unique())


def balance(owner: OwnerKind, owner_id: int, currency: str) -> Money:
    return Money(books.available(AccountRef(owner, owner_id, Purpose.BALANCE, currency)), currency)


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


def verify(report: Report) -> None:
    """Add to `report` where pools and pledges do not say the same as the books. Wants one moment's view of the database."""
    for column, allowed in ((Pool.state, State), (Pledge.state, PledgeState), (Pledge.owner_kind, OwnerKind), (Pool.currency, CURRENCIES)):
        checks.verify_values(report, column, allowed)
    if report.unreadable:
        return
    for above, last in checks.slices(Pledge.id):
        _verify_pledges(report, above, last)
    for above, last in checks.slices(Pool.id):
        _verify_pools(report, above, last)
    lonely = select(Account.id, Account.subject).where(Account.subject.like(PLEDGES))
    for above, last in checks.slices(Account.id):
        there = db.session.execute(lonely.where(Account.id > above, Account.id <= last)).all()
        numbers = {number: int(subject.rpartition(":")[2]) for number, subject in there}
        known = set(db.session.scalars(select(Pledge.id).where(Pledge.id.in_(numbers.values()))))
        for number in sorted(number for number, pledge_id in numbers.items() if pledge_id not in known):
            report.add("pledge_missing", f"account:{number}", "The account keeps a pledge that does not exist.")
    checks.verify_causes(report, "pledge", Pledge.id)
    checks.verify_causes(report, "pool", Pool.id)


def _verify_pledges(report: Report, above: int, last: int) -> None:
    """Each pledge was set aside, whole, in its own account, and left it once if it has ended."""
    pledges = db.session.scalars(checks.afresh(select(Pledge).where(Pledge.id > above, Pledge.id <= last))).unique().all()
    found = {
        one.subject: one for one in db.session.scalars(select(Account).where(Account.subject.in_([p.account_subject for p in pledges])))
    }
    moved = checks.moved_by_kind([account.id for account in found.values()])
    for one in pledges:
        account = found.get(one.account_subject)
        if account is None or account.ref != rules.kept(one.owner_kind, one.owner_id, one.account_subject, one.pool.currency):
            report.add("pledge_account", one.ref, "There is no account of this backer that keeps the pledge.")
            continue
        out = {PledgeState.PLEDGED: {}, PledgeState.COLLECTED: {Kind.PLEDGE_COLLECTED: -one.minor}}
        due = {Kind.PLEDGED: one.minor} | out.get(one.state, {Kind.PLEDGE_RETURNED: -one.minor})
        if moved.get(account.id, {}) != due:
            text = f"The pledge of {one.minor} minor units is “{one.state}”, but its account says {_said(moved.get(account.id, {}))}."
            report.add("pledge_postings", one.ref, text)


def _verify_pools(report: Report, above: int, last: int) -> None:
    """The counter says what the pledges say, in the state that the pool's own state demands; a met pool's money went where it belongs."""
    pools = db.session.scalars(checks.afresh(select(Pool).where(Pool.id > above, Pool.id <= last))).all()
    sums: dict[int, dict[PledgeState, int]] = {}
    grouped = select(Pledge.pool_id, Pledge.state, func.sum(Pledge.minor)).where(Pledge.pool_id.in_([pool.id for pool in pools]))
    for pool_id, state, minor in db.session.execute(grouped.group_by(Pledge.pool_id, Pledge.state)):
        sums.setdefault(pool_id, {})[state] = int(minor)
    moved = checks.moved_by_cause([pool.ref for pool in pools])
    for pool in pools:
        wanted = {State.OPEN: PledgeState.PLEDGED, State.MET: PledgeState.COLLECTED}.get(pool.state, PledgeState.RETURNED)
        of = {state: minor for state, minor in sums.get(pool.id, {}).items() if state is not PledgeState.WITHDRAWN}
        if of != ({wanted: pool.pledged_minor} if pool.pledged_minor else {}):
            report.add(
                "pool_pledges", pool.ref, f"The pool is “{pool.state}” with {pool.pledged_minor} pledged, its pledges say {_said(of)}."
            )
        back = moved[pool.ref][Kind.PLEDGE_RETURNED, Purpose.BALANCE]
        if back != (pool.pledged_minor if wanted is PledgeState.RETURNED else 0):
            report.add("pool_returned", pool.ref, f"{back} minor units were given back to backers when the pool ended.")


def _said(sums: Mapping[Any, int]) -> str:
    return ", ".join(f"{name} {minor}" for name, minor in sorted(sums.items())) or "nothing"


@hinders_leaving
def pledged(person_id: int) -> list[Hindrance]:
    """The person's pledges that are held."""
    asked = select(Pool.title.label("detail"), Pledge.id.label("key"), NO_DUE).join(Pledge, Pledge.pool_id == Pool.id)
    mine = asked.where(Pledge.owner_kind == OwnerKind.PERSON, Pledge.owner_id == person_id, Pledge.state == PledgeState.PLEDGED)
    return [Hindrance(mine, N_("Your pledge is held"), "/my/pledges", N_("Withdraw it, or wait for the end of the pool"))]
