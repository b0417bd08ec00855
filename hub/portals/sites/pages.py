"""The HTML door to a portal: its home, and what its managers set up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from flask import Blueprint, Response, flash, g, redirect, render_template, request, send_file, url_for
from flask_babel import gettext

from hub.contests.challenges.pages import card as challenge_card
from hub.core.accounts import queries as accounts
from hub.core.files import queries as files
from hub.core.organisations import queries as organisations
from hub.kernel.errors import HubError, NotFound, one_field
from hub.kernel.words import N_
from hub.portals.sites import operations, queries, rules
from hub.portals.sites.models import Portal
from hub.portals.sites.policy import POLICY
from hub.portals.sites.queries import Item
from hub.portals.sites.schemas import ManagerIn
from hub.portals.sites.states import LIFE, Act
from hub.portals.themes import rules as themes
from hub.portals.themes.rules import Scheme, Token
from hub.web import i18n, pagecache
from hub.web.forms import current_form
from hub.web.handle import actor, check_version, checks, parse, public, writes
from hub.web.i18n import label
from hub.web.paging import Page, page_number

pages = Blueprint("sites", __name__, template_folder="templates")
PLACE = "portals/sites/"
YEAR = "public, max-age=31536000, immutable"
MOVES = {"open": (operations.open_portal, N_("The portal is open.")), "close": (operations.close, N_("The portal is closed."))}
TEXTS = ("names", "taglines", "welcomes", "terms")


@dataclass(frozen=True)
class Place:
    """A portal as the templates' frame shows it to this visitor."""

    portal: Portal
    owner: organisations.OrganisationCard
    runs: bool
    language: str

    @property
    def name(self) -> str:
        return self.portal.name_in(self.language)

    @property
    def tagline(self) -> str:
        return self.portal.said(self.portal.taglines, self.language)

    @property
    def theme_href(self) -> str:
        return url_for("sites.theme_css", slug=self.portal.slug, v=rules.fingerprint(_css(self.portal))[:12])

    @property
    def logo_href(self) -> str:
        return url_for("sites.logo", slug=self.portal.slug, v=self.portal.logo_id) if self.portal.logo_id else ""


def visited(slug: str) -> Place:
    """The portal as visitors see it, in one of its languages. Raises NotFound."""
    portal = queries.get_for(actor(), slug)
    i18n.offer_only(portal.languages)
    return framed(portal)


def managed(slug: str) -> Place:
    """The portal for those who run it, in their own language. Raises NotFound, NotAllowed."""
    return framed(queries.managed_by(actor(), slug))


def framed(portal: Portal) -> Place:
    owner = organisations.card(portal.organisation_id)
    return Place(portal, owner, actor().signed_in and POLICY.can(actor(), Act.EDIT, portal), i18n.language())


def show(template: str, place: Place, **more: Any) -> str:
    return render_template(f"{PLACE}{template}.html", place=place, portal=place.portal, **more)


# For visitors


@pages.get("/p/<slug>")
@public
@pagecache.for_visitors
def home(slug: str) -> Any:
    place = visited(slug)
    shown = queries.published(place.portal)
    cards, before = ([card(item) for item in shown if item.past is past] for past in (False, True))
    return show("home", place, cards=cards, before=before)


def card(item: Item) -> dict[str, Any]:
    """As ui.card takes it."""
    if item.is_challenge:
        return challenge_card(item.thing)
    need = item.thing
    facts = [", ".join(label(deal) for deal in need.deal_kinds), gettext("TRL %(n)s", n=need.trl) if need.trl else ""]
    return {
        "url": item.path, "title": item.title, "mode": "market", "kind_label": label(need.kind), "summary": need.summary,
        "facts": [fact for fact in facts if fact],
    }  # fmt: skip


def _css(portal: Portal) -> str:
    return themes.stylesheet(themes.read_theme(portal.theme)) if portal.theme else ""


