"""The world of the route matrix: made once for the whole run, copied for each module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.house.matrix.world import Made, World, shared, stopped_clock
from tests.postgres import SERVER


@pytest.fixture(scope="session")
def made_world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Made]:
    with shared(tmp_path_factory) as made:
        yield made
        SERVER.drop_copies(made.database)


@pytest.fixture(scope="module")
def copied_world(made_world: Made, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = World(made_world, tmp_path_factory.mktemp("copy"))
    yield world
    world.gone()


@pytest.fixture
def world(copied_world: World) -> Iterator[World]:
    """The world at noon. A test that changes it calls `begin_anew` when it is through."""
    with stopped_clock():
        copied_world.enter()
        yield copied_world
