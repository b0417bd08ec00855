from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hub.search.index.engine import Engine
from hub.search.index.engine_memory import MemoryEngine
from hub.search.index.engine_whoosh import WhooshEngine


@pytest.fixture(params=["whoosh", "memory"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Engine:
    """The real engine and its fake: what holds for one must hold for the other."""
    return WhooshEngine(tmp_path / "search") if request.param == "whoosh" else MemoryEngine()


@pytest.fixture
def shelf(app) -> Iterator[object]:
    """Things of a kind that only these tests know, public as long as they stand in the shelf."""
    from tests.factories.shelf import Shelf

    with Shelf() as shelf:
        yield shelf
