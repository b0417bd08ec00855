from __future__ import annotations

import pytest

from tests.factories.cards import open_till


@pytest.fixture
def till(app, cast):
    with open_till(app) as found:
        yield found
