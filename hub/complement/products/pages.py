"""The HTML door for those who publish and those who review. What visitors see of a product is the store's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, BinaryIO, cast

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from sqlalchemy import literal, select

from hub.complement.platforms import queries as platforms
from hub.complement.platforms.models import Platform
from hub.complement.platforms.policy import POLICY as PLATFORM_POLICY
from hub.complement.platforms.states import Act as PlatformAct
from hub.complement.products import operations, queries, rules
from hub.complement.products.models import Product, Release
from hub.complement.products.policy import POLICY, RELEASE_POLICY
from hub.complement.products.rules import Reason
from hub.complement.products.schemas import NewProductIn, ProductIn, ReasonsIn, ReleaseIn, RemarksIn, YankIn
from hub.complement.products.states import PUBLISHED, RELEASE_LIFE, Act, ReleaseAct, Stage, State
from hub.core.accounts import queries as accounts
from hub.core.files import rules as files
from hub.core.organisations import queries as organisations
from hub.db.types import NO_DUE
from hub.kernel.actor import Actor
from hub.kernel.errors import NotAllowed, NotNow, one_field
from hub.kernel.taxonomy import Sector
from hub.kernel.words import N_
from hub.web import deeds, todo
from hub.web.handle import actor, check_version, parse, writes

pages = Blueprint("products", __name__, template_folder="templates")

PLACE = "complement/products/"
LANGUAGES = [("en", "English"), ("zh", "中文")]
TONES = {State.LISTED: "good", State.IN_REVIEW: "info", State.RETURNED: "warn"}


# Publishing


@pages.get("/my/products")
def mine() -> Any:
    return render_template(PLACE + "mine.html", shown=queries.shown(queries.of_vendor(actor())), tones=TONES)


def _place(slug: str) -> Platform:
    """The platform, where it takes products. Raises NotFound, NotNow."""
    platform = platforms.get_for(actor(), slug)
    if not platform.takes_releases:
        raise NotNow(operations.CLOSED, code="platform_closed")
    return platform


@pages.get("/platforms/<slug>/publish")
def new(slug: str) -> Any:
    platform = _place(slug)
    places = organisations.of_person(actor().person_id or 0)
    managed = [(place.slug, place.name) for place, _ in places if actor().manages(place.id)]
    return render_template(
        PLACE + "form.html", platform=platform, product=None, managed=managed, sectors=Sector, languages=LANGUAGES,
        standing=platforms.standing(actor(), platform),
    )  # fmt: skip


@pages.post("/platforms/<slug>/publish")
@writes(again=new)
def create(slug: str) -> Any:
    platform, data = _place(slug), parse(NewProductIn())
    named = data.pop("organisation")
    organisation_id = organisations.by_slug(named).id if named else None
    product = operations.draft(actor=actor(), platform=platform, organisation_id=organisation_id, **data)
    return redirect(url_for("products.release", slug=slug, product=product.slug))


def _own(slug: str, product: str, act: Act) -> Product:
    """Raises NotFound, NotAllowed."""
    found = queries.get_for(actor(), slug, product)
    POLICY.require(actor(), act, found)
    return found


@pages.get("/platforms/<slug>/products/<product>/edit")
def edit(slug: str, product: str) -> Any:
    found = _own(slug, product, Act.EDIT)
    return render_template(
        PLACE + "form.html", platform=found.platform, product=found, managed=[], sectors=Sector, languages=LANGUAGES, standing=None,
    )  # fmt: skip


@pages.post("/platforms/<slug>/products/<product>/edit")
@writes(again=edit)
def change(slug: str, product: str) -> Any:
    found = _own(slug, product, Act.EDIT)
    check_version(found.version)
    operations.edit(actor=actor(), product=found, **parse(ProductIn()))
    flash(gettext("Saved."))
    return redirect(found.path)


@pages.get("/platforms/<slug>/products/<product>/release")
def release(slug: str, product: str) -> Any:
    found = _own(slug, product, Act.RELEASE)
    numbers = queries.published_numbers(found.id)
    return render_template(
        PLACE + "release.html",
        product=found,
        platform=found.platform,
        last=rules.newest(numbers),
        pending=queries.in_review(found.id),
        standing=platforms.standing(actor(), found.platform),
        gaps=rules.gaps(found),
        accept=files.SOFTWARE_ACCEPT,
        takes=", ".join(files.SOFTWARE).replace(" gz", " tar.gz"),
    )


@pages.post("/platforms/<slug>/products/<product>/release")
@writes(again=release)
def send_release(slug: str, product: str) -> Any:
    found, data = _own(slug, product, Act.RELEASE), parse(ReleaseIn())
    sent = request.files.get("file")
    if sent is None or not sent.filename:
        raise one_field("file", N_("Choose a file."), code="file_missing")
    operations.send_release(actor=actor(), product=found, stream=cast(BinaryIO, sent.stream), filename=sent.filename, **data)
    flash(gettext("Sent for review. You will be told the decision within %(n)s days.", n=found.platform.review_days))
    return redirect(found.path)


@pages.post("/platforms/<slug>/products/<product>/withdraw")
@writes
def withdraw(slug: str, product: str) -> Any:
    operations.withdraw(actor=actor(), product=queries.get_for(actor(), slug, product))
    flash(gettext("Withdrawn."))
    return redirect(url_for("products.mine"))


@pages.post("/platforms/<slug>/products/<product>/take-up")
@writes
def take_up(slug: str, product: str) -> Any:
    found = operations.take_up(actor=actor(), product=queries.get_for(actor(), slug, product))
    flash(gettext("It is a draft again: send a release to have it listed."))
    return redirect(found.path)


# Reviewing


@pages.get("/platforms/<slug>/reviews")
def queue(slug: str) -> Any:
    """What waits for the platform's reviewers, each with its clock."""
    platform = platforms.get_for(actor(), slug)
    PLATFORM_POLICY.require(actor(), PlatformAct.REVIEW, platform)
    waiting = queries.waiting(platform.id)
    return render_template(
        PLACE + "queue.html", platform=platform, waiting=waiting,
        vendors=queries.vendors([each.product for each in waiting]),
        may_decide={each.id: RELEASE_POLICY.can(actor(), ReleaseAct.APPROVE, each) for each in waiting},
    )  # fmt: skip


