"""The only writes of this room; none commits. A version in use is never changed: changes make a new one, which is then put to use."""

from __future__ import annotations

from sqlalchemy import func, select

from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import Invalid, NotNow
from hub.kernel.words import N_
from hub.portals.forms import queries, rules
from hub.portals.forms.events import IntakeFormDropped, IntakeFormEdited, IntakeFormPublished
from hub.portals.forms.models import IntakeForm
from hub.portals.sites.models import Portal
from hub.portals.sites.policy import POLICY
from hub.portals.sites.states import Act


def in_use(*, portal: Portal) -> IntakeForm:
    """The version in use, stored: an answer names it."""
    form = queries.in_use(portal)
    if form.id is None:
        db.session.add(form)
        db.session.flush()
    return form


def save(*, actor: Actor, portal: Portal, fields: object) -> IntakeForm:
    """Change the form: the version in work, or a new one beside that in use. `fields` as rules.read_form takes them.

    Raises NotAllowed, Invalid (code bad_form) naming the place.
    """
    POLICY.require(actor, Act.EDIT, portal)
    plain = [field.plain() for field in rules.read_form(fields, portal.languages)]
    form = queries.in_work(portal)
    if form is None:
        in_use(portal=portal)
        highest = db.session.scalar(select(func.max(IntakeForm.number)).where(IntakeForm.portal_id == portal.id)) or 0
        form = IntakeForm(portal_id=portal.id, number=highest + 1, fields=[], created_at=clock.now())
        db.session.add(form)
    form.fields, form.edited_by = plain, actor.person_id
    db.session.flush()
    edited = IntakeFormEdited(portal_id=portal.id, form_id=form.id, number=form.number)
    journal.record(edited, actor=actor, subject=f"intake_form:{form.id}", scope=portal.ref)
    return form


def publish(*, actor: Actor, portal: Portal) -> IntakeForm:
    """Put the version in work to use: from now on visitors answer it. Raises NotAllowed, NotNow, Invalid if it asks nothing."""
    POLICY.require(actor, Act.EDIT, portal)
    form = queries.in_work(portal)
    if form is None:
        raise NotNow(N_("The form has not been changed since it was put to use."), code="nothing_to_publish")
    if not form.fields:
        raise Invalid(N_("Ask at least one question."), code="bad_form", fields={"fields": N_("Ask at least one question.")})
    form.published_at = clock.now()
    db.session.flush()
    published = IntakeFormPublished(portal_id=portal.id, form_id=form.id, number=form.number)
    journal.record(published, actor=actor, subject=f"intake_form:{form.id}", scope=portal.ref)
    return form


def drop(*, actor: Actor, portal: Portal) -> None:
    """Forget the version in work. Raises NotAllowed, NotNow."""
    POLICY.require(actor, Act.EDIT, portal)
    form = queries.in_work(portal)
    if form is None:
        raise NotNow(N_("The form has not been changed since it was put to use."), code="nothing_to_publish")
    journal.record(IntakeFormDropped(portal_id=portal.id, number=form.number), actor=actor, subject=portal.ref)
    db.session.delete(form)
    db.session.flush()
