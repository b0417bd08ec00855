"""The JSON door: checkpoints, proofs and keys, open to everybody."""

from __future__ import annotations

from typing import Any

from hub.core.evidence import operations, queries
from hub.core.evidence.schemas import CheckpointOut, ConsistencyIn, ConsistencyOut, KeysOut, ProofIn, ProofOut
from hub.web.api import ApiBlueprint
from hub.web.handle import public
from hub.web.paging import cursor, paged

api = ApiBlueprint("evidence", __name__, prefix="/evidence", description="The log of sealed evidence: checkpoints, proofs, public keys")


class _Numbered(dict[str, Any]):
    @property
    def id(self) -> int:
        number: int = self["id"]
        return number


@api.get("/checkpoints")
@public
@api.response(200, CheckpointOut(many=True))
def checkpoints() -> Any:
    """The daily checkpoints, newest first."""
    last_id, limit = cursor()
    rows = [_Numbered(queries.told(one), id=one.id) for one in queries.checkpoints(last_id, limit)]
    return paged(rows, CheckpointOut(), limit)


@api.get("/checkpoints/<day>")
@public
@api.response(200, CheckpointOut)
def checkpoint(day: str) -> Any:
    """One day's checkpoint (2026-11-21)."""
    return queries.told(queries.checkpoint_on(day))


@api.get("/consistency")
@public
@api.arguments(ConsistencyIn, location="query")
@api.response(200, ConsistencyOut)
def consistency(sent: dict[str, Any]) -> Any:
    """The proof that the log only grew between two sizes. The number of hashes grows with the logarithm."""
    return queries.consistency(**sent)


@api.get("/proof")
@public
@api.arguments(ProofIn, location="query")
@api.response(200, ProofOut)
def proof(sent: dict[str, Any]) -> Any:
    """The proof that a fingerprint is in the log, as it is now or as it was."""
    return queries.proof_of(**sent)


@api.get("/keys")
@public
@api.response(200, KeysOut)
def keys() -> Any:
    """All public keys that ever signed receipts and checkpoints here."""
    operations.signing_key()
    return queries.published_keys()
