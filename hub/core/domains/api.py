"""The JSON door to proofs of domains."""

from __future__ import annotations

from typing import Any

from hub.core.domains import operations, queries
from hub.core.domains.models import DomainProof
from hub.core.domains.schemas import MailboxIn, ProofOut, ProofsOut
from hub.core.organisations import queries as organisations
from hub.core.organisations.models import Organisation
from hub.core.organisations.states import Act
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, tagged, writes

api = ApiBlueprint("domains", __name__, prefix="/domains", description="Proofs of organisations' domains.")


def _organisation(slug: str) -> Organisation:
    return organisations.get_for(actor(), slug, Act.CHANGE)


def _told(proof: DomainProof, status: int = 200) -> Any:
    return tagged(ProofOut().dump(proof), proof.version, status)


@api.get("/of/<slug>")
@api.response(200, ProofsOut)
def listed(slug: str) -> Any:
    """An organisation's proofs. For its managers and administrators."""
    return {"items": queries.of_organisation(_organisation(slug).id), "next": None}


@api.post("/of/<slug>/web")
@writes
@api.response(201, ProofOut)
def ask_web(slug: str) -> Any:
    """A token for the organisation's website: put `line` into the file at `address`, and the worker finds it."""
    return _told(operations.ask_web(actor=actor(), organisation=_organisation(slug)), 201)


@api.post("/of/<slug>/dns")
@writes
@api.response(201, ProofOut)
def ask_dns(slug: str) -> Any:
    """A token for the domain's zone: publish a TXT record at `record` that says `line`, and the worker finds it."""
    return _told(operations.ask_dns(actor=actor(), organisation=_organisation(slug)), 201)


@api.post("/of/<slug>/mailbox")
@writes
@api.arguments(MailboxIn)
@api.response(201, ProofOut)
def ask_mailbox(data: dict[str, Any], slug: str) -> Any:
    """Have a mailbox at the organisation's domain answer."""
    return _told(operations.ask_mailbox(actor=actor(), organisation=_organisation(slug), **data), 201)


@api.post("/<int:proof_id>/look")
@writes
@api.response(200, ProofOut)
def look(proof_id: int) -> Any:
    """Have the worker look at the website or the record now."""
    return _told(operations.look_again(actor=actor(), proof=queries.get_for(actor(), proof_id)))


@api.delete("/<int:proof_id>")
@writes
@api.response(204)
def remove(proof_id: int) -> Any:
    """It counts no longer."""
    operations.remove(actor=actor(), proof=queries.get_for(actor(), proof_id))
