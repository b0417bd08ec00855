"""Every state machine is whole: an operation for every act, a CHECK equal to the enum, a drawing that is up to date."""

from __future__ import annotations

import importlib
import inspect

import pytest
from sqlalchemy import Enum

from hub.cli.house import diagram_block, machines, readme_of
from hub.db.extensions import db

MACHINES = [(room, machine) for room, tables in machines().items() for machine in tables]
IDS = [f"{room}:{machine.name}" for room, machine in MACHINES]


def test_there_are_machines():
    assert len(MACHINES) >= 5


@pytest.mark.parametrize(("room", "machine"), MACHINES, ids=IDS)
def test_every_act_has_an_operation(room, machine):
    source = inspect.getsource(importlib.import_module(f"{room}.operations"))
    enum = type(next(iter(machine.acts()))).__name__
    unused = {act for act in machine.acts() if f"{enum}.{act.name}" not in source and f"def {act.name.lower()}(" not in source}
    assert not unused


@pytest.mark.parametrize(("room", "machine"), MACHINES, ids=IDS)
def test_the_database_knows_the_same_states(app, room, machine):
    states = type(machine.initial)
    columns = [
        column for table in db.metadata.tables.values() for column in table.columns
        if isinstance(column.type, Enum) and column.type.enum_class is states
    ]  # fmt: skip
    assert columns, "no column holds this machine's states"
    for column in columns:
        assert set(column.type.enums) == {state.value for state in states}
        assert column.type.create_constraint


@pytest.mark.parametrize("room", sorted({room for room, _ in MACHINES}))
def test_the_drawing_in_the_readme_is_the_table(room):
    tables = [machine for other, machine in MACHINES if other == room]
    assert diagram_block(tables) in readme_of(room).read_text(), "run: hub states --write"