def _sheet(text: str, cache: str) -> Response:
    return Response(
        text, content_type="text/css; charset=utf-8", headers={"Cache-Control": cache, "ETag": f'"{rules.fingerprint(text)[:16]}"'}
    )


@pages.get("/p/<slug>/theme.css")
@public
def theme_css(slug: str) -> Any:
    """The portal's colours. Kept by browsers for as long as the address names this content."""
    text = _css(queries.get_for(actor(), slug))
    return _sheet(text, YEAR if request.args.get("v") == rules.fingerprint(text)[:12] else "no-cache")


@pages.get("/p/<slug>/logo")
@public
def logo(slug: str) -> Any:
    portal = queries.get_for(actor(), slug)
    if portal.logo_id is None:
        raise NotFound(N_("This portal has no logo."))
    file = files.get(portal.logo_id)
    answer: Response = send_file(files.path_of(file), mimetype=file.media_type, etag=file.sha256, max_age=0)
    answer.headers["Cache-Control"] = YEAR if request.args.get("v") == str(file.id) else "no-cache"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return answer


# For consultants: all portals


@pages.get("/portals")
def index() -> Any:
    """All portals for consultants, their own for named managers."""
    number = page_number()
    if POLICY.can(actor(), Act.LIST, None):
        found, total = queries.listed(page=number)
    else:
        found = queries.run_by_person(actor())
        total = len(found)
    owners = organisations.cards(portal.organisation_id for portal in found)
    return render_template(
        PLACE + "index.html", portals=found, owners=owners, page=Page(number, 50, total), may_found=POLICY.can(actor(), Act.FOUND, None)
    )


@pages.get("/portals/new")
def new() -> Any:
    POLICY.require(actor(), Act.FOUND, None)
    return render_template(PLACE + "new.html", languages=_languages())


def _languages() -> list[tuple[str, str]]:
    return [(code, i18n.LANGUAGES[code]) for code in rules.LANGUAGES]


@pages.post("/portals/new")
@writes(again=new)
def found() -> Any:
    POLICY.require(actor(), Act.FOUND, None)
    form = request.form
    try:
        customer = organisations.by_slug(form.get("organisation", "").strip().replace("\x00", ""))
    except NotFound:
        raise one_field("organisation", N_("There is no organisation with this address name.")) from None
    portal = operations.found(
        actor=actor(), slug=form.get("slug", ""), organisation_id=customer.id, names=typed("names"), languages=_sent_languages()
    )
    flash(gettext("Begun as a draft. Write its texts, choose its colours, then open it."))
    return redirect(url_for(".manage", slug=portal.slug))


def _sent_languages() -> list[str]:
    """The ticked languages, the one chosen as first in front."""
    ticked, first = request.form.getlist("languages"), request.form.get("first_language", "")
    return sorted(ticked, key=lambda language: language != first)


def typed(name: str) -> dict[str, str]:
    """What was typed into the fields NAME.LANGUAGE, by language."""
    return {language: request.form.get(f"{name}.{language}", "") for language in rules.LANGUAGES}


@pages.get("/p/<slug>/manage")
def manage(slug: str) -> Any:
    place = managed(slug)
    portal = place.portal
    people = accounts.cards(manager.person_id for manager in portal.managers)
    texts = (portal.names, portal.taglines, portal.welcomes, portal.terms)
    return show(
        "manage",
        place,
        gaps=rules.opening_gaps(portal),
        missing=len(list(rules.untranslated(texts, portal.languages))),
        people=[(manager, people[manager.person_id]) for manager in portal.managers if manager.person_id in people],
        moves=LIFE.moves_for(actor(), portal, POLICY),
        may_appoint=POLICY.can(actor(), Act.APPOINT, portal),
    )


def _manage_again(slug: str, **more: Any) -> Any:
    return manage(slug)


