"""Agreements for programs: read the text, send its hash back to sign."""

from __future__ import annotations

from typing import Any

from hub.core.agreements import operations, queries
from hub.core.agreements.schemas import SignatureIn, SignatureOut, SignedOut, SigningIn, SigningOut, TermsOut
from hub.core.agreements.states import State
from hub.core.organisations import queries as organisations
from hub.kernel.errors import NotAllowed
from hub.kernel.words import N_
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, public, writes

api = ApiBlueprint("agreements", __name__, prefix="/agreements", description="What people sign: the text, its hash, their signatures.")


@api.get("")
@api.response(200, SignedOut(many=True))
def signed() -> Any:
    """Everything the key's person has signed or is to sign, and what names their organisations, the newest first."""
    return [
        {
            "id": line.terms.id, "signature": line.own, "subject": line.terms.subject, "kind": line.terms.kind, "state": line.state,
            "number": line.terms.number, "title_en": line.terms.title_en, "is_current": line.state is not State.REPLACED,
            "ends_at": line.ends.ends_at if line.ends else None,
        }
        for line in queries.mine(actor())
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


@api.get("/signing/<slug>")
@api.response(200, SigningOut)
def signing(slug: str) -> Any:
    """How an organisation of yours signs."""
    organisation = organisations.by_slug(slug)
    if not actor().manages(organisation.id):
        raise NotAllowed(N_("Owners and managers see how their organisation signs."))
    needed, signers = queries.rule_of(organisation.id)
    return {"needed": needed, "signers": signers}


@api.put("/signing/<slug>")
@writes
@api.arguments(SigningIn)
@api.response(200, SigningOut)
def set_signing(said: dict[str, Any], slug: str) -> Any:
    """Say how your organisation signs what is drawn up from now on. Only owners."""
    return operations.set_rule(actor=actor(), organisation_id=organisations.by_slug(slug).id, **said)
