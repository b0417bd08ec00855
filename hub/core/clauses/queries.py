"""Templates as their readers find them, and what a preview says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import and_, func, or_, select

from hub.core.agreements.rules import Origin
from hub.core.clauses import rules
from hub.core.clauses.models import AgreementTemplate, TemplateVersion
from hub.core.clauses.policy import POLICY, Act
from hub.core.organisations import queries as organisations
from hub.core.wording import rules as wording
from hub.core.wording.rules import Choices, Composed, Kind
from hub.db.extensions import db
from hub.kernel.actor import Actor
from hub.kernel.errors import NotFound, one_field
from hub.kernel.words import N_


def get_for(actor: Actor, template_id: int, act: Act = Act.READ) -> AgreementTemplate:
    """Raises NotFound (also for another's), NotAllowed."""
    template = db.session.get(AgreementTemplate, template_id)
    if template is None or not POLICY.can(actor, Act.READ, template):
        raise NotFound(N_("There is no such template."))
    POLICY.require(actor, act, template)
    return template


def versions(template_id: int) -> Sequence[TemplateVersion]:
    """The newest first."""
    found = select(TemplateVersion).where(TemplateVersion.template_id == template_id)
    return db.session.scalars(found.order_by(TemplateVersion.number.desc())).all()


@dataclass(frozen=True)
class Version:
    """What one version of a template says. `id` is what is sent where an agreement is drawn up with it."""

    id: int
    template_id: int
    organisation_id: int | None
    name: str
    number: int
    choices: Choices
    own: tuple[wording.Own, ...]

    @property
    def origin(self) -> Origin:
        """As `agreements.operations.draw_up` takes it. Of organisations' templates alone."""
        assert self.organisation_id is not None
        return Origin(self.organisation_id, self.template_id, self.number, self.own)


def _said(template: AgreementTemplate, kept: TemplateVersion) -> Version:
    own = tuple(wording.Own(**row) for row in kept.own)
    choices = wording.read_choices(kept.choices)
    return Version(kept.id, template.id, template.organisation_id, template.name, kept.number, choices, own)


def version(template: AgreementTemplate, number: int | None = None) -> Version:
    """The version `number`, by default the newest. Raises NotFound."""
    wanted = TemplateVersion.template_id == template.id, TemplateVersion.number == (number or template.number)
    kept = db.session.scalars(select(TemplateVersion).where(*wanted)).one_or_none()
    if kept is None:
        raise NotFound(N_("There is no such version."))
    return _said(template, kept)


def newest(templates: Iterable[AgreementTemplate]) -> dict[int, Version]:
    """The newest version of each, by the template's id. One statement."""
    known = {template.id: template for template in templates}
    joined = select(TemplateVersion).join(AgreementTemplate, AgreementTemplate.id == TemplateVersion.template_id)
    rows = db.session.scalars(joined.where(AgreementTemplate.id.in_(known), TemplateVersion.number == AgreementTemplate.number))
    return {kept.template_id: _said(known[kept.template_id], kept) for kept in rows}


# Where a mode draws up an agreement: an organisation's own templates of its kind beside the site's standard text


def of_organisation(organisation_id: int, kind: Kind | str) -> list[Version]:
    """What an organisation may draw up such an agreement with, by name: its templates in use, each in its newest version. One statement."""
    found = select(AgreementTemplate, TemplateVersion).join(TemplateVersion, TemplateVersion.template_id == AgreementTemplate.id)
    theirs = AgreementTemplate.organisation_id == organisation_id, AgreementTemplate.kind == Kind(kind)
    in_use = AgreementTemplate.archived_at.is_(None), TemplateVersion.number == AgreementTemplate.number
    return [_said(*row) for row in db.session.execute(found.where(*theirs, *in_use).order_by(func.lower(AgreementTemplate.name)))]


def chosen(organisation_id: int, kind: Kind | str, version_id: int, *, field: str = "template", unnamed: bool = False) -> Version:
    """The version that was chosen to draw up with, if it is offered now. `unnamed`: people read the words who may not know
    whose they are. Raises Invalid about `field`, code `template_changed` (there is a newer version), `not_offered`, `names_the_owner`."""
    wanted = pinned(version_id)
    offered_ = {one.template_id: one for one in of_organisation(organisation_id, kind)}
    if wanted is None or wanted.template_id not in offered_:
        raise one_field(field, N_("Choose one of the texts that are offered."), code="not_offered")
    if offered_[wanted.template_id].id != wanted.id:
        changed = N_("This template has been changed meanwhile: it is version %(number)s now. Read it, and choose again.")
        raise one_field(field, changed, code="template_changed", number=offered_[wanted.template_id].number)
    _check_names_nobody(wanted, field, unnamed)
    return wanted


def _check_names_nobody(version: Version, field: str, unnamed: bool) -> None:
    if not unnamed or version.organisation_id is None:
        return
    name = organisations.card(version.organisation_id).name
    if any(name.casefold() in text.casefold() for one in version.own for text in asdict(one).values()):
        told = N_("It is not shown yet whose text this is, but the text says “%(owner)s”. Choose another one, or change the template.")
        raise one_field(field, told, code="names_the_owner", owner=name)


def pinned(version_id: int | None) -> Version | None:
    """One version, unchecked: what something keeps to, whatever became of the template since."""
    found = select(AgreementTemplate, TemplateVersion).join(TemplateVersion, TemplateVersion.template_id == AgreementTemplate.id)
    row = db.session.execute(found.where(TemplateVersion.id == version_id)).one_or_none() if version_id is not None else None
    return _said(*row) if row is not None else None


def kept(version_id: int | None, *, field: str = "template", unnamed: bool = False) -> Version | None:
    """The version that a draft keeps to, when its agreement is drawn up; None for the site's standard text. A newer version changes
    nothing. Raises Invalid about `field` for a template that is archived (code `not_offered`), and as `chosen` does for `unnamed`."""
    version = pinned(version_id)
    if version is None:
        return None
    _check_names_nobody(version, field, unnamed)
    in_use = select(AgreementTemplate.id).where(AgreementTemplate.id == version.template_id, AgreementTemplate.archived_at.is_(None))
    if db.session.scalar(in_use) is None:
        raise one_field(field, N_("The template you chose is archived. Choose another text."), code="not_offered")
    return version


def _theirs(actor: Actor) -> Any:
    own = and_(AgreementTemplate.person_id == (actor.person_id or 0), AgreementTemplate.organisation_id.is_(None))
    return or_(own, AgreementTemplate.organisation_id.in_(list(actor.roles)))


def of_actor(actor: Actor, *, archived: bool = False) -> Sequence[AgreementTemplate]:
    """The actor's own and their organisations' templates, by kind and name."""
    state = AgreementTemplate.archived_at.is_not(None) if archived else AgreementTemplate.archived_at.is_(None)
    found = select(AgreementTemplate).where(_theirs(actor), state)
    order = (AgreementTemplate.kind, func.lower(AgreementTemplate.name), AgreementTemplate.id)
    return db.session.scalars(found.order_by(*order)).all()


def offered(actor: Actor, kinds: Iterable[Kind]) -> list[tuple[str, str]]:
    """What a form offers to begin with: (id, name) of the templates of these kinds that the actor may take."""
    found = select(AgreementTemplate.id, AgreementTemplate.name, AgreementTemplate.number).where(
        _theirs(actor), AgreementTemplate.archived_at.is_(None), AgreementTemplate.kind.in_(list(kinds))
    )
    rows = db.session.execute(found.order_by(func.lower(AgreementTemplate.name)))
    return [(str(row.id), f"{row.name} ({row.number})") for row in rows]


def taken_version(actor: Actor, asked: str) -> Version | None:
    """The newest version of the template that an address or a form names; None for none, or one that is not theirs."""
    if not asked.isdecimal() or len(asked) > 9:
        return None
    try:
        return version(get_for(actor, int(asked)))
    except NotFound:
        return None


def taken(actor: Actor, asked: str) -> Choices | None:
    """The choices of that version."""
    found = taken_version(actor, asked)
    return found.choices if found is not None else None


def count(organisation_id: int | None, person_id: int | None) -> int:
    """Templates in use of one owner."""
    owner = (
        AgreementTemplate.organisation_id == organisation_id if organisation_id is not None else AgreementTemplate.person_id == person_id
    )
    found = select(func.count()).select_from(AgreementTemplate).where(owner, AgreementTemplate.archived_at.is_(None))
    return db.session.scalar(found) or 0


# The preview


@dataclass(frozen=True)
class Preview:
    """One kind's words for these choices: per clause both texts and the plain sentences."""

    kind: Kind
    composed: Composed

    def clauses(self, code: str) -> list[tuple[wording.Clause, str]]:
        """(clause, plain sentence) in one language."""
        text = self.composed.text_zh if code == "zh" else self.composed.text_en
        plain = self.composed.summary_zh if code == "zh" else self.composed.summary_en
        return list(zip(wording.clauses(text), plain, strict=True))


def preview(
    kind: Kind, choices: Mapping[str, Any] | Choices, named: Mapping[str, str] | None = None, own: Sequence[wording.Own] = ()
) -> Preview:
    """The words before anything is drawn up; names that are not known yet have stand-ins. Raises Invalid about the choices."""
    read = choices if isinstance(choices, Choices) else wording.read_choices(choices)
    known = {name: text for name, text in (named or {}).items() if text.strip()}
    return Preview(kind, wording.compose(kind, read, rules.stand_ins(kind) | known, own))