def _release(slug: str, product: str, release_id: int) -> Release:
    return queries.release_of(actor(), queries.get_for(actor(), slug, product), release_id)


def _reviewed(slug: str, product: str, release_id: int) -> Release:
    found = _release(slug, product, release_id)
    POLICY.require(actor(), Act.READ_REVIEW, found.product)
    return found


@pages.get("/platforms/<slug>/products/<product>/releases/<int:release_id>/review")
def review(slug: str, product: str, release_id: int) -> Any:
    """For the reviewers: what was sent, and the decision. For the vendor: how it stands, and the reasons."""
    found = _reviewed(slug, product, release_id)
    decisions = queries.decisions(found.product_id)
    return render_template(
        PLACE + "review.html",
        release=found,
        product=found.product,
        platform=found.product.platform,
        vendor=queries.vendors([found.product])[found.product_id],
        decisions=[each for each in decisions if each.release_id == release_id],
        earlier=[each for each in decisions if each.release_id != release_id],
        people=accounts.cards(each.person_id for each in decisions),
        moves={move.act for move in RELEASE_LIFE.moves_for(actor(), found, RELEASE_POLICY)},
        acts=ReleaseAct,
        stages=Stage,
        reasons=Reason,
    )


@pages.post("/platforms/<slug>/products/<product>/releases/<int:release_id>/approve")
@writes(again=review)
def approve(slug: str, product: str, release_id: int) -> Any:
    found = operations.approve(actor=actor(), release=_reviewed(slug, product, release_id), **parse(RemarksIn()))
    flash(gettext("Released. The vendor is told."))
    return redirect(url_for("products.queue", slug=found.product.platform.slug))


