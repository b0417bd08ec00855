"""A site with people and money, and the strict fake of Stripe beside it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.core.conftest import Cast
from tests.core.conftest import cast as cast
from tests.factories.cards import Till, open_till


@pytest.fixture
def till(app: Flask, cast: Cast) -> Iterator[Till]:
    with open_till(app) as found:
        yield found
