"""Templates as their readers find them, and what a preview says."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, or_, select

from hub.core.clauses import rules
from hub.core.clauses.models import AgreementTemplate, TemplateVersion
from hub.core.clauses.policy import POLICY, Act
from hub.core.wording import rules as agreements
from hub.core.wording.rules import Choices, Composed, Kind
from hub.db.extensions import db
from hub.kernel.actor import Actor
from hub.kernel.errors import NotFound
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


def choices_of(template: AgreementTemplate, number: int | None = None) -> Choices:
    """Of the version `number`, by default the newest. Raises NotFound."""
    found = select(TemplateVersion.choices).where(
        TemplateVersion.template_id == template.id, TemplateVersion.number == (number or template.number)
    )
    kept = db.session.scalar(found)
    if kept is None:
        raise NotFound(N_("There is no such version."))
    return agreements.read_choices(kept)


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


def taken(actor: Actor, asked: str) -> Choices | None:
    """The choices of the template that an address or a form names; None for none, or one that is not theirs."""
    if not asked.isdecimal() or len(asked) > 9:
        return None
    try:
        return choices_of(get_for(actor, int(asked)))
    except NotFound:
        return None


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

    def clauses(self, code: str) -> list[tuple[agreements.Clause, str]]:
        """(clause, plain sentence) in one language."""
        text = self.composed.text_zh if code == "zh" else self.composed.text_en
        plain = self.composed.summary_zh if code == "zh" else self.composed.summary_en
        return list(zip(agreements.clauses(text), plain, strict=True))


def preview(kind: Kind, choices: Mapping[str, Any] | Choices, named: Mapping[str, str] | None = None) -> Preview:
    """The words before anything is drawn up; names that are not known yet have stand-ins. Raises Invalid about the choices."""
    chosen = choices if isinstance(choices, Choices) else agreements.read_choices(choices)
    known = {name: text for name, text in (named or {}).items() if text.strip()}
    return Preview(kind, agreements.compose(kind, chosen, rules.stand_ins(kind) | known))
