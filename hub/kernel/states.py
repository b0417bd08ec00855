"""State machines as tables: one move per line, read by people, fired by operations, drawn into the READMEs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from hub.kernel.actor import Actor
from hub.kernel.errors import NotNow
from hub.kernel.permissions import Policy

Guard = Callable[[Any], bool]


@dataclass(frozen=True)
class Move:
    """`act` leads from `source` to `target`, provided `when(subject)`; `unless` is what people read if it does not hold.

    `says` is the button's text.
    """

    act: StrEnum
    source: StrEnum
    target: StrEnum
    when: Guard | None = None
    unless: str = ""
    says: str = ""

    def blocked(self, subject: Any) -> str:
        """The reason why this move cannot be made now; empty if it can."""
        return "" if self.when is None or self.when(subject) else self.unless


@dataclass(frozen=True)
class Machine:
    """All moves of one kind of thing. Raises ValueError for a table that leaves a state twice by one act or never reaches one."""

    name: str
    initial: StrEnum
    moves: tuple[Move, ...]
    _by_key: dict[tuple[StrEnum, StrEnum], Move] = field(init=False, repr=False, default_factory=dict)

    def __post_init__(self) -> None:
        for move in self.moves:
            key = (move.source, move.act)
            if key in self._by_key:
                raise ValueError(f"{self.name}: {move.act} leaves {move.source} twice")
            if move.when is not None and not move.unless:
                raise ValueError(f"{self.name}: {move.act} is guarded without a reason")
            self._by_key[key] = move
        unreachable = set(self.states) - self.reachable()
        if unreachable:
            raise ValueError(f"{self.name}: never reached: {sorted(unreachable)}")

    @property
    def states(self) -> list[StrEnum]:
        return list(type(self.initial))

    def reachable(self) -> set[StrEnum]:
        seen, frontier = {self.initial}, [self.initial]
        while frontier:
            state = frontier.pop()
            fresh = {m.target for m in self.moves if m.source == state} - seen
            seen |= fresh
            frontier += fresh
        return seen

    def acts(self) -> set[StrEnum]:
        return {move.act for move in self.moves}

    def move(self, state: StrEnum, act: StrEnum) -> Move | None:
        return self._by_key.get((state, act))

    def fire(self, subject: Any, act: StrEnum) -> None:
        """Move `subject.state`, or raise NotNow with the reason."""
        move = self.move(subject.state, act)
        if move is None:
            raise NotNow("This cannot be done while it is “%(state)s”.", state=getattr(subject.state, "label", subject.state))
        if reason := move.blocked(subject):
            raise NotNow(reason)
        subject.state = move.target

    def open_moves(self, subject: Any) -> list[Move]:
        """What could be done next, guarded moves included: pages draw buttons from it, disabled ones with their reason."""
        return [m for m in self.moves if m.source == subject.state]

    def moves_for(self, actor: Actor, subject: Any, policy: Policy) -> list[Move]:
        """The open moves that this actor may make."""
        return [m for m in self.open_moves(subject) if policy.can(actor, m.act, subject)]

    def diagram(self) -> str:
        """A Mermaid state diagram."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.initial}"]
        lines += [f"    {m.source} --> {m.target}: {m.act}" for m in self.moves]
        return "\n".join(lines)
