"""Agreements between parties for tests, made by the room's own operations. Uncommitted."""

from __future__ import annotations

from typing import Any

from hub.core.agreements import queries as agreements
from hub.core.contracts import operations
from hub.core.contracts.models import Contract
from hub.core.contracts.rules import Takes
from hub.kernel.actor import Actor

OBJECT = "The patent family on hydrophobic coatings with the know-how to apply them by roller."
REASON = "Five years are too short for the trials that we have to run first."


def drawn_up(
    drafter: Actor, other: str, *, organisation_id: int | None = None, kind: str = "technology", title: str = "Coating licence",
    terms: dict[str, Any] | None = None, **more: Any,
) -> Contract:  # fmt: skip
    """A draft. `other` is a handle or an address name."""
    return operations.draft(
        actor=drafter, kind=kind, title=title, object=more.pop("object", OBJECT), terms=terms or {}, takes=more.pop("takes", Takes.GIVES),
        other=other, organisation_id=organisation_id, **more,
    )  # fmt: skip


def proposed(drafter: Actor, other: str, **more: Any) -> Contract:
    return operations.propose(actor=drafter, contract=drawn_up(drafter, other, **more))


def sign(actor: Actor, contract: Contract) -> Contract:
    """Sign the newest version as it is."""
    return operations.sign(actor=actor, contract=contract, seen_hash=agreements.get(contract.terms_id or 0).hash)


def in_force(drafter: Actor, asked: Actor, other: str, **more: Any) -> Contract:
    contract = proposed(drafter, other, **more)
    for actor in (drafter, asked):
        sign(actor, contract)
    return contract
