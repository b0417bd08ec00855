"""The doors of payouts: the monthly ones, what came back, bank files."""

from __future__ import annotations

import io
from typing import Any

from hub.core.accounts import queries as accounts
from hub.core.batches import operations as batches
from hub.core.controls import operations as controls
from hub.core.controls import queries as reconciled
from hub.core.files import operations as files
from hub.core.organisations import queries as organisations
from hub.core.payouts import operations
from hub.kernel import money
from tests.house.matrix.table import ADMIN, BOOKS, DONE, MOVED, NOT_YOURS, OK, SIGNED, STOPPED, Row, delete, get, post, put

IBAN = "GB33BUKB20201555555555"
PLAN = {"destination": IBAN}
STATEMENT = b"date,amount,currency,reference\n2026-11-20,7.00,EUR,INTEREST 9\n"
BACK = {"reason": "The account was closed."}
QUEUE, FILES, API = "/admin/payouts", "/admin/payouts/batches", "/api/v1/admin/payout-batches"

PAGES = [
    post("/my/earnings/payout/monthly", SIGNED, send=PLAN),
    post("/my/earnings/payout/monthly/end", SIGNED),
    get(f"{QUEUE}?state=paid&currency=EUR&days=7", ADMIN, rest=NOT_YOURS, about="filtered"),
    get(f"{QUEUE}/next", ADMIN, rest=NOT_YOURS, ok=frozenset({302})),
    post(QUEUE + "/{payout_paid}/return", ADMIN, rest=NOT_YOURS, send=BACK),
    get(FILES, ADMIN, rest=NOT_YOURS),
    post(FILES, ADMIN, rest=NOT_YOURS, send={"payouts": "{payout_waiting}"}),
    get(FILES + "/{payout_batch}", ADMIN, rest=NOT_YOURS),
    get(FILES + "/{payout_batch}/payouts.csv", ADMIN, rest=NOT_YOURS),
    get(FILES + "/{payout_batch}/pain.001.xml", ADMIN, rest=NOT_YOURS, ok=OK | STOPPED, about="if the site has an IBAN"),
    post(FILES + "/{payout_batch}/confirm", ADMIN, rest=NOT_YOURS, ok=DONE | STOPPED),
    post(FILES + "/{payout_batch}/take-back", ADMIN, rest=NOT_YOURS),
]

PROGRAMS = [
    get("/api/v1/me/payout-plan", SIGNED),
    put("/api/v1/me/payout-plan", SIGNED, send=PLAN, money=True),
    delete("/api/v1/me/payout-plan", SIGNED, money=True),
    post("/api/v1/admin/payouts/{payout_paid}/return", ADMIN, rest=NOT_YOURS, send=BACK, money=True),
    get(API, ADMIN, rest=NOT_YOURS),
    post(API, ADMIN, rest=NOT_YOURS, send={"payouts": ["{payout_waiting}"]}, money=True),
    get(API + "/{payout_batch}", ADMIN, rest=NOT_YOURS),
    post(
        API + "/{payout_batch}/confirm", ADMIN, rest=NOT_YOURS, money=True,
        send={"references": [{"payout": "{payout_sending}", "bank_reference": "BANK-79"}]},
    ),
    post(API + "/{payout_batch}/take-back", ADMIN, rest=NOT_YOURS, money=True),
]  # fmt: skip

