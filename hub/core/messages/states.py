"""The life of a mail, and what messages are about."""

from __future__ import annotations

from hub.kernel.states import Machine, Move
from hub.kernel.words import N_, Worded


class Kind(Worded):
    """What a message is about: people choose per kind whether they want it by mail."""

    ACCOUNT = "account", N_("Account and security")
    AGREEMENT = "agreement", N_("Agreements")
    MONEY = "money", N_("Money")
    CHALLENGE = "challenge", N_("Challenges")
    ENTRY = "entry", N_("Entries")
    JUDGING = "judging", N_("Judging")
    AWARD = "award", N_("Results and awards")
    MARKET = "market", N_("Technology market")
    SEARCH = "search", N_("Search briefs")
    COMMUNITY = "community", N_("Communities")
    COMPLEMENT = "complement", N_("Platforms and products")
    MICROTASK = "microtask", N_("Tasks")
    PORTAL = "portal", N_("Portals")


class State(Worded):
    QUEUED = "queued", N_("Queued")
    SENT = "sent", N_("Sent")
    DROPPED = "dropped", N_("Not sent")


class Act(Worded):
    SEND = "send", N_("Send")
    DROP = "drop", N_("Drop")


LIFE = Machine(
    "mail",
    initial=State.QUEUED,
    moves=(
        Move(Act.SEND, State.QUEUED, State.SENT),
        Move(Act.DROP, State.QUEUED, State.DROPPED),
    ),
)
