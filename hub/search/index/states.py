"""The kinds of things that can be found, and which mode each belongs to."""

from __future__ import annotations

from hub.kernel.words import N_, Worded


class Kind(Worded):
    CHALLENGE = "challenge", N_("Challenge")
    OFFER = "offer", N_("Offer")
    NEED = "need", N_("Need")
    EXPERT = "expert", N_("Expert")
    EVIDENCE = "evidence", N_("Evidence")


PLURALS = {
    Kind.CHALLENGE: N_("Challenges"),
    Kind.OFFER: N_("Offers"),
    Kind.NEED: N_("Needs"),
    Kind.EXPERT: N_("Experts"),
    Kind.EVIDENCE: N_("Evidence"),
}
MODES = {Kind.CHALLENGE: "contest", Kind.OFFER: "market", Kind.NEED: "market", Kind.EXPERT: "search", Kind.EVIDENCE: "search"}
"""Each mode's hue on the pages."""


def kind_of(value: str) -> Kind | None:
    """None for a kind that this version does not know: its documents are shown under their own word."""
    try:
        return Kind(value)
    except ValueError:
        return None