MINE, THEIRS, NONE = "/my/earnings/payout/account", "/orgs/{org}/money/payout/account", frozenset({404})
WHERE, WITHOUT = {"country": "DE"}, "where no processor is"
ACCOUNTS = [
    post(MINE, SIGNED, send=WHERE, ok=NONE, about=WITHOUT),
    post(f"{MINE}/look", SIGNED, ok=NONE, about=WITHOUT),
    get(f"{MINE}/back", SIGNED, ok=MOVED),
    get(f"{MINE}/expired", SIGNED, ok=MOVED),
    post(THEIRS, BOOKS, rest=NOT_YOURS, send=WHERE, ok=NONE, about=WITHOUT),
    post(f"{THEIRS}/look", BOOKS, rest=NOT_YOURS, ok=NONE, about=WITHOUT),
    get(f"{THEIRS}/back", BOOKS, rest=NOT_YOURS, ok=MOVED),
    get(f"{THEIRS}/expired", BOOKS, rest=NOT_YOURS, ok=MOVED),
    get("/api/v1/me/payout-account", SIGNED, ok=NONE, about=WITHOUT),
    post("/api/v1/me/payout-account", SIGNED, send=WHERE, ok=NONE, money=True, about=WITHOUT),
    get("/api/v1/organisations/{org}/payout-account", BOOKS, rest=NOT_YOURS, ok=NONE, about=WITHOUT),
    post("/api/v1/organisations/{org}/payout-account", BOOKS, rest=NOT_YOURS, send=WHERE, ok=NONE, money=True, about=WITHOUT),
]

RECON, REPORTS = "/admin/reconciliation", "/api/v1/admin/reconciliations"
RECONCILIATIONS = [
    get(RECON, ADMIN, rest=NOT_YOURS),
    post(f"{RECON}/stripe", ADMIN, rest=NOT_YOURS, send={"day": "2026-11-20"}, ok=STOPPED, about=WITHOUT),
    post(f"{RECON}/bank", ADMIN, rest=NOT_YOURS, files={"file": (STATEMENT, "statement.csv")}),
    get(RECON + "/bank/{bank_statement}", ADMIN, rest=NOT_YOURS),
    post(RECON + "/bank/{bank_statement}", ADMIN, rest=NOT_YOURS),
    get(RECON + "/{reconciliation}", ADMIN, rest=NOT_YOURS),
    post(RECON + "/{reconciliation}/differences/{difference}", ADMIN, rest=NOT_YOURS, send={"note": "Interest of the bank."}),
    get(REPORTS, ADMIN, rest=NOT_YOURS),
    post(REPORTS, ADMIN, rest=NOT_YOURS, send={"day": "2026-11-20"}, ok=STOPPED, about=WITHOUT),
    get(REPORTS + "/{reconciliation}", ADMIN, rest=NOT_YOURS),
    post(REPORTS + "/{reconciliation}/differences/{difference}/note", ADMIN, rest=NOT_YOURS, send={"note": "Interest of the bank."}),
]

ROWS: list[Row] = [*PAGES, *PROGRAMS, *ACCOUNTS, *RECONCILIATIONS]


def places() -> dict[str, str]:
    """The organisation's payouts: one waits, one stands in a bank file, one is paid."""
    owner, admin = _actor("company"), _actor("admin")
    meridian = organisations.by_slug("meridian-foods")
    amount = money.parse("11.00", "EUR")
    waiting, sending, paid = (
        operations.request_payout(actor=owner, owner="organisation", owner_id=meridian.id, amount=amount, destination=IBAN)
        for _ in range(3)
    )
    batch = batches.make_batch(actor=admin, payout_ids=[sending.id])
    operations.confirm_payout(actor=admin, payout=paid, bank_reference="BANK-77")
    kept = files.store(actor=admin, stream=io.BytesIO(STATEMENT), filename="statement.csv", purpose="bank_statement")
    done = controls.reconcile_bank(actor=admin, statement=reconciled.read_statement(STATEMENT))
    return {
        "bank_statement": str(kept.id),
        "reconciliation": str(done.id),
        "difference": str(reconciled.differences(done.id)[0].id),
        "payout_waiting": str(waiting.id),
        "payout_sending": str(sending.id),
        "payout_paid": str(paid.id),
        "payout_batch": str(batch.id),
    }


def _actor(who: str) -> Any:
    person = accounts.by_email(f"{who}@demo.example")
    assert person is not None
    return accounts.actor_of(person.id)
