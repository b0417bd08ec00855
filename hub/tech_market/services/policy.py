"""Who may do what with a lab service."""

from __future__ import annotations

from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy, administers, consults, either
from hub.tech_market.services.models import Service
from hub.tech_market.services.states import Act, State


def manages_it(actor: Actor, service: Service) -> bool:
    return actor.manages(service.organisation_id)


def reviews_it(actor: Actor, service: Service) -> bool:
    """Consultants and administrators, but nobody reviews what their own organisation lists."""
    return consults(actor, service) and not actor.belongs_to(service.organisation_id)


def may_read(actor: Actor, service: Service) -> bool:
    return service.state is State.PUBLISHED or actor.belongs_to(service.organisation_id) or consults(actor, service)


POLICY = Policy(
    "service",
    {
        Act.DRAFT: manages_it,
        Act.EDIT: manages_it,
        Act.SUBMIT: manages_it,
        Act.RETURN: reviews_it,
        Act.PUBLISH: reviews_it,
        Act.REVISE: manages_it,
        Act.WITHDRAW: either(manages_it, administers),
    },
)
