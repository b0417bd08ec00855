"""All rows of the route matrix."""

from __future__ import annotations

from tests.house.matrix import contests, contests_api, core, core_api, guide, market, money, signin
from tests.house.matrix.table import Row
from tests.house.matrix.wings import WINGS

ROWS: list[Row] = [*core.ROWS, *signin.ROWS, *money.ROWS, *core_api.ROWS, *contests.ROWS, *contests_api.ROWS, *market.ROWS, *guide.ROWS]
ROWS += [row for wing in WINGS for row in wing.ROWS]
