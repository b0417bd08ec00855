"""The JSON door to reconciliations, for administrators."""

from __future__ import annotations

from typing import Any

from hub.core.controls import operations, queries
from hub.core.controls.models import Reconciliation
from hub.core.controls.policy import CONTROLS, ControlAct
from hub.core.controls.reactions import reconcile_now
from hub.core.controls.schemas import DayIn, DifferenceOut, NoteIn, ReconciliationOut, ReconciliationsOut, ReportOut
from hub.kernel.errors import NotFound
from hub.kernel.words import N_
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint("controls", __name__, prefix="", description="Do the bank and the payment processor say the same as the books?")


def _report(found: Reconciliation) -> dict[str, Any]:
    said = {name: getattr(found, name) for name in ("id", "source", "day", "matched", "different", "at")}
    return said | {"differences": queries.differences(found.id)}


@api.get("/admin/reconciliations")
@api.response(200, ReconciliationsOut)
def reconciliations() -> Any:
    """The days that were compared, the newest first: how much fits, and how much differs."""
    CONTROLS.require(actor(), ControlAct.SEE, None)
    before, limit = cursor()
    return paged(queries.reconciliations(before=before, limit=limit + 1), ReconciliationOut(), limit)


@api.post("/admin/reconciliations")
@writes
@api.arguments(DayIn)
@api.response(200, ReportOut)
def compare(data: dict[str, Any]) -> Any:
    """Compare one day with the payment processor now. Again, it replaces the first time; notes on what still differs stay."""
    CONTROLS.require(actor(), ControlAct.RECONCILE, None)
    return _report(reconcile_now(data["day"], actor()))


@api.get("/admin/reconciliations/<int:reconciliation_id>")
@api.response(200, ReportOut)
def report(reconciliation_id: int) -> Any:
    """One day: each thing that is missing here, missing there, or differs in its amount."""
    CONTROLS.require(actor(), ControlAct.SEE, None)
    return _report(queries.reconciliation(reconciliation_id))


@api.post("/admin/reconciliations/<int:reconciliation_id>/differences/<int:difference_id>/note")
@writes
@api.arguments(NoteIn)
@api.response(200, DifferenceOut)
def note(data: dict[str, Any], reconciliation_id: int, difference_id: int) -> Any:
    """Write down what was found out about a difference."""
    CONTROLS.require(actor(), ControlAct.SEE, None)
    found = queries.difference(difference_id)
    if found.reconciliation_id != reconciliation_id:
        raise NotFound(N_("There is no such reconciliation."))
    return operations.note_difference(actor=actor(), difference=found, note=data["note"])
