from __future__ import annotations

from typing import Any

from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy
from hub.kernel.words import N_, Worded


class Act(Worded):
    READ = "read", N_("Read")
    SAVE = "save", N_("Save")
    ARCHIVE = "archive", N_("Archive")


def is_theirs(actor: Actor, template: Any) -> bool:
    """Their own, or one of an organisation they belong to."""
    if template.organisation_id is not None:
        return actor.belongs_to(template.organisation_id)
    return actor.person_id is not None and template.person_id == actor.person_id


def decides_on_it(actor: Actor, template: Any) -> bool:
    """Their own, or one of an organisation they manage."""
    return actor.manages(template.organisation_id) if template.organisation_id is not None else is_theirs(actor, template)


POLICY = Policy("agreement template", {Act.READ: is_theirs, Act.SAVE: decides_on_it, Act.ARCHIVE: decides_on_it})
