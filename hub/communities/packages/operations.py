"""The only writes of this room. Each takes the package as it is now, so that of several at once exactly one is made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hub.communities.credit import operations as credit
from hub.communities.credit.states import Kind as CreditKind
from hub.communities.packages import queries, rules
from hub.communities.packages.events import (
    PackageClaimed,
    PackageGivenBack,
    PackageLeaseEnded,
    PackageMerged,
    PackageOpened,
    PackageRenewed,
    PackageReturned,
    PackageSubmitted,
    PackageWithdrawn,
)
from hub.communities.packages.models import PackageSubmission, WorkPackage
from hub.communities.packages.policy import POLICY, Bench
from hub.communities.packages.states import IN_HAND, LIFE, Act
from hub.communities.pages import operations as pages
from hub.communities.pages import queries as pages_read
from hub.communities.pages.models import SpacePage
from hub.communities.pages.rules import Kind
from hub.communities.pages.states import State as PageState
from hub.communities.spaces import queries as spaces
from hub.communities.spaces.models import Space
from hub.communities.spaces.states import SpaceRole
from hub.core.accounts import queries as accounts
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind as About
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.errors import Conflict, NotNow, NotSignedIn, one_field
from hub.kernel.whose import Of
from hub.kernel.words import N_

REVIEWERS = (SpaceRole.STEWARD, SpaceRole.EDITOR)
CHANGED = N_("This package has moved on since you opened it. Look at it as it is now.")


def create(
    *, actor: Actor, space: Space, page: SpacePage, title: str, brief: str, points: int, lease_days: int = rules.USUAL_DAYS
) -> WorkPackage:
    """Open a package for work on `page`, worth `points` (1..1000) of credit; a claim lasts `lease_days` (1..60).

    Raises NotAllowed, NotNow (code `too_many_packages`), Invalid, and what `spaces.queries.require_seat` raises.
    """
    POLICY.require(actor, Act.CREATE, Bench(None, spaces.require_seat(actor, space)))
    title, brief = " ".join(title.split()), brief.strip()
    if not title or len(title) > rules.LONGEST_TITLE:
        raise one_field("title", N_("Give the package a title of at most 120 characters."))
    if not brief or len(brief) > rules.LONGEST_BRIEF:
        raise one_field("brief", N_("Say what is wanted, in at most 10,000 characters."))
    if not 1 <= points <= rules.MOST_POINTS:
        raise one_field("points", N_("Give 1 to 1,000 points."))
    if not rules.LEAST_DAYS <= lease_days <= rules.MOST_DAYS:
        raise one_field("lease_days", N_("A claim lasts 1 to 60 days."))
    if page.space_id != space.id or page.state is PageState.RETIRED:
        raise one_field("page", N_("Choose a page of this community."))
    if queries.count_live(space) >= queries.MOST_LIVE:
        raise NotNow(N_("There are very many packages under way here: finish or withdraw some of them first."), code="too_many_packages")
    assert actor.person_id is not None
    now = clock.now()
    package = WorkPackage(
        space_id=space.id, page_id=page.id, title=title, brief=brief, points=points, lease_days=lease_days, state=LIFE.initial,
        created_by=actor.person_id, created_at=now, moved_at=now, reason="",
    )  # fmt: skip
    db.session.add(package)
    db.session.flush()
    opened = PackageOpened(package_id=package.id, page_id=page.id, points=points)
    journal.record(opened, actor=actor, subject=package.ref, scope=space.ref)
    return package


def claim(*, actor: Actor, package: WorkPackage) -> WorkPackage:
    """Take it in hand, for its `lease_days`. A claim whose time is over is ended first.

    Raises Conflict (code `claimed`: somebody else was quicker), NotNow, NotAllowed, and what `require_seat` raises.
    """
    space, bench = _bench(actor, package)
    POLICY.require(actor, Act.CLAIM, bench)
    _end_if_over(actor, space, package)
    if package.state in IN_HAND and package.claimant_id != actor.person_id:
        raise Conflict(N_("Somebody else has claimed this package."), code="claimed")
    LIFE.fire(package, Act.CLAIM)
    package.claimant_id, package.lease_until = actor.person_id, rules.lease_end(package.lease_days)
    event = PackageClaimed(package_id=package.id, until=package.lease_until.isoformat())
    return _moved(actor, space, package, event)


def renew(*, actor: Actor, package: WorkPackage) -> WorkPackage:
    """Begin the claim's time anew. Raises NotAllowed, NotNow (also when it is over)."""
    space, bench = _bench(actor, package)
    POLICY.require(actor, Act.RENEW, bench)
    LIFE.fire(package, Act.RENEW)
    package.lease_until = rules.lease_end(package.lease_days)
    return _moved(actor, space, package, PackageRenewed(package_id=package.id, until=package.lease_until.isoformat()))


