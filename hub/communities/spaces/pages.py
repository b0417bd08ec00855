"""The HTML door to spaces: the list, a space's own page, its charter and its members."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from hub.communities.spaces import operations, queries, rules
from hub.communities.spaces.models import Space
from hub.communities.spaces.policy import POLICY
from hub.communities.spaces.queries import Shown, Wanted
from hub.communities.spaces.rules import Licence
from hub.communities.spaces.schemas import CharterIn, JoinForm, NewSpaceForm, ReasonIn, RoleIn, SpaceForm
from hub.communities.spaces.states import LIFE, Act, SpaceRole, State
from hub.core.organisations import queries as organisations
from hub.kernel.actor import Actor
from hub.kernel.errors import one_field
from hub.kernel.taxonomy import Sector
from hub.kernel.words import N_
from hub.web import pagecache
from hub.web.facets import chosen
from hub.web.handle import actor, check_version, parse, public, writes
from hub.web.i18n import LANGUAGES, label
from hub.web.paging import Page, page_number
from hub.web.shell import add_to_nav
from hub.web.todo import Waiting, waits

pages = Blueprint("spaces", __name__, template_folder="templates")
add_to_nav(30, "/communities", N_("Communities"), "/rallies")
queries.add_tab(0, "", N_("Overview"))
queries.add_tab(90, "/members", N_("Members"))
queries.add_tab(95, "/charter", N_("Charter"))
PLACE = "communities/spaces/"
SIZE, MEMBERS = 20, 50
MOVES = {Act.ARCHIVE.value: operations.archive, Act.REOPEN.value: operations.reopen}


@pages.app_template_global()
def space_tabs() -> list[tuple[str, str]]:
    return queries.tabs()


def card(shown: Shown) -> dict[str, Any]:
    """As `ui.card` takes it."""
    space = shown.space
    facts: list[Any] = [("", shown.organisation.name)] if shown.organisation else []
    facts += [ngettext("%(num)s member", "%(num)s members", shown.members), space.licence.label]
    facts += [label(space.sector)] if space.sector else []
    return {
        "mode": "community",
        "url": space.path,
        "kind_label": gettext("Community"),
        "title": space.name,
        "summary": space.summary,
        "facts": facts,
        "badges": [] if space.state is State.OPEN else [("", label(space.state))],
    }


# The list


@pages.get("/communities")
@public
@pagecache.for_visitors
def index() -> Any:
    wanted = Wanted(
        sectors=chosen("sector", Sector),
        languages=tuple(value for value in dict.fromkeys(request.args.getlist("language")) if value in LANGUAGES),
        states=(State.ARCHIVED,) if request.args.get("state") == State.ARCHIVED.value else (State.OPEN,),
        person_id=actor().person_id if request.args.get("mine") == "1" else None,
    )
    number = page_number()
    found, total = queries.listed(wanted, page=number, size=SIZE)
    sectors, languages = queries.counts(wanted)
    groups = [
        _group(
            "sector", gettext("Sector"), {each.value: (label(each), n) for each, n in sectors.items()}, [s.value for s in wanted.sectors]
        ),
        _group("language", gettext("Language"), {code: (LANGUAGES[code], n) for code, n in languages.items()}, wanted.languages),
    ]
    return render_template(
        PLACE + "index.html",
        cards=[card(shown) for shown in found],
        page=Page(number, SIZE, total),
        groups=[group for group in groups if len(group["options"]) > 1 or any(option["chosen"] for option in group["options"])],
        chips=[(option["label"], "/communities") for group in groups for option in group["options"] if option["chosen"]],
        archived=wanted.states == (State.ARCHIVED,),
        mine=wanted.person_id is not None,
    )


def _group(name: str, title: str, known: dict[str, tuple[str, int]], chosen: Any) -> dict[str, Any]:
    options = [{"value": value, "label": text, "count": n, "chosen": value in chosen} for value, (text, n) in known.items()]
    return {"name": name, "label": title, "options": options}


# Founding and changing


def _choices() -> dict[str, Any]:
    managed = [(place.slug, place.name) for place, _ in organisations.of_person(actor().person_id or 0) if actor().manages(place.id)]
    return {
        "sectors": Sector,
        "licences": [(each.value, each.label, gettext(each.plain)) for each in Licence],
        "languages": list(LANGUAGES.items()),
        "managed": managed,
    }


def _content(data: dict[str, Any]) -> dict[str, Any]:
    """The form's fields as the operations take them: an organisation by its id."""
    if "organisation" in data:
        slug = data.pop("organisation")
        data["organisation_id"] = organisations.by_slug(slug).id if slug else None
    return data


