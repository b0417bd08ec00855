"""The JSON door to moderation."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hub.core.discussions import queries as threads
from hub.core.discussions.states import PostState
from hub.core.moderation import operations, queries
from hub.core.moderation.models import Case
from hub.core.moderation.schemas import AppealIn, CaseListIn, CaseOut, DecideIn, FlaggedOut, FlagIn, ReportedOut, ReportIn, SettleIn
from hub.kernel.errors import NotAllowed, NotFound
from hub.kernel.permissions import consults
from hub.kernel.words import N_
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, tagged, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint("moderation", __name__, prefix="/moderation", description="Reports of posts, decisions with reasons, one appeal.")


@api.post("/flags")
@writes
@api.arguments(FlagIn)
@api.response(201, FlaggedOut)
def flag(data: dict[str, Any]) -> Any:
    """Report a post to the moderators. Takes an Idempotency-Key."""
    post = threads.post_for(actor(), data.pop("post_id"))
    if post.state is PostState.HIDDEN and not consults(actor(), post):
        raise NotFound(threads.NO_POST)
    return operations.flag(actor=actor(), post=post, **data)


@api.post("/reports")
@writes
@api.arguments(ReportIn)
@api.response(201, ReportedOut)
def report(data: dict[str, Any]) -> Any:
    """Report another thing than a post: `subject` is like "idea:7". Takes an Idempotency-Key."""
    kind, _, number = data.pop("subject").partition(":")
    return operations.report(actor=actor(), kind=kind, number=int(number), **data)


@api.get("/cases")
@api.arguments(CaseListIn, location="query")
@api.response(200, CaseOut(many=True))
def cases(asked: dict[str, Any]) -> Any:
    """For moderators: the cases in one state, in the order of their opening."""
    if not consults(actor(), None):
        raise NotAllowed(N_("Consultants and administrators decide about reports."))
    after, limit = cursor()
    return paged(queries.cases_after(actor(), after, limit, asked["state"]), CaseOut(), limit)


@api.get("/cases/<int:case_id>")
@api.response(200, CaseOut)
def case(case_id: int) -> Any:
    """For moderators, and for the post's author once measures were taken."""
    found = queries.get_for(actor(), case_id)
    return tagged(CaseOut().dump(found), found.version)


def _decides(act: str, schema: Any, operate: Callable[..., Case], says: str) -> None:
    def decide(data: dict[str, Any], case_id: int) -> Any:
        found = operate(actor=actor(), case=queries.get_for(actor(), case_id), **data)
        return tagged(CaseOut().dump(found), found.version)

    decide.__doc__ = says
    route = api.post(f"/cases/<int:case_id>/{act}", endpoint=act)
    route(writes(api.arguments(schema)(api.response(200, CaseOut)(decide))))


_decides("decide", DecideIn, operations.decide, "Take measures, or with none leave the post as it is.")
_decides("appeal", AppealIn, operations.appeal, "Have another moderator look at it, once (the post's author).")
_decides("confirm", SettleIn, operations.confirm, "The measures stand (a moderator other than the one who decided).")
_decides("overturn", SettleIn, operations.overturn, "The measures are taken back (a moderator other than the one who decided).")
