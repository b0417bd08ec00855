"""The builder's pages: templates, and the preview that every form with the builder asks for."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext

from hub.core.clauses import operations, queries, rules
from hub.core.clauses.models import AgreementTemplate
from hub.core.clauses.policy import POLICY, Act
from hub.core.clauses.schemas import NewTemplateForm, PreviewForm, TemplateForm
from hub.core.organisations import queries as organisations
from hub.core.wording import rules as agreements
from hub.core.wording.rules import Kind
from hub.kernel.errors import HubError
from hub.web.errors import said_by_field
from hub.web.forms import current_form
from hub.web.handle import STATUS, actor, check_version, parse, wants_fragment, writes
from hub.web.i18n import label, language, options

pages = Blueprint("clauses", __name__, template_folder="templates")
PLACE = "core/clauses/"


@pages.app_context_processor
def builder_words() -> dict[str, Any]:
    """What the builder's fragment needs in whatever form it stands."""
    return {"builder": {"asked": rules.asked, "options": _options, "kinds": Kind, "contests": rules.CONTESTS}}


def _options(name: str) -> list[tuple[str, str]]:
    return options({"transfer": agreements.Transfer, "payment": agreements.Payment, "losing_entries": agreements.Losing}[name])


@pages.get("/agreements/templates")
def index() -> Any:
    archived = request.args.get("state") == "archived"
    found = queries.of_actor(actor(), archived=archived)
    bodies = organisations.cards(one.organisation_id for one in found)
    return render_template(
        PLACE + "index.html",
        templates=[(one, bodies[one.organisation_id].name if one.organisation_id in bodies else "") for one in found],
        kinds=Kind,
        archived=archived,
        between=rules.BETWEEN_PARTIES,
    )


@pages.get("/agreements/templates/new")
def new() -> Any:
    kind = _kind(current_form().value("kind", request.args.get("kind", "")))
    managed = [(o.slug, o.name) for o, _ in organisations.of_person(actor().person_id or 0) if actor().manages(o.id)]
    start = queries.taken(actor(), request.args.get("template", "")) or rules.SITES_OWN[kind]
    return render_template(
        PLACE + "edit.html",
        template=None,
        kind=kind,
        terms=start,
        organisations=managed,
        wanted=request.args.get("for", ""),
        previews=[queries.preview(kind, start)],
        code=language(),
        kinds=options(Kind),
    )


def _kind(said: str) -> Kind:
    return next((kind for kind in Kind if kind.value == said), Kind.TECHNOLOGY)


@pages.post("/agreements/templates/new")
@writes(again=new)
def create() -> Any:
    said = parse(NewTemplateForm())
    slug = said.pop("organisation")
    organisation = organisations.by_slug(slug) if slug else None
    template = operations.save(
        actor=actor(), kind=said["kind"], name=said["name"], choices=said["terms"],
        organisation_id=organisation.id if organisation is not None else None,
    )  # fmt: skip
    flash(gettext("The template is saved."))
    return redirect(url_for(".show", template_id=template.id))


@pages.get("/agreements/templates/<int:template_id>")
def show(template_id: int) -> Any:
    template = queries.get_for(actor(), template_id)
    chosen = queries.choices_of(template)
    return render_template(
        PLACE + "edit.html",
        template=template,
        kind=template.kind,
        terms=chosen,
        owner=organisations.card(template.organisation_id).name if template.organisation_id is not None else "",
        versions=queries.versions(template.id),
        may=POLICY.can(actor(), Act.SAVE, template),
        previews=[queries.preview(template.kind, chosen)],
        code=language(),
    )


@pages.post("/agreements/templates/<int:template_id>")
@writes(again=show)
def change(template_id: int) -> Any:
    template = queries.get_for(actor(), template_id, Act.SAVE)
    check_version(template.version)
    said = parse(TemplateForm())
    operations.change(actor=actor(), template=template, name=said["name"], choices=said["terms"])
    return _back(template, gettext("Saved as version %(n)s.", n=template.number))


@pages.post("/agreements/templates/<int:template_id>/archive")
@writes(again=show)
def archive(template_id: int) -> Any:
    template = operations.archive(actor=actor(), template=queries.get_for(actor(), template_id, Act.ARCHIVE))
    return _back(template, gettext("Archived: it is offered no more."))


@pages.post("/agreements/templates/<int:template_id>/restore")
@writes(again=show)
def restore(template_id: int) -> Any:
    template = operations.restore(actor=actor(), template=queries.get_for(actor(), template_id, Act.ARCHIVE))
    return _back(template, gettext("It is offered again."))


def _back(template: AgreementTemplate, toast: str) -> Any:
    flash(toast)
    return redirect(url_for(".show", template_id=template.id))


@pages.post("/agreements/preview")
def preview() -> Any:
    """The words for the choices of whatever form was sent; nothing is written. A part of the page, or a page without scripts."""
    code = language()
    errors: list[str] = []
    previews: list[queries.Preview] = []
    status = 200
    try:
        said = parse(PreviewForm())
        named = {"title": said["title"], "object": said["object"]}
        previews = [queries.preview(kind, operations.read(said.get("terms", {})), named) for kind in said["preview_kind"]]
    except HubError as error:
        status, errors = STATUS.get(type(error), 400), list(dict.fromkeys(said_by_field(error).values()))
    template = "preview.html" if wants_fragment() else "preview_page.html"
    return render_template(PLACE + template, previews=previews, errors=errors, code=code, label=label), status
