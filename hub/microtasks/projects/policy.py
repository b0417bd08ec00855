"""Who may do what with a task project."""

from __future__ import annotations

from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy, by_the_system, either
from hub.microtasks.projects.models import Project
from hub.microtasks.projects.states import PUBLIC, Act


def manages_it(actor: Actor, project: Project) -> bool:
    return actor.manages(project.organisation_id)


def may_read(actor: Actor, project: Project) -> bool:
    """Everybody once it has started; before, its organisation's people and the administrators."""
    return project.state in PUBLIC or actor.belongs_to(project.organisation_id) or actor.is_admin


def administers_it(actor: Actor, project: Project) -> bool:
    return actor.is_admin


POLICY = Policy(
    "project",
    {
        Act.DRAFT: manages_it,
        Act.EDIT: manages_it,
        Act.FUND: manages_it,
        Act.START: manages_it,
        Act.PAUSE: either(manages_it, administers_it),
        Act.RESUME: manages_it,
        Act.END: either(manages_it, administers_it),
        Act.SETTLE: by_the_system,
        Act.WITHDRAW: manages_it,
        Act.READ: may_read,
    },
)
