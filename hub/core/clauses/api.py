"""Templates and previews for programs."""

from __future__ import annotations

from typing import Any

from hub.core.clauses import operations, queries
from hub.core.clauses.models import AgreementTemplate
from hub.core.clauses.policy import Act
from hub.core.clauses.schemas import NewTemplateIn, PreviewIn, PreviewOut, TemplateIn, TemplateOut, TemplatesOut
from hub.core.organisations import queries as organisations
from hub.core.wording import rules as wording
from hub.web.api import ApiBlueprint
from hub.web.handle import actor, check_version, tagged, writes

api = ApiBlueprint("clauses", __name__, prefix="/agreement-templates", description="Saved terms of agreements, and their words.")


def _said(template: AgreementTemplate, version: queries.Version | None = None) -> dict[str, Any]:
    says = version or queries.version(template)
    return {"template": template, "terms": wording.plain_choices(says.choices), "own": says.own, "version_id": says.id}


def _told(template: AgreementTemplate, status: int = 200) -> Any:
    return tagged(TemplateOut().dump(_said(template)), template.version, status)


@api.get("")
@api.response(200, TemplatesOut)
def index() -> Any:
    """Your own templates and those of your organisations that are in use; at most 100 an owner, so in one answer."""
    found = queries.of_actor(actor())
    says = queries.newest(found)
    return {"items": [_said(one, says[one.id]) for one in found], "next": None}


@api.post("")
@writes
@api.arguments(NewTemplateIn)
@api.response(201, TemplateOut)
def create(said: dict[str, Any]) -> Any:
    """Save terms under a name, for yourself or an organisation that you manage."""
    slug = said.pop("organisation")
    template = operations.save(
        actor=actor(), kind=said["kind"], name=said["name"], choices=said["terms"], own=said["own"] or (),
        organisation_id=organisations.by_slug(slug).id if slug else None,
    )  # fmt: skip
    return _told(template, 201)


@api.get("/<int:template_id>")
@api.response(200, TemplateOut)
def show(template_id: int) -> Any:
    """One template with the terms of its newest version."""
    return _told(queries.get_for(actor(), template_id))


@api.put("/<int:template_id>")
@writes
@api.arguments(TemplateIn)
@api.response(200, TemplateOut)
def change(said: dict[str, Any], template_id: int) -> Any:
    """Another name, or other terms as the next version. Send If-Match."""
    template = queries.get_for(actor(), template_id, Act.SAVE)
    check_version(template.version)
    return _told(operations.change(actor=actor(), template=template, name=said["name"], choices=said["terms"], own=said["own"]))


@api.post("/<int:template_id>/archive")
@writes
@api.response(200, TemplateOut)
def archive(template_id: int) -> Any:
    """Offer it no more."""
    return _told(operations.archive(actor=actor(), template=queries.get_for(actor(), template_id, Act.ARCHIVE)))


@api.post("/<int:template_id>/restore")
@writes
@api.response(200, TemplateOut)
def restore(template_id: int) -> Any:
    """Offer it again."""
    return _told(operations.restore(actor=actor(), template=queries.get_for(actor(), template_id, Act.ARCHIVE)))


@api.post("/preview")
@api.arguments(PreviewIn)
@api.response(200, PreviewOut)
def preview(said: dict[str, Any]) -> Any:
    """The words of one kind of agreement for these terms, in both languages. Nothing is written."""
    return queries.preview(said["kind"], said["terms"], own=wording.read_own(said["kind"], said["own"]))
