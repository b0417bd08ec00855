"""The JSON door to reputation."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext

from hub.core.organisations import queries as organisations
from hub.core.reputation import operations, queries, schemas
from hub.core.reputation.models import DealRating
from hub.core.reputation.policy import POLICY
from hub.core.reputation.queries import Record, Side
from hub.core.reputation.rules import Rate
from hub.core.reputation.states import Act
from hub.kernel import clock
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, check_version, public, tagged, writes
from hub.web.paging import cursor, paged

api = ApiBlueprint(
    "reputation",
    __name__,
    prefix="",
    description="What both sides of finished deals say of one another, each unseen by the other, and what facts say.",
)
ONE = "/finished-deals/<int:deal_id>"
RATING = "/deal-ratings/<int:rating_id>"


# For everybody


def _told(record: Record) -> dict[str, Any]:
    def known(rate: Rate) -> Rate | None:
        return rate if rate.known else None

    return {
        "deals": record.sums.deals, "ratings": record.sums.ratings, "score": record.score, "answers": known(record.answers),
        "median_answer_hours": round(record.median.total_seconds() / 3600, 2) if record.median is not None else None,
        "on_time": known(record.on_time), "disputes_lost": known(record.lost), "badges": record.badges,
    }  # fmt: skip


def _person(handle: str) -> Any:
    return queries.person_shown(actor(), handle)[0]


@api.get("/people/<handle>/record")
@public
@api.response(200, schemas.RecordOut)
def of_person(handle: str) -> Any:
    person = _person(handle)
    return _told(queries.record(Side(person_id=person.id), level=person.level, since=person.created_at))


@api.get("/orgs/<slug>/record")
@public
@api.response(200, schemas.RecordOut)
def of_organisation(slug: str) -> Any:
    body = organisations.by_slug(slug)
    return _told(queries.record(Side(organisation_id=body.id), level=body.level, since=body.created_at))


def _ratings(side: Side) -> Any:
    before, limit = cursor()
    return paged(queries.shown_after(side, before=before, limit=limit), schemas.RatingOut(), limit)


@api.get("/people/<handle>/ratings")
@public
@api.response(200, schemas.RatingOut(many=True))
def ratings_of_person(handle: str) -> Any:
    """What everybody may read, the newest first. Whose word it is, is not said."""
    return _ratings(Side(person_id=_person(handle).id))


@api.get("/orgs/<slug>/ratings")
@public
@api.response(200, schemas.RatingOut(many=True))
def ratings_of_organisation(slug: str) -> Any:
    """What everybody may read, the newest first. Whose word it is, is not said."""
    return _ratings(Side(organisation_id=organisations.by_slug(slug).id))


# One's own deals


def _view(deal_id: int, status: int = 200) -> Any:
    deal = queries.get_for(actor(), deal_id)
    view = queries.view(actor(), deal)
    said = schemas.DealViewOut().dump(
        {
            **schemas.DealOut().dump(deal),
            "part": view.part,
            "other": gettext(view.veil) if view.veil else view.other,
            "mine": view.mine,
            "theirs": view.theirs,
        }
        | {"mode": deal.mode, "finished_at": deal.finished_at, "rate_from": deal.rate_from, "closes_at": deal.closes_at}
        | {"shown_at": deal.shown_at}
    )
    return tagged(said, view.mine.version if view.mine is not None else 0, status)


@api.get("/me/finished-deals")
@api.response(200, schemas.DealOut(many=True))
def mine() -> Any:
    """Finished deals of yours and of organisations that you manage, the newest first."""
    before, limit = cursor()
    return paged(queries.of_actor(actor(), before=before, limit=limit), schemas.DealOut(), limit)


@api.get(ONE)
@api.response(200, schemas.DealViewOut)
def show(deal_id: int) -> Any:
    """For both sides: what was said, as far as it is shown."""
    return _view(deal_id)


@api.post(f"{ONE}/rating")
@writes
@api.arguments(schemas.RateIn)
@api.response(200, schemas.DealViewOut)
def rate(data: dict[str, Any], deal_id: int) -> Any:
    """Rate the other side, or change it (with If-Match) while nobody has seen it. Takes an Idempotency-Key."""
    deal = queries.get_for(actor(), deal_id, Act.RATE)
    before = queries.view(actor(), deal).mine
    if before is not None:
        check_version(before.version)
    operations.rate(actor=actor(), deal=deal, **data)
    return _view(deal_id)


@api.post(f"{ONE}/recommendation")
@writes
@api.arguments(schemas.RecommendIn)
@api.response(204)
def recommend(data: dict[str, Any], deal_id: int) -> Any:
    """How likely you are to recommend the site, once for each deal."""
    operations.recommend(actor=actor(), deal=queries.get_for(actor(), deal_id, Act.RECOMMEND), **data)


def _rating(rating_id: int, act: Act) -> DealRating:
    return queries.rating_for(actor(), rating_id, act)


@api.post(f"{RATING}/reply")
@writes
@api.arguments(schemas.ReplyIn)
@api.response(200, schemas.RatingOut)
def reply(data: dict[str, Any], rating_id: int) -> Any:
    """Answer a rating about yourself, once."""
    return operations.reply(actor=actor(), rating=_rating(rating_id, Act.REPLY), **data)


@api.get("/admin/recommendations")
@api.response(200, schemas.ScoresOut(many=True))
def recommendations() -> Any:
    """For administrators: of all, by mode, and by month of the last year."""
    POLICY.require(actor(), Act.SEE_RECOMMENDATIONS, None)
    found = queries.recommended(clock.now())
    rows: list[tuple[Any, Any, Any]] = [(None, None, found.total), *((mode, None, one) for mode, one in found.by_mode.items())]
    rows += [(None, month, one) for month, one in found.by_month.items()]
    return [
        {
            "mode": mode, "month": month, "net": one.net, "total": one.total, "promoters": one.promoters, "passives": one.passives,
            "detractors": one.detractors,
        }
        for mode, month, one in rows
    ]  # fmt: skip
