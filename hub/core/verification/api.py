"""The JSON door to verification: the same operations as the pages."""

from __future__ import annotations

from typing import Any

from hub.core.accounts import queries as accounts
from hub.core.files.pages import send_private, uploads
from hub.core.organisations import queries as organisations
from hub.core.organisations.states import Act as OrganisationAct
from hub.core.verification import operations, queries
from hub.core.verification.models import DocumentCheck
from hub.core.verification.reactions import vault
from hub.core.verification.schemas import AcceptIn, CheckOut, DocumentOut, OneOut, QueueIn, ReasonIn, SendIn, StandingOut
from hub.kernel.errors import NotAllowed
from hub.kernel.words import N_
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, parse, tagged, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint("verification", __name__, prefix="/verification", description="Documents that show who somebody is, and their checks.")


def _told(check: DocumentCheck, status: int = 200) -> Any:
    documents = queries.files_of([check.id]).get(check.id, [])
    body = {**CheckOut().dump(check), "documents": DocumentOut(many=True).dump(documents)}
    return tagged(body, check.version, status)


def _standing(level: Any, checks: list[DocumentCheck]) -> Any:
    return {"level": level, "checks": checks}


@api.get("/me")
@api.response(200, StandingOut)
def mine() -> Any:
    """One's own level, and the newest checks of one's documents."""
    me = accounts.get(actor().person_id or 0)
    return _standing(me.level, queries.of_owner(person_id=me.id))


@api.post("/me")
@writes
@api.response(201, OneOut)
def send() -> Any:
    """Send documents: multipart/form-data with kind, country, note and one to four files as `file`. Takes an Idempotency-Key."""
    return _told(operations.send(actor=actor(), vault=vault(), uploads=uploads(), **parse(SendIn())), 201)


@api.get("/organisations/<slug>")
@api.response(200, StandingOut)
def organisation(slug: str) -> Any:
    """An organisation's level, and the newest checks of its documents. For its managers and administrators."""
    body = organisations.get_for(actor(), slug, OrganisationAct.CHANGE)
    return _standing(body.level, queries.of_owner(organisation_id=body.id))


@api.post("/organisations/<slug>")
@writes
@api.response(201, OneOut)
def send_organisations(slug: str) -> Any:
    """As for oneself, for an organisation that one manages."""
    body = organisations.get_for(actor(), slug, OrganisationAct.CHANGE)
    sent = operations.send(actor=actor(), vault=vault(), uploads=uploads(), organisation_id=body.id, **parse(SendIn()))
    return _told(sent, 201)


@api.get("/checks")
@api.arguments(QueueIn, location="query")
@api.response(200, CheckOut(many=True))
def checks(asked: dict[str, Any]) -> Any:
    """For administrators: the checks in one state that do not concern themselves, in the order of their sending."""
    if not actor().is_admin:
        raise NotAllowed(N_("Administrators check documents."))
    after, limit = cursor()
    return paged(queries.checks_after(actor(), after, limit, asked["state"]), CheckOut(), limit)


@api.get("/checks/<int:check_id>")
@api.response(200, OneOut)
def check(check_id: int) -> Any:
    """For those whom it is about, and for administrators whom it does not concern."""
    return _told(queries.get_for(actor(), check_id))


@api.get("/checks/<int:check_id>/files/<int:place>")
@writes
def file(check_id: int, place: int) -> Any:
    """A document's bytes, for the administrator who has taken the check. Written down; its owner sees it."""
    found = queries.get_for(actor(), check_id)
    document, content = operations.view(actor=actor(), check=found, place=place, vault=vault())
    return send_private(content, document.media_type, document.given_name)


@api.post("/checks/<int:check_id>/withdraw")
@writes
@api.response(200, OneOut)
def withdraw(check_id: int) -> Any:
    """Take documents back before they are decided about."""
    return _told(operations.withdraw(actor=actor(), check=queries.get_for(actor(), check_id)))


@api.post("/checks/<int:check_id>/take")
@writes
@api.response(200, OneOut)
def take(check_id: int) -> Any:
    """Be the one who reads them, and the only one."""
    return _told(operations.take(actor=actor(), check=queries.get_for(actor(), check_id)))


@api.post("/checks/<int:check_id>/give-back")
@writes
@api.response(200, OneOut)
def give_back(check_id: int) -> Any:
    """Leave it to somebody else."""
    return _told(operations.give_back(actor=actor(), check=queries.get_for(actor(), check_id)))


@api.post("/checks/<int:check_id>/accept")
@writes
@api.arguments(AcceptIn)
@api.response(200, OneOut)
def accept(data: dict[str, Any], check_id: int) -> Any:
    """They show what their owner says (the administrator who has taken the check)."""
    return _told(operations.accept(actor=actor(), check=queries.get_for(actor(), check_id), vault=vault(), **data))


@api.post("/checks/<int:check_id>/reject")
@writes
@api.arguments(ReasonIn)
@api.response(200, OneOut)
def reject(data: dict[str, Any], check_id: int) -> Any:
    """They do not show it (the administrator who has taken the check)."""
    return _told(operations.reject(actor=actor(), check=queries.get_for(actor(), check_id), vault=vault(), **data))


@api.post("/checks/<int:check_id>/revoke")
@writes
@api.arguments(ReasonIn)
@api.response(200, OneOut)
def revoke(data: dict[str, Any], check_id: int) -> Any:
    """An accepted check counts no longer."""
    return _told(operations.revoke(actor=actor(), check=queries.get_for(actor(), check_id), **data))
