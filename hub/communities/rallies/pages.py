"""The HTML door to idea rallies."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from hub.communities.ballots.rules import VOTERS
from hub.communities.rallies import documents, operations, queries, rules, schemas
from hub.communities.rallies.documents import TONES, card, end_of_phase, steps
from hub.communities.rallies.models import Idea, Rally
from hub.communities.rallies.policy import IDEA_POLICY, POLICY
from hub.communities.rallies.queries import Links
from hub.communities.rallies.rules import Branch, Licence
from hub.communities.rallies.states import LIFE, PHASES, RUNNING, TAKES_IDEAS, Act, IdeaAct, IdeaState, State
from hub.core.organisations import queries as organisations
from hub.db.types import lines
from hub.kernel.actor import Actor
from hub.kernel.levels import Level
from hub.kernel.words import N_
from hub.web import pagecache
from hub.web.facets import asked, radios
from hub.web.handle import actor, check_version, parse, public, safe_next, writes
from hub.web.i18n import options
from hub.web.paging import Page, page_number
from hub.web.todo import Waiting, waits

pages = Blueprint("rallies", __name__, template_folder="templates")

SIZE, IDEAS = 20, 30
SIMPLE_MOVES: dict[str, tuple[Callable[..., Rally], str]] = {
    "revise": (operations.revise, N_("Taken back: change it, then announce it again.")),
    "discard": (operations.discard, N_("The draft is discarded.")),
}


def show_page(template: str, **context: Any) -> str:
    return render_template(f"communities/rallies/{template}.html", asks=VOTERS, levels=Level, **context)


@pages.get("/rallies")
@public
@pagecache.for_visitors
def index() -> Any:
    phase = asked("phase", PHASES)
    number = page_number()
    found, total = queries.listed(phase, page=number, size=SIZE)
    counts = queries.phase_counts()
    ordered = {state: counts.get(state, 0) for state in (*PHASES[1:4], PHASES[0], PHASES[4])}
    drafts = queries.drafts_of(actor()) if actor().signed_in else []
    return show_page(
        "index", cards=[card(shown) for shown in queries.shown(found)], page=Page(number, SIZE, total), phase=phase,
        groups=[radios("phase", _("Phase"), ordered, phase)], drafts=drafts,
    )  # fmt: skip


@pages.get("/rallies/<int:rally_id>")
@public
@pagecache.for_visitors
def show(rally_id: int) -> Any:
    rally, who = queries.get_for(actor(), rally_id), actor()
    (shown,) = queries.shown([rally])
    me, known = queries.me_in(who, rally), queries.links(rally.id)
    standings = queries.standings(rally, known)
    ordered, number = queries.order_of(rally, known, me, standings), page_number()
    chosen = ordered[(number - 1) * IDEAS : number * IDEAS]
    ideas = queries.shown_ideas(who, rally, chosen, known, standings) if chosen else []
    return show_page(
        "show", rally=rally, host=shown.host, me=me, ideas=ideas, page=Page(number, IDEAS, len(ordered)), steps=steps(rally),
        ends_at=end_of_phase(rally), phases=State, tone=TONES.get(rally.phase, ""), **_may(who, rally),
    )  # fmt: skip


def _may(who: Actor, rally: Rally) -> dict[str, Any]:
    """What this person may do here now."""
    return {
        "manages": who.manages(rally.organisation_id),
        "is_host": who.belongs_to(rally.organisation_id),
        "may_vote": rally.voters is Level.EMAIL or queries.may_vote(who, rally),
        "may_join": rally.phase in RUNNING and not who.belongs_to(rally.organisation_id),
        "takes_ideas": rally.phase in TAKES_IDEAS,
        "may_cancel": who.is_admin and LIFE.move(rally.state, Act.CANCEL) is not None,
        "may_revise": who.manages(rally.organisation_id) and rally.phase is State.ANNOUNCED,
    }


def _own(rally_id: int, act: Act) -> Rally:
    """Raises NotFound, NotAllowed."""
    rally = queries.get_for(actor(), rally_id)
    POLICY.require(actor(), act, rally)
    return rally


@pages.get("/rallies/new")
def new() -> Any:
    places = organisations.of_person(actor().person_id or 0)
    managed = [(place.slug, place.name) for place, _role in places if actor().manages(place.id)]
    return show_page("form", rally=None, managed=managed, licences=options(Licence), voters=asked_of_voters())


def asked_of_voters() -> list[tuple[str, str]]:
    return [(level.value, _(words)) for level, words in VOTERS.items()]


@pages.post("/rallies/new")
@writes(again=new)
def create() -> Any:
    data = parse(schemas.NewRallyForm())
    host = organisations.by_slug(data.pop("organisation"))
    rally = operations.draft(actor=actor(), organisation_id=host.id, **data)
    return redirect(url_for("rallies.check", rally_id=rally.id))


@pages.get("/rallies/<int:rally_id>/edit")
def edit(rally_id: int) -> Any:
    return show_page("form", rally=_own(rally_id, Act.EDIT), managed=[], licences=options(Licence), voters=asked_of_voters())


@pages.post("/rallies/<int:rally_id>/edit")
@writes(again=edit)
def change(rally_id: int) -> Any:
    rally = _own(rally_id, Act.EDIT)
    check_version(rally.version)
    operations.edit(actor=actor(), rally=rally, **parse(schemas.RallyForm()))
    return redirect(url_for("rallies.check", rally_id=rally_id))


@pages.get("/rallies/<int:rally_id>/check")
def check(rally_id: int) -> Any:
    """Check your answers, then announce it: from then on no phase gets shorter."""
    rally = _own(rally_id, Act.ANNOUNCE)
    (shown,) = queries.shown([rally])
    return show_page("check", rally=rally, host=shown.host, gaps=rules.gaps(rally))


@pages.post("/rallies/<int:rally_id>/announce")
@writes(again=check)
def announce(rally_id: int) -> Any:
    operations.announce(actor=actor(), rally=queries.get_for(actor(), rally_id))
    flash(_("Announced. The rally moves from phase to phase by itself."))
    return redirect(url_for("rallies.show", rally_id=rally_id))


@pages.post(f"/rallies/<int:rally_id>/<any({','.join(SIMPLE_MOVES)}):act>")
@writes
def move(rally_id: int, act: str) -> Any:
    operate, said = SIMPLE_MOVES[act]
    operate(actor=actor(), rally=queries.get_for(actor(), rally_id))
    flash(_(said))
    return redirect(url_for("rallies.edit", rally_id=rally_id) if act == "revise" else url_for("rallies.index"))


@pages.get("/rallies/<int:rally_id>/extend")
def extension(rally_id: int) -> Any:
    rally = _own(rally_id, Act.EXTEND)
    return show_page("extend", rally=rally, ends_at=end_of_phase(rally))


@pages.post("/rallies/<int:rally_id>/extend")
@writes(again=extension)
def extend(rally_id: int) -> Any:
    operations.extend(actor=actor(), rally=queries.get_for(actor(), rally_id), **parse(schemas.RallyExtendIn()))
    flash(_("Extended. Everybody who takes part is told."))
    return redirect(url_for("rallies.show", rally_id=rally_id))


@pages.get("/rallies/<int:rally_id>/cancel")
def cancellation(rally_id: int) -> Any:
    return show_page("cancel", rally=_own(rally_id, Act.CANCEL), idea=None)


@pages.post("/rallies/<int:rally_id>/cancel")
@writes(again=cancellation)
def cancel(rally_id: int) -> Any:
    operations.cancel(actor=actor(), rally=queries.get_for(actor(), rally_id), **parse(schemas.RallyReasonIn()))
    flash(_("Cancelled. Everybody concerned is told."))
    return redirect(url_for("rallies.show", rally_id=rally_id))


@pages.get("/rallies/<int:rally_id>/answer")
def answering(rally_id: int) -> Any:
    return show_page("answer", rally=_own(rally_id, Act.ANSWER))


@pages.post("/rallies/<int:rally_id>/answer")
@writes(again=answering)
def answer(rally_id: int) -> Any:
    operations.answer(actor=actor(), rally=queries.get_for(actor(), rally_id), **parse(schemas.RallyAnswerIn()))
    flash(_("Your answer is published, and everybody who took part is told."))
    return redirect(url_for("rallies.report", rally_id=rally_id))


# Taking part


@pages.get("/rallies/<int:rally_id>/join")
def joining(rally_id: int) -> Any:
    rally = queries.get_for(actor(), rally_id)
    (shown,) = queries.shown([rally])
    return show_page("join", rally=rally, host=shown.host, me=queries.me_in(actor(), rally), **_may(actor(), rally))


@pages.post("/rallies/<int:rally_id>/join")
@writes(again=joining)
def join(rally_id: int) -> Any:
    rally, data = queries.get_for(actor(), rally_id), parse(schemas.JoinForm())
    operations.join(actor=actor(), rally=rally, seen_hash=data["terms_hash"], alias=data["alias"])
    flash(_("You take part."))
    return redirect(url_for("rallies.new_idea" if rally.phase is State.POSTING else "rallies.show", rally_id=rally_id))


def _idea_form(rally: Rally, idea: Idea | None, chosen: Iterable[int]) -> str:
    known, picked = queries.links(rally.id), set(chosen)
    others = [known.names[n] for n in known.names if (n in known.authors or n in picked) and (idea is None or n != idea.id)]
    return show_page(
        "idea_form", rally=rally, idea=idea, me=queries.me_in(actor(), rally), chosen=[str(n) for n in sorted(picked)],
        others=[(str(named.id), named.title) for named in reversed(others)], **_may(actor(), rally),
    )  # fmt: skip


@pages.get("/rallies/<int:rally_id>/ideas/new")
def new_idea(rally_id: int) -> Any:
    wanted = [int(n) for n in request.args.getlist("onto") if n.isdecimal() and len(n) < 10]
    rally = queries.get_for(actor(), rally_id)
    return _idea_form(rally, None, [n for n in wanted if n in queries.links(rally.id).authors] if wanted else [])


@pages.post("/rallies/<int:rally_id>/ideas/new")
@writes(again=new_idea)
def post_idea(rally_id: int) -> Any:
    idea = operations.post(actor=actor(), rally=queries.get_for(actor(), rally_id), **parse(schemas.IdeaIn()))
    flash(_("Posted."))
    return redirect(idea.path)


def _found(rally_id: int, idea_id: int, act: IdeaAct | None = None) -> tuple[Rally, Idea]:
    rally = queries.get_for(actor(), rally_id)
    idea = queries.idea_for(rally, idea_id)
    if act is not None:
        IDEA_POLICY.require(actor(), act, idea)
    return rally, idea


@pages.get("/rallies/<int:rally_id>/ideas/<int:idea_id>")
@public
@pagecache.for_visitors
def show_idea(rally_id: int, idea_id: int) -> Any:
    (rally, idea), who = _found(rally_id, idea_id), actor()
    known = queries.links(rally.id)
    (shown,) = queries.shown_ideas(who, rally, [idea.id], known, queries.standings(rally, known))
    mine = IDEA_POLICY.can(who, IdeaAct.EDIT, idea)
    return show_page(
        "idea", rally=rally, shown=shown, idea=idea, me=queries.me_in(who, rally), known=known, mine=mine,
        ups=_lines(known, rules.branches(known.edges, idea.id, up=True)),
        downs=_lines(known, rules.branches(known.edges, idea.id, up=False)),
        revisions=queries.revisions(idea.id), phases=State, posted=idea.state is IdeaState.POSTED,
        may_remove=idea.state is IdeaState.POSTED
        and ((who.is_admin and rally.phase in RUNNING) or (who.manages(rally.organisation_id) and rally.phase in TAKES_IDEAS)),
        **_may(who, rally),
    )  # fmt: skip


def _lines(known: Links, grown: Sequence[Branch]) -> list[dict[str, Any]]:
    """A tree as nested lists of named ideas."""
    return [{"named": known.names[one.idea_id], "again": one.again, "below": _lines(known, one.branches)} for one in grown]


@pages.get("/rallies/<int:rally_id>/ideas/<int:idea_id>/edit")
def edit_idea(rally_id: int, idea_id: int) -> Any:
    rally, idea = _found(rally_id, idea_id, IdeaAct.EDIT)
    return _idea_form(rally, idea, [named.id for named in queries.links(rally.id).onto(idea.id)])


@pages.post("/rallies/<int:rally_id>/ideas/<int:idea_id>/edit")
@writes(again=edit_idea)
def change_idea(rally_id: int, idea_id: int) -> Any:
    _rally, idea = _found(rally_id, idea_id, IdeaAct.EDIT)
    check_version(idea.version)
    operations.edit_idea(actor=actor(), idea=idea, **parse(schemas.IdeaIn()))
    flash(_("Saved. The earlier text stays readable."))
    return redirect(idea.path)


@pages.post("/rallies/<int:rally_id>/ideas/<int:idea_id>/withdraw")
@writes
def withdraw(rally_id: int, idea_id: int) -> Any:
    _rally, idea = _found(rally_id, idea_id)
    operations.withdraw(actor=actor(), idea=idea)
    flash(_("Withdrawn."))
    return redirect(url_for("rallies.show", rally_id=rally_id))


@pages.get("/rallies/<int:rally_id>/ideas/<int:idea_id>/remove")
def removal(rally_id: int, idea_id: int) -> Any:
    rally, idea = _found(rally_id, idea_id)
    if not actor().is_admin:
        POLICY.require(actor(), Act.EXTEND, rally)
    return show_page("cancel", rally=rally, idea=idea)


@pages.post("/rallies/<int:rally_id>/ideas/<int:idea_id>/remove")
@writes(again=removal)
def remove(rally_id: int, idea_id: int) -> Any:
    _rally, idea = _found(rally_id, idea_id)
    operations.remove(actor=actor(), idea=idea, **parse(schemas.RallyReasonIn()))
    flash(_("Taken down. Its author is told why."))
    return redirect(url_for("rallies.show", rally_id=rally_id))


@pages.post("/rallies/<int:rally_id>/ideas/<int:idea_id>/<any(vote,unvote):act>")
@writes
def vote(rally_id: int, idea_id: int, act: str) -> Any:
    _rally, idea = _found(rally_id, idea_id)
    (operations.vote if act == "vote" else operations.take_back)(actor=actor(), idea=idea)
    flash(_("Your vote is given. You can take it back until the close.") if act == "vote" else _("Your vote is taken back."))
    return redirect(safe_next(request.form.get("next"), url_for("rallies.show", rally_id=rally_id)) + f"#idea-{idea_id}")


@pages.get("/rallies/<int:rally_id>/report")
@public
@pagecache.for_visitors
def report(rally_id: int) -> Any:
    rally = queries.get_for(actor(), rally_id)
    (shown,) = queries.shown([rally])
    return show_page(
        "report", rally=rally, host=shown.host, report=queries.report(actor(), rally), manages=actor().manages(rally.organisation_id)
    )


@pages.get("/rallies/<int:rally_id>/report.csv")
@public
def report_csv(rally_id: int) -> Any:
    rally = queries.get_for(actor(), rally_id)
    answer = Response(documents.report_csv(queries.report(actor(), rally)), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="rally-{rally.id}.csv"'
    return answer


# What others show of it


@waits
def waiting(who: Actor) -> list[Waiting]:
    if who.person_id is None:
        return []
    asked = [Waiting(queries.unvoted(who.person_id), N_("Your votes are not given yet"), "/rallies/{}", N_("Vote"), "community")]
    managed = [number for number in who.roles if who.manages(number)]
    if managed:
        drafts, closed = (queries.of_hosts(managed, state) for state in (State.DRAFT, State.CLOSED))
        asked.append(Waiting(drafts, N_("A rally in draft"), "/rallies/{}/check", N_("Check and announce"), "community"))
        asked.append(Waiting(closed, N_("Participants wait for your answer"), "/rallies/{}/answer", N_("Answer them"), "community"))
    return asked


@organisations.lists_on_page
def shelf(organisation: Any) -> organisations.Shelf:
    public, order = (Rally.state.in_(queries.LISTED), Rally.organisation_id == organisation.id), (Rally.id.desc(),)
    query = lines(Rally.title, Rally.id, number=Rally.idea_count).where(*public)
    return organisations.Shelf(N_("Idea rallies"), query, order, "/rallies/{}", lambda said: _("%(n)s ideas", n=said.number), "community")
