"""What happens in judging. Ids only: no reason's words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class JudgeAppointed:
    SAYS: ClassVar[str] = N_("appointed a judge")
    judge_id: int
    challenge_id: int
    person_id: int


@dataclass(frozen=True)
class JudgeAccepted:
    """`declaration` is the version of the words on conflicts of interest that the judge accepted."""

    SAYS: ClassVar[str] = N_("accepted to judge and declared no conflict of interest")
    judge_id: int
    challenge_id: int
    declaration: str


@dataclass(frozen=True)
class JudgeDeclined:
    SAYS: ClassVar[str] = N_("declined to judge")
    judge_id: int
    challenge_id: int


@dataclass(frozen=True)
class JudgeDismissed:
    SAYS: ClassVar[str] = N_("dismissed a judge")
    judge_id: int
    challenge_id: int


@dataclass(frozen=True)
class EntryScored:
    """One criterion of one entry, scored for the first time (`changed` False) or again."""

    SAYS: ClassVar[str] = N_("scored an entry")
    entry_id: int
    challenge_id: int
    criterion_id: int
    judge_id: int
    changed: bool


@dataclass(frozen=True)
class JudgingCompleted:
    """Every sealed entry now has a reason for every criterion."""

    SAYS: ClassVar[str] = N_("gave the last missing reason: every entry has one for every criterion")
    challenge_id: int
