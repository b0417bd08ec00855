"""Reads of the forms room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import select

from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.errors import NotFound
from hub.kernel.words import N_
from hub.portals.forms import rules
from hub.portals.forms.models import IntakeForm
from hub.portals.sites.models import Portal


def versions(portal: Portal) -> Sequence[IntakeForm]:
    """All versions, the newest first."""
    return db.session.scalars(select(IntakeForm).where(IntakeForm.portal_id == portal.id).order_by(IntakeForm.number.desc())).all()


def in_use(portal: Portal) -> IntakeForm:
    """The newest published version; before the first, the starting form, not stored yet (its `id` is None)."""
    query = select(IntakeForm).where(IntakeForm.portal_id == portal.id, IntakeForm.published_at.is_not(None))
    found = db.session.scalars(query.order_by(IntakeForm.number.desc()).limit(1)).first()
    return found or starting(portal)


def starting(portal: Portal) -> IntakeForm:
    """What a portal asks that nobody has changed, in its languages. Not stored."""
    fields = rules.read_form([field.plain() for field in rules.starting_form()], portal.languages)
    now = clock.now()
    return IntakeForm(portal_id=portal.id, number=1, fields=[field.plain() for field in fields], created_at=now, published_at=now)


def in_work(portal: Portal) -> IntakeForm | None:
    """The version that is being changed and not in use yet."""
    query = select(IntakeForm).where(IntakeForm.portal_id == portal.id, IntakeForm.published_at.is_(None))
    return db.session.scalars(query.order_by(IntakeForm.number.desc()).limit(1)).first()


def newest(portal: Portal) -> IntakeForm:
    """The version in work, else the one in use: what the managers look at."""
    return in_work(portal) or in_use(portal)


def version(portal: Portal, number: int) -> IntakeForm:
    """One version by its number; 1 is the starting form where nobody has touched it. Raises NotFound."""
    query = select(IntakeForm).where(IntakeForm.portal_id == portal.id, IntakeForm.number == number)
    found = db.session.scalars(query).one_or_none() or (starting(portal) if number == 1 else None)
    if found is None:
        raise NotFound(N_("There is no such version of the form."))
    return found


def by_id(form_id: int) -> IntakeForm:
    """Unchecked. Raises NotFound."""
    form = db.session.get(IntakeForm, form_id)
    if form is None:
        raise NotFound(N_("There is no such version of the form."))
    return form


def by_ids(ids: Iterable[int]) -> dict[int, IntakeForm]:
    """Unchecked, by id."""
    wanted = set(ids)
    return {form.id: form for form in db.session.scalars(select(IntakeForm).where(IntakeForm.id.in_(wanted)))} if wanted else {}


def keys_ever(portal: Portal) -> set[str]:
    """The keys of all questions that this portal has ever asked: a new question never takes an old one's answers."""
    rows = db.session.scalars(select(IntakeForm.fields).where(IntakeForm.portal_id == portal.id)).all()
    return {row["key"] for fields in rows for row in fields} | {field.key for field in rules.starting_form()}
