"""The challenges' pages."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from hub.contests.challenges import documents, operations, queries, rules
from hub.contests.challenges.models import Challenge
from hub.contests.challenges.policy import POLICY, reviews_it
from hub.contests.challenges.queries import Shown, Wanted
from hub.contests.challenges.schemas import ReasonIn
from hub.contests.challenges.states import LIFE, Act, Phase, State
from hub.core.agreements import rules as clauses
from hub.core.audit import queries as audit
from hub.core.audit.pages import say
from hub.core.organisations import queries as organisations
from hub.core.wording import rules as wording
from hub.kernel.actor import Actor
from hub.kernel.errors import NotFound
from hub.kernel.money import Money
from hub.kernel.permissions import consults
from hub.kernel.taxonomy import Sector
from hub.kernel.words import N_
from hub.web import pagecache
from hub.web.facets import asked, radios
from hub.web.handle import actor, parse, public, writes
from hub.web.i18n import day, show_money, until
from hub.web.paging import Page, page_number
from hub.web.shell import add_to_nav

pages = Blueprint("challenges", __name__, template_folder="templates")
add_to_nav(20, "/challenges", N_("Challenges"))

PAGE_SIZE = 20


def show(template: str, **context: Any) -> str:
    return render_template(f"contests/challenges/{template}.html", **context)


def to_page(challenge: Challenge, endpoint: str = ".page", toast: str = "", **more: Any) -> Response:
    if toast:
        flash(toast)
    answer: Any = redirect(url_for(endpoint, slug=challenge.slug, **more))
    return answer


def found(slug: str, act: Act | None = None) -> Challenge:
    """The challenge, if the actor may see it and, where `act` is named, do that with it. Raises NotFound, NotAllowed."""
    challenge = queries.get_for(actor(), slug)
    if act is not None:
        POLICY.require(actor(), act, challenge)
    return challenge


def base_url() -> str:
    return str(current_app.config["HUB"].base_url)


# Lists


@pages.get("/challenges")
@public
@pagecache.for_visitors
def index() -> Any:
    wanted = Wanted(phase=asked("state", Phase), sector=asked("sector", Sector))
    number = page_number()
    rows, total = queries.listed(wanted, page=number, size=PAGE_SIZE)
    phases, sectors = queries.facet_counts(wanted)
    groups = [
        radios("state", _("State"), {phase: phases.get(phase, 0) for phase in Phase}, wanted.phase),
        radios("sector", _("Sector"), {sector: sectors.get(sector, 0) for sector in Sector}, wanted.sector),
    ]
    cards = [card(shown) for shown in queries.shown(actor(), rows)]
    return show("list", wanted=wanted, groups=groups, cards=cards, page=Page(number, PAGE_SIZE, total))


def card(shown: Shown) -> dict[str, Any]:
    """A challenge as ui.card takes it."""
    c, when = shown.challenge, shown.phase
    badges = [("good", _("Prize held"))] if when is Phase.OPEN else [("", _(c.state.label))]
    facts: list[Any] = [shown.seeker.name or _("Seeker anonymous")]
    if c.prize_minor:
        facts.insert(0, ("", show_money(c.prize)))
    if when is Phase.OPEN:
        facts.append((_("closes"), until(c.closes_at)))
        facts.append(_("%(n)s entries", n=span_words(shown.entry_range)))
    elif c.closes_at is not None:
        facts.append((_("closed"), day(c.closes_at)))
    kind = _("Past challenge") if c.is_imported else _("Theoretical challenge")
    return {
        "url": f"/challenges/{c.slug}", "title": c.title, "mode": "contest", "kind_label": kind,
        "summary": c.summary, "facts": facts, "badges": badges,
    }  # fmt: skip


@pages.app_template_filter("span_words")
def span_words(span: rules.Span) -> str:
    """`11–25`, `0`, `more than 1000`."""
    if span.most is None:
        return _("more than %(n)s", n=span.least - 1)
    return str(span.least) if span.least == span.most else f"{span.least}–{span.most}"


@pages.get("/challenges.atom")
@public
@pagecache.for_visitors
def feed() -> Any:
    rows = queries.shown(actor(), queries.newest())
    body = documents.atom(rows, base_url=base_url(), title=_("Challenges on Innovation Hub"))
    return Response(body, content_type="application/atom+xml; charset=utf-8")


@pages.get("/challenges.ics")
@public
@pagecache.for_visitors
def deadlines() -> Any:
    return calendar(queries.closing(), _("Deadlines of challenges"))


@pages.get("/challenges/<slug>/deadline.ics")
@public
def deadline(slug: str) -> Any:
    challenge = found(slug)
    return calendar([challenge], challenge.title)


def calendar(challenges: Sequence[Challenge], name: str) -> Response:
    body = documents.calendar(queries.shown(actor(), challenges), base_url=base_url(), name=name)
    return Response(body, content_type="text/calendar; charset=utf-8")


@pages.get("/orgs/<slug>/challenges")
def of_organisation(slug: str) -> Any:
    organisation = organisations.by_slug(slug)
    if not actor().belongs_to(organisation.id) and not consults(actor(), None):
        raise NotFound(N_("There is no such organisation."))
    manages = actor().manages(organisation.id)
    rows = [
        (shown, task_of(shown.challenge) if manages else None) for shown in queries.shown(actor(), queries.of_organisation(organisation.id))
    ]
    rows.sort(key=lambda row: row[1] is None)
    return show("of_organisation", organisation=organisation, rows=rows, manages=manages)


# The challenge


@pages.get("/challenges/<slug>")
@public
@pagecache.for_visitors
def page(slug: str) -> Any:
    challenge = found(slug)
    known = parts(challenge)
    shown = known["shown"]
    record = (0, 0) if shown.seeker.anonymous or challenge.is_imported else queries.track_record(challenge.organisation_id)
    return show(
        "page", **known, involved=queries.sees_seeker(actor(), challenge), record=record,
        step=queries.next_step(actor(), challenge) if actor().signed_in else None,
        task=task_of(challenge) if actor().manages(challenge.organisation_id) else None,
        moves={move.act: move for move in LIFE.moves_for(actor(), challenge, POLICY)},
        can={act for act in Act if POLICY.can(actor(), act, challenge)},
        follows=queries.follows(actor(), challenge), reviews=reviews_it(actor(), challenge),
        linked_data=as_script(documents.linked_data(shown, base_url=base_url())) if shown.phase else "",
    )  # fmt: skip


def parts(challenge: Challenge) -> dict[str, Any]:
    """What every page about one challenge shows of it. What is held is asked before the opening only: then the state vouches for it."""
    if challenge.published_at is None:
        queries.with_hold(challenge)
    (shown,) = queries.shown(actor(), [challenge])
    terms = wording.read_choices(challenge.terms)
    return {
        "c": challenge, "shown": shown, "terms": terms, "glance": clauses.at_a_glance(terms), "rules": rules,
        "held": Money(challenge.held_minor, challenge.currency), "fee_percent": f"{challenge.fee_bp / 100:g}",
    }  # fmt: skip


def as_script(data: dict[str, Any]) -> Markup:
    """JSON for a data block: nothing in it can end the element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("&", "\\u0026").replace("<", "\\u003c").replace(">", "\\u003e"))