@pages.get("/communities/new")
def new() -> Any:
    return render_template(PLACE + "form.html", space=None, steers="", **_choices())


@pages.post("/communities/new")
@writes(again=new)
def found() -> Any:
    space = operations.found(actor=actor(), **_content(parse(NewSpaceForm())))
    flash(gettext("Founded. You are its steward: write its first page, then invite others with this address."))
    return redirect(space.path)


def _steered(slug: str, act: Act) -> Space:
    """The space, if the actor may do this there. Raises NotFound, NotAllowed, NotNow."""
    space = queries.get_for(actor(), slug)
    queries.require_seat(actor(), space, act)
    return space


@pages.get("/communities/<slug>/edit")
def edit(slug: str) -> Any:
    space, choices = _steered(slug, Act.CHANGE), _choices()
    body = queries.shown(space).organisation
    if body is not None and (body.slug, body.name) not in choices["managed"]:
        choices["managed"].append((body.slug, body.name))
    return render_template(PLACE + "form.html", space=space, steers=body.slug if body else "", **choices)


@pages.post("/communities/<slug>/edit")
@writes(again=edit)
def change(slug: str) -> Any:
    space = _steered(slug, Act.CHANGE)
    check_version(space.version)
    operations.edit(actor=actor(), space=space, **_content(parse(SpaceForm())))
    flash(gettext("Saved."))
    return redirect(space.path)


@pages.post("/communities/<slug>/<any(archive,reopen):act>")
@writes
def move(slug: str, act: str) -> Any:
    space = MOVES[act](actor=actor(), space=queries.get_for(actor(), slug))
    flash(gettext("Archived: everything can still be read.") if space.state is State.ARCHIVED else gettext("Open again."))
    return redirect(space.path)


# One space


@pages.get("/communities/<slug>")
@public
@pagecache.for_visitors
def show(slug: str) -> Any:
    space = queries.get_for(actor(), slug)
    seat = queries.seat(actor(), space)
    return render_template(
        PLACE + "show.html",
        space=space,
        seat=seat,
        shown=queries.shown(space),
        panels=queries.panels(actor(), space),
        moves=[move for move in LIFE.open_moves(space) if POLICY.can(actor(), move.act, seat)],
        may_change=actor().signed_in and POLICY.can(actor(), Act.CHANGE, seat) and space.state is State.OPEN,
    )


# The charter, and joining


@pages.get("/communities/<slug>/charter")
@public
@pagecache.for_visitors
def charter(slug: str) -> Any:
    space = queries.get_for(actor(), slug)
    versions = queries.charters(space)
    asked = request.args.get("number", "")
    number = int(asked) if asked.isdecimal() and len(asked) < 6 else space.charter_number
    chosen = next((version for version in versions if version.number == number), versions[0])
    before = next((version for version in versions if version.number == chosen.number - 1), None)
    return render_template(
        PLACE + "charter.html",
        space=space,
        chosen=chosen,
        before=before,
        versions=versions,
        rows=rules.compare(before.charter, chosen.charter) if before else [],
        may_change=actor().signed_in and space.state is State.OPEN and POLICY.can(actor(), Act.SET_CHARTER, queries.seat(actor(), space)),
    )


@pages.get("/communities/<slug>/charter/edit")
def edit_charter(slug: str) -> Any:
    return render_template(PLACE + "charter_form.html", space=_steered(slug, Act.SET_CHARTER), **_choices())


