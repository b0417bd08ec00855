"""The HTML door: one's deals and ratings, everybody's records, and how the site itself is recommended."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from flask import Blueprint, flash, redirect, render_template
from flask_babel import gettext as _
from flask_babel import ngettext

from hub.core.organisations import queries as organisations
from hub.core.reputation import operations, queries, rules, schemas
from hub.core.reputation.models import DealRating
from hub.core.reputation.policy import POLICY
from hub.core.reputation.queries import Side
from hub.core.reputation.rules import ASKS, MEANS, Aspect, Badge
from hub.core.reputation.states import Act, State
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import NotAllowed
from hub.kernel.words import N_
from hub.web import pagecache
from hub.web.handle import actor, check_version, parse, public, writes
from hub.web.paging import Page, page_number
from hub.web.standing import Standing, knows_standings
from hub.web.todo import Waiting, waits

pages = Blueprint("reputation", __name__, template_folder="templates")
SIZE = 20
ONE = "/reputation/deals/<int:deal_id>"


def show_page(template: str, **context: Any) -> str:
    return render_template(f"core/reputation/{template}.html", **context)


# For everybody


@pages.get("/reputation")
@public
@pagecache.for_visitors
def how() -> Any:
    """How the figures come about, and what the badges mean."""
    examples = [(count, rules.one_decimal(rules.shrunk(15 * count, count))) for count in (1, 3, 12, 50)]
    return show_page("how", badges=Badge, means=MEANS, examples=examples, rules=rules)


@pages.get("/people/<handle>/record")
@public
@pagecache.for_visitors
def of_person(handle: str) -> Any:
    person, name = queries.person_shown(actor(), handle)
    record = queries.record(Side(person_id=person.id), level=person.level, since=person.created_at)
    return _record(record, name, f"/people/{person.handle}", actor().person_id == person.id, "")


@pages.get("/orgs/<slug>/record")
@public
@pagecache.for_visitors
def of_organisation(slug: str) -> Any:
    body = organisations.by_slug(slug)
    record = queries.record(Side(organisation_id=body.id), level=body.level, since=body.created_at)
    return _record(record, body.name, f"/orgs/{body.slug}", actor().manages(body.id), body.slug)


def _record(record: queries.Record, name: str, home: str, own: bool, slug: str) -> Any:
    number = page_number()
    ratings, total = queries.shown_about(record.side, page=number, size=SIZE)
    page = Page(number, SIZE, total)
    return show_page(
        "record", record=record, name=name, home=home, own=own, slug=slug, ratings=ratings, page=page, means=MEANS,
        median=_lasting(record.median) if record.median is not None else "",
    )  # fmt: skip


def _lasting(time: timedelta) -> str:
    """In whole hours up to two days, then in days; never none."""
    hours = max(1, round(time.total_seconds() / 3600))
    if hours <= 48:
        return ngettext("%(num)s hour", "%(num)s hours", hours)
    return ngettext("%(num)s day", "%(num)s days", round(hours / 24))


@knows_standings
def _standings(refs: Iterable[str]) -> Mapping[str, Standing]:
    kinds = {"person": lambda number: Side(person_id=number), "organisation": lambda number: Side(organisation_id=number)}
    sides = {kinds[kind](int(number)): ref for ref in refs for kind, _sep, number in [ref.partition(":")] if kind in kinds}
    return {
        sides[side]: Standing(one.deals, one.ratings, rules.one_decimal(one.score) if one.score is not None else "", one.href)
        for side, one in queries.sums(sides).items()
    }


# One's own deals


@pages.get("/my/ratings")
def mine() -> Any:
    number = page_number()
    deals, total = queries.page_of(actor(), page=number, size=SIZE)
    return show_page("mine", views=queries.views(actor(), deals), page=Page(number, SIZE, total))


@pages.get(ONE)
def show(deal_id: int) -> Any:
    deal = queries.get_for(actor(), deal_id)
    view = queries.view(actor(), deal)
    return show_page(
        "deal", deal=deal, view=view, asks=ASKS[view.part.other], aspects=Aspect, states=State, rules=rules,
        disputed=deal.is_open and queries.is_disputed(deal), recommended=queries.has_recommended(actor().person_id, deal.id),
    )  # fmt: skip


@pages.post(f"{ONE}/rate")
@writes(again=show)
def rate(deal_id: int) -> Any:
    deal = queries.get_for(actor(), deal_id, Act.RATE)
    before = queries.view(actor(), deal).mine
    if before is not None:
        check_version(before.version)
    rating = operations.rate(actor=actor(), deal=deal, **parse(schemas.RateIn()))
    shown = rating.state is State.SHOWN
    flash(_("Thank you. Both ratings are shown now.") if shown else _("Thank you. It is shown once the other side has rated, too."))
    return redirect(deal.path)


@pages.post(f"{ONE}/recommend")
@writes(again=show)
def recommend(deal_id: int) -> Any:
    deal = queries.get_for(actor(), deal_id, Act.RECOMMEND)
    operations.recommend(actor=actor(), deal=deal, **parse(schemas.RecommendIn()))
    flash(_("Thank you. Nobody reads it with your name."))
    return redirect(deal.path)


def _theirs(deal_id: int, act: Act) -> DealRating:
    """What the other side says of one's own. Raises NotAllowed where there is nothing."""
    rating = queries.view(actor(), queries.get_for(actor(), deal_id)).theirs
    if rating is None:
        raise NotAllowed(N_("There is no rating that you could answer."))
    return queries.rating_for(actor(), rating.id, act)


@pages.post(f"{ONE}/reply")
@writes(again=show)
def reply(deal_id: int) -> Any:
    rating = _theirs(deal_id, Act.REPLY)
    operations.reply(actor=actor(), rating=rating, **parse(schemas.ReplyIn()))
    flash(_("Answered. Everybody reads it below the rating."))
    return redirect(rating.deal.path)


# Administrators


@pages.get("/admin/recommendations")
def recommendations() -> Any:
    POLICY.require(actor(), Act.SEE_RECOMMENDATIONS, None)
    return show_page("recommendations", found=queries.recommended(clock.now()), reasons=queries.reasons())


@waits
def waiting(who: Actor) -> Iterable[Waiting]:
    yield Waiting(queries.to_rate(who), N_("Rate a finished deal"), "/reputation/deals/{}", N_("Rate it"))
