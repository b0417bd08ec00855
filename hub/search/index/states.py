"""The kinds of things that can be found, and which mode each belongs to."""

from __future__ import annotations

from hub.kernel.words import N_, Worded


class Kind(Worded):
    CHALLENGE = "challenge", N_("Challenge")
    OFFER = "offer", N_("Offer")
    NEED = "need", N_("Need")
    PROJECT = "project", N_("Task project")
    SPACE = "space", N_("Community")
    RALLY = "rally", N_("Idea rally")
    PLATFORM = "platform", N_("Platform")
    PRODUCT = "product", N_("Product")
    SERVICE = "service", N_("Service")
    POOL = "pool", N_("Pool")
    BRIEF = "brief", N_("Search brief")
    DISCUSSION = "discussion", N_("Discussion")
    EXPERT = "expert", N_("Expert")
    EVIDENCE = "evidence", N_("Evidence")


PLURALS = {
    Kind.CHALLENGE: N_("Challenges"),
    Kind.OFFER: N_("Offers"),
    Kind.NEED: N_("Needs"),
    Kind.PROJECT: N_("Task projects"),
    Kind.SPACE: N_("Communities"),
    Kind.RALLY: N_("Idea rallies"),
    Kind.PLATFORM: N_("Platforms"),
    Kind.PRODUCT: N_("Products"),
    Kind.SERVICE: N_("Services"),
    Kind.POOL: N_("Pools"),
    Kind.BRIEF: N_("Search briefs"),
    Kind.DISCUSSION: N_("Discussions"),
    Kind.EXPERT: N_("Experts"),
    Kind.EVIDENCE: N_("Evidence"),
}
MODES = {
    Kind.CHALLENGE: "contest",
    Kind.OFFER: "market",
    Kind.NEED: "market",
    Kind.PROJECT: "microtask",
    Kind.SPACE: "community",
    Kind.RALLY: "community",
    Kind.PLATFORM: "complement",
    Kind.PRODUCT: "complement",
    Kind.SERVICE: "market",
    Kind.POOL: "contest",
    Kind.BRIEF: "search",
    Kind.DISCUSSION: "community",
    Kind.EXPERT: "search",
    Kind.EVIDENCE: "search",
}
"""Each mode's hue on the pages."""


def kind_of(value: str) -> Kind | None:
    """None for a kind that this version does not know: its documents are shown under their own word."""
    try:
        return Kind(value)
    except ValueError:
        return None
