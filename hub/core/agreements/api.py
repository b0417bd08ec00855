"""Agreements for programs: read the text, send its hash back to sign."""

from __future__ import annotations

from typing import Any

from hub.core.agreements import operations, queries
from hub.core.agreements.schemas import SignatureIn, SignatureOut, SignedOut, TermsOut
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, public, writes

api = ApiBlueprint("agreements", __name__, prefix="/agreements", description="What people sign: the text, its hash, their signatures.")


@api.get("")
@api.response(200, SignedOut(many=True))
def signed() -> Any:
    """Everything the key's person has signed, the newest first."""
    found = queries.signed_by(actor().person_id or 0)
    newest = queries.newest_numbers(terms for _, terms in found)
    return [
        {
            "id": terms.id, "signature": signature, "subject": terms.subject, "kind": terms.kind, "number": terms.number,
            "title_en": terms.title_en, "is_current": newest[terms.subject, terms.kind] == terms.number,
        }
        for signature, terms in found
    ]  # fmt: skip


@api.get("/<int:terms_id>")
@public
@api.response(200, TermsOut)
def show(terms_id: int) -> Any:
    """One version with its whole text. Public where its subject is."""
    return queries.shown(actor(), queries.get_for(actor(), terms_id))


@api.post("/<int:terms_id>/sign")
@writes
@api.arguments(SignatureIn)
@api.response(201, SignatureOut)
def sign(said: dict[str, Any], terms_id: int) -> Any:
    """Sign the current version. Signing again answers the first signature; take an `Idempotency-Key` for retries."""
    return operations.sign_here(actor=actor(), terms=queries.get_for(actor(), terms_id), **said)
