"""Pure rules of idea rallies: the schedule, and the links between ideas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from hub.kernel import clock, sealing
from hub.kernel.words import N_, Worded, extent

SHORTEST_TITLE, LONGEST_TITLE = 8, 160
LONGEST_SUMMARY = 400
SHORTEST_QUESTION, LONGEST_QUESTION = 40, 20_000
SHORTEST_PROMISE, LONGEST_PROMISE = 40, 10_000
SHORTEST_IDEA, LONGEST_IDEA = 20, 10_000
LONGEST_REASON = 4_000
MOST_VOTES = 20
MOST_IDEAS_EACH = 20
"""Ideas that one participant may post to one rally."""
MOST_LINKS = 8
SHORTEST_PHASE = timedelta(hours=1)
LONGEST_PHASE = timedelta(days=180)
FARTHEST_EXTENSION = timedelta(days=90)
FARTHEST_MOMENT = timedelta(days=5 * 365)


class Licence(Worded):
    """Under which everybody's ideas stand."""

    CC_BY = "cc_by", N_("CC BY 4.0: anybody may use the ideas and must name their authors")
    CC_BY_SA = "cc_by_sa", N_("CC BY-SA 4.0: as CC BY, and what is made of them is shared alike")
    CC0 = "cc0", N_("CC0 1.0: anybody may use the ideas without any condition")
    HOST = "host", N_("The host may use the ideas, not exclusively; all other rights stay with the authors")


class Scheduled(Protocol):
    """Four moments: each begins the phase that it names, and ends the one before."""

    opens_at: datetime | None
    building_at: datetime | None
    voting_at: datetime | None
    closes_at: datetime | None


class Drafted(Scheduled, Protocol):
    title: str
    question: str
    promise: str
    votes_each: int


MOMENTS = ("opens_at", "building_at", "voting_at", "closes_at")
AHEAD = N_("It must lie in the future.")


def position(rally: Scheduled, moment: datetime | None = None) -> int:
    """How many of the four moments have come: 0 before it opens, 1 posting, 2 building, 3 voting, 4 closed. Half-open: a moment
    belongs to the phase that it begins."""
    moment = moment or clock.now()
    due = [getattr(rally, name) for name in MOMENTS]
    return next((n for n, begins in enumerate(due) if begins is None or moment < begins), len(due))


def has_opened(rally: Scheduled) -> bool:
    return position(rally) >= 1


def building_has_come(rally: Scheduled) -> bool:
    return position(rally) >= 2


def voting_has_come(rally: Scheduled) -> bool:
    return position(rally) >= 3


def has_ended(rally: Scheduled) -> bool:
    return position(rally) >= 4


def gaps(rally: Drafted) -> dict[str, str]:
    """What is missing before it can be announced, field by field; empty when the draft is complete."""
    checks = {
        "title": "" if extent(rally.title) >= SHORTEST_TITLE else N_("Give it a title of at least 8 characters."),
        "question": "" if extent(rally.question) >= SHORTEST_QUESTION else N_("Ask the question in at least 40 characters."),
        "promise": "" if extent(rally.promise) >= SHORTEST_PROMISE
        else N_("Say in at least 40 characters what happens with the ideas: everybody who joins accepts it."),
    }  # fmt: skip
    return {field: gap for field, gap in (checks | schedule_gaps(rally)).items() if gap}


def schedule_gaps(rally: Scheduled) -> dict[str, str]:
    """Why a schedule cannot hold, moment by moment. Without `opens_at` it opens as soon as it is announced."""
    found: dict[str, str] = {}
    if rally.opens_at is not None and rally.opens_at <= clock.now():
        found["opens_at"] = N_("It must lie in the future; leave it empty to open at once.")
    before = rally.opens_at or clock.now()
    for name in MOMENTS[1:]:
        ends = getattr(rally, name)
        if ends is None:
            found[name] = N_("Say when.")
            continue
        if ends < before + SHORTEST_PHASE:
            found[name] = N_("Each phase takes at least an hour.")
        elif ends > before + LONGEST_PHASE:
            found[name] = N_("Each phase takes at most 180 days.")
        before = max(before, ends)
    return found


def is_complete(rally: Drafted) -> bool:
    return not gaps(rally)


class Answerable(Protocol):
    answered_at: datetime | None


def is_unanswered(rally: Answerable) -> bool:
    return rally.answered_at is None


def terms_hash(rally_id: int, promise: str, licence: str) -> str:
    """SHA-256 over what a participant accepts on joining."""
    return sealing.digest({"rally": rally_id, "promise": promise, "licence": str(licence)})


# Links. An edge is (idea, the idea that it builds on).

Edge = tuple[int, int]


def closes_circle(edges: Iterable[Edge], idea: int, onto: Iterable[int]) -> bool:
    """Would an idea that builds on `onto` build on itself, directly or through others?"""
    ups: dict[int, list[int]] = {}
    for child, parent in edges:
        if child != idea:
            ups.setdefault(child, []).append(parent)
    frontier, seen = list(onto), set[int]()
    while frontier:
        here = frontier.pop()
        if here == idea:
            return True
        if here not in seen:
            seen.add(here)
            frontier += ups.get(here, [])
    return False


@dataclass(frozen=True)
class Branch:
    """An idea in a tree of links. `again`: it is told further up already, so its own branches are left out."""

    idea_id: int
    branches: tuple[Branch, ...] = ()
    again: bool = False


def branches(edges: Sequence[Edge], root: int, *, up: bool) -> tuple[Branch, ...]:
    """What `root` builds on (`up`) or what builds on it, as a tree, the oldest first; each idea is opened once."""
    near: dict[int, list[int]] = {}
    for child, parent in sorted(edges):
        near.setdefault(child if up else parent, []).append(parent if up else child)
    seen = {root}

    def grow(here: int) -> tuple[Branch, ...]:
        grown = []
        for other in sorted(near.get(here, [])):
            if other in seen:
                grown.append(Branch(other, again=True))
            else:
                seen.add(other)
                grown.append(Branch(other, grow(other)))
        return tuple(grown)

    return grow(root)
