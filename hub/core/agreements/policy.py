from __future__ import annotations

from typing import Any

from hub.core.agreements.rules import Signers
from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy, by_the_system, either, is_signed_in
from hub.kernel.words import N_, Worded


class Act(Worded):
    DRAW_UP = "draw_up", N_("Draw up")
    SIGN = "sign", N_("Sign")
    SET_RULE = "set_rule", N_("Say how the organisation signs")


def may_be_bound(actor: Actor, terms: Any) -> bool:
    """A person with a verified address; where the agreement names its signer, that person."""
    return actor.signed_in and actor.verified and terms.signer_id in {None, actor.person_id}


def owns_it(actor: Actor, organisation_id: Any) -> bool:
    return actor.owns(organisation_id)


def signs_for(actor: Actor, party: Any) -> bool:
    """May the actor sign for this party: themselves, or their organisation in the role that it asks for?"""
    if party.organisation_id is None:
        return actor.person_id is not None and actor.person_id == party.person_id
    return actor.owns(party.organisation_id) if party.signers is Signers.OWNERS else actor.manages(party.organisation_id)


POLICY = Policy("agreement", {Act.DRAW_UP: either(is_signed_in, by_the_system), Act.SIGN: may_be_bound, Act.SET_RULE: owns_it})
