"""Sign-in through other sites. The world has set up none, so its doors are not there; what was connected once can still be disconnected."""

from __future__ import annotations

from hub.core.accounts import queries as people
from hub.core.elsewhere import operations
from hub.core.elsewhere.rules import Vouched
from tests.house.matrix.table import ANYONE, AUTHOR, SIGNED, Row, get, post

NOT_SET_UP = frozenset({404})
MINE = "/settings/security/elsewhere"

ROWS: list[Row] = [
    get("/login/with/orcid", ANYONE, ok=NOT_SET_UP, about="not set up"),
    get("/login/with/orcid/back?code=1&state=2", ANYONE, ok=NOT_SET_UP, about="not set up"),
    get("/login/with/orcid/connect", ANYONE, ok=NOT_SET_UP, about="not set up"),
    post("/login/with/orcid/connect", ANYONE, ok=NOT_SET_UP, send={"password": "demo"}, about="not set up"),
    get(MINE, SIGNED),
    post(MINE + "/orcid", SIGNED, ok=NOT_SET_UP, about="not set up"),
    post(MINE + "/{connection}/remove", AUTHOR),
]


def places() -> dict[str, str]:
    solver = people.by_email("solver@demo.example")
    assert solver is not None
    made = operations.connect(actor=people.actor_of(solver.id), vouched=Vouched("github", "4711", "quiet-warbler"))
    return {"connection": str(made.id)}
