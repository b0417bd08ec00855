from __future__ import annotations

import pytest

from hub.core.organisations import operations as organisations
from hub.db import work


@pytest.fixture
def acme(cast):
    """Its website begins with www."""
    with work.unit():
        organisations.change(actor=cast.owner, organisation=cast.company, website="https://www.acme.example/about")
    return cast.company
