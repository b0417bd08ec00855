"""One search over all modes: the page, and the same search as an Atom feed."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, current_app, render_template, request
from flask_babel import gettext
from markupsafe import Markup

from hub.guide.explore import documents, schemas
from hub.kernel import clock
from hub.kernel.documents import Document
from hub.kernel.money import Money
from hub.kernel.words import N_
from hub.search.index import queries
from hub.search.index.queries import BEST, NEWEST, SIZE, Results, SearchRequest
from hub.search.index.states import MODES, kind_of
from hub.web.handle import public
from hub.web.i18n import day, show_money, until
from hub.web.pagecache import for_visitors
from hub.web.paging import Page, page_number
from hub.web.shell import add_to_nav

pages = Blueprint("explore", __name__, template_folder="templates")
MOST_VALUES = 24
add_to_nav(10, "/explore", N_("Explore"))


@pages.get("/explore")
@public
@for_visitors
def explore() -> Any:
    asked = schemas.asked(request.args.to_dict(flat=False), page_number())
    found = queries.search(asked)
    return render_template(
        "guide/explore/index.html",
        asked=asked,
        found=found,
        cards=[card(each.document, each.title, each.summary) for each in found.cards],
        groups=_groups(found),
        chips=_chips(asked),
        page=Page(asked.offset // SIZE + 1, SIZE, found.total),
        sorts=[(value, gettext(word)) for value, word in schemas.SORT_WORDS.items()],
        beside_facets=_hidden(asked, without=tuple(schemas.FIELDS)),
        beside_search=_hidden(asked, without=("q", "sort", "any")),
        everything=schemas.address(replace(schemas.unfiltered(asked), loose=False)),
        feed=schemas.address(replace(asked, sort=BEST), "/explore.atom"),
        looser=schemas.address(replace(asked, loose=True, offset=0)),
        meant=schemas.address(replace(asked, q=found.suggestion, offset=0)) if found.suggestion else "",
        elsewhere=_elsewhere(asked, found),
    )


@pages.get("/explore.atom")
@public
@for_visitors
def feed() -> Any:
    """What a search finds, the newest first, for feed readers."""
    asked = replace(schemas.asked(request.args.to_dict(flat=False)), sort=NEWEST, size=50)
    title = gettext("Innovation Hub: %(q)s", q=asked.q) if asked.q else gettext("Innovation Hub: what is new")
    found = [each.document for each in queries.search(asked).cards]
    path = schemas.address(replace(asked, sort=BEST), "/explore.atom")
    return Response(documents.atom(found, current_app.config["HUB"].base_url, title, path), content_type=documents.ATOM)


def _groups(found: Results) -> list[dict[str, Any]]:
    """The facets as ui.facets draws them: the most frequent values, and whatever is chosen."""
    groups = []
    for facet in schemas.FIELDS:
        values = found.facets.get(facet, ())
        shown = [*values[:MOST_VALUES], *(each for each in values[MOST_VALUES:] if each.chosen)]
        options = [{"value": each.value, "label": _word(facet, each.value), "count": each.count, "chosen": each.chosen} for each in shown]
        groups.append({"name": facet, "label": gettext(schemas.HEADINGS[facet]), "options": options})
    return groups


def _word(facet: str, value: str) -> str:
    word = schemas.word_for(facet, value)
    return word if facet in {"centre", "language"} else gettext(word)


def _chips(asked: SearchRequest) -> list[tuple[str, str]]:
    chosen = [(facet, value) for facet in schemas.FIELDS for value in asked.chosen(facet)]
    return [(_word(facet, value), schemas.address(schemas.lacking(asked, facet, value))) for facet, value in chosen]


def _hidden(asked: SearchRequest, without: tuple[str, ...]) -> dict[str, list[str]]:
    """What a form must carry along, as ui.facets and ui.search_bar take it."""
    hidden: dict[str, list[str]] = {}
    for name, value in schemas.parameters(asked, without=without):
        hidden.setdefault(name, []).append(value)
    return hidden


def _elsewhere(asked: SearchRequest, found: Results) -> int:
    """Where the filters leave nothing: how much there would be without them."""
    if found.total or not asked.has_filters:
        return 0
    return queries.search(schemas.unfiltered(asked)).total


def card(document: Document, title: Markup | str = "", summary: Markup | str = "") -> dict[str, Any]:
    """A document as ui.card shows it, from its stored facts alone."""
    kind, facts = kind_of(document.kind), document.facts
    return {
        "url": document.url,
        "title": title or document.title,
        "summary": summary or facts.get("summary", ""),
        "kind_label": gettext(facts.get("kind_label") or (kind.label if kind else document.kind)),
        "mode": MODES[kind] if kind else "",
        "badges": [(tone, gettext(words)) for tone, words in facts.get("badges", ())],
        "facts": _facts(document),
    }


def _facts(document: Document) -> list[Any]:
    facts = document.facts
    shown: list[Any] = []
    if facts.get("prize"):
        shown.append(("", show_money(Money(*facts["prize"]))))
    if facts.get("owner"):
        shown.append(("", facts["owner"]) if not facts.get("prize") else facts["owner"])
    if document.ends_at is not None:
        shown.append(_ends(document.ends_at, facts.get("ends", "until")))
    for words in facts.get("words", ()):
        shown.append(gettext(words) if isinstance(words, str) else gettext(words[0]) % words[1])
    return [*shown, *facts.get("plain", ())]


def _ends(moment: datetime, how: str) -> Any:
    if how != "closes":
        return Markup(gettext("to %(day)s")) % {"day": day(moment)}
    return (gettext("closes"), until(moment)) if moment > clock.now() else gettext("closed")
