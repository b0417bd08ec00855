"""Deeds for programs: what changed between versions, and the file of evidence."""

from __future__ import annotations

from typing import Any

from hub.core.agreements import queries as agreements
from hub.core.agreements.rules import compare
from hub.core.deeds import queries
from hub.core.deeds.schemas import ChangesOut, EvidenceOut, SinceIn, StandardOut
from hub.web.api import ApiBlueprint
from hub.web.handle import actor

api = ApiBlueprint("deeds", __name__, prefix="/agreements", description="Versions compared, and evidence to keep.")


@api.get("/<int:terms_id>/changes")
@api.arguments(SinceIn, location="query")
@api.response(200, ChangesOut)
def changes(said: dict[str, Any], terms_id: int) -> Any:
    """What changed since an earlier version (without `since`: the last one you signed, else the one before), clause by clause."""
    terms = agreements.get_for(actor(), terms_id)
    (before, _), code = queries.earlier(actor(), terms, said["since"]), said["text"]
    found = compare(getattr(before, f"text_{code}"), getattr(terms, f"text_{code}"))
    return {"since": before.number, "number": terms.number, "language": code, "clauses": found}


@api.get("/<int:terms_id>/standard")
@api.arguments(SinceIn(only=("text",)), location="query")
@api.response(200, StandardOut)
def standard(said: dict[str, Any], terms_id: int) -> Any:
    """What these terms say otherwise than the site's standard text for the same parties, clause by clause, and who wrote it."""
    terms, code = agreements.get_for(actor(), terms_id), said["text"]
    written = agreements.written(actor(), terms)
    return {
        "author": written.author if written else "", "own_from": written.own_from if written else None, "is_standard": written is None,
        "language": code, "clauses": compare(getattr(queries.standard(terms), f"text_{code}"), getattr(terms, f"text_{code}")),
    }  # fmt: skip


@api.get("/<int:terms_id>/evidence")
@api.response(200, EvidenceOut)
def evidence(terms_id: int) -> Any:
    """The text with the signatures that you may see, signed by the site."""
    return queries.file(actor(), agreements.get_for(actor(), terms_id))
