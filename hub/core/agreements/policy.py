from __future__ import annotations

from typing import Any

from hub.kernel.actor import Actor
from hub.kernel.permissions import Policy, by_the_system, either, is_signed_in
from hub.kernel.words import N_, Worded


class Act(Worded):
    DRAW_UP = "draw_up", N_("Draw up")
    SIGN = "sign", N_("Sign")


def may_be_bound(actor: Actor, terms: Any) -> bool:
    """A person with a verified address; where the agreement names its signer, that person."""
    return actor.signed_in and actor.verified and terms.signer_id in {None, actor.person_id}


POLICY = Policy("agreement", {Act.DRAW_UP: either(is_signed_in, by_the_system), Act.SIGN: may_be_bound})
