"""The HTML door to task projects: the list, one project, its pauses and its end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from hub.core.files import pages as file_pages
from hub.core.organisations import queries as organisations
from hub.kernel.errors import NotAllowed
from hub.kernel.money import Money
from hub.kernel.taxonomy import Sector
from hub.kernel.words import N_
from hub.microtasks.projects import operations, queries, rules
from hub.microtasks.projects.documents import TONES
from hub.microtasks.projects.models import Project
from hub.microtasks.projects.policy import POLICY
from hub.microtasks.projects.queries import Shown, Wanted
from hub.microtasks.projects.rules import Reward
from hub.microtasks.projects.schemas import kind_of
from hub.microtasks.projects.states import LIFE, Act, State
from hub.web import pagecache
from hub.web.handle import actor, public, writes
from hub.web.i18n import label, show_money
from hub.web.paging import Page, page_number
from hub.web.shell import add_to_nav

pages = Blueprint("projects", __name__, template_folder="templates")
add_to_nav(50, "/tasks", N_("Tasks"))

SIZE = 20
LANGUAGES = [("en", "English"), ("zh", "中文")]
ENDED = (State.ENDING, State.FINISHED)
MOVES: dict[str, tuple[Callable[..., Project], str]] = {
    "pause": (operations.pause, N_("Paused: no more tasks are handed out for now.")),
    "resume": (operations.resume, N_("It goes on.")),
    "end": (operations.end, N_("Ended. What is still out comes to its end, then the rest of the budget goes back.")),
    "withdraw": (operations.withdraw, N_("Discarded. What was held for it is back on the balance.")),
}


def show(template: str, **context: Any) -> str:
    return render_template(f"microtasks/projects/{template}.html", **context)


def found(slug: str, act: Act | None = None) -> Project:
    """Raises NotFound, NotAllowed."""
    project = queries.get_for(actor(), slug)
    if act is not None:
        POLICY.require(actor(), act, project)
    return project


def to_page(project: Project, endpoint: str = "projects.page", toast: str = "") -> Response:
    if toast:
        flash(toast)
    answer: Any = redirect(url_for(endpoint, slug=project.slug))
    return answer


# The public list and page


@pages.get("/tasks")
@public
@pagecache.for_visitors
def index() -> Any:
    said, number = request.args, page_number()
    over = said.get("show") == "ended"
    wanted = Wanted(
        reward=Reward(said["reward"]) if said.get("reward") in set(Reward) else None,
        language=said["language"] if said.get("language") in dict(LANGUAGES) else "",
        sector=Sector(said["sector"]) if said.get("sector") in set(Sector) else None,
        states=ENDED if over else (State.RUNNING, State.PAUSED),
    )
    projects, total = queries.listed(wanted, page=number, size=SIZE)
    return show(
        "index", cards=[card(each) for each in queries.shown(projects)], page=Page(number, SIZE, total), over=over,
        groups=_facets(wanted, over), narrowed=bool(wanted.reward or wanted.language or wanted.sector),
    )  # fmt: skip


def _facets(wanted: Wanted, over: bool) -> list[dict[str, Any]]:
    def group(name: str, title: str, options: list[tuple[str, str]], chosen: str) -> dict[str, Any]:
        rows = [{"value": value, "label": text, "count": None, "chosen": value == chosen} for value, text in options]
        return {"name": name, "label": title, "type": "radio", "options": rows}

    return [
        group("reward", gettext("Thanks"), [(each.value, label(each)) for each in Reward], wanted.reward.value if wanted.reward else ""),
        group("language", gettext("Language"), LANGUAGES, wanted.language),
        group("show", gettext("Shown"), [("", gettext("Under way")), ("ended", gettext("Ended"))], "ended" if over else ""),
    ]


def card(shown: Shown) -> dict[str, Any]:
    """As `ui.card` takes it."""
    project, counts = shown.project, shown.counts
    facts: list[Any] = [("", shown.owner.name), reward_words(project)]
    if project.state in {State.RUNNING, State.PAUSED}:
        facts += [pace_words(project), ngettext("%(num)s task left", "%(num)s tasks left", counts.open)]
    else:
        facts.append(ngettext("%(num)s answer", "%(num)s answers", counts.accepted))
    badges = [] if project.state is State.RUNNING else [(TONES.get(project.state, ""), label(project.state))]
    return {
        "mode": "microtask", "url": project.path, "kind_label": gettext(kind_of(project.form)), "title": project.title,
        "summary": project.summary, "badges": badges, "facts": [fact for fact in facts if fact],
    }  # fmt: skip


def reward_words(project: Project) -> str:
    return gettext("%(pay)s an answer", pay=show_money(project.pay)) if project.is_paid else label(Reward.VOLUNTEER)


def pace_words(project: Project) -> str:
    """What is known of the time it takes, before anybody starts."""
    if project.median_seconds is None:
        return gettext("hourly rate not yet known") if project.is_paid else gettext("time per task not yet known")
    if project.hourly is not None:
        return gettext("about %(rate)s an hour", rate=show_money(project.hourly))
    return ngettext("about %(num)s second a task", "about %(num)s seconds a task", max(1, project.median_seconds))


@pages.get("/tasks/<slug>")
@public
@pagecache.for_visitors
def page(slug: str) -> Any:
    project = found(slug)
    (shown,) = queries.shown([project])
    form = rules.read_form(project.form)
    moves = LIFE.moves_for(actor(), project, POLICY) if actor().signed_in else []
    return show(
        "page", p=project, owner=shown.owner, counts=shown.counts, form_=form,
        example=next(iter(queries.tasks_of(project.id, limit=1)), None),
        kind=gettext(kind_of(project.form)), pace=pace_words(project), reward=reward_words(project),
        tone=TONES.get(project.state, ""), steps=queries.next_steps(actor(), project) if project.state is not State.DRAFT else [],
        moves=[move for move in moves if move.act not in {Act.START, Act.WITHDRAW}],
        may_edit=project.state is State.DRAFT and POLICY.can(actor(), Act.EDIT, project),
        belongs=actor().belongs_to(project.organisation_id),
    )  # fmt: skip


@pages.get("/tasks/<slug>/images/<name>")
@public
def image(slug: str, name: str) -> Any:
    return file_pages.send(queries.image_file(found(slug), name))


# Its end


@pages.get("/tasks/<slug>/<any(end,withdraw):act>")
def ending(slug: str, act: str) -> Any:
    """What will happen, before it does."""
    project = found(slug, Act(act))
    return show("ending", p=project, act=act, budget=queries.budget(project), counts=queries.counts([project.id])[project.id])


@pages.post("/tasks/<slug>/<any(end,withdraw):act>")
@writes(again=ending)
def end(slug: str, act: str) -> Any:
    operate, said = MOVES[act]
    return to_page(operate(actor=actor(), project=found(slug)), toast=gettext(said))


@pages.post("/tasks/<slug>/<any(pause,resume):act>")
@writes
def move(slug: str, act: str) -> Any:
    operate, said = MOVES[act]
    return to_page(operate(actor=actor(), project=found(slug)), toast=gettext(said))


# For members


@pages.get("/orgs/<slug>/tasks")
def of_organisation(slug: str) -> Any:
    organisation, who, number = organisations.by_slug(slug), actor(), page_number()
    if not (who.belongs_to(organisation.id) or who.is_admin):
        raise NotAllowed(N_("Only its own people see everything that an organisation has drafted."))
    projects, total = queries.of_organisation(organisation.id, page=number)
    return show(
        "organisation", organisation=organisation, rows=queries.shown(projects), page=Page(number, 50, total), tones=TONES,
        may_draft=who.manages(organisation.id),
    )  # fmt: skip


@organisations.lists_on_page
def shelf(organisation: Any) -> organisations.Shelf:
    query = queries.lines_of(organisation.id)
    return organisations.Shelf(N_("Tasks"), query, queries.LINES_ORDER, "/tasks/{}", _pay, "microtask")


def _pay(said: organisations.Said) -> str:
    if not said.number:
        return label(Reward.VOLUNTEER)
    return gettext("%(pay)s an answer", pay=show_money(Money(said.number, said.words or "")))
