"""The HTML door of the store: a platform's page with its products, a product's page, what one has installed, ratings."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, Response, current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from hub.complement.platforms import queries as platforms
from hub.complement.platforms import rules as platform_rules
from hub.complement.platforms.models import Platform
from hub.complement.platforms.policy import POLICY as PLATFORM_POLICY
from hub.complement.platforms.states import LIFE as PLATFORM_LIFE
from hub.complement.platforms.states import Act as PlatformAct
from hub.complement.products import policy as product_policy
from hub.complement.products import queries as products
from hub.complement.products.models import Product, Release
from hub.complement.products.policy import POLICY as PRODUCT_POLICY
from hub.complement.products.policy import RELEASE_POLICY
from hub.complement.products.rules import newest
from hub.complement.products.states import LIFE as PRODUCT_LIFE
from hub.complement.products.states import Act as ProductAct
from hub.complement.products.states import ReleaseAct, Stage
from hub.complement.products.states import State as ProductState
from hub.complement.store import documents, operations, queries
from hub.complement.store.policy import POLICY
from hub.complement.store.queries import SIZE
from hub.complement.store.rules import PRIOR, STARS
from hub.complement.store.schemas import InstallIn, RatingIn, ReplyIn, RevokeIn
from hub.complement.store.states import Act
from hub.core.files import queries as files
from hub.core.files.pages import send
from hub.core.organisations import queries as organisations
from hub.core.royalties import queries as royalties
from hub.kernel import clock
from hub.kernel.taxonomy import Sector
from hub.search.index.queries import Card, Results
from hub.web import pagecache
from hub.web.facets import chips
from hub.web.handle import actor, parse, public, writes
from hub.web.i18n import day, label
from hub.web.paging import Page, page_number

pages = Blueprint("store", __name__, template_folder="templates")

PLACE = "complement/store/"
LONGEST_QUERY, MOST_VALUES = 300, 20
PROMISE_OVER_DAYS = 365


# A platform and its products


@pages.get("/platforms/<slug>")
@public
@pagecache.for_visitors
def platform(slug: str) -> Any:
    found = platforms.get_for(actor(), slug)
    (shown,) = platforms.shown([found])
    q = " ".join(request.args.get("q", "").replace("\x00", " ").split())[:LONGEST_QUERY]
    sectors, centres = _asked("sector"), _asked("centre")
    number = page_number()
    results = queries.find(found, q, sectors, centres, page=number, newest=not q)
    groups = _facets(results)
    in_time, due = products.promise(found.id, clock.now() - timedelta(days=PROMISE_OVER_DAYS))
    return render_template(
        PLACE + "platform.html",
        platform=found,
        owner=shown.owner,
        q=q,
        cards=[_card(card) for card in results.cards] if results.available else _newest(found, number),
        available=results.available,
        page=Page(number, SIZE, results.total if results.available else products.listed(found.id, page=number, size=SIZE)[1]),
        groups=groups,
        chips=chips(groups),
        share=platform_rules.share(found.share_bp),
        in_time=in_time,
        due=due,
        standing=platforms.standing(actor(), found) if actor().signed_in else None,
        moves={move.act for move in PLATFORM_LIFE.moves_for(actor(), found, PLATFORM_POLICY)},
        may_edit=PLATFORM_POLICY.can(actor(), PlatformAct.EDIT, found),
        may_review=not found.is_catalogue and PLATFORM_POLICY.can(actor(), PlatformAct.REVIEW, found),
        acts=PlatformAct,
    )


def _asked(name: str) -> tuple[str, ...]:
    given = (value.replace("\x00", "").strip()[:120] for value in request.args.getlist(name))
    return tuple(dict.fromkeys(value for value in given if value))[:MOST_VALUES]


def _newest(found: Platform, number: int) -> list[dict[str, Any]]:
    """While the index cannot be asked: what is listed, without search."""
    rows, _ = products.listed(found.id, page=number, size=SIZE)
    return [
        {"url": p.path, "title": p.name, "summary": p.summary, "mode": "complement", "kind_label": gettext("Product"), "facts": []}
        for p in rows
    ]


def _card(card: Card) -> dict[str, Any]:
    """As `ui.card` takes it."""
    document = card.document
    facts: list[Any] = [("", document.facts.get("owner", ""))]
    for words in document.facts.get("words", []):
        facts.append(gettext(words) if isinstance(words, str) else gettext(words[0], **words[1]))
    facts += document.facts.get("plain", [])
    return {
        "mode": "complement",
        "url": document.url,
        "kind_label": label(Sector(document.sector)) if document.sector in set(Sector) else gettext("Product"),
        "title": card.title,
        "summary": card.summary,
        "badges": [(tone, gettext(words)) for tone, words in document.facts.get("badges", [])],
        "facts": [fact for fact in facts if fact and fact != ("", "")],
    }


def _facets(results: Results) -> list[dict[str, Any]]:
    groups = []
    for name, title in (("sector", gettext("Category")), ("centre", gettext("Centre"))):
        options = [
            {
                "value": each.value,
                "label": label(Sector(each.value)) if name == "sector" and each.value in set(Sector) else each.value,
                "count": each.count,
                "chosen": each.chosen,
            }
            for each in results.facets.get(name, ())
        ]
        groups.append({"name": name, "label": title, "options": options})
    return [group for group in groups if group["options"]]


@pages.get("/platforms/<slug>/releases.atom")
@public
@pagecache.for_visitors
def feed(slug: str) -> Response:
    found = platforms.get_for(actor(), slug)
    title = gettext("New releases on %(platform)s", platform=found.name)
    body = documents.atom(found, products.released(found.id), base_url=current_app.config["HUB"].base_url, title=title)
    return Response(body, content_type="application/atom+xml; charset=utf-8")


# A product


@pages.get("/platforms/<slug>/products/<product>")
@public
@pagecache.for_visitors
def show_product(slug: str, product: str) -> Any:
    found = products.get_for(actor(), slug, product)
    concerned = product_policy.reads_its_review(actor(), found)
    history = products.releases(found, published_only=not concerned)
    approved = [release for release in history if release.state is Stage.APPROVED]
    latest_number = newest(release.number for release in approved)
    held = queries.held(actor(), found.id)
    score = queries.score(found) if not found.is_imported else None
    number, is_vendor = page_number(), PRODUCT_POLICY.can(actor(), ProductAct.RELEASE, found)
    return render_template(
        PLACE + "product.html",
        product=found,
        platform=found.platform,
        vendor=products.vendors([found])[found.id],
        history=history,
        latest=next((release for release in approved if release.number == latest_number), None),
        held=held,
        active=next((each for each in held if each.state.value == "active"), None),
        holders=_may_install_for(found) if actor().signed_in else [],
        kept=any(each.state.value == "ended" for each in held),
        bought=found.price is not None and royalties.has_bought(actor(), found.ref),
        score=score,
        ratings=queries.ratings(found.id, page=number) if score and score.count else [],
        page=Page(number, queries.RATINGS, score.count if score else 0),
        rating=queries.rating_of(found.id, actor().person_id) if held else None,
        may_rate=POLICY.can(actor(), Act.RATE, found) and any(each.state.value != "revoked" for each in held),
        is_vendor=is_vendor,
        sold_count=royalties.count_of(found.ref) if is_vendor else 0,
        belongs=product_policy.belongs_to_vendor(actor(), found),
        concerned=concerned,
        decisions=products.decisions(found.id)[:1] if concerned and found.state is ProductState.RETURNED else [],
        moves={move.act for move in PRODUCT_LIFE.moves_for(actor(), found, PRODUCT_POLICY)} if actor().signed_in else set(),
        may_yank={release.id for release in approved if RELEASE_POLICY.can(actor(), ReleaseAct.YANK, release)},
        acts=ProductAct, stages=Stage, states=ProductState, stars=STARS, prior=PRIOR,
    )  # fmt: skip


def _may_install_for(found: Product) -> list[tuple[str, str]]:
    """The organisations for which the actor may install it."""
    cards = organisations.cards(number for number in actor().roles if actor().manages(number))
    return [(card.slug, card.name) for card in cards.values()]


@pages.post("/platforms/<slug>/products/<product>/install")
@writes
def install(slug: str, product: str) -> Any:
    found, named = products.get_for(actor(), slug, product), parse(InstallIn())["organisation"]
    organisation_id = organisations.by_slug(named).id if named else None
    operations.install(actor=actor(), product=found, organisation_id=organisation_id)
    flash(gettext("Installed. Download the release, and compare its SHA-256."))
    return redirect(f"{found.path}#releases")


def _release(slug: str, product: str, release_id: int) -> Release:
    return products.release_of(actor(), products.get_for(actor(), slug, product), release_id)


@pages.get("/platforms/<slug>/products/<product>/releases/<int:release_id>/file")
@writes
def fetch(slug: str, product: str, release_id: int) -> Response:
    """The file, for those who have the product; which version they have is noted."""
    found = operations.fetch(actor=actor(), release=_release(slug, product, release_id))
    return send(files.get(found.file_id))


@pages.get("/platforms/<slug>/products/<product>/releases/<int:release_id>/sha256")
@public
def checksum(slug: str, product: str, release_id: int) -> Response:
    """One line, as `sha256sum --check` reads it."""
    found = _release(slug, product, release_id)
    return Response(f"{found.sha256}  {found.filename}\n", content_type="text/plain; charset=utf-8")


# What one has installed


@pages.get("/my/installs")
def mine() -> Any:
    return render_template(PLACE + "mine.html", installs=queries.of_actor(actor()))


@pages.get("/installs/<int:entitlement_id>")
def show(entitlement_id: int) -> Any:
    """The installation with its token."""
    found = queries.held_by(actor(), entitlement_id)
    (shown,) = queries.installs([found])
    return render_template(
        PLACE + "install.html", install=shown, entitlement=found, product=found.product,
        token=queries.token_of(current_app.config["SECRET_KEY"], found),
        may_decide=POLICY.can(actor(), Act.UNINSTALL, found),
    )  # fmt: skip


@pages.post("/installs/<int:entitlement_id>/uninstall")
@writes
def uninstall(entitlement_id: int) -> Any:
    operations.uninstall(actor=actor(), entitlement=queries.get_for(actor(), entitlement_id))
    flash(gettext("Given up. Its tokens are no longer taken."))
    return redirect(url_for("store.mine"))


@pages.post("/installs/<int:entitlement_id>/renew-token")
@writes
def renew_token(entitlement_id: int) -> Any:
    operations.renew_token(actor=actor(), entitlement=queries.get_for(actor(), entitlement_id))
    flash(gettext("Here is the new token. The earlier ones are no longer taken."))
    return redirect(url_for("store.show", entitlement_id=entitlement_id))


@pages.get("/platforms/<slug>/products/<product>/installs")
def of_product(slug: str, product: str) -> Any:
    """For the vendor and the reviewers: numbers and dates, no names; entitlements can be revoked by their number."""
    found = products.get_for(actor(), slug, product)
    PRODUCT_POLICY.require(actor(), ProductAct.READ_REVIEW, found)
    entitlements = queries.of_product(found)
    may_revoke = any(POLICY.can(actor(), Act.REVOKE, each) for each in entitlements[:1])
    return render_template(
        PLACE + "of_product.html", product=found, platform=found.platform, entitlements=entitlements, may_revoke=may_revoke, day=day
    )


@pages.get("/installs/<int:entitlement_id>/revoke")
def revoking(entitlement_id: int) -> Any:
    found = queries.get_for(actor(), entitlement_id)
    POLICY.require(actor(), Act.REVOKE, found)
    return render_template(PLACE + "revoke.html", entitlement=found, product=found.product)


@pages.post("/installs/<int:entitlement_id>/revoke")
@writes(again=revoking)
def revoke(entitlement_id: int) -> Any:
    found = queries.get_for(actor(), entitlement_id)
    POLICY.require(actor(), Act.REVOKE, found)
    operations.revoke(actor=actor(), entitlement=found, **parse(RevokeIn()))
    flash(gettext("Revoked. Its holder reads your reason."))
    return redirect(f"{found.product.path}/installs")


# Ratings


@pages.post("/platforms/<slug>/products/<product>/ratings")
@writes(again=show_product)
def rate(slug: str, product: str) -> Any:
    found = products.get_for(actor(), slug, product)
    POLICY.require(actor(), Act.RATE, found)
    operations.rate(actor=actor(), product=found, **parse(RatingIn()))
    flash(gettext("Thank you. You can change your rating at any time."))
    return redirect(f"{found.path}#ratings")


@pages.get("/ratings/<int:rating_id>/reply")
def replying(rating_id: int) -> Any:
    found = queries.rating_for(actor(), rating_id)
    POLICY.require(actor(), Act.REPLY, found)
    (shown,) = queries.shown([found])
    return render_template(PLACE + "reply.html", shown=shown, rating=found, product=found.product)


@pages.post("/ratings/<int:rating_id>/reply")
@writes(again=replying)
def reply(rating_id: int) -> Any:
    found = queries.rating_for(actor(), rating_id)
    POLICY.require(actor(), Act.REPLY, found)
    operations.reply(actor=actor(), rating=found, **parse(ReplyIn()))
    flash(gettext("Your reply stands under the rating."))
    return redirect(f"{found.product.path}#rating-{found.id}")
