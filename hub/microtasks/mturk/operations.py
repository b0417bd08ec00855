"""The only writes of this room: HITs become task projects, and what their requesters decide goes through the rooms below. None commits."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta

from sqlalchemy import update

from hub.core.holds import operations as holds
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind as About
from hub.core.payments import operations as payments
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock, money
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.errors import Invalid
from hub.kernel.money import Money
from hub.kernel.permissions import require_verified
from hub.kernel.taxonomy import Sector
from hub.kernel.words import N_
from hub.microtasks.mturk import queries, rules
from hub.microtasks.mturk.events import BonusSent, HitCreated, HitDisposed, HitExpirationChanged
from hub.microtasks.mturk.models import Hit, HitType
from hub.microtasks.mturk.rules import Refusal
from hub.microtasks.projects import operations as projects
from hub.microtasks.projects import queries as projects_read
from hub.microtasks.projects import rules as project_rules
from hub.microtasks.projects.models import Project
from hub.microtasks.projects.states import OPEN
from hub.microtasks.queue import operations as queue
from hub.microtasks.queue.models import Assignment
from hub.microtasks.queue.states import ANSWERED, State

SOURCE = "mturk"
BATCH = 100
MORE_WORDS = "a task that a requester's program sent"
HOW_TO = "Read the task and answer each question. Your answer is checked by the requester."
INSUFFICIENT = "This requester has insufficient funds in their account to complete this transaction."


def create_type(
    *, actor: Actor, title: str, description: str, reward: Money, duration_seconds: int, approval_seconds: int, keywords: str = ""
) -> HitType:
    """What HITs share; the same again gives the same type. Raises Refusal, NotAllowed (unverified_address)."""
    organisation_id = queries.organisation_of(actor)
    require_verified(actor)
    if reward.minor > project_rules.MOST_PAY_MINOR:
        raise rules.invalid("The Reward is too large.")
    lease, days = rules.lease_minutes(duration_seconds), rules.auto_accept_days(approval_seconds)
    said = json.dumps([title, description, keywords, reward.minor, lease, days])
    digest = hashlib.sha256(said.encode()).hexdigest()
    if (known := queries.type_by_digest(organisation_id, digest)) is not None:
        return known
    made = HitType(
        organisation_id=organisation_id, digest=digest, title=title, description=description, keywords=keywords, reward_minor=reward.minor,
        lease_minutes=lease, auto_accept_days=days, created_at=clock.now(),
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def create_hit(
    *, actor: Actor, hit_type: HitType, question: str, answers: int, lifetime_seconds: int, fee_bp: int, annotation: str = ""
) -> Hit:
    """Start a project of one task for the HIT, its whole budget held from the organisation's balance first.

    Raises Refusal (XMLParseError, InsufficientFunds), NotAllowed, Invalid.
    """
    read = rules.read_question(question)
    now = clock.now()
    project = projects.draft(
        actor=actor, organisation_id=hit_type.organisation_id, fee_bp=fee_bp, source=SOURCE,
        title=rules.at_least(hit_type.title, project_rules.SHORTEST_TITLE, MORE_WORDS), summary=_summary(hit_type.description),
        instructions=HOW_TO, sector=Sector.DATA, form=rules.form_of(read), redundancy=answers, lease_minutes=hit_type.lease_minutes,
        auto_accept_days=hit_type.auto_accept_days, pay=hit_type.reward,
    )  # fmt: skip
    projects.add_tasks(actor=actor, project=project, items=[{"text": read.overview or hit_type.description}])
    _hold_budget(actor, project)
    projects.start(actor=actor, project=project)
    hit = Hit(
        organisation_id=hit_type.organisation_id, hit_type_id=hit_type.id, project_id=project.id, question=question, annotation=annotation,
        expires_at=now + timedelta(seconds=lifetime_seconds), created_at=now,
    )  # fmt: skip
    db.session.add(hit)
    db.session.flush()
    event = HitCreated(hit.id, hit_type.id, project.id, answers, hit.expires_at.isoformat())
    journal.record(event, actor=actor, subject=hit.ref, scope=project.ref)
    return queries.hit_for(actor, rules.id_of("H", hit.id))


def _poor(error: Invalid) -> Invalid | Refusal:
    return Refusal(INSUFFICIENT, turk_code="AWS.MechanicalTurk.InsufficientFunds") if error.code == "over_balance" else error


def _summary(description: str) -> str:
    said = rules.at_least(description, project_rules.SHORTEST_SUMMARY, MORE_WORDS)
    return said if len(said) <= project_rules.LONGEST_SUMMARY else said[: project_rules.LONGEST_SUMMARY - 1] + "…"


def _hold_budget(actor: Actor, project: Project) -> None:
    db.session.flush()
    if not projects_read.budget(project).missing:
        return
    try:
        projects.fund_from_balance(actor=actor, project=project)
    except Invalid as error:
        raise _poor(error) from error


def set_expiration(*, actor: Actor, hit: Hit, at: datetime) -> Hit:
    """Move the HIT's end; a moment that has passed ends it now. Raises Refusal (InvalidHITState) once it has ended."""
    now = clock.now()
    if queries.has_ended(hit):
        if at <= now:
            return hit
        raise Refusal(
            "This HIT has ended and cannot be handed out again. Create another one.", turk_code="AWS.MechanicalTurk.InvalidHITState"
        )
    hit.expires_at = max(at, now)
    db.session.flush()
    journal.record(HitExpirationChanged(hit.id, hit.project_id, hit.expires_at.isoformat()), actor=actor, subject=hit.ref)
    if at <= now:
        projects.end(actor=actor, project=hit.project)
    return hit