def give_back(*, actor: Actor, package: WorkPackage) -> WorkPackage:
    """Let somebody else do it; whoever has left the community may still give back. Raises NotAllowed, NotNow, NotSignedIn."""
    if not actor.signed_in:
        raise NotSignedIn(N_("Sign in first."))
    space, package = queries.space_of(package), queries.locked(package.id)
    POLICY.require(actor, Act.GIVE_BACK, queries.bench(actor, space, package))
    LIFE.fire(package, Act.GIVE_BACK)
    package.claimant_id = package.lease_until = None
    _moved(actor, space, package, PackageGivenBack(package_id=package.id))
    _tell(actor, space, package, [package.created_by], N_("%(name)s gave “%(title)s” back: it is open again."))
    return package


def expire_overdue() -> int:
    """Open all packages again whose claim is over. Returns how many. Bears being repeated."""
    found = [queries.locked(package_id) for package_id in queries.overdue()]
    return sum(_end_if_over(SYSTEM, queries.space_of(package), package) for package in found)


def _end_if_over(actor: Actor, space: Space, package: WorkPackage) -> bool:
    """Act.EXPIRE, which the clock does: also at the next claim, before the job has come round."""
    if package.state not in IN_HAND or not rules.is_over(package.lease_until):
        return False
    assert package.claimant_id is not None
    before = package.claimant_id
    LIFE.fire(package, Act.EXPIRE)
    package.claimant_id = package.lease_until = None
    _moved(SYSTEM, space, package, PackageLeaseEnded(package_id=package.id, claimant_id=before))
    text = N_("The time of your claim on “%(title)s” is over: it is open again. Claim it once more if you still work on it.")
    _tell(SYSTEM, space, package, [before] if before != actor.person_id else [], text)
    return True


def submit(*, actor: Actor, package: WorkPackage, text: str, base_revision: int, note: str = "") -> PackageSubmission:
    """Hand in a whole new text of the page, made of its revision `base_revision`. The reviewers are told.

    Raises NotAllowed, NotNow (also when the claim is over), Invalid about `body` (also when it changes nothing) or `base_revision`.
    """
    space, bench = _bench(actor, package)
    POLICY.require(actor, Act.SUBMIT, bench)
    body, page = pages.clean_text(text), queries.page_of(package)
    base = pages_read.find_revision(page, base_revision)
    if base is None:
        raise one_field("base_revision", N_("The page has no such revision."))
    before = queries.newest(package)
    if body == base.body:
        raise one_field("body", N_("This is the page as it was: change it as the package asks."), code="unchanged")
    assert actor.person_id is not None
    made = PackageSubmission(
        package_id=package.id, number=before.number + 1 if before else 1, author_id=actor.person_id, base=base_revision, body=body,
        note=" ".join(note.split())[: rules.LONGEST_NOTE], at=clock.now(), remarks="",
    )  # fmt: skip
    LIFE.fire(package, Act.SUBMIT)
    package.lease_until = None
    db.session.add(made)
    _moved(actor, space, package, PackageSubmitted(package_id=package.id, number=made.number))
    _tell(actor, space, package, _reviewers(space), N_("%(name)s submitted “%(title)s” in “%(space)s” for review."), rest="/review")
    return made


def return_(*, actor: Actor, package: WorkPackage, submission: int, remarks: str) -> WorkPackage:
    """Give the submission back with what is still to be done; the author goes on, with the claim's time begun anew.

    Raises NotAllowed (also one's own), NotNow, Conflict (code `moved_on`: not the newest submission), Invalid about `remarks`.
    """
    space, bench = _bench(actor, package)
    POLICY.require(actor, Act.RETURN, bench)
    made = _under_review(package, submission)
    LIFE.fire(package, Act.RETURN)
    made.remarks = _reason("remarks", remarks, N_("Say what is still to be done: the author goes on from there."))
    made.decided_by, made.decided_at = actor.person_id, clock.now()
    package.lease_until = rules.lease_end(package.lease_days)
    _moved(actor, space, package, PackageReturned(package_id=package.id, number=made.number))
    text = N_("%(name)s returned your text for “%(title)s”: %(reason)s")
    _tell(actor, space, package, [package.claimant_id], text, reason=made.remarks)
    return package


