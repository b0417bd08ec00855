"""Pure rules of ballots: who may be asked for, each voter's order, which ballots are one person's, and the ranking."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from hub.kernel.levels import Level
from hub.kernel.words import N_, Worded

LONGEST_ALIAS = 40
Z = 1.959963984540054
"""The normal quantile of a two-sided interval of 95 %."""

VOTERS = {
    Level.EMAIL: N_("Everybody who has joined"),
    Level.DOMAIN: N_("Verified persons only"),
    Level.DOCUMENT: N_("Verified persons only, with documents checked"),
}
"""Whose votes count, by the level that is asked for. Joining takes a confirmed address anyway."""


class Uncounted(Worded):
    """Why somebody's votes were not counted."""

    LEVEL = "level", N_("not verified as far as this vote asks, when it closed")
    TWICE = "twice", N_("the same person voted on another account, which is counted")


def reaches(level: Level, least: Level) -> bool:
    return level.rank >= least.rank


def repeated(voters: Sequence[int], identities: Mapping[int, Iterable[str]]) -> set[int]:
    """Those of the voters who are somebody before them: who share an identity, directly or through others.

    `identities`: what stands for the documents that prove each of them; whoever has none is one person.
    """
    leader: dict[int, int] = {}

    def first(voter: int) -> int:
        while leader[voter] != voter:
            leader[voter] = leader[leader[voter]]
            voter = leader[voter]
        return voter

    place, shown = {voter: n for n, voter in enumerate(voters)}, dict[str, int]()
    for voter in voters:
        leader[voter] = voter
        for identity in identities.get(voter, ()):
            one, other = sorted((first(voter), first(shown.setdefault(identity, voter))), key=place.__getitem__)
            leader[other] = one
    return {voter for voter in voters if first(voter) != voter}


def shuffled(idea_ids: Iterable[int], seed: str) -> list[int]:
    """An order that stays the same for one voter and differs between voters, so that no place on the page is worth more."""
    return sorted(idea_ids, key=lambda idea: hashlib.sha256(f"{seed}:{idea}".encode()).digest())


@dataclass(frozen=True)
class Standing:
    """One idea's result. `of` is how many voters could have voted for it (its author could not), `low` and `high` the ends of the
    interval around the share. `place` counts from 1; None where nobody voted at all. `tied`: it shares its place."""

    idea_id: int
    votes: int
    of: int
    low: float
    high: float
    place: int | None
    tied: bool

    @property
    def share(self) -> float:
        return self.votes / self.of if self.of else 0.0


def wilson(votes: int, of: int, z: float = Z) -> tuple[float, float]:
    """The Wilson score interval of a share, (0, 1) where there is nothing to go by.

    Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, Journal of the American Statistical
    Association 22 (1927), 209-212.
    """
    if of <= 0:
        return 0.0, 1.0
    share, half = votes / of, z * z / of
    middle = (share + half / 2) / (1 + half)
    reach = z / (1 + half) * math.sqrt(share * (1 - share) / of + half / (4 * of))
    return (0.0 if votes == 0 else middle - reach), (1.0 if votes == of else middle + reach)


def ranking(authors: Mapping[int, int], ballots: Iterable[tuple[int, int]]) -> list[Standing]:
    """Ideas by the lower end of the Wilson interval of their approval share; equal ones share a place (1, 2, 2, 4).

    `authors`: the participant behind each idea; `ballots`: (idea, participant) for each vote; votes for other ideas are passed over.
    Approval voting: S. J. Brams and P. C. Fishburn, American Political Science Review 72 (1978), 831-847.
    """
    cast = [(idea, voter) for idea, voter in ballots if idea in authors]
    voters = {voter for _, voter in cast}
    votes = dict.fromkeys(authors, 0)
    for idea, _ in cast:
        votes[idea] += 1
    of = {idea: len(voters) - (author in voters) for idea, author in authors.items()}
    between = {idea: wilson(votes[idea], of[idea]) for idea in authors}
    key = {idea: round(between[idea][0], 12) if voters else 0.0 for idea in authors}
    ordered = sorted(authors, key=lambda idea: (-key[idea], idea))
    values = [key[idea] for idea in ordered]
    return [
        Standing(
            idea, votes[idea], of[idea], *between[idea],
            place=values.index(key[idea]) + 1 if voters else None, tied=bool(voters) and values.count(key[idea]) > 1,
        )
        for idea in ordered
    ]  # fmt: skip
