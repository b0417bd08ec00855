"""The HTML door to platforms: the list, and what their owners do. A platform's own page is the store's (its products are on it)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext

from hub.complement.platforms import operations, queries, rules
from hub.complement.platforms.models import Platform
from hub.complement.platforms.policy import POLICY
from hub.complement.platforms.queries import Shown
from hub.complement.platforms.schemas import NewPlatformIn, PlatformForm, ReasonIn
from hub.complement.platforms.states import Act, State
from hub.core.clauses import queries as clauses
from hub.core.organisations import queries as organisations
from hub.kernel.errors import NotAllowed
from hub.kernel.words import N_
from hub.web import pagecache
from hub.web.handle import actor, check_version, parse, public, writes
from hub.web.i18n import label
from hub.web.paging import Page, page_number
from hub.web.shell import add_to_nav

pages = Blueprint("platforms", __name__, template_folder="templates")
add_to_nav(40, "/platforms", N_("Platforms"))

PLACE = "complement/platforms/"
SIZE = 20
LANGUAGES = [("en", "English"), ("zh", "中文")]


@pages.get("/platforms")
@public
@pagecache.for_visitors
def index() -> Any:
    found, total = queries.listed(page=page_number(), size=SIZE)
    return render_template(
        PLACE + "index.html", cards=[card(shown) for shown in queries.shown(found)], page=Page(page_number(), SIZE, total)
    )


def card(shown: Shown) -> dict[str, Any]:
    """As `ui.card` takes it."""
    platform = shown.platform
    facts: list[Any] = [("", shown.owner.name)]
    if platform.takes_releases:
        facts.append(gettext("Decides within %(n)s days", n=platform.review_days))
        facts.append((gettext("Share of sales"), rules.share(platform.share_bp)) if platform.share_bp else gettext("No share of sales"))
    if platform.is_catalogue:
        facts.append(gettext("Catalogue of imported products"))
    return {
        "mode": "complement",
        "url": platform.path,
        "kind_label": gettext("Platform"),
        "title": platform.name,
        "summary": platform.summary,
        "badges": [] if platform.state is State.OPEN else [("warn", label(platform.state))],
        "facts": facts,
    }


# For those who run one


@pages.get("/platforms/new")
def new() -> Any:
    managed = [(place.slug, place.name) for place, _ in organisations.of_person(actor().person_id or 0) if actor().manages(place.id)]
    return render_template(PLACE + "form.html", platform=None, managed=managed, languages=LANGUAGES)


@pages.post("/platforms/new")
@writes(again=new)
def create() -> Any:
    data = parse(NewPlatformIn())
    organisation = organisations.by_slug(data.pop("organisation"))
    platform = operations.draft(actor=actor(), organisation_id=organisation.id, **data)
    return redirect(url_for("platforms.check", slug=platform.slug))


def _own(slug: str, act: Act) -> Platform:
    """Raises NotFound, NotAllowed."""
    platform = queries.get_for(actor(), slug)
    POLICY.require(actor(), act, platform)
    return platform


@pages.get("/platforms/<slug>/edit")
def edit(slug: str) -> Any:
    platform = _own(slug, Act.EDIT)
    texts, kept = clauses.of_organisation(platform.organisation_id, queries.AGREEMENT), clauses.pinned(platform.template_version_id)
    return render_template(PLACE + "form.html", platform=platform, managed=[], languages=LANGUAGES, texts=texts, kept=kept)


@pages.post("/platforms/<slug>/edit")
@writes(again=edit)
def change(slug: str) -> Any:
    platform = _own(slug, Act.EDIT)
    check_version(platform.version)
    before = platform.terms_id
    operations.edit(actor=actor(), platform=platform, **parse(PlatformForm()))
    if platform.state is State.DRAFT:
        return redirect(url_for("platforms.check", slug=slug))
    renewed = platform.terms_id != before
    flash(gettext("Saved. The developer agreement changed: developers are asked to sign it again.") if renewed else gettext("Saved."))
    return redirect(platform.path)


@pages.get("/platforms/<slug>/check")
def check(slug: str) -> Any:
    """Check your answers, then open it."""
    platform = _own(slug, Act.OPEN)
    (shown,) = queries.shown([platform])
    return render_template(
        PLACE + "check.html",
        platform=platform,
        owner=shown.owner,
        gaps=rules.gaps(platform),
        share=rules.share(platform.share_bp),
        text=clauses.pinned(platform.template_version_id),
    )


@pages.post("/platforms/<slug>/open")
@writes(again=check)
def open_up(slug: str) -> Any:
    platform = operations.open_up(actor=actor(), platform=queries.get_for(actor(), slug))
    flash(gettext("Open. Developers can sign the agreement and publish now."))
    return redirect(platform.path)


@pages.get("/platforms/<slug>/close")
def closing(slug: str) -> Any:
    return render_template(PLACE + "close.html", platform=_own(slug, Act.CLOSE))


@pages.post("/platforms/<slug>/close")
@writes(again=closing)
def close(slug: str) -> Any:
    platform = operations.close(actor=actor(), platform=queries.get_for(actor(), slug), **parse(ReasonIn()))
    flash(gettext("Closed to new releases. What is listed stays."))
    return redirect(platform.path)


@pages.post("/platforms/<slug>/reopen")
@writes
def reopen(slug: str) -> Any:
    platform = operations.reopen(actor=actor(), platform=queries.get_for(actor(), slug))
    flash(gettext("Open again."))
    return redirect(platform.path)


@pages.get("/orgs/<slug>/platforms")
def of_organisation(slug: str) -> Any:
    organisation, who = organisations.by_slug(slug), actor()
    if not (who.belongs_to(organisation.id) or who.is_admin):
        raise NotAllowed(N_("Only its own people see everything that an organisation has drafted."))
    found = queries.of_organisation(organisation.id)
    return render_template(PLACE + "organisation.html", organisation=organisation, platforms=found, may_draft=who.manages(organisation.id))


@organisations.lists_on_page
def shelf(organisation: Any) -> organisations.Shelf:
    query = queries.lines_of(organisation.id)
    return organisations.Shelf(N_("Platforms"), query, queries.LINES_ORDER, "/platforms/{}", _state, "complement")


def _state(said: organisations.Said) -> str:
    return label(State(said.words)) if said.words else gettext("Catalogue of imported products")
