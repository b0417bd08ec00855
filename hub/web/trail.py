"""Where a thing came from and what became of it: pages of every mode show it, a room above the modes knows it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from hub.kernel.actor import Actor


@dataclass(frozen=True)
class Step:
    """One line of a thing's trail, in the reader's language. `is_offer` marks a step that can be taken now; else it has been taken."""

    text: str
    title: str
    href: str
    is_offer: bool = False


Teller = Callable[[Actor, str], Sequence[Step]]
_tellers: list[Teller] = []


def tells_trail(teller: Teller) -> Teller:
    """Register who knows of trails: at most one statement for a thing without one."""
    if teller not in _tellers:
        _tellers.append(teller)
    return teller


def trail(actor: Actor, ref: str) -> list[Step]:
    """The steps of the thing `ref` ("offer:9") that the actor may know of."""
    return [step for teller in _tellers for step in teller(actor, ref)]
