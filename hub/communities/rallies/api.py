"""The JSON door to idea rallies."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

from hub.communities.rallies import operations, queries
from hub.communities.rallies.models import Idea, Rally
from hub.communities.rallies.schemas import (
    IdeaChangeIn,
    IdeaIn,
    IdeaOut,
    JoinIn,
    NewRallyIn,
    ParticipantOut,
    RallyAnswerIn,
    RallyChangeIn,
    RallyExtendIn,
    RallyListIn,
    RallyOut,
    RallyReasonIn,
    RallyReportOut,
)
from hub.core.organisations import queries as organisations
from hub.kernel.errors import NotFound, NotSignedIn
from hub.kernel.words import N_
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, check_version, public, tagged, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint("rallies", __name__, prefix="/rallies", description="A question, ideas that build on each other, and a hidden vote.")

METHOD = (
    "approval voting; ranked by the lower end of the 95 % Wilson score interval of the share of voters (without the author) who approved; "
    "equal values share a place"
)


def _told(rally: Rally, status: int = 200) -> Any:
    (shown,) = queries.shown([rally])
    return tagged(RallyOut().dump(shown), rally.version, status)


@api.get("")
@public
@api.arguments(RallyListIn, location="query")
@api.response(200, RallyOut(many=True))
def rallies(asked: dict[str, Any]) -> Any:
    """The public ones, or with `mine` those of your organisations; the newest first."""
    last_id, limit = cursor()
    if asked["mine"]:
        if not actor().signed_in:
            raise NotSignedIn(N_("This needs an API key: send it as “Authorization: Bearer <key>”."))
        found = queries.own_after(actor(), last_id, limit)
    else:
        host = organisations.by_slug(asked["organisation"]).id if asked["organisation"] else None
        found = queries.public_after(last_id, limit, asked["phase"], host)
    return paged(queries.shown(found), RallyOut(), limit)


@api.post("")
@writes
@api.arguments(NewRallyIn)
@api.response(201, RallyOut)
def draft(data: dict[str, Any]) -> Any:
    """Begin a rally for an organisation that you manage."""
    host = organisations.by_slug(data.pop("organisation"))
    return _told(operations.draft(actor=actor(), organisation_id=host.id, **data), 201)


@api.get("/<int:rally_id>")
@public
@api.response(200, RallyOut)
def show(rally_id: int) -> Any:
    """One rally, with the ETag that an edit sends back. Votes never change it."""
    return _told(queries.get_for(actor(), rally_id))


@api.patch("/<int:rally_id>")
@writes
@api.arguments(RallyChangeIn)
@api.response(200, RallyOut)
def change(data: dict[str, Any], rally_id: int) -> Any:
    """Change a draft; what is left out stays. Takes If-Match."""
    rally = queries.get_for(actor(), rally_id)
    check_version(rally.version)
    return _told(operations.edit(actor=actor(), rally=rally, **data))


@api.post("/<int:rally_id>/extend")
@writes
@api.arguments(RallyExtendIn)
@api.response(200, RallyOut)
def extend(data: dict[str, Any], rally_id: int) -> Any:
    """Have the present phase end later; it is never shortened. All participants are told."""
    return _told(operations.extend(actor=actor(), rally=queries.get_for(actor(), rally_id), **data))


@api.post("/<int:rally_id>/cancel")
@writes
@api.arguments(RallyReasonIn)
@api.response(200, RallyOut)
def cancel(data: dict[str, Any], rally_id: int) -> Any:
    """Stop a rally, with the reason that everybody reads (administrators)."""
    return _told(operations.cancel(actor=actor(), rally=queries.get_for(actor(), rally_id), **data))


@api.post("/<int:rally_id>/answer")
@writes
@api.arguments(RallyAnswerIn)
@api.response(200, RallyOut)
def answer(data: dict[str, Any], rally_id: int) -> Any:
    """After the close: say what becomes of the ideas. All participants are told."""
    return _told(operations.answer(actor=actor(), rally=queries.get_for(actor(), rally_id), **data))


def _move_door(act: str, operate: Callable[..., Rally], says: str) -> None:
    def move(rally_id: int) -> Any:
        return _told(operate(actor=actor(), rally=queries.get_for(actor(), rally_id)))

    move.__doc__ = says
    api.post(f"/<int:rally_id>/{act}", endpoint=act)(writes(api.response(200, RallyOut)(move)))


_move_door("announce", operations.announce, "Make a complete draft public.")
_move_door("revise", operations.revise, "Take an announced rally back into a draft, before it has opened.")
_move_door("discard", operations.discard, "Throw a draft away.")


# Taking part


@api.post("/<int:rally_id>/join")
@writes
@api.arguments(JoinIn)
@api.response(200, ParticipantOut)
def join(data: dict[str, Any], rally_id: int) -> Any:
    """Take part, accepting the terms named by `terms_hash`. Joining again changes nothing."""
    rally = queries.get_for(actor(), rally_id)
    return operations.join(actor=actor(), rally=rally, seen_hash=data["terms_hash"], alias=data["alias"])


@api.get("/<int:rally_id>/me")
@api.response(200, ParticipantOut)
def me(rally_id: int) -> Any:
    """Your own part in it, with the votes you have left."""
    mine = queries.me_in(actor(), queries.get_for(actor(), rally_id))
    if mine is None:
        raise NotFound(N_("You have not joined this rally."))
    return mine


def _told_idea(rally: Rally, idea: Idea, status: int = 200) -> Any:
    known = queries.links(rally.id)
    (shown,) = queries.shown_ideas(actor(), rally, [idea.id], known, queries.standings(rally, known))
    return tagged(IdeaOut().dump(shown), idea.version, status)


def _found(rally_id: int, idea_id: int) -> tuple[Rally, Idea]:
    rally = queries.get_for(actor(), rally_id)
    return rally, queries.idea_for(rally, idea_id)


@api.get("/<int:rally_id>/ideas")
@public
@api.response(200, IdeaOut(many=True))
def ideas(rally_id: int) -> Any:
    """Its ideas in the order in which they were posted, whatever the phase: no order tells a result."""
    rally = queries.get_for(actor(), rally_id)
    last_id, limit = cursor()
    known = queries.links(rally.id)
    chosen = [number for number in known.posted if last_id is None or number > last_id][: limit + 1]
    return paged(queries.shown_ideas(actor(), rally, chosen, known, queries.standings(rally, known)), IdeaOut(), limit)


@api.post("/<int:rally_id>/ideas")
@writes
@api.arguments(IdeaIn)
@api.response(201, IdeaOut)
def post(data: dict[str, Any], rally_id: int) -> Any:
    """Post an idea, alone or on top of others."""
    rally = queries.get_for(actor(), rally_id)
    return _told_idea(rally, operations.post(actor=actor(), rally=rally, **data), 201)


@api.get("/<int:rally_id>/ideas/<int:idea_id>")
@public
@api.response(200, IdeaOut)
def idea(rally_id: int, idea_id: int) -> Any:
    """One idea, with the ETag that an edit sends back. Votes never change it."""
    return _told_idea(*_found(rally_id, idea_id))


@api.patch("/<int:rally_id>/ideas/<int:idea_id>")
@writes
@api.arguments(IdeaChangeIn)
@api.response(200, IdeaOut)
def change_idea(data: dict[str, Any], rally_id: int, idea_id: int) -> Any:
    """Change your own idea until the vote begins; earlier texts stay readable. Takes If-Match."""
    rally, one = _found(rally_id, idea_id)
    check_version(one.version)
    text = {"title": one.title, "body": one.body, **data}
    return _told_idea(rally, operations.edit_idea(actor=actor(), idea=one, **text))


@api.post("/<int:rally_id>/ideas/<int:idea_id>/withdraw")
@writes
@api.response(200, IdeaOut)
def withdraw(rally_id: int, idea_id: int) -> Any:
    """Take your own idea out until the vote begins."""
    rally, one = _found(rally_id, idea_id)
    return _told_idea(rally, operations.withdraw(actor=actor(), idea=one))


@api.post("/<int:rally_id>/ideas/<int:idea_id>/remove")
@writes
@api.arguments(RallyReasonIn)
@api.response(200, IdeaOut)
def remove(data: dict[str, Any], rally_id: int, idea_id: int) -> Any:
    """Take an idea down, with the reason that its author reads (the host, administrators)."""
    rally, one = _found(rally_id, idea_id)
    return _told_idea(rally, operations.remove(actor=actor(), idea=one, **data))


@api.put("/<int:rally_id>/ideas/<int:idea_id>/vote")
@writes
@api.response(200, ParticipantOut)
def vote(rally_id: int, idea_id: int) -> Any:
    """Give the idea one of your votes; twice is once. Answers with what you have left."""
    rally, one = _found(rally_id, idea_id)
    operations.vote(actor=actor(), idea=one)
    return queries.me_in(actor(), rally)


@api.delete("/<int:rally_id>/ideas/<int:idea_id>/vote")
@writes
@api.response(200, ParticipantOut)
def take_back(rally_id: int, idea_id: int) -> Any:
    """Take your vote back."""
    rally, one = _found(rally_id, idea_id)
    operations.take_back(actor=actor(), idea=one)
    return queries.me_in(actor(), rally)


@api.get("/<int:rally_id>/report")
@public
@api.response(200, RallyReportOut)
def report(rally_id: int) -> Any:
    """The ranking with its figures; not there before the close."""
    rally = queries.get_for(actor(), rally_id)
    found = queries.report(actor(), rally)
    ranked = [
        asdict(one)
        | {
            "share": one.share,
            "id": one.idea_id,
            "title": found.links.names[one.idea_id].title,
            "author": found.authors[one.idea_id].name,
            "onto": [named.id for named in found.links.onto(one.idea_id)],
        }
        for one in found.standings
    ]
    figures = {
        name: getattr(found, name) for name in ("participants", "voters", "votes", "contributors", "chains", "unverified", "repeated")
    }
    return RallyReportOut().dump(figures | {"method": METHOD, "answer": rally.answer, "ranking": ranked})
