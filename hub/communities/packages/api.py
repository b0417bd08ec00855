"""The JSON door to work packages: the same operations as the forms."""

from __future__ import annotations

from typing import Any

from hub.communities.packages import operations, queries
from hub.communities.packages.models import WorkPackage
from hub.communities.packages.policy import POLICY, Bench
from hub.communities.packages.schemas import (
    MergeIn,
    PackageIn,
    PackageListIn,
    PackageOut,
    PackageSubmissionOut,
    ProposalOut,
    RemarksIn,
    SubmissionIn,
    WithdrawIn,
)
from hub.communities.packages.states import Act
from hub.communities.pages import queries as pages_read
from hub.communities.spaces import queries as spaces
from hub.communities.spaces.models import Space
from hub.core.accounts import queries as accounts
from hub.kernel.errors import NotFound, one_field
from hub.kernel.words import N_
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, public, tagged, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint("packages", __name__, prefix="/spaces/<slug>/packages", description="A community's work packages and their review.")


def _found(slug: str, number: int) -> tuple[Space, WorkPackage]:
    space = spaces.get_for(actor(), slug)
    return space, queries.get_for(actor(), space, number)


def _told(package: WorkPackage, status: int = 200) -> Any:
    return tagged(PackageOut().dump(queries.shown(package)), package.version, status)


@api.get("")
@public
@api.arguments(PackageListIn, location="query")
@api.response(200, PackageOut(many=True))
def listed(asked: dict[str, Any], slug: str) -> Any:
    """The packages, the newest first; `?state=open` for what can be claimed."""
    last_id, limit = cursor()
    return paged(queries.listed_after(spaces.get_for(actor(), slug), last_id, limit, asked["state"]), PackageOut(), limit)


@api.post("")
@writes
@api.arguments(PackageIn)
@api.response(201, PackageOut)
def create(data: dict[str, Any], slug: str) -> Any:
    """Open a package (editors and stewards)."""
    space = spaces.get_for(actor(), slug)
    try:
        data["page"] = pages_read.get_for(actor(), space, data["page"])
    except NotFound as error:
        raise one_field("page", N_("Choose a page of this community.")) from error
    return _told(operations.create(actor=actor(), space=space, **data), 201)


@api.get("/<int:number>")
@public
@api.response(200, PackageOut)
def show(slug: str, number: int) -> Any:
    """One package."""
    return _told(_found(slug, number)[1])


@api.get("/<int:number>/submissions")
@public
@api.response(200, PackageSubmissionOut(many=True))
def submissions(slug: str, number: int) -> Any:
    """Every text that was submitted, the newest first, with the remarks it was returned with."""
    last_id, limit = cursor()
    made = [one for one in queries.submissions(_found(slug, number)[1]) if last_id is None or one.id < last_id]
    return paged(_with_authors(made), PackageSubmissionOut(), limit)


def _with_authors(made: Any) -> list[Any]:
    people = accounts.cards(one.author_id for one in made)
    return [queries.Submitted(one, people[one.author_id]) for one in made]


@api.post("/<int:number>/submissions")
@writes
@api.arguments(SubmissionIn)
@api.response(201, PackageSubmissionOut)
def submit(data: dict[str, Any], slug: str, number: int) -> Any:
    """Hand in a whole new text of the page (whoever has claimed the package)."""
    made = operations.submit(
        actor=actor(), package=_found(slug, number)[1], text=data["body"], base_revision=data["base_revision"], note=data["note"]
    )  # fmt: skip
    return _with_authors([made])[0], 201


@api.get("/<int:number>/review")
@api.response(200, ProposalOut)
def review(slug: str, number: int) -> Any:
    """The submission that waits, brought together with the page as it stands (editors and stewards, not its author)."""
    space, package = _found(slug, number)
    POLICY.require(actor(), Act.MERGE, Bench(package, spaces.require_seat(actor(), space)))
    made, page = queries.waiting(package), queries.page_of(package)
    proposal = queries.proposal(page, made)
    told = {"submission": made.number, "revision": page.number, "base_revision": made.base, "body": proposal.text}
    return ProposalOut().dump(told | {"conflicts": len(proposal.merge.conflicts), "both": proposal.merge.text})


@api.post("/<int:number>/merge")
@writes
@api.arguments(MergeIn)
@api.response(200, PackageOut)
def merge(data: dict[str, Any], slug: str, number: int) -> Any:
    """Make it the page's next revision, in its author's name, and credit the author. 409 `edit_conflict` when the page has gone on,
    `merge_conflict` where somebody has to decide: read `review` again and send the whole `body`."""
    _, package = _found(slug, number)
    operations.merge(actor=actor(), package=package, submission=data["submission"], seen=data["revision"], text=data.get("body"))
    return _told(package)


@api.post("/<int:number>/return", endpoint="return")
@writes
@api.arguments(RemarksIn)
@api.response(200, PackageOut)
def return_(data: dict[str, Any], slug: str, number: int) -> Any:
    """Give it back to its author with remarks (editors and stewards, not its author)."""
    return _told(operations.return_(actor=actor(), package=_found(slug, number)[1], **data))


@api.post("/<int:number>/withdraw")
@writes
@api.arguments(WithdrawIn)
@api.response(200, PackageOut)
def withdraw(data: dict[str, Any], slug: str, number: int) -> Any:
    """Take the package off the board, with a reason (editors and stewards)."""
    return _told(operations.withdraw(actor=actor(), package=_found(slug, number)[1], **data))


def _move_door(act: str, says: str) -> None:
    operate = getattr(operations, act)

    def move(slug: str, number: int) -> Any:
        return _told(operate(actor=actor(), package=_found(slug, number)[1]))

    move.__doc__ = says
    api.post(f"/<int:number>/{act.replace('_', '-')}", endpoint=act)(writes(api.response(200, PackageOut)(move)))


_move_door("claim", "Take it in hand; of several at once exactly one does.")
_move_door("renew", "Begin the claim's time anew.")
_move_door("give_back", "Let somebody else do it.")
