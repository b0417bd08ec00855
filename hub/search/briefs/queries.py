"""Reads of the briefs room."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from hub.core.checks import queries as checks
from hub.core.checks.rules import Report
from hub.core.controls import queries as controls
from hub.core.holds import queries as holds
from hub.core.ledger import queries as books
from hub.core.ledger.rules import OwnerKind, Purpose
from hub.core.organisations import queries as organisations
from hub.core.profiles import queries as profiles
from hub.db.cursors import older
from hub.db.extensions import db
from hub.db.personal import Hindrance, hinders_leaving
from hub.db.types import NO_DUE, Lines, lines
from hub.kernel import clock, refs
from hub.kernel.actor import Actor, Role
from hub.kernel.errors import NotFound
from hub.kernel.money import Money
from hub.kernel.words import N_
from hub.search.briefs import policy, rules
from hub.search.briefs.models import Brief, BriefFee, Invitation
from hub.search.briefs.states import FeeState, InvitationState, State
from hub.search.matching import queries as matching
from hub.search.matching.queries import Match

NO_SUCH = N_("There is no such brief.")
CHUNK = 200
EXPERTS, OFFERS, CHALLENGES = 12, 8, 6

People = Callable[[Collection[int]], dict[int, list[int]]]
_people: dict[str, People] = {}


def people_behind(kind: str) -> Callable[[People], People]:
    """A room says whom an invitation about its documents reaches: `people(ids)` gives person ids for each id, in a statement or two."""

    def register(people: People) -> People:
        _people[kind] = people
        return people

    return register


@people_behind("expert")
def _experts(ids: Collection[int]) -> dict[int, list[int]]:
    return {expert.person_id: [expert.person_id] for expert in profiles.experts_for_index(ids)}


@dataclass(frozen=True)
class Shown:
    """A brief with its client, if this reader may know it."""

    brief: Brief
    client: organisations.OrganisationCard | None

    @property
    def id(self) -> int:
        return self.brief.id


@dataclass(frozen=True)
class NextStep:
    """What a signed-in reader does next about a brief, in their language; `begun` if they are at it already."""

    href: str
    text: str
    note: str = ""
    begun: bool = True


Adviser = Callable[[Actor, Brief], NextStep | None]
_adviser: Adviser = lambda actor, brief: None  # noqa: E731


def advise_with(adviser: Adviser) -> Adviser:
    """Let the room above say what a reader does next (one statement)."""
    global _adviser
    _adviser = adviser
    return adviser


def next_step(actor: Actor, brief: Brief) -> NextStep | None:
    return _adviser(actor, brief) if actor.signed_in else None


@dataclass(frozen=True)
class Fitting:
    """A match, and how far its invitation has come: None, "invited" or "declined"; `reachable` says whether anybody would read one."""

    match: Match
    invited: str | None
    reachable: bool


def get_for(actor: Actor, brief_id: int) -> Brief:
    """Raises NotFound, so that drafts cannot be guessed."""
    brief = db.session.get(Brief, brief_id)
    if brief is None or not policy.may_read(actor, brief):
        raise NotFound(NO_SUCH)
    return brief


def by_ids(ids: Iterable[int]) -> dict[int, Brief]:
    """Unchecked, by id."""
    wanted, found = list(ids), dict[int, Brief]()
    for start in range(0, len(wanted), CHUNK):
        rows = db.session.scalars(select(Brief).where(Brief.id.in_(wanted[start : start + CHUNK])))
        found |= {brief.id: brief for brief in rows}
    return found


def public_ids() -> Sequence[int]:
    """What the index shows: open calls."""
    return db.session.scalars(select(Brief.id).where(Brief.state == State.PUBLISHED)).all()


def shown(actor: Actor, briefs: Iterable[Brief]) -> list[Shown]:
    """Each with its client. One statement."""
    briefs = list(briefs)
    seen = {brief.id: policy.sees_client(actor, brief) for brief in briefs}
    clients = organisations.cards(brief.organisation_id for brief in briefs if seen[brief.id])
    return [Shown(brief, clients.get(brief.organisation_id) if seen[brief.id] else None) for brief in briefs]


def takes_proposals(brief: Brief) -> bool:
    return brief.state is State.PUBLISHED and rules.takes_proposals(brief, clock.now())


# Lists


def is_open() -> ColumnElement[bool]:
    """Holds for calls that take proposals, in a query over Brief."""
    return (Brief.state == State.PUBLISHED) & (Brief.closes_at > clock.now())


LINES_ORDER = (Brief.closes_at.asc(), Brief.id.desc())


def open_lines(organisation_id: int) -> Lines:
    """What a client's page asks for: its open calls under its own name, the nearest deadline first."""
    theirs = (Brief.organisation_id == organisation_id) & Brief.client_shown.is_(True)
    return lines(Brief.title, Brief.id, at=Brief.closes_at).where(is_open(), theirs)


def listed(*, only_open: bool, page: int = 1, size: int = 20) -> tuple[Sequence[Brief], int]:
    """One page of what everybody may read: open calls, the nearest deadline first, or past ones, the latest first."""
    past = Brief.state.in_((State.SELECTING, State.DECIDED, State.CLOSED_EMPTY)) | (
        (Brief.state == State.PUBLISHED) & (Brief.closes_at <= clock.now())
    )
    query = select(Brief).where(is_open() if only_open else past)
    return _page(query, page, size, Brief.closes_at if only_open else Brief.closes_at.desc())


def of_organisation(organisation_id: int, *, page: int = 1, size: int = 20) -> tuple[Sequence[Brief], int]:
    """One page of all of a client's, whatever their state. Unchecked."""
    return _page(select(Brief).where(Brief.organisation_id == organisation_id), page, size, Brief.updated_at.desc())


