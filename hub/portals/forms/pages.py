"""The HTML door to the intake form: where managers build it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from hub.kernel.errors import Invalid, NotFound, one_field
from hub.kernel.words import N_
from hub.portals.forms import operations, queries, rules
from hub.portals.forms.models import IntakeForm
from hub.portals.forms.rules import Field, Kind
from hub.portals.sites import queries as sites
from hub.portals.sites import rules as texts
from hub.portals.sites.models import Portal
from hub.portals.sites.pages import Place, managed, typed
from hub.web.handle import actor, writes

pages = Blueprint("forms", __name__, template_folder="templates")
PLACE = "portals/forms/"


def _portal(slug: str) -> Portal:
    return sites.managed_by(actor(), slug)


def _question(form: IntakeForm, key: str) -> Field:
    found = next((field for field in form.questions if field.key == key), None)
    if found is None:
        raise NotFound(N_("There is no such question."))
    return found


def show(template: str, place: Place, **more: Any) -> str:
    return render_template(f"{PLACE}{template}.html", place=place, portal=place.portal, **more)


@pages.get("/p/<slug>/manage/form")
def builder(slug: str) -> Any:
    place = managed(slug)
    versions = queries.versions(place.portal)
    in_work = next((form for form in versions if form.published_at is None), None)
    in_use = next((form for form in versions if form.published_at is not None), None) or queries.starting(place.portal)
    shown = in_work or in_use
    missing = list(texts.untranslated((text for field in shown.questions for text in field.texts()), place.portal.languages))
    return show(
        "builder", place, in_work=in_work, in_use=in_use, shown=shown, versions=versions, kinds=Kind, missing=len(missing),
        most=rules.MOST_FIELDS,
    )  # fmt: skip


def _builder_again(slug: str, **more: Any) -> Any:
    return builder(slug)


@pages.get("/p/<slug>/manage/form/new")
def new(slug: str) -> Any:
    place = managed(slug)
    asked = request.values.get("kind", "")
    kind = Kind(asked) if asked in set(Kind) else Kind.SHORT
    return show("question", place, question=None, kind=kind, offers=kind in rules.OFFERING)


@pages.post("/p/<slug>/manage/form/new")
@writes(again=new)
def add(slug: str) -> Any:
    portal = _portal(slug)
    fields = list(queries.newest(portal).questions)
    key = rules.next_key(queries.keys_ever(portal) | {field.key for field in fields})
    field = _typed_question(portal, key, request.form.get("kind", ""), ())
    operations.save(actor=actor(), portal=portal, fields=[each.plain() for each in [*fields, field]])
    flash(gettext("Added at the end. Visitors see it once you put the changed form to use."))
    return redirect(url_for(".builder", slug=slug, _anchor=field.key))


def _typed_question(portal: Portal, key: str, kind: str, before: tuple[rules.Option, ...]) -> Field:
    """What was typed, checked. Raises Invalid about the form's own fields."""
    sent = {
        "key": key, "kind": kind, "label": typed("label"), "help": typed("help"), "required": "required" in request.form,
        "options": rules.options_from_lines(typed("options"), before, portal.languages),
    }  # fmt: skip
    try:
        return rules.read_field(sent, portal.languages)
    except Invalid as error:
        name = next(iter(error.fields), "")
        if not name.startswith("options"):
            raise
        field = f"options.{name.rpartition('.')[2]}" if "label" in name else f"options.{portal.default_language}"
        raise one_field(field, error.message, code=error.code, **error.values) from None


@pages.get("/p/<slug>/manage/form/questions/<key>")
def question(slug: str, key: str) -> Any:
    place = managed(slug)
    found = _question(queries.newest(place.portal), key)
    return show("question", place, question=found, kind=found.kind, offers=found.kind in rules.OFFERING)


@pages.post("/p/<slug>/manage/form/questions/<key>")
@writes(again=question)
def change(slug: str, key: str) -> Any:
    portal = _portal(slug)
    form = queries.newest(portal)
    before = _question(form, key)
    after = _typed_question(portal, key, before.kind.value, before.options)
    fields = [after if field.key == key else field for field in form.questions]
    operations.save(actor=actor(), portal=portal, fields=[field.plain() for field in fields])
    flash(gettext("Saved. Visitors see it once you put the changed form to use."))
    return redirect(url_for(".builder", slug=slug, _anchor=key))


@pages.post("/p/<slug>/manage/form/questions/<key>/<any(up,down,remove):act>")
@writes(again=_builder_again)
def shift(slug: str, key: str, act: str) -> Any:
    portal = _portal(slug)
    form = queries.newest(portal)
    _question(form, key)
    if act == "remove":
        fields = [field for field in form.questions if field.key != key]
    else:
        fields = rules.moved(form.questions, key, 1 if act == "down" else -1)
    operations.save(actor=actor(), portal=portal, fields=[field.plain() for field in fields])
    return redirect(url_for(".builder", slug=slug, _anchor="questions" if act == "remove" else key))


@pages.post("/p/<slug>/manage/form/publish")
@writes(again=_builder_again)
def publish(slug: str) -> Any:
    form = operations.publish(actor=actor(), portal=_portal(slug))
    flash(gettext("Version %(n)s is in use from now on.", n=form.number))
    return redirect(url_for(".builder", slug=slug))


@pages.post("/p/<slug>/manage/form/drop")
@writes(again=_builder_again)
def drop(slug: str) -> Any:
    operations.drop(actor=actor(), portal=_portal(slug))
    flash(gettext("The changes are dropped; visitors answer the same form as before."))
    return redirect(url_for(".builder", slug=slug))


@pages.get("/p/<slug>/manage/form/versions/<int:number>")
def version(slug: str, number: int) -> Any:
    """A version as visitors see it, to try out; nothing is sent."""
    place = managed(slug)
    return show("version", place, shown=queries.version(place.portal, number))
