"""The HTML door to work packages: the board, a package with its story, handing in, and the review."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from hub.communities.packages import operations, queries, rules
from hub.communities.packages.models import PackageSubmission, WorkPackage
from hub.communities.packages.policy import POLICY, Bench
from hub.communities.packages.schemas import MergeIn, PackageIn, RemarksIn, SubmissionIn, WithdrawIn
from hub.communities.packages.states import LIFE, Act, State
from hub.communities.pages import queries as pages_read
from hub.communities.pages.models import SpacePage
from hub.communities.pages.rules import merge3
from hub.communities.spaces import queries as spaces
from hub.communities.spaces.models import Space
from hub.communities.spaces.rules import compare
from hub.communities.spaces.states import State as SpaceState
from hub.core.accounts import queries as accounts
from hub.core.audit import queries as audit
from hub.kernel.actor import Actor
from hub.kernel.errors import Conflict, Invalid, NotFound, NotNow
from hub.kernel.words import N_
from hub.web import pagecache
from hub.web.handle import actor, checks, parse, public, writes
from hub.web.paging import Page, page_number
from hub.web.todo import Waiting, waits

pages = Blueprint("packages", __name__, template_folder="templates")
spaces.add_tab(15, "/packages", N_("Work packages"))
PLACE, BASE = "communities/packages/", "/communities/<slug>/packages"
ENDED, PANEL = 8, 4
COLUMNS = (
    (N_("Open"), frozenset({State.OPEN}), N_("Nothing waits to be claimed.")),
    (N_("In hand"), frozenset({State.CLAIMED, State.RETURNED}), N_("Nobody has anything in hand.")),
    (N_("In review"), frozenset({State.SUBMITTED}), N_("Nothing waits for a review.")),
)
ACTS: dict[str, tuple[Callable[..., Any], str]] = {
    "claim": (operations.claim, N_("It is yours. Submit the new text before the claim ends, or renew it.")),
    "renew": (operations.renew, N_("Renewed: the time begins anew.")),
    "give_back": (operations.give_back, N_("Given back: somebody else can claim it.")),
}


def _found(slug: str, number: int) -> tuple[Space, WorkPackage]:
    space = spaces.get_for(actor(), slug)
    return space, queries.get_for(actor(), space, number)


def _to(space: Space, package: WorkPackage) -> Any:
    return redirect(queries.path(space, package.id))


@pages.get(BASE)
@public
@pagecache.for_visitors
def index(slug: str) -> Any:
    """The board."""
    space, number = spaces.get_for(actor(), slug), page_number()
    live, bench = queries.live(space), queries.bench(actor(), space, None)
    ended, total = queries.ended(space, number=number, size=ENDED)
    return render_template(
        PLACE + "index.html",
        space=space,
        columns=[(title, [one for one in live if one.package.stands in states], empty) for title, states, empty in COLUMNS],
        live=live,
        ended=ended,
        paging=Page(number, ENDED, total),
        may_create=space.state is SpaceState.OPEN and POLICY.can(actor(), Act.CREATE, bench),
    )


@pages.get(f"{BASE}/new")
def new(slug: str) -> Any:
    space = spaces.get_for(actor(), slug)
    if g.get("refusal") is None:
        POLICY.require(actor(), Act.CREATE, Bench(None, spaces.require_seat(actor(), space)))
    asked = request.args.get("page", "")
    return render_template(PLACE + "form.html", space=space, targets=pages_read.listed(space), asked=asked, days=rules.USUAL_DAYS)


@pages.post(f"{BASE}/new")
@writes(again=new)
def create(slug: str) -> Any:
    space, said = spaces.get_for(actor(), slug), parse(PackageIn())
    try:
        said["page"] = pages_read.get_for(actor(), space, said["page"])
    except NotFound as error:
        raise Invalid(N_("Choose a page of this community."), fields={"page": N_("Choose a page of this community.")}) from error
    package = operations.create(actor=actor(), space=space, **said)
    flash(gettext("Opened: every member can claim it."))
    return _to(space, package)


@pages.get(f"{BASE}/<int:number>")
@public
@pagecache.for_visitors
def show(slug: str, number: int) -> Any:
    """A package with its story."""
    space, package = _found(slug, number)
    bench, page, made = queries.bench(actor(), space, package), queries.page_of(package), queries.submissions(package)
    lines = audit.story(package.ref)
    people = accounts.cards([package.claimant_id, package.created_by, *(one.author_id for one in made), *(line.actor_id for line in lines)])
    open_now = space.state is SpaceState.OPEN and actor().signed_in
    can = {act.value for act in Act if open_now and POLICY.can(actor(), act, bench)} if open_now else set()
    state = package.stands
    return render_template(
        PLACE + "show.html",
        space=space,
        package=package,
        page=page,
        state=state,
        made=made,
        people=people,
        seat=bench.seat,
        story=_story(lines, people, made),
        may={move.act.value for move in LIFE.moves if move.source is state and move.act.value in can},
    )


def _story(lines: list[audit.Line], people: dict[int, accounts.PersonCard], made: Any) -> list[dict[str, Any]]:
    """The package's facts for people; remarks and notes beside what they belong to. The newest first."""
    by_number: dict[int, PackageSubmission] = {one.number: one for one in made}
    entries = []
    for line in lines:
        about = by_number.get(line.facts.get("number", 0))
        detail = {"PackageSubmitted": about.note, "PackageReturned": about.remarks}.get(line.kind, "") if about else ""
        who = people[line.actor_id].name if line.actor_id in people else gettext("The site")
        entries.append({"when": line.at, "who": who, "what": gettext(line.says), "detail": detail})
    return entries[::-1]