@pages.post("/communities/<slug>/charter/edit")
@writes(again=edit_charter)
def set_charter(slug: str) -> Any:
    space = _steered(slug, Act.SET_CHARTER)
    check_version(space.charter_number)
    operations.set_charter(actor=actor(), space=space, **parse(CharterIn()))
    flash(gettext("Published. Every member is asked to accept it."))
    return redirect(url_for("spaces.charter", slug=slug))


@pages.get("/communities/<slug>/join")
def joining(slug: str) -> Any:
    space = queries.get_for(actor(), slug)
    seat = queries.seat(actor(), space)
    accepted = queries.charter(space, seat.accepted) if seat.accepted and not seat.is_up_to_date else None
    return render_template(
        PLACE + "join.html",
        space=space,
        seat=seat,
        newest=queries.charter(space, space.charter_number),
        accepted=accepted,
        rows=rules.compare(accepted.charter, space.charter) if accepted else [],
    )


@pages.post("/communities/<slug>/join")
@writes(again=joining)
def join(slug: str) -> Any:
    space, said = queries.get_for(actor(), slug), parse(JoinForm())
    if not said["accepted"]:
        raise one_field("accepted", N_("Tick the box to accept the charter and the licence."))
    belonged = queries.role_in(space, actor().person_id) is not None
    operations.join(actor=actor(), space=space, seen=said["charter"])
    flash(gettext("Accepted. You may go on writing.") if belonged else gettext("Welcome! You may write here now."))
    return redirect(space.path)


@pages.post("/communities/<slug>/leave")
@writes
def leave(slug: str) -> Any:
    space = queries.get_for(actor(), slug)
    operations.leave(actor=actor(), space=space)
    flash(gettext("You have left. What you wrote stays, with your name."))
    return redirect(space.path)


# Members


@pages.get("/communities/<slug>/members")
@public
@pagecache.for_visitors
def members(slug: str) -> Any:
    space = queries.get_for(actor(), slug)
    seat = queries.seat(actor(), space)
    number = page_number()
    return render_template(
        PLACE + "members.html",
        space=space,
        members=queries.members(space, page=number, size=MEMBERS),
        page=Page(number, MEMBERS, queries.shown(space).members),
        roles=SpaceRole,
        decides=actor().signed_in and space.state is State.OPEN and POLICY.can(actor(), Act.CHANGE_ROLE, seat),
        me=actor().person_id,
    )


def _members_again(slug: str, person_id: int) -> Any:
    return members(slug)


@pages.post("/communities/<slug>/members/<int:person_id>/role")
@writes(again=_members_again)
def change_role(slug: str, person_id: int) -> Any:
    operations.change_role(actor=actor(), space=queries.get_for(actor(), slug), person_id=person_id, **parse(RoleIn()))
    flash(gettext("Saved."))
    return redirect(url_for("spaces.members", slug=slug))


@pages.post("/communities/<slug>/members/<int:person_id>/remove")
@writes(again=_members_again)
def remove_member(slug: str, person_id: int) -> Any:
    operations.remove_member(actor=actor(), space=queries.get_for(actor(), slug), person_id=person_id, **parse(ReasonIn()))
    flash(gettext("The membership has ended. The person reads your reason."))
    return redirect(url_for("spaces.members", slug=slug))


# What waits for somebody, and what an organisation's page shows


@waits
def charters_to_accept(who: Actor) -> list[Waiting]:
    if who.person_id is None:
        return []
    title, action = N_("A changed charter to accept"), N_("Read and accept")
    return [Waiting(queries.waiting_for(who.person_id), title, "/communities/{}/join", action, "community")]


@organisations.lists_on_page
def steered_spaces(organisation: Any) -> organisations.Shelf:
    query = queries.lines_of(organisation.id)
    return organisations.Shelf(N_("Communities"), query, queries.LINES_ORDER, "/communities/{}", _members, "community")


def _members(said: organisations.Said) -> str:
    return ngettext("%(num)s member", "%(num)s members", said.number or 0)