def task_of(challenge: Challenge) -> tuple[str, str] | None:
    """What the seeker's managers do next: (page, words), None while others are at it."""
    here = f"/challenges/{challenge.slug}"
    if challenge.state is State.DRAFT:
        return (f"{here}/edit", _("Complete the draft")) if rules.gaps(challenge) else (f"{here}/check", _("Check and send to review"))
    if challenge.state is State.APPROVED:
        return f"{here}/fund", _("Fund and publish")
    if challenge.state is State.JUDGING or (challenge.state is State.OPEN and not queries.is_open(challenge)):
        return f"{here}/judging", _("Judge the entries")
    return None


@pages.get("/challenges/<slug>/story")
def story(slug: str) -> Any:
    challenge = found(slug, Act.READ_STORY)
    lines, kept_back = queries.story(actor(), challenge)
    names, remarks = audit.names(lines), {remark.id: remark.text for remark in challenge.remarks}
    entries = [
        {
            "when": line.at, "who": names.get(line.actor_id or 0) or _("The site"), "what": say(line),
            "detail": remarks.get(line.facts.get("remark_id", 0)) or amount_in(line.facts),
        }
        for line in lines
    ]  # fmt: skip
    return show("story", c=challenge, entries=entries, kept_back=kept_back)


def amount_in(facts: dict[str, Any]) -> str:
    return show_money(Money(facts["minor"], facts["currency"])) if {"minor", "currency"} <= facts.keys() else ""


@pages.post("/challenges/<slug>/follow")
@writes
def follow(slug: str) -> Any:
    challenge = found(slug)
    operations.follow(actor=actor(), challenge=challenge)
    return to_page(challenge, toast=_("You will hear what becomes of it."))


@pages.post("/challenges/<slug>/unfollow")
@writes
def unfollow(slug: str) -> Any:
    challenge = found(slug)
    operations.unfollow(actor=actor(), challenge=challenge)
    return to_page(challenge, toast=_("You do not follow this challenge any more."))


@pages.get("/challenges/<slug>/cancel")
def cancellation(slug: str) -> Any:
    challenge = queries.with_hold(found(slug, Act.CANCEL))
    return show("cancel", **parts(challenge))


@pages.post("/challenges/<slug>/cancel")
@writes(again=cancellation)
def cancel(slug: str) -> Any:
    challenge = operations.cancel(actor=actor(), challenge=found(slug), reason=parse(ReasonIn())["reason"])
    return to_page(challenge, toast=_("Cancelled. Everybody concerned is told."))


# What an organisation's page shows of them


@organisations.shows_on_page
def on_its_page(reader: Actor, organisation: Any) -> organisations.Panel | None:
    """An organisation's public challenges, those left out for which it stays anonymous."""
    rows = queries.shown_by(organisation.id)
    docs = [card(s) for s in queries.shown(reader, rows, {organisation.id: organisations.card_of(organisation)})]
    return organisations.Panel(_("Challenges"), docs) if docs else None
