"""The life of an entitlement."""

from __future__ import annotations

from enum import StrEnum

from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded


class State(Worded):
    ACTIVE = "active", N_("Installed")
    ENDED = "ended", N_("Given up")
    REVOKED = "revoked", N_("Revoked")


class Act(StrEnum):
    INSTALL = "install"
    INSTALL_AGAIN = "install_again"
    UNINSTALL = "uninstall"
    RENEW_TOKEN = "renew_token"
    REVOKE = "revoke"
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
    ),
)
