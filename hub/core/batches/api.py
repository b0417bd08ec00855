"""The JSON door to bank files."""

from __future__ import annotations

from typing import Any

from hub.core.batches import operations, queries
from hub.core.batches.policy import BATCHES, BatchAct
from hub.core.batches.schemas import (
    BatchesOut,
    BatchFullOut,
    BatchIn,
    BatchOut,
    ConfirmedOut,
    ListedOut,
    ReferencesIn,
    TakenBackOut,
)
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, needs_scope, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint("batches", __name__, prefix="/admin/payout-batches", description="Bank files of payouts. For administrators.")


def _see() -> None:
    BATCHES.require(actor(), BatchAct.SEE, None)


@api.get("")
@api.response(200, BatchesOut)
def batches() -> Any:
    """Bank files, the newest first."""
    _see()
    before, limit = cursor()
    return paged(queries.batches(before=before, limit=limit + 1), ListedOut(), limit)


@api.post("")
@needs_scope("money")
@writes
@api.arguments(BatchIn)
@api.response(201, BatchOut)
def make(data: dict[str, Any]) -> Any:
    """Put payouts that wait into one bank file. Takes an Idempotency-Key."""
    _see()
    return operations.make_batch(actor=actor(), payout_ids=data["payouts"])


@api.get("/<int:batch_id>")
@api.response(200, BatchFullOut)
def batch(batch_id: int) -> Any:
    """The bank file with its payouts and their full destinations."""
    _see()
    found = queries.batch(batch_id)
    names = ("id", "currency", "payouts", "amount", "made_at")
    return {name: getattr(found, name) for name in names} | {"items": queries.payouts_in(batch_id)}


@api.post("/<int:batch_id>/confirm")
@needs_scope("money")
@writes
@api.arguments(ReferencesIn)
@api.response(200, ConfirmedOut)
def confirm(data: dict[str, Any], batch_id: int) -> Any:
    """Confirm payouts of the file, each with the bank's reference; those already confirmed with the same one are passed over."""
    _see()
    references = {line["payout"]: line["bank_reference"] for line in data["references"]}
    return {"confirmed": operations.confirm_batch(actor=actor(), batch=queries.batch(batch_id), references=references)}


@api.post("/<int:batch_id>/take-back")
@needs_scope("money")
@writes
@api.response(200, TakenBackOut)
def take_back(batch_id: int) -> Any:
    """The file was not used: what is still on its way waits again."""
    _see()
    return {"taken_back": operations.take_back(actor=actor(), batch=queries.batch(batch_id))}
