"""The state machine table: what it refuses to be, how it fires, and what holds for every machine whatsoever."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.kernel.actor import ANONYMOUS, Actor
from hub.kernel.errors import NotNow
from hub.kernel.permissions import Policy
from hub.kernel.states import Machine, Move
from hub.kernel.words import Worded


class State(Worded):
    DRAFT = "draft", "Draft"
    OPEN = "open", "Open to all"
    CLOSED = "closed", "Closed"


class Act(StrEnum):
    PUBLISH = "publish"
    CLOSE = "close"
    REOPEN = "reopen"


@dataclass
class Thing:
    state: Any = State.DRAFT
    paid: bool = False


LIFE = Machine(
    "thing",
    initial=State.DRAFT,
    moves=(
        Move(Act.PUBLISH, State.DRAFT, State.OPEN, when=lambda thing: thing.paid, unless="Pay first.", says="Publish"),
        Move(Act.CLOSE, State.OPEN, State.CLOSED),
        Move(Act.REOPEN, State.CLOSED, State.OPEN),
    ),
)


def test_a_move_leads_on_when_its_guard_holds() -> None:
    thing = Thing(paid=True)
    LIFE.fire(thing, Act.PUBLISH)
    assert thing.state is State.OPEN


def test_a_guard_that_does_not_hold_says_why_and_changes_nothing() -> None:
    thing = Thing()
    with pytest.raises(NotNow, match="Pay first"):
        LIFE.fire(thing, Act.PUBLISH)
    assert thing.state is State.DRAFT


def test_a_move_that_does_not_exist_names_the_state_it_is_in() -> None:
    with pytest.raises(NotNow, match="Open to all") as refused:
        LIFE.fire(Thing(State.OPEN), Act.PUBLISH)
    assert refused.value.code == "not_now" and refused.value.values == {"state": "Open to all"}


def test_buttons_are_the_open_moves_with_the_reason_why_not() -> None:
    [move] = LIFE.open_moves(Thing())
    assert (move.says, move.blocked(Thing()), move.blocked(Thing(paid=True))) == ("Publish", "Pay first.", "")


def test_buttons_are_only_those_the_actor_may_press() -> None:
    policy = Policy(
        "thing", {Act.PUBLISH: lambda actor, thing: actor.signed_in, Act.CLOSE: lambda a, t: False, Act.REOPEN: lambda a, t: True}
    )
    assert [m.act for m in LIFE.moves_for(Actor(person_id=1), Thing(), policy)] == [Act.PUBLISH]
    assert LIFE.moves_for(ANONYMOUS, Thing(), policy) == []
    assert LIFE.moves_for(Actor(person_id=1), Thing(State.OPEN), policy) == []


def test_a_table_that_leaves_a_state_twice_by_one_act_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        Machine("thing", State.DRAFT, (*LIFE.moves, Move(Act.CLOSE, State.OPEN, State.DRAFT)))


def test_a_table_with_a_state_that_is_never_reached_is_refused() -> None:
    with pytest.raises(ValueError, match="closed"):
        Machine("thing", State.DRAFT, (Move(Act.PUBLISH, State.DRAFT, State.OPEN),))


def test_a_guard_without_a_reason_is_refused() -> None:
    with pytest.raises(ValueError, match="without a reason"):
        Machine("thing", State.DRAFT, (Move(Act.PUBLISH, State.DRAFT, State.OPEN, when=bool), *LIFE.moves[1:]))


def test_the_diagram_draws_every_move_from_the_first_state() -> None:
    lines = LIFE.diagram().splitlines()
    assert lines[:2] == ["stateDiagram-v2", "    [*] --> draft"]
    assert lines[2:] == ["    draft --> open: publish", "    open --> closed: close", "    closed --> open: reopen"]


# Whatever the table


@st.composite
def tables(draw: st.DrawFn) -> tuple[StrEnum, tuple[Move, ...]]:
    """Any table over some states and acts, most of them whole, some with unreachable states or doubled moves."""
    states = StrEnum("States", [f"s{n}" for n in range(draw(st.integers(1, 6)))])  # type: ignore[misc]
    acts = StrEnum("Acts", [f"a{n}" for n in range(draw(st.integers(1, 4)))])  # type: ignore[misc]
    some_move = st.builds(
        lambda act, source, target, open_: Move(act, source, target, when=lambda _: open_, unless="Shut."),
        st.sampled_from(list(acts)),
        st.sampled_from(list(states)),
        st.sampled_from(list(states)),
        st.booleans(),
    )
    return next(iter(states)), tuple(draw(st.lists(some_move, max_size=12)))


def closure(initial: StrEnum, moves: tuple[Move, ...]) -> set[StrEnum]:
    """Reachable states, found another way than the machine does: by repeating until nothing is added."""
    found = {initial}
    while (more := found | {m.target for m in moves if m.source in found}) != found:
        found = more
    return found


@given(tables())
def test_a_machine_exists_exactly_when_its_table_is_sound(table: tuple[StrEnum, tuple[Move, ...]]) -> None:
    initial, moves = table
    keys = [(m.source, m.act) for m in moves]
    sound = len(set(keys)) == len(keys) and closure(initial, moves) == set(type(initial))
    if not sound:
        with pytest.raises(ValueError):
            Machine("any", initial, moves)
        return
    machine = Machine("any", initial, moves)
    assert machine.reachable() == set(machine.states)
    assert machine.acts() == {m.act for m in moves}
    assert machine.diagram().count("-->") == len(moves) + 1


@given(tables(), st.data())
def test_a_walk_makes_only_moves_of_the_table(table: tuple[StrEnum, tuple[Move, ...]], data: st.DataObject) -> None:
    """A random walk: each step either is a line of the table whose guard holds, or is refused and changes nothing."""
    initial, moves = table
    try:
        machine = Machine("any", initial, moves)
    except ValueError:
        return
    thing = Thing(initial)
    for act in data.draw(st.lists(st.sampled_from([m.act for m in moves]), max_size=20)) if moves else []:
        before = copy.copy(thing)
        line = machine.move(before.state, act)
        try:
            machine.fire(thing, act)
        except NotNow as refused:
            assert thing == before
            assert line is None or str(refused) == line.unless == line.blocked(thing)
        else:
            assert line is not None and line in moves and line.blocked(before) == ""
            assert (line.source, line.act, line.target) == (before.state, act, thing.state)
        assert thing.state in machine.reachable()
        assert {m.act for m in machine.open_moves(thing)} == {m.act for m in moves if m.source == thing.state}
