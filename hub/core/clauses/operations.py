"""The only writes on templates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy.exc import IntegrityError

from hub.core.clauses import queries, rules
from hub.core.clauses.events import TemplateArchived, TemplateRestored, TemplateSaved
from hub.core.clauses.models import AgreementTemplate, TemplateVersion
from hub.core.clauses.policy import POLICY, Act
from hub.core.wording import rules as wording
from hub.core.wording.rules import Kind
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import Conflict, Invalid, NotNow, one_field
from hub.kernel.permissions import require_verified
from hub.kernel.words import N_, extent

Rows = Sequence[Mapping[str, str]]


def read(said: Mapping[str, Any]) -> wording.Choices:
    """Choices as a form or a program sends them under "terms". Raises Invalid whose fields are called "terms.…"."""
    try:
        return wording.read_choices(said)
    except Invalid as error:
        raise Invalid(error.message, code=error.code, fields={f"terms.{name}": text for name, text in error.fields.items()}) from error


def save(
    *, actor: Actor, kind: Kind | str, name: str, choices: Mapping[str, Any], own: Rows = (), organisation_id: int | None = None
) -> AgreementTemplate:
    """Keep choices, and clauses in one's own words, under a name, for an organisation or (None) for the actor.

    Raises NotAllowed, Invalid (`terms_invalid`, `own_invalid`, the name), Conflict (code `name_taken`), NotNow (code `too_many_templates`).
    """
    require_verified(actor)
    now = clock.now()
    template = AgreementTemplate(
        organisation_id=organisation_id, person_id=actor.person_id if organisation_id is None else None, kind=Kind(kind),
        name=_name(name), number=1, created_at=now, updated_at=now,
    )  # fmt: skip
    POLICY.require(actor, Act.SAVE, template)
    if queries.count(organisation_id, actor.person_id) >= rules.MOST_TEMPLATES:
        raise NotNow(N_("There are 100 templates already. Archive one that nobody needs."), code="too_many_templates")
    chosen, written = read(choices), wording.read_own(template.kind, own)
    _flush(template)
    _version(actor, template, chosen, written)
    return template


def change(
    *, actor: Actor, template: AgreementTemplate, name: str, choices: Mapping[str, Any], own: Rows | None = None
) -> AgreementTemplate:
    """Another name, or other choices or own clauses (None: as they are) as the next version. What was drawn up from it stays as it is.

    Raises NotAllowed, NotNow (archived), Invalid, Conflict (code `name_taken`).
    """
    POLICY.require(actor, Act.SAVE, template)
    _require_in_use(template)
    chosen, before = read(choices), queries.version(template)
    written = before.own if own is None else wording.read_own(template.kind, own)
    template.name = _name(name)
    if (chosen, written) != (before.choices, before.own):
        template.number += 1
        template.updated_at = clock.now()
        _flush(template)
        _version(actor, template, chosen, written)
    else:
        _flush(template)
    return template


def archive(*, actor: Actor, template: AgreementTemplate) -> AgreementTemplate:
    """Offer it no more. Raises NotAllowed, NotNow."""
    POLICY.require(actor, Act.ARCHIVE, template)
    _require_in_use(template)
    template.archived_at = clock.now()
    db.session.flush()
    journal.record(TemplateArchived(template_id=template.id), actor=actor, subject=template.ref)
    return template


def restore(*, actor: Actor, template: AgreementTemplate) -> AgreementTemplate:
    """Offer it again. Raises NotAllowed, NotNow, Conflict (code `name_taken`)."""
    POLICY.require(actor, Act.ARCHIVE, template)
    if template.archived_at is None:
        raise NotNow(N_("This template is in use."))
    template.archived_at = None
    _flush(template)
    journal.record(TemplateRestored(template_id=template.id), actor=actor, subject=template.ref)
    return template


def _require_in_use(template: AgreementTemplate) -> None:
    if template.archived_at is not None:
        raise NotNow(N_("This template is archived. Take it out of the archive first."), code="archived")


def _name(said: str) -> str:
    name = " ".join(said.split())
    if not extent(name) >= rules.SHORTEST_NAME or len(name) > rules.LONGEST_NAME:
        raise one_field("name", N_("Write between 2 and 80 characters."))
    return name


def _flush(template: AgreementTemplate) -> None:
    try:
        with db.session.begin_nested():
            db.session.add(template)
            db.session.flush()
    except IntegrityError as error:
        raise Conflict(
            N_("There is a template of this kind and name already."), code="name_taken", fields={"name": N_("Choose another name.")}
        ) from error


def _version(actor: Actor, template: AgreementTemplate, chosen: wording.Choices, own: Iterable[wording.Own]) -> None:
    db.session.add(
        TemplateVersion(
            template_id=template.id, number=template.number, choices=wording.plain_choices(chosen), own=wording.plain_own(own),
            made_by=actor.person_id, made_at=clock.now(),
        )
    )  # fmt: skip
    db.session.flush()
    journal.record(TemplateSaved(template_id=template.id, number=template.number), actor=actor, subject=template.ref)
