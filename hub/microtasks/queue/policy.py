"""Who may do what with assignments."""

from __future__ import annotations

from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy, administers, by_the_system, either
from hub.microtasks.projects.models import Project
from hub.microtasks.queue.models import Assignment
from hub.microtasks.queue.states import Act


def has_it_in_hand(actor: Actor, assignment: Assignment) -> bool:
    return actor.person_id is not None and actor.person_id == assignment.person_id


def manages_its_project(actor: Actor, assignment: Assignment) -> bool:
    return actor.manages(assignment.project.organisation_id)


def belongs_to_its_project(actor: Actor, assignment: Assignment) -> bool:
    return actor.belongs_to(assignment.project.organisation_id)


def may_work(actor: Actor, project: Project) -> bool:
    """Anybody who is signed in; but nobody is paid by a project of their own organisation, and pay takes a confirmed address."""
    if project.is_paid:
        return actor.signed_in and actor.verified and not actor.belongs_to(project.organisation_id)
    return actor.signed_in


POLICY = Policy(
    "assignment",
    {
        Act.CLAIM: may_work,
        Act.SUBMIT: has_it_in_hand,
        Act.SKIP: has_it_in_hand,
        Act.REPORT: has_it_in_hand,
        Act.EXPIRE: either(has_it_in_hand, by_the_system),
        Act.ACCEPT: either(manages_its_project, by_the_system),
        Act.REJECT: manages_its_project,
        Act.PAY_LATE: by_the_system,
        Act.READ: either(has_it_in_hand, belongs_to_its_project, administers),
    },
)
"""The subject is the assignment, with its project; for CLAIM it is the project."""
