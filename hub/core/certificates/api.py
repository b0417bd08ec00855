"""The JSON door to certificates."""

from __future__ import annotations

from typing import Any

from hub.core.certificates import operations, queries
from hub.core.certificates.policy import Act
from hub.core.certificates.schemas import CertificateOut, CertifyIn, CheckedOut, FileIn
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, public, writes
from hub.web.paging import cursor, paged
from hub.web.security import limiter

api = ApiBlueprint("certificates", __name__, prefix="", description="Certificates of records: signed by the site, checked by anybody.")


@api.get("/me/certificates")
@api.response(200, CertificateOut(many=True))
def mine() -> Any:
    """Yours and those of organisations that you manage, the newest first."""
    before, limit = cursor()
    return paged(queries.of_actor(actor(), before=before, limit=limit), CertificateOut(), limit)


@api.post("/me/certificates")
@writes
@api.arguments(CertifyIn)
@api.response(201, CertificateOut)
def issue(data: dict[str, Any]) -> Any:
    """Have one issued of your record as it is now. Takes an Idempotency-Key."""
    return operations.issue(actor=actor(), **data)


@api.post("/me/certificates/<int:certificate_id>/withdraw")
@writes
@api.response(200, CertificateOut)
def withdraw(certificate_id: int) -> Any:
    """Whoever checks it reads from now on that it was withdrawn."""
    return operations.withdraw(actor=actor(), certificate=queries.get_for(actor(), certificate_id, Act.WITHDRAW))


@api.get("/certificates/<code>")
@public
@limiter.limit("60 per minute")
@api.response(200, CheckedOut)
def show(code: str) -> Any:
    """Is it genuine, does it still stand, and what does it say?"""
    return queries.checked(queries.by_code(code))


@api.post("/certificates/check")
@public
@limiter.limit("30 per minute")
@api.arguments(FileIn)
@api.response(200, CheckedOut)
def check(data: dict[str, Any]) -> Any:
    """Check a certificate's file: `statement` and `signature`. Nothing is kept."""
    return queries.checked_file(data)
