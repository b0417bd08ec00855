"""Limits of an agreement between parties, and what its text names. Pure."""

from __future__ import annotations

from hub.core.wording.rules import Kind
from hub.kernel.words import N_, Worded

SHORTEST_TITLE, LONGEST_TITLE = 4, 160
SHORTEST_OBJECT, LONGEST_OBJECT = 20, 2_000
SHORTEST_REASON, LONGEST_REASON = 10, 2_000
PRICED = frozenset({Kind.TECHNOLOGY, Kind.SERVICE})


class Takes(Worded):
    """Which place of the agreement the side that draws it up has."""

    RECEIVES = "receives", N_("receives")
    GIVES = "gives", N_("gives")


ROLES: dict[Kind, dict[Takes, str]] = {
    Kind.TECHNOLOGY: {Takes.GIVES: N_("We own the technology and give rights in it"), Takes.RECEIVES: N_("We receive rights in it")},
    Kind.SERVICE: {Takes.GIVES: N_("We provide the service"), Takes.RECEIVES: N_("We are the customer")},
    Kind.CONFIDENTIALITY: {Takes.RECEIVES: N_("We are named first"), Takes.GIVES: N_("We are named second")},
    Kind.CONTRIBUTION: {Takes.GIVES: N_("We contribute"), Takes.RECEIVES: N_("We collect contributions")},
}
"""How each kind's two places are called in the form."""


def sentence(text: str) -> str:
    """On one line, with a full stop: the catalogue's text goes on behind it."""
    said = " ".join(text.split())
    return said if said.endswith((".", "。", "!", "?", "！", "？")) else f"{said}."


def parties(*, takes: Takes, ours: str, theirs: str, title: str, object_: str, price: str, reference: str) -> dict[str, str]:
    """What the agreement names, as `wording.rules.Parties` takes it."""
    receives, gives = (ours, theirs) if takes is Takes.RECEIVES else (theirs, ours)
    return {
        "seeker": receives, "solver": gives, "title": title, "object": sentence(object_), "price": price, "reference": reference,
    }  # fmt: skip


def addressed(said: str) -> tuple[str, str]:
    """What somebody typed or pasted to name the other side: ("orgs" or "people" or "" for either, its slug or handle)."""
    text = said.strip().rstrip("/").lower()
    kind = "people" if text.startswith("@") or "/people/" in text else "orgs" if "/orgs/" in text else ""
    return kind, text.rpartition("/")[2].removeprefix("@")
