"""Members hear what becomes of their place. Whoever did it is not told."""

from __future__ import annotations

from hub.core.messages import operations as messages
from hub.core.messages.states import Kind
from hub.core.organisations import queries
from hub.core.organisations.events import MemberAdded, MemberRemoved, MemberRoleChanged
from hub.db.journal import Fact, reacts_to
from hub.kernel.actor import SYSTEM
from hub.kernel.words import N_

TOLD: dict[type, tuple[str, str]] = {
    MemberAdded: (N_("You now belong to %(organisation)s."), ""),
    MemberRoleChanged: (N_("Your role at %(organisation)s has changed."), "/people"),
    MemberRemoved: (N_("You no longer belong to %(organisation)s."), ""),
}
"""What is said, and on which of the organisation's pages it leads."""


@reacts_to(MemberAdded, formerly=["hub.core.messages.reactions.tell_added"])
@reacts_to(MemberRoleChanged, formerly=["hub.core.messages.reactions.tell_of_role"])
@reacts_to(MemberRemoved, formerly=["hub.core.messages.reactions.tell_removed"])
def tell_member(event: MemberAdded | MemberRoleChanged | MemberRemoved, fact: Fact) -> None:
    at = queries.card(event.organisation_id)
    text, page = TOLD[type(event)]
    link, values = f"/orgs/{at.slug}{page}", {"organisation": at.name}
    messages.notify(
        actor=SYSTEM, person_ids=[event.person_id], but=fact.actor_id, text=text, values=values, link=link, kind=Kind.MEMBERSHIP
    )