@pages.post(f"{BASE}/<int:number>/<any({','.join(ACTS)}):act>")
@writes(again=lambda slug, number, act: show(slug, number))
def act_on(slug: str, number: int, act: str) -> Any:
    """Claiming, renewing, giving back."""
    space, package = _found(slug, number)
    operate, said = ACTS[act]
    operate(actor=actor(), package=package)
    flash(gettext(said))
    return _to(space, package)


@pages.post(f"{BASE}/<int:number>/withdraw")
@writes(again=show)
def withdraw(slug: str, number: int) -> Any:
    space, package = _found(slug, number)
    operations.withdraw(actor=actor(), package=package, **parse(WithdrawIn()))
    flash(gettext("Withdrawn. Whoever worked on it is told why."))
    return _to(space, package)


# Handing in


@pages.get(f"{BASE}/<int:number>/submit")
def submitting(slug: str, number: int) -> Any:
    """The page's text to work on, or one's own text as it was returned. A refused text is shown whatever became of the claim."""
    space, package = _found(slug, number)
    page, before = queries.page_of(package), None
    if g.get("refusal") is None:
        POLICY.require(actor(), Act.SUBMIT, Bench(package, spaces.require_seat(actor(), space)))
        move = LIFE.move(package.state, Act.SUBMIT)
        if move is None or move.blocked(package):
            raise NotNow(move.unless if move else N_("This package is not in your hands now."))
    if package.claimant_id == actor().person_id:
        made = queries.newest(package)
        before = made if made is not None and made.author_id == actor().person_id else None
    start = before or pages_read.current(page)
    base = before.base if before else page.number
    return render_template(PLACE + "submit.html", space=space, package=package, page=page, before=before, text=start.body, base=base)


@pages.post(f"{BASE}/<int:number>/submit")
@writes(again=submitting)
def submit(slug: str, number: int) -> Any:
    space, package = _found(slug, number)
    said = parse(SubmissionIn())
    operations.submit(actor=actor(), package=package, text=said["body"], base_revision=said["base_revision"], note=said["note"])
    flash(gettext("Submitted. An editor reviews it; you hear what becomes of it."))
    return _to(space, package)


@pages.get(f"{BASE}/<int:number>/submissions/<int:count>")
@public
@pagecache.for_visitors
def submission(slug: str, number: int, count: int) -> Any:
    """What a submission changes of the revision it was made of."""
    space, package = _found(slug, number)
    made, page = queries.submission(package, count), queries.page_of(package)
    people = accounts.cards([made.author_id, made.decided_by])
    rows = compare(pages_read.revision(page, made.base).body, made.body)
    return render_template(PLACE + "submission.html", space=space, package=package, page=page, made=made, people=people, rows=rows)


# The review


def _reviewed(slug: str, number: int) -> tuple[Space, WorkPackage, SpacePage, PackageSubmission]:
    """What waits for a review by this actor. Raises NotAllowed, NotNow."""
    space, package = _found(slug, number)
    if g.get("refusal") is None:
        POLICY.require(actor(), Act.MERGE, Bench(package, spaces.require_seat(actor(), space)))
    return space, package, queries.page_of(package), queries.waiting(package)


