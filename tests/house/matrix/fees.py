"""The doors of fees."""

from __future__ import annotations

from datetime import timedelta

from hub.kernel import clock
from tests.house.matrix.table import ADMIN, ANYONE, NOT_YOURS, Row, get, post

RATE = {"mode": "pools", "from_on": "{fee_day}", "percent": "4.5", "consultant_percent": "10", "reason": "Pools are small, and many."}

ROWS: list[Row] = [
    get("/fees", ANYONE),
    get("/admin/fees", ADMIN, rest=NOT_YOURS),
    post("/admin/fees/check", ADMIN, rest=NOT_YOURS, send=RATE),
    post("/admin/fees", ADMIN, rest=NOT_YOURS, send=RATE),
    get("/api/v1/fees", ANYONE),
    post("/api/v1/admin/fees", ADMIN, rest=NOT_YOURS, send=RATE, money=True),
]


def places() -> dict[str, str]:
    return {"fee_day": (clock.now() + timedelta(days=40)).date().isoformat()}