def merge(*, actor: Actor, package: WorkPackage, submission: int, seen: int, text: str | None = None) -> WorkPackage:
    """Make the submission the page's next revision, in its author's name, and credit the author with the points, once.

    `seen` is the page's newest revision as the reviewer knows it. Without `text`, the submission and the page are brought together.
    Raises NotAllowed (also one's own), NotNow (code `nothing_to_merge`), Conflict (code `edit_conflict`: the page has gone on since;
    `merge_conflict`: both changed the same words, decide and send `text`; `moved_on`), Invalid about `body`.
    """
    space, bench = _bench(actor, package)
    POLICY.require(actor, Act.MERGE, bench)
    made, page = _under_review(package, submission), queries.page_of(package)
    db.session.refresh(page, with_for_update=True)
    if seen != page.number:
        raise Conflict(N_("Somebody saved the page since you opened this. Look at both together again."), code="edit_conflict")
    proposal = queries.proposal(page, made)
    whole = text if text is not None else proposal.text
    if whole is None:
        raise Conflict(N_("Both changed the same words: decide what these parts become."), code="merge_conflict")
    saved = pages.write(
        actor=actor, page=page, text=whole, base_revision=seen, summary=package.title, author_id=made.author_id, kind=Kind.MERGED
    )
    if saved.number == seen:
        raise NotNow(
            N_("The page says this already: there is nothing to merge. Return the text or withdraw the package."), code="nothing_to_merge"
        )
    made.decided_by, made.decided_at = actor.person_id, clock.now()
    LIFE.fire(package, Act.MERGE)
    package.revision = saved.number
    event = PackageMerged(package_id=package.id, number=made.number, author_id=made.author_id, revision=saved.number, points=package.points)
    _moved(actor, space, package, event)
    credit.record(
        actor=actor, space=space, person_id=made.author_id, kind=CreditKind.PACKAGE, subject=package.ref, points=package.points,
        note=package.title,
    )  # fmt: skip
    text = N_("%(name)s merged your work on “%(title)s” into the page. You are credited with %(points)s points.")
    _tell(actor, space, package, [made.author_id], text, points=package.points)
    others = [package.created_by] if package.created_by != made.author_id else []
    _tell(actor, space, package, others, N_("%(name)s merged the work on “%(title)s” into the page."))
    return package


def withdraw(*, actor: Actor, package: WorkPackage, reason: str) -> WorkPackage:
    """Take the package off the board, with a reason; whoever has it in hand or in review is told. Raises NotAllowed, NotNow, Invalid."""
    space, bench = _bench(actor, package)
    POLICY.require(actor, Act.WITHDRAW, bench)
    LIFE.fire(package, Act.WITHDRAW)
    package.reason = _reason("reason", reason, N_("Say why: whoever worked on it reads this."))
    package.lease_until = None
    _moved(actor, space, package, PackageWithdrawn(package_id=package.id))
    text = N_("%(name)s withdrew the package “%(title)s”: %(reason)s")
    _tell(actor, space, package, [package.claimant_id, package.created_by], text, reason=package.reason)
    return package


def _bench(actor: Actor, package: WorkPackage) -> tuple[Space, Bench]:
    """The package's space, and the package as it is now with the actor's place. Raises what `require_seat` raises."""
    space = queries.space_of(package)
    seat = spaces.require_seat(actor, space)
    return space, Bench(queries.locked(package.id), seat)


def _under_review(package: WorkPackage, number: int) -> PackageSubmission:
    """The submission that waits, if it is the one the reviewer read."""
    made = queries.waiting(package)
    if made.number != number:
        raise Conflict(CHANGED, code="moved_on")
    return made


def _moved(actor: Actor, space: Space, package: WorkPackage, event: Any) -> WorkPackage:
    package.moved_at = clock.now()
    db.session.flush()
    journal.record(event, actor=actor, subject=package.ref, scope=space.ref)
    return package


def _reviewers(space: Space) -> list[int]:
    return spaces.member_ids(space, REVIEWERS)


def _tell(
    actor: Actor, space: Space, package: WorkPackage, people: Sequence[int | None], text: str, *, rest: str = "", **more: Any
) -> None:
    others = [person for person in people if person is not None and person != actor.person_id]
    if not others:
        return
    name = Of(actor.person_id, accounts.card(actor.person_id).name) if actor.person_id is not None else ""
    values = {"name": name, "title": package.title, "space": space.name, **more}
    link = queries.path(space, package.id) + rest
    messages.notify(actor=actor, person_ids=others, text=text, kind=About.COMMUNITY, values=values, link=link)


def _reason(name: str, text: str, asks: str) -> str:
    plain = text.replace("\r\n", "\n").strip()
    if not plain:
        raise one_field(name, asks)
    if len(plain) > rules.LONGEST_REASON:
        raise one_field(name, N_("Write at most %(n)s characters."), n=rules.LONGEST_REASON)
    return plain
