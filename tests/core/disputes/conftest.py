"""An order whose delivery came back, and whatever a test does with the money: the books add up in the end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hub.core.controls import queries as controls
from hub.db import work
from tests.factories import disputes
from tests.factories.disputes import Row


@pytest.fixture
def row(app) -> Iterator[Row]:
    made = disputes.row()
    yield made
    work.rollback()
    assert controls.verify().problems == []