@pages.get(f"{BASE}/<int:number>/review")
def review(slug: str, number: int) -> Any:
    return _reviewing(*_reviewed(slug, number))


def _reviewing(
    space: Space, package: WorkPackage, page: SpacePage, made: PackageSubmission, text: str | None = None, said: str = ""
) -> Any:
    """The change to be merged, or the parts to be decided. `text` is what the reviewer made of both so far."""
    proposal = queries.proposal(page, made)
    typed = request.form.get("body") if g.get("refusal") is not None else None
    whole = text or (typed if typed else None) or proposal.text
    return render_template(
        PLACE + "review.html",
        space=space,
        package=package,
        page=page,
        made=made,
        proposal=proposal,
        text=whole,
        decided=text is not None or bool(typed),
        rows=compare(proposal.current, whole) if whole is not None else [],
        author=accounts.card(made.author_id),
        said=said,
    )


@pages.post(f"{BASE}/<int:number>/review")
@checks(again=review)
def decide(slug: str, number: int) -> Any:
    """What was chosen for each part, as one text to look over and merge. Writes nothing."""
    space, package, page, made = _reviewed(slug, number)
    proposal = queries.proposal(page, made)
    if request.form.get("revision") != str(page.number) or request.form.get("submission") != str(made.number):
        flash(gettext("Something was saved since you opened this. These are the parts as they are now."))
        return redirect(url_for("packages.review", slug=slug, number=number))
    choices = [request.form.get(f"part-{n}", "") for n in range(len(proposal.merge.conflicts))]
    still_open = {f"part-{n}" for n, said in enumerate(choices) if said not in {"theirs", "yours", "both"}}
    if still_open:
        raise Invalid(N_("Some parts are still open."), fields=dict.fromkeys(still_open, N_("Choose what this part becomes.")))
    return _reviewing(space, package, page, made, proposal.merge.decided(choices))


@pages.post(f"{BASE}/<int:number>/merge")
@writes(again=review)
def merge(slug: str, number: int) -> Any:
    """Merges; where the page has gone on meanwhile, shows both together again, with what the reviewer had made of it."""
    space, package, page, made = _reviewed(slug, number)
    said = parse(MergeIn())
    try:
        operations.merge(actor=actor(), package=package, submission=said["submission"], seen=said["revision"], text=said.get("body"))
    except Conflict as refusal:
        if refusal.code not in {"edit_conflict", "merge_conflict"}:
            raise
        text, before = said.get("body"), pages_read.find_revision(page, said["revision"])
        if text and before is not None:
            text = merge3(before.body, pages_read.current(page).body, text).text
        return _reviewing(space, package, page, made, text, gettext(refusal.message)), 409
    flash(gettext("Merged as revision %(n)s. The author is credited and told.", n=package.revision))
    return _to(space, package)


@pages.post(f"{BASE}/<int:number>/return")
@writes(again=review)
def return_(slug: str, number: int) -> Any:
    space, package = _found(slug, number)
    said = parse(RemarksIn())
    operations.return_(actor=actor(), package=package, submission=said["submission"], remarks=said["remarks"])
    flash(gettext("Returned. The author reads your remarks and goes on."))
    return _to(space, package)


# Elsewhere


@spaces.shows_in_space(15)
def packages_panel(who: Actor, space: Space) -> spaces.Panel | None:
    """What waits to be claimed."""
    every = queries.listed_after(space, None, PANEL, State.OPEN)
    lines = [
        spaces.Line(
            title=one.package.title,
            href=queries.path(space, one.id),
            detail=f"{one.page.title} · {ngettext('%(num)s point', '%(num)s points', one.package.points)}",
        )
        for one in every[:PANEL]
    ]
    return spaces.Panel(gettext("Work to be claimed"), lines, f"{space.path}/packages", gettext("All work packages")) if lines else None


@waits
def packages_waiting(who: Actor) -> list[Waiting]:
    if who.person_id is None:
        return []
    href, me = "/communities/{}", who.person_id
    return [
        Waiting(queries.claimed_by(me, State.CLAIMED), N_("You have this work package in hand"), href, N_("Go on"), "community"),
        Waiting(queries.claimed_by(me, State.RETURNED), N_("Your text was returned with remarks"), href, N_("Read them"), "community"),
        Waiting(queries.to_review(me), N_("A text waits for your review"), href, N_("Review"), "community"),
    ]
