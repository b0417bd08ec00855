"""The JSON door: where the person is signed in, and ending it."""

from __future__ import annotations

from typing import Any

from hub.core.accounts import operations, queries, rules
from hub.core.signin import queries as tries
from hub.core.signin.schemas import RefusalsOut, SessionsOut
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, writes

api = ApiBlueprint("signin", __name__, prefix="/me/sessions", description="The browsers in which the person is signed in.")


@api.get("")
@api.response(200, SessionsOut)
def sessions() -> Any:
    """Where the person is signed in, the latest first. All of them: a session ends by itself, so they stay few."""
    found = []
    for row in queries.live_sessions(actor().person_id or 0):
        browser, system = rules.device(row.user_agent)
        found.append(
            {"id": row.id, "browser": browser, "system": system, "address": row.ip, "since": row.created_at, "last_used": row.last_seen_at}
        )
    return {"items": found}


@api.get("/refused")
@api.response(200, RefusalsOut)
def refused() -> Any:
    """The latest refused tries to sign in to the person's account, at most 100."""
    found = []
    for row in tries.refused_at(actor().person_id or 0, 100):
        browser, system = rules.device(row.user_agent)
        found.append({"step": row.step.value, "at": row.at, "browser": browser, "system": system, "address": row.ip})
    return {"items": found}


@api.delete("")
@writes
@api.response(204)
def end_sessions() -> Any:
    """End them all."""
    operations.end_other_sessions(actor=actor())


@api.delete("/<int:session_id>")
@writes
@api.response(204)
def end_session(session_id: int) -> Any:
    """End one of them."""
    operations.end_session(actor=actor(), session_id=session_id)