@pages.post("/p/<slug>/manage/<any(open,close):act>")
@writes(again=_manage_again)
def move(slug: str, act: str) -> Any:
    operate, said = MOVES[act]
    operate(actor=actor(), portal=queries.managed_by(actor(), slug))
    flash(gettext(said))
    return redirect(url_for(".manage", slug=slug))


@pages.post("/p/<slug>/manage/managers")
@writes(again=_manage_again)
def name_manager(slug: str) -> Any:
    operations.name_manager(actor=actor(), portal=queries.managed_by(actor(), slug), **parse(ManagerIn()))
    flash(gettext("Named. They have been told."))
    return redirect(url_for(".manage", slug=slug, _anchor="people"))


@pages.post("/p/<slug>/manage/managers/<int:person_id>/remove")
@writes(again=_manage_again)
def remove_manager(slug: str, person_id: int) -> Any:
    operations.remove_manager(actor=actor(), portal=queries.managed_by(actor(), slug), person_id=person_id)
    flash(gettext("Removed."))
    return redirect(url_for(".manage", slug=slug, _anchor="people"))


@pages.get("/p/<slug>/manage/texts")
def texts(slug: str) -> Any:
    return show("texts", managed(slug), languages=_languages())


@pages.post("/p/<slug>/manage/texts")
@writes(again=texts)
def save_texts(slug: str) -> Any:
    portal = queries.managed_by(actor(), slug)
    check_version(portal.version)
    given = {name: typed(name) for name in TEXTS if f"{name}.{portal.default_language}" in request.form}
    operations.edit(actor=actor(), portal=portal, **given, **({"languages": _sent_languages()} if "languages" in request.form else {}))
    flash(gettext("Saved."))
    return redirect(url_for(".texts", slug=slug))


@pages.get("/p/<slug>/manage/pipeline/stages")
def stages(slug: str) -> Any:
    return show("stages", managed(slug))


@pages.post("/p/<slug>/manage/pipeline/stages")
@writes(again=stages)
def save_stages(slug: str) -> Any:
    portal = queries.managed_by(actor(), slug)
    check_version(portal.version)
    numbers = range(1, rules.STAGES + 1)
    days = [request.form.get(f"days.{number}", "").strip() for number in numbers]
    promised = [int(day) if day.isdecimal() and day.isascii() and len(day) < 6 else day for day in days]
    operations.set_pipeline(actor=actor(), portal=portal, stages=[typed(f"stages.{number}") for number in numbers], days=promised)
    flash(gettext("Saved."))
    return redirect(url_for(".stages", slug=slug))


@pages.get("/p/<slug>/manage/list")
def arrangement(slug: str) -> Any:
    return show("list", place := managed(slug), items=[(item, card(item)) for item in queries.public_items(place.portal)])


@pages.post("/p/<slug>/manage/list")
@writes(again=arrangement)
def arrange(slug: str) -> Any:
    """Numbers say the order of what is numbered; what is not ticked is hidden."""
    portal = queries.managed_by(actor(), slug)
    own = [item.ref for item in queries.public_items(portal)]
    wanted = {ref: request.form.get(f"place.{ref}", "").strip() for ref in own}
    numbered = {ref: int(text) for ref, text in wanted.items() if text.isdecimal() and text.isascii() and len(text) < 5}
    if wrong := [ref for ref, text in wanted.items() if text and ref not in numbered]:
        raise one_field(f"place.{wrong[0]}", N_("Write a whole number, or nothing."))
    shown = set(request.form.getlist("shown"))
    operations.arrange(
        actor=actor(), portal=portal, first=sorted(numbered, key=numbered.__getitem__), hidden=[ref for ref in own if ref not in shown]
    )
    flash(gettext("Saved."))
    return redirect(url_for(".arrangement", slug=slug))


@pages.get("/p/<slug>/manage/theme")
def theme(slug: str) -> Any:
    place = managed(slug)
    stored, refusal = place.portal.theme or {}, current_form().refusal
    return show(
        "theme", place, stored=stored, pairs=_pairs(stored), may_mend=refusal is not None and refusal.code == "contrast", **_names()
    )