def end_overdue() -> int:
    """End the projects of HITs whose time is over. Returns how many. Bears being repeated."""
    return len([projects.end(actor=SYSTEM, project=hit.project) for hit in queries.overdue(BATCH)])


def dispose(*, actor: Actor, hit: Hit) -> Hit:
    """Put a HIT away that nobody works on and whose answers are all decided on. Raises Refusal (InvalidHITState)."""
    (seen,) = queries.shown([hit])
    if seen.status != "Reviewable" or seen.waiting:
        told = f"This HIT is {seen.status} with {seen.waiting} answers to decide on. Only a Reviewable one without any can be deleted."
        raise Refusal(told, turk_code="AWS.MechanicalTurk.InvalidHITState")
    moved = update(Hit).where(Hit.id == hit.id, Hit.disposed_at.is_(None)).values(disposed_at=clock.now())
    db.session.execute(moved.execution_options(synchronize_session="fetch"))
    if hit.project.state in OPEN:
        projects.end(actor=actor, project=hit.project)
    journal.record(HitDisposed(hit.id, hit.project_id), actor=actor, subject=hit.ref, scope=hit.project.ref)
    return hit


def approve(*, actor: Actor, assignment: Assignment, feedback: str = "") -> Assignment:
    """Accept an answer; the person is told `feedback`. Raises NotAllowed, NotNow."""
    queue.accept(actor=actor, assignment=assignment)
    if feedback.strip():
        text_said = N_("Your answer to a task of “%(title)s” was accepted: %(feedback)s")
        values = {"title": assignment.project.title, "feedback": feedback.strip()}
        person, link = assignment.person_id, f"/my/tasks/{assignment.id}"
        messages.notify(actor=actor, person_ids=[person], text=text_said, kind=About.MICROTASK, values=values, link=link)
    return assignment


def send_bonus(*, actor: Actor, assignment: Assignment, worker: int | None, amount: Money, reason: str, key: str) -> None:
    """Pay `amount` to the person who gave this answer, the site's fee on top, from the organisation's balance; once for each `key`.

    Raises Refusal (InsufficientFunds, InvalidAssignmentState), Conflict (idempotency_key_reused), NotAllowed.
    """
    project = assignment.project
    require_verified(actor)
    if worker != assignment.person_id or assignment.state not in ANSWERED | {State.REJECTED}:
        raise Refusal("This worker has not answered this assignment.", turk_code="AWS.MechanicalTurk.InvalidAssignmentState")
    if not 0 < amount.minor <= project_rules.MOST_PAY_MINOR:
        raise rules.invalid("BonusAmount has to be more than nothing and not too large.")
    gross = Money(project_rules.gross_of(amount.minor, project.fee_bp), amount.currency)
    assert money.breakdown(gross, project.fee_bp).net == amount
    subject, once = assignment.ref, f"{assignment.ref}:bonus:{key}"
    try:
        payments.fund_from_balance(
            actor=actor, organisation_id=project.organisation_id, subject=subject, amount=gross, label=project.title, key=f"{once}:held"
        )
    except Invalid as error:
        raise _poor(error) from error
    holds.release(
        actor=actor, subject=subject, to_person_id=assignment.person_id, gross=gross, fee_bp=project.fee_bp, key=f"{once}:paid", memo=reason
    )
    event = BonusSent(assignment.id, project.id, assignment.person_id, amount.minor, amount.currency)
    journal.record(event, actor=actor, subject=subject, scope=project.ref)
