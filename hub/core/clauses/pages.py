"""The builder's pages: templates, and the preview that every form with the builder asks for."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext

from hub.core.agreements.pages import compared
from hub.core.clauses import operations, queries, rules
from hub.core.clauses.models import AgreementTemplate
from hub.core.clauses.policy import POLICY, Act
from hub.core.clauses.schemas import MOST_ROWS, NewTemplateForm, PreviewForm, TemplateForm
from hub.core.organisations import queries as organisations
from hub.core.wording import rules as wording
from hub.core.wording.rules import Kind
from hub.kernel.errors import HubError
from hub.web.errors import said_by_field
from hub.web.forms import current_form
from hub.web.handle import STATUS, actor, check_version, parse, wants_fragment, writes
from hub.web.i18n import label, language, options

pages = Blueprint("clauses", __name__, template_folder="templates")
PLACE = "core/clauses/"
TEXTS = ("en", "zh")


@pages.app_context_processor
def builder_words() -> dict[str, Any]:
    """What the builder's fragment needs in whatever form it stands."""
    said: dict[str, Any] = {"offers": _offers, "asked": rules.asked, "options": _options, "kinds": Kind, "contests": rules.CONTESTS}
    return {"builder": said | {"own_words": wording.OWN_WORDS, "most_own": wording.MOST_OWN, "most_rows": MOST_ROWS}}


def _offers(standard: str, texts: list[queries.Version], kept: queries.Version | None = None) -> list[tuple[str, ...]]:
    """What a form offers to draw up with: the standard, the version that was chosen before if it is not among the others, the others."""
    rows: list[tuple[str, ...]] = [("", standard)]
    if kept is not None and kept.id not in {one.id for one in texts}:
        rows.append((str(kept.id), gettext("%(name)s, version %(n)s (as chosen before)", name=kept.name, n=kept.number)))
    for one in texts:
        own = ngettext("%(num)s clause of your own", "%(num)s clauses of your own", len(one.own))
        words = own if one.own else gettext("The site’s clauses with your terms")
        rows.append((str(one.id), gettext("%(name)s, version %(n)s", name=one.name, n=one.number), words))
    return rows


def _options(name: str) -> list[tuple[str, str]]:
    return options({"transfer": wording.Transfer, "payment": wording.Payment, "losing_entries": wording.Losing}[name])


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
    taken = queries.taken_version(actor(), request.args.get("template", ""))
    start, own = (taken.choices, taken.own) if taken is not None else (wording.SITES_OWN[kind], ())
    return render_template(
        PLACE + "edit.html",
        template=None,
        kind=kind,
        terms=start,
        organisations=managed,
        wanted=request.args.get("for", ""),
        own=own,
        previews=[queries.preview(kind, start, own=own)],
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
        actor=actor(), kind=said["kind"], name=said["name"], choices=said["terms"], own=said["own"],
        organisation_id=organisation.id if organisation is not None else None,
    )  # fmt: skip
    flash(gettext("The template is saved."))
    return redirect(url_for(".show", template_id=template.id))


@pages.get("/agreements/templates/<int:template_id>")
def show(template_id: int) -> Any:
    template = queries.get_for(actor(), template_id)
    says = queries.version(template)
    return render_template(
        PLACE + "edit.html",
        template=template,
        kind=template.kind,
        terms=says.choices,
        own=says.own,
        owner=organisations.card(template.organisation_id).name if template.organisation_id is not None else "",
        versions=queries.versions(template.id),
        may=POLICY.can(actor(), Act.SAVE, template),
        previews=[queries.preview(template.kind, says.choices, own=says.own)],
        code=language(),
    )


@pages.get("/agreements/templates/<int:template_id>/standard")
def standard(template_id: int) -> Any:
    """What the template says otherwise than the site's standard text."""
    template, code = queries.get_for(actor(), template_id), request.args.get("text", language())
    code, says = code if code in TEXTS else "en", queries.version(template)
    before, after = (
        queries.preview(template.kind, wording.SITES_OWN[template.kind]),
        queries.preview(template.kind, says.choices, own=says.own),
    )
    return render_template(
        PLACE + "standard.html",
        template=template,
        code=code,
        found=compared(getattr(before.composed, f"text_{code}"), getattr(after.composed, f"text_{code}")),
    )


@pages.post("/agreements/templates/<int:template_id>")
@writes(again=show)
def change(template_id: int) -> Any:
    template = queries.get_for(actor(), template_id, Act.SAVE)
    check_version(template.version)
    said = parse(TemplateForm())
    operations.change(actor=actor(), template=template, name=said["name"], choices=said["terms"], own=said["own"])
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
        for place, kind in enumerate(said["preview_kind"]):
            own = wording.read_own(kind, said["own"]) if not place else ()
            previews.append(queries.preview(kind, operations.read(said.get("terms", {})), named, own))
    except HubError as error:
        status, errors = STATUS.get(type(error), 400), list(dict.fromkeys(said_by_field(error).values()))
    template = "preview.html" if wants_fragment() else "preview_page.html"
    return render_template(PLACE + template, previews=previews, errors=errors, code=code, label=label), status