def _names() -> dict[str, Any]:
    return {"schemes": list(Scheme), "tokens": list(Token), "site": themes.SITE, "ratio": themes.shown_ratio, "hex": themes.write_colour}


def _pairs(stored: dict[str, Any]) -> list[themes.Pair]:
    """The pairs of what is typed, else of what is stored."""
    try:
        return themes.pairs(themes.read_theme(_typed_theme() if current_form().refusal or g.get("typed") else stored))
    except HubError:
        return []


def _typed_theme() -> dict[str, Any]:
    """The form's colours, empty fields left out; a radius that is no number stays text and is refused."""
    sent: dict[str, Any] = {}
    for scheme in Scheme:
        said = {token.value: request.values.get(f"{scheme}.{token}", "").strip() for token in Token}
        if chosen := {token: text for token, text in said.items() if text}:
            sent[scheme.value] = chosen
    radius = request.values.get("radius", "10").strip()
    sent["radius"] = int(radius) if radius.isdecimal() and radius.isascii() and len(radius) < 4 else radius
    return sent


@pages.post("/p/<slug>/manage/theme")
@writes(again=theme)
def save_theme(slug: str) -> Any:
    portal = queries.managed_by(actor(), slug)
    sent = _typed_theme()
    if "mend" in request.form:
        sent = themes.mended(themes.read_theme(sent)).plain()
    operations.set_theme(actor=actor(), portal=portal, theme=sent)
    flash(gettext("The colours are saved."))
    return redirect(url_for(".theme", slug=slug))


@pages.post("/p/<slug>/manage/theme/preview")
@checks(again=theme)
def preview(slug: str) -> Any:
    """The portal's home in the colours that were typed; nothing is saved."""
    place = managed(slug)
    read = themes.read_theme(_typed_theme())
    address: dict[str, Any] = {
        f"{scheme}.{token}": themes.write_colour(c) for scheme, chosen in read.colours.items() for token, c in chosen.items()
    }
    failing = [pair for pair in themes.pairs(read) if not pair.passes]
    cards = [card(item) for item in queries.published(place.portal)[:2]]
    sheet = url_for(".preview_css", slug=slug, radius=read.radius, **address)
    return show("preview", place, preview_css=sheet, colours={**address, "radius": read.radius}, failing=failing, cards=cards, **_names())


@pages.get("/p/<slug>/manage/theme/preview.css")
def preview_css(slug: str) -> Any:
    queries.managed_by(actor(), slug)
    return _sheet(themes.stylesheet(themes.read_theme(_typed_theme())), "no-store")


@pages.post("/p/<slug>/manage/logo")
@writes(again=theme)
def send_logo(slug: str) -> Any:
    sent = request.files.get("logo")
    if sent is None or not sent.filename:
        raise one_field("logo", N_("Choose a file first."), code="file_missing")
    portal = queries.managed_by(actor(), slug)
    operations.set_logo(actor=actor(), portal=portal, stream=cast(BinaryIO, sent.stream), filename=sent.filename)
    flash(gettext("The logo is saved."))
    return redirect(url_for(".theme", slug=slug))


@pages.post("/p/<slug>/manage/logo/remove")
@writes(again=theme)
def remove_logo(slug: str) -> Any:
    operations.remove_logo(actor=actor(), portal=queries.managed_by(actor(), slug))
    flash(gettext("The logo is gone."))
    return redirect(url_for(".theme", slug=slug))


# What other pages ask of this room


@organisations.lists_on_page
def shelf(organisation: Any) -> organisations.Shelf:
    query = queries.open_lines(organisation.id, i18n.language())
    return organisations.Shelf(N_("Own portals"), query, (Portal.id.asc(),), "/p/{}", lambda said: said.words or "")