def everything(*, page: int = 1, size: int = 20) -> tuple[Sequence[Brief], int]:
    """One page of all briefs, for the consultants. Unchecked."""
    return _page(select(Brief), page, size, Brief.updated_at.desc())


def _page(query: Select[Brief], page: int, size: int, order: Any) -> tuple[Sequence[Brief], int]:
    total = db.session.scalar(select(func.count()).select_from(query.with_only_columns(Brief.id).subquery())) or 0
    return db.session.scalars(query.order_by(order, Brief.id.desc()).limit(size).offset((page - 1) * size)).all(), total


def after(actor: Actor, last_id: int | None, limit: int, *, mine: bool = False) -> Sequence[Brief]:
    """Up to `limit` + 1 open calls, or with `mine` those that the actor works on or that are of their organisations; newest first."""
    query = select(Brief)
    if not mine:
        query = query.where(is_open())
    elif not (actor.is_consultant or actor.is_admin):
        query = query.where(Brief.organisation_id.in_(list(actor.roles)))
    return db.session.scalars(older(query, Brief.id, last_id, limit + 1)).all()


def due_to_close(limit: int = CHUNK) -> Sequence[Brief]:
    """Open calls whose deadline has come."""
    query = select(Brief).where(Brief.state == State.PUBLISHED, Brief.closes_at <= clock.now())
    return db.session.scalars(query.order_by(Brief.id).limit(limit)).all()


def client_managers(brief: Brief) -> list[int]:
    return organisations.member_ids(brief.organisation_id, (Role.OWNER, Role.MANAGER))


# Matches and invitations


def matches(brief: Brief) -> dict[str, list[Fitting]]:
    """Experts and offers that fit, with reasons and their invitations. Neither the client's own people nor what nobody can be asked about
    is offered an invitation."""
    own = {f"expert:{number}" for number in organisations.member_ids(brief.organisation_id)}
    found = {
        "expert": matching.matches_for(brief.sought_text, ("expert",), EXPERTS, exclude=own),
        "offer": matching.matches_for(brief.sought_text, ("offer",), OFFERS),
    }
    invited = {row.person_id: row for row in invitations(brief)}
    return {kind: _fitting(kind, some, invited) for kind, some in found.items()}


def past_challenges(brief: Brief) -> list[Match]:
    """Ended challenges on the same subject, by their public texts. Entries are confidential and never compared."""
    return matching.matches_for(brief.sought_text, ("challenge",), CHALLENGES, statuses=("past",))


def _fitting(kind: str, found: list[Match], invited: dict[int, Invitation]) -> list[Fitting]:
    numbers = {match.key: int(match.key.partition(":")[2]) for match in found}
    reached = _people[kind](list(numbers.values())) if kind in _people and found else {}
    fitting = []
    for match in found:
        people = reached.get(numbers[match.key], [])
        rows = [invited[person] for person in people if person in invited]
        state = None if not rows else "invited" if any(row.state is InvitationState.INVITED for row in rows) else "declined"
        fitting.append(Fitting(match, state, bool(people)))
    return fitting


def reached_by(key: str) -> list[int]:
    """The people behind a match ("expert:12"); empty if nobody is."""
    kind, number = refs.split(key)
    return _people[kind]([number]).get(number, []) if kind in _people else []


def invitations(brief: Brief) -> Sequence[Invitation]:
    return db.session.scalars(select(Invitation).where(Invitation.brief_id == brief.id).order_by(Invitation.id)).all()


def invitation(brief: Brief, person_id: int | None) -> Invitation | None:
    query = select(Invitation).where(Invitation.brief_id == brief.id, Invitation.person_id == person_id)
    return db.session.scalars(query).one_or_none() if person_id is not None else None


# The consultant's fee


def fee_of(brief: Brief) -> BriefFee | None:
    return db.session.scalars(select(BriefFee).where(BriefFee.brief_id == brief.id)).one_or_none()


def fee_is_held(fee: BriefFee) -> bool:
    return holds.held(f"brief:{fee.brief_id}", fee.currency) >= fee.gross_minor


@controls.also_verifies
def verify(report: Report) -> None:
    """Add fees that were paid otherwise than agreed, or without being due."""
    checks.verify_values(report, BriefFee.state, FeeState)
    if report.unreadable:
        return
    for above, last in checks.slices(BriefFee.id):
        for fee in db.session.scalars(checks.afresh(select(BriefFee).where(BriefFee.id > above, BriefFee.id <= last))):
            released = books.by_key(f"brief:{fee.brief_id}:fee")
            if (fee.state is FeeState.PAID) != (released is not None):
                report.add("brief_fee_state", fee.ref, f"The fee is “{fee.state.value}”, but the books say otherwise.")
            elif released is not None:
                legs = [(to.purpose, to.owner_kind, to.owner_id, amount) for to, amount in books.legs_of([released.id])[released.id]]
                due = (Purpose.BALANCE, OwnerKind.PERSON, fee.consultant_id, fee.split.net)
                if due not in legs or fee.gross != -sum((leg[3] for leg in legs if leg[0] is Purpose.HOLD), Money(0, fee.currency)):
                    report.add("brief_fee_paid", fee.ref, f"{released.ref} paid the fee otherwise than it was agreed.")


@hinders_leaving
def looked_after(person_id: int) -> list[Hindrance]:
    """Briefs that this consultant has not brought to an end."""
    over = (State.DECIDED, State.CLOSED_EMPTY, State.WITHDRAWN)
    asked = select(Brief.title.label("detail"), Brief.id.label("key"), NO_DUE)
    mine = asked.where(Brief.consultant_id == person_id, Brief.state.not_in(over))
    return [Hindrance(mine, N_("You look after it"), "/briefs/{}", N_("Bring it to an end, or withdraw it"))]
