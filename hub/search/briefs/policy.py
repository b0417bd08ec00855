"""Who may do what with a brief and with a proposal."""

from __future__ import annotations

from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy, by_the_system, consults, either
from hub.search.briefs.models import Brief
from hub.search.briefs.states import PUBLIC, Act, FeeAct


def works_on_it(actor: Actor, brief: Brief) -> bool:
    """Consultants and administrators: they write and look for matches."""
    return consults(actor, brief)


def is_client(actor: Actor, brief: Brief) -> bool:
    return actor.belongs_to(brief.organisation_id)


def manages_client(actor: Actor, brief: Brief) -> bool:
    return actor.manages(brief.organisation_id)


def signs_off(actor: Actor, brief: Brief) -> bool:
    """A manager of the client, and not the one who wrote it."""
    return actor.manages(brief.organisation_id) and actor.person_id != brief.consultant_id


def may_read(actor: Actor, brief: Brief) -> bool:
    """Everybody reads what is or was published."""
    return brief.state in PUBLIC or brief.was_published or works_on_it(actor, brief) or is_client(actor, brief)


def sees_client(actor: Actor, brief: Brief) -> bool:
    return brief.client_shown or works_on_it(actor, brief) or is_client(actor, brief)


def may_propose(actor: Actor, brief: Brief) -> bool:
    """Neither those who read all proposals nor those who chose among them."""
    return actor.signed_in and not works_on_it(actor, brief) and not is_client(actor, brief)


compare_all = either(works_on_it, manages_client)

POLICY = Policy(
    "brief",
    {
        Act.DRAFT: consults,
        Act.READ: may_read,
        Act.EDIT: works_on_it,
        Act.SUBMIT: works_on_it,
        Act.RETURN: signs_off,
        Act.SIGN_OFF: signs_off,
        Act.WITHDRAW: either(works_on_it, manages_client),
        Act.CLOSE: by_the_system,
        Act.CLOSE_EMPTY: by_the_system,
        Act.DECIDE: manages_client,
        Act.INVITE: works_on_it,
        Act.COMPARE: compare_all,
        Act.PROPOSE: may_propose,
    },
)

FEES = Policy(
    "brief_fee",
    {
        FeeAct.OFFER: works_on_it,
        FeeAct.HOLD: signs_off,
        FeeAct.PAY: manages_client,
        FeeAct.CALL_OFF: either(works_on_it, manages_client, by_the_system),
        FeeAct.READ: compare_all,
    },
)
"""The subject is the brief. PAY follows from the client's decision, CALL_OFF from the end without one, each in the same step."""
