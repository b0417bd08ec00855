"""The JSON door: what is held of the person, their exports, and what they agreed to. Leaving takes a browser and a fresh proof."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext

from hub.core.erasure import queries as erasures
from hub.core.privacy import operations, queries
from hub.core.privacy.models import Consent, Export
from hub.core.privacy.rules import ConsentKind
from hub.core.privacy.schemas import ExportOut, PrivacyOut
from hub.core.privacy.states import ExportState
from hub.kernel.errors import NotFound
from hub.kernel.words import N_
from hub.web.api import ApiBlueprint
from hub.web.exports import private_archive
from hub.web.handle import actor, needs_scope, writes
from hub.web.security import limiter

api = ApiBlueprint("privacy", __name__, prefix="/me/privacy", description="What is held of the person whom the key speaks for.")


def _export(one: Export) -> dict[str, Any]:
    ready = one.state is ExportState.READY
    return {
        "id": one.id, "state": one.state.value, "asked_at": one.asked_at, "ready_at": one.ready_at, "expires_at": one.expires_at,
        "size": one.size, "file": url_for("privacy_api.file", export_id=one.id) if ready else None,
    }  # fmt: skip


def _consent(one: Consent) -> dict[str, Any]:
    return {
        "kind": one.kind.value, "says": gettext(one.kind.label), "version": one.version, "language": one.language, "given_at": one.given_at,
        "withdrawn_at": one.withdrawn_at,
    }  # fmt: skip


@api.get("")
@api.response(200, PrivacyOut)
def mine() -> Any:
    """Everything about privacy: exports, a wish to be erased, agreements, and what is held, table by table."""
    me = actor().person_id or 0
    wish = erasures.erasure_of(me)
    return {
        "exports": [_export(one) for one in queries.exports_of(me)],
        "erasure": None if wish is None else {"state": wish.state.value, "asked_at": wish.asked_at, "due_at": wish.due_at},
        "consents": [_consent(one) for one in queries.consents_of(me)],
        "held": [
            {"room": one.holding.room, "table": one.holding.table, "what": gettext(one.what), "held": one.held, "erased": one.goes,
             "kept_because": gettext(one.holding.keeps) if one.stays else ""}
            for one in erasures.shelves(me)
        ],
    }  # fmt: skip


@api.post("/exports")
@limiter.limit("20 per day")
@writes
@api.response(202, ExportOut)
def ask() -> Any:
    """Have everything put together; look again until its state is `ready`. While one is under way, that one is given."""
    return _export(operations.ask_export(actor=actor()))


@api.get("/exports/<int:export_id>")
@api.response(200, ExportOut)
def show(export_id: int) -> Any:
    """How far it is."""
    return _export(queries.own_export(actor(), export_id))


@api.get("/exports/<int:export_id>/file")
@needs_scope("privacy")
def file(export_id: int) -> Any:
    """The archive itself, for its person alone, as long as it is there: drafts, sealed papers, uploads. So the key is one made for it."""
    export = queries.own_export(actor(), export_id)
    return private_archive(queries.file_of(export), export.download_name)


@api.delete("/consents/<kind>")
@writes
@api.response(204)
def withdraw(kind: str) -> Any:
    """Take an agreement back."""
    if kind not in set(ConsentKind):
        raise NotFound(N_("There is nothing of that kind to agree to."))
    operations.withdraw(actor=actor(), kind=ConsentKind(kind))
    return ""
