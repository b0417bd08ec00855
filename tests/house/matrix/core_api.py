"""The core's doors for programs."""

from __future__ import annotations

from tests.house.matrix.core import EVIDENCE, NEW_PASSWORD  # noqa: F401
from tests.house.matrix.table import (
    ADMIN,
    ANYONE,
    AUTHOR,
    BOOKS,
    DONE,
    HOUSE,
    MANAGERS,
    MONEY,
    NOBODY,
    NOT_YOURS,
    OWNER,
    SIGNED,
    STAFF,
    STOPPED,
    delete,
    get,
    patch,
    post,
    who,
)  # fmt: skip

ME = "/api/v1/me"
ORGS = "/api/v1/organisations"

PEOPLE = [
    get(ME, SIGNED),
    patch(ME, SIGNED, send={"name": "Somebody Else"}),
    get(f"{ME}/profile", who("author judge member")),
    patch(f"{ME}/profile", SIGNED, send={"headline": "Something new"}),
    get(f"{ME}/evidence", SIGNED),
    post(f"{ME}/evidence", SIGNED, send={"kind": "project", "title": "A thing done", "year": 2020}),
    get(ME + "/evidence/{evidence}", AUTHOR),
    patch(ME + "/evidence/{evidence}", AUTHOR, send={"title": "Another title"}),
    delete(ME + "/evidence/{evidence}", AUTHOR),
    get("/api/v1/people/{author_handle}", ANYONE),
    get("/api/v1/people/{hidden_handle}", who("member") | ADMIN, public=True, about="not visible"),
    get(f"{ME}/notifications", SIGNED),
    post(ME + "/notifications/{note}/read", AUTHOR),
    post(f"{ME}/notifications/read-all", SIGNED),
]

ORGANISATIONS = [
    get(ORGS, SIGNED),
    post(ORGS, SIGNED, send={"name": "A new one", "kind": "lab"}),
    get(ORGS + "/{org}", ANYONE),
    patch(ORGS + "/{org}", MANAGERS | ADMIN, rest=NOT_YOURS, send={"about": "Other words."}),
    get(ORGS + "/{org}/members", HOUSE | ADMIN, rest=NOT_YOURS),
    post(ORGS + "/{org}/members", OWNER | ADMIN, rest=NOT_YOURS, send={"email": "newcomer@demo.example", "role": "member"}),
    patch(ORGS + "/{org}/members/{manager_id}", OWNER | ADMIN, rest=NOT_YOURS, send={"role": "member"}),
    delete(ORGS + "/{org}/members/{manager_id}", OWNER | ADMIN | who("manager"), rest=NOT_YOURS, own=who("manager")),
]

SIGNATURE = {"seen_hash": "{award_hash}"}
AGREEMENTS = [
    get("/api/v1/agreements", SIGNED),
    get("/api/v1/agreements/{entry_terms}", ANYONE),
    get("/api/v1/agreements/{review_terms}", HOUSE | STAFF, public=True),
    get("/api/v1/agreements/{award_terms}", AUTHOR | MANAGERS | STAFF, public=True),
    post("/api/v1/agreements/{award_terms}/sign", AUTHOR | MANAGERS | STAFF, ok=STOPPED, send=SIGNATURE, about="signed where it is paid"),
]

TOP_UP = {"amount": "250.00", "currency": "EUR", "label": "For next year"}
PAYOUT = {"amount": "10.00", "currency": "EUR", "destination": "GB33BUKB20201555555555"}
RECEIVED = {"amount": "500.00", "currency": "EUR", "bank_reference": "BANK-77"}
MONEY_OF_MINE = [
    get(f"{ME}/balances", SIGNED),
    get(f"{ME}/earnings", SIGNED),
    get(f"{ME}/payouts", SIGNED),
    post(f"{ME}/payouts", SIGNED, send=PAYOUT | {"currency": "CNY"}, ok=DONE | STOPPED, money=True, about="as far as the balance goes"),
]
MONEY_OF_ORGANISATIONS = [
    get(ORGS + "/{org}/balances", MONEY | ADMIN, rest=NOT_YOURS),
    get(ORGS + "/{org}/holds", MONEY | ADMIN, rest=NOT_YOURS),
    get(ORGS + "/{org}/statement", MONEY | ADMIN, rest=NOT_YOURS),
    get(ORGS + "/{org}/fundings", MONEY | ADMIN, rest=NOT_YOURS),
    post(ORGS + "/{org}/fundings", MONEY, rest=NOT_YOURS, send=TOP_UP, money=True),
    post(ORGS + "/{org}/fundings/{funding}/cancel", MONEY | ADMIN, money=True),
    post(ORGS + "/{org}/fundings/{other_funding}/cancel", NOBODY, money=True, about="another's"),
    get(ORGS + "/{org}/payouts", MONEY | ADMIN, rest=NOT_YOURS),
    post(ORGS + "/{org}/payouts", BOOKS, rest=NOT_YOURS, send=PAYOUT, money=True),
]
MONEY_OF_ALL = [
    get("/api/v1/admin/fundings", ADMIN, rest=NOT_YOURS),
    post("/api/v1/admin/fundings/{funding}/confirm", ADMIN, rest=NOT_YOURS, send=RECEIVED, money=True),
    post("/api/v1/admin/deposits", ADMIN, rest=NOT_YOURS, send=RECEIVED | {"organisation": "{org}"}, money=True),
    get("/api/v1/admin/payouts", ADMIN, rest=NOT_YOURS),
    post("/api/v1/admin/payouts/{payout}/confirm", ADMIN, rest=NOT_YOURS, send={"bank_reference": "BANK-78"}, money=True),
    post("/api/v1/admin/payouts/{payout}/reject", ADMIN, rest=NOT_YOURS, send={"reason": "The account is closed."}, money=True),
]

ROWS = [*PEOPLE, *ORGANISATIONS, *AGREEMENTS, *MONEY_OF_MINE, *MONEY_OF_ORGANISATIONS, *MONEY_OF_ALL]
