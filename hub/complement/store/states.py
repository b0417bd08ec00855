"""The life of an entitlement."""

from __future__ import annotations

from enum import StrEnum

from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded


class State(Worded):
    ACTIVE = "active", N_("Installed")
    ENDED = "ended", N_("Given up")
    REVOKED = "revoked", N_("Revoked")
    RETURNED = "returned", N_("Given back")


class Act(StrEnum):
    INSTALL = "install"
    INSTALL_AGAIN = "install_again"
    UNINSTALL = "uninstall"
    RENEW_TOKEN = "renew_token"
    REVOKE = "revoke"
    GIVE_BACK = "give_back"
    RATE = "rate"
    REPLY = "reply"


LIFE = Machine(
    "entitlement",
    initial=State.ACTIVE,
    moves=(
        Move(Act.UNINSTALL, State.ACTIVE, State.ENDED, says=N_("Give it up")),
        Move(Act.INSTALL_AGAIN, State.ENDED, State.ACTIVE, says=N_("Install again")),
        Move(Act.RENEW_TOKEN, State.ACTIVE, State.ACTIVE, says=N_("Replace the token")),
        Move(Act.REVOKE, State.ACTIVE, State.REVOKED, says=N_("Revoke")),
        Move(Act.GIVE_BACK, State.ACTIVE, State.RETURNED, says=N_("Give it back")),
        Move(Act.GIVE_BACK, State.ENDED, State.RETURNED, says=N_("Give it back")),
        Move(Act.INSTALL_AGAIN, State.RETURNED, State.ACTIVE, says=N_("Get it again")),
    ),
)
"""Given back is what was paid for and whose price was returned: it is bought again, not installed again."""
