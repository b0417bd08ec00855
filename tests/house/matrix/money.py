"""The doors to money: an organisation's, one's own, the administrators' queues."""

from __future__ import annotations

from tests.house.matrix.core_api import PAYOUT, RECEIVED, TOP_UP
from tests.house.matrix.table import ADMIN, BOOKS, DONE, MONEY, NOBODY, NOT_YOURS, SIGNED, STOPPED, get, post

BASE = "/orgs/{org}/money"

OF_ORGANISATIONS = [
    get(BASE, MONEY | ADMIN, rest=NOT_YOURS),
    get(f"{BASE}/pay-in", MONEY, rest=NOT_YOURS),
    post(f"{BASE}/pay-in", MONEY, rest=NOT_YOURS, send=TOP_UP),
    get(BASE + "/fundings/{funding}", MONEY | ADMIN),
    get(BASE + "/fundings/{other_funding}", NOBODY, about="another's"),
    post(BASE + "/fundings/{funding}/cancel", MONEY | ADMIN),
    post(BASE + "/fundings/{other_funding}/cancel", NOBODY, about="another's"),
    get(f"{BASE}/payout", BOOKS, rest=NOT_YOURS),
    post(f"{BASE}/payout/check", BOOKS, rest=NOT_YOURS, send=PAYOUT),
    post(f"{BASE}/payout", BOOKS, rest=NOT_YOURS, send=PAYOUT),
]

OF_MINE = [
    get("/my/earnings", SIGNED),
    get("/my/earnings/payout", SIGNED),
    post("/my/earnings/payout/check", SIGNED, send=PAYOUT | {"currency": "CNY"}, ok=DONE | STOPPED, about="as far as the balance goes"),
    post("/my/earnings/payout", SIGNED, send=PAYOUT | {"currency": "CNY"}, ok=DONE | STOPPED, about="as far as the balance goes"),
]

OF_ALL = [
    get("/admin/payments", ADMIN, rest=NOT_YOURS),
    get("/admin/payments/{funding}", ADMIN, rest=NOT_YOURS),
    post("/admin/payments/{funding}/check", ADMIN, rest=NOT_YOURS, send=RECEIVED),
    post("/admin/payments/{funding}/confirm", ADMIN, rest=NOT_YOURS, send=RECEIVED),
    post("/admin/payments/{funding}/cancel", ADMIN, rest=NOT_YOURS),
    get("/admin/payments/deposit", ADMIN, rest=NOT_YOURS),
    post("/admin/payments/deposit/check", ADMIN, rest=NOT_YOURS, send=RECEIVED | {"organisation": "{org}"}),
    post("/admin/payments/deposit", ADMIN, rest=NOT_YOURS, send=RECEIVED | {"organisation": "{org}"}),
    get("/admin/payouts", ADMIN, rest=NOT_YOURS),
    get("/admin/payouts/{payout}", ADMIN, rest=NOT_YOURS),
    post("/admin/payouts/{payout}/confirm", ADMIN, rest=NOT_YOURS, send={"bank_reference": "BANK-78"}),
    post("/admin/payouts/{payout}/reject", ADMIN, rest=NOT_YOURS, send={"reason": "The account is closed."}),
]

ROWS = [*OF_ORGANISATIONS, *OF_MINE, *OF_ALL]
