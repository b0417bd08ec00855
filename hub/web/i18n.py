"""Two languages, everybody's own time zone, money with its currency: how values become words on a page."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from babel.dates import format_date, format_datetime, format_timedelta
from flask import Flask, g, has_request_context, request
from flask_babel import Babel, get_locale, gettext, ngettext, refresh
from markupsafe import Markup

from hub.kernel import clock
from hub.kernel.money import Money

LANGUAGES = {"en": "English", "zh": "中文"}
TAGS = {"en": "en", "zh": "zh-CN"}
babel = Babel()


def language() -> str:
    """The language of this page: the visitor's choice, else the person's setting, else what the browser asks for."""
    if not has_request_context():
        return "en"
    wanted, offered = _wanted(), g.get("languages_offered")
    return wanted if not offered or wanted in offered else str(offered[0])


def offer_only(languages: Sequence[str]) -> None:
    """This page speaks these languages alone: whoever wants another reads the first."""
    g.languages_offered = tuple(languages)
    refresh()


def _wanted() -> str:
    chosen = request.cookies.get("lang")
    if chosen in LANGUAGES:
        return chosen
    identity = g.get("identity")
    if identity is not None and identity.language in LANGUAGES:
        return str(identity.language)
    return request.accept_languages.best_match(["en", "zh"], "en") or "en"


def show_money(value: Money | None) -> str:
    """`USD 40,000.00`; whole amounts drop their zeros."""
    if value is None:
        return ""
    text = str(value)
    return text.removesuffix(".00").removesuffix(".000")


def when(value: datetime | None) -> Markup | str:
    """A moment; the page's script shows it in the viewer's zone, without it the words name UTC."""
    if value is None:
        return ""
    text = format_datetime(value, "d MMM y, HH:mm" if language() == "en" else "y年M月d日 HH:mm", locale=str(get_locale() or "en"))
    return Markup('<time datetime="{}" data-when>{} UTC</time>').format(value.isoformat(timespec="seconds"), text)


def day(value: Any) -> Markup | str:
    if value is None:
        return ""
    text = format_date(value, "d MMM y" if language() == "en" else "medium", locale=str(get_locale() or "en"))
    return Markup('<time datetime="{}">{}</time>').format(value.isoformat()[:10], text)


def until(value: datetime | None) -> Markup | str:
    """`in 19 days`, `3 hours ago`, refreshed by the page's script."""
    if value is None:
        return ""
    gap = value - clock.now()
    text = format_timedelta(gap, granularity="minute", threshold=1.2, add_direction=True, locale=str(get_locale() or "en"))
    if abs(gap) < timedelta(minutes=1):
        text = gettext("now")
    return Markup('<time datetime="{}" data-until>{}</time>').format(value.isoformat(timespec="seconds"), text)


def label(member: Any) -> str:
    """An enum member's label in the reader's language."""
    return gettext(getattr(member, "label", str(member))) if member else ""


def options(members: Iterable[Any]) -> list[tuple[str, str]]:
    """What a choice in a form is made from: (value, label in the reader's language) of each enum member."""
    return [(str(member.value), label(member)) for member in members]


def translated(text: str) -> str:
    """Words of ours or of somebody's own, in the reader's language where they are ours: escaped in any case, as `_(text)` is not."""
    return str(gettext(text)) if text else ""


def init(app: Flask) -> None:
    babel.init_app(app, locale_selector=language, default_translation_directories="web/translations")
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.filters.update(
        money=show_money, when=when, day=day, until=until, label=label, options=options, state_label=label, translated=translated
    )
    app.jinja_env.globals.update(ngettext=ngettext, LANGUAGES=LANGUAGES)
    app.context_processor(lambda: {"lang": language(), "lang_tag": TAGS[language()]})