@pages.post("/platforms/<slug>/products/<product>/releases/<int:release_id>/return")
@writes(again=review)
def send_back(slug: str, product: str, release_id: int) -> Any:
    found = _reviewed(slug, product, release_id)
    RELEASE_POLICY.require(actor(), ReleaseAct.SEND_BACK, found)
    operations.send_back(actor=actor(), release=found, **parse(ReasonsIn()))
    flash(gettext("Sent back. The vendor reads your reasons."))
    return redirect(url_for("products.queue", slug=slug))


@pages.post("/platforms/<slug>/products/<product>/releases/<int:release_id>/recall")
@writes
def recall(slug: str, product: str, release_id: int) -> Any:
    found = operations.recall(actor=actor(), release=_reviewed(slug, product, release_id))
    flash(gettext("Taken back. Change what you like and send it again."))
    return redirect(found.product.path)


@pages.get("/platforms/<slug>/products/<product>/releases/<int:release_id>/yank")
def yanking(slug: str, product: str, release_id: int) -> Any:
    found = _release(slug, product, release_id)
    if found.state not in PUBLISHED or not RELEASE_POLICY.can(actor(), ReleaseAct.YANK, found):
        raise NotAllowed(N_("Only the vendor and the platform’s reviewers yank a release."))
    return render_template(PLACE + "yank.html", release=found, product=found.product, platform=found.product.platform)


@pages.post("/platforms/<slug>/products/<product>/releases/<int:release_id>/yank")
@writes(again=yanking)
def yank(slug: str, product: str, release_id: int) -> Any:
    found = _release(slug, product, release_id)
    RELEASE_POLICY.require(actor(), ReleaseAct.YANK, found)
    operations.yank(actor=actor(), release=found, **parse(YankIn()))
    flash(gettext("Yanked. It stays in the history with your reason; those who have it are told."))
    return redirect(found.product.path)


@pages.get("/platforms/<slug>/products/<product>/take-off")
def taking_off(slug: str, product: str) -> Any:
    found = _own(slug, product, Act.TAKE_OFF)
    return render_template(PLACE + "take_off.html", product=found, platform=found.platform, reasons=Reason)


@pages.post("/platforms/<slug>/products/<product>/take-off")
@writes(again=taking_off)
def take_off(slug: str, product: str) -> Any:
    found = _own(slug, product, Act.TAKE_OFF)
    operations.take_off(actor=actor(), product=found, **parse(ReasonsIn()))
    flash(gettext("Taken off the list. The vendor reads your reasons."))
    return redirect(found.path)


# What waits for somebody


@todo.waits
def waiting(who: Actor) -> Iterable[todo.Waiting]:
    """Releases to review, products that came back."""
    managed = [number for number in who.roles if who.manages(number)]
    if managed:
        yield todo.Waiting(_to_review(managed), N_("A release to review"), "/platforms/{}/reviews", N_("Review"), mode="complement")
    if who.signed_in:
        yield todo.Waiting(
            _came_back(who, managed), N_("Came back with reasons"), "/platforms/{}", N_("Mend and send again"), mode="complement"
        )


def _to_review(managed: list[int]) -> Any:
    query = select((Product.name + literal(" ") + Release.number).label("detail"), Platform.slug.label("key"), Release.due_at.label("due"))
    query = query.select_from(Release).join(Product, Product.id == Release.product_id).join(Platform, Platform.id == Product.platform_id)
    others = Product.organisation_id.is_(None) | Product.organisation_id.not_in(managed)
    return query.where(Release.state == Stage.IN_REVIEW, Platform.organisation_id.in_(managed), others).order_by(Release.due_at)


def _came_back(who: Actor, managed: list[int]) -> Any:
    key = (Platform.slug + literal("/products/") + Product.slug).label("key")
    query = select(Product.name.label("detail"), key, NO_DUE).select_from(Product).join(Platform, Platform.id == Product.platform_id)
    mine = (Product.person_id == who.person_id) | Product.organisation_id.in_(managed)
    return query.where(Product.state == State.RETURNED, mine).order_by(Product.id)


deeds.tells(
    60,
    deeds.Told(
        "products", N_("Products published"), "complement",
        person=lambda number: queries.listed_of(person_id=number), organisation=lambda number: queries.listed_of(organisation_id=number),
    ),
)  # fmt: skip
