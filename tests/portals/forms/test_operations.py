"""Versions of a form: what is in use stays as it is."""

from __future__ import annotations

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from hub.db import work
from hub.db.extensions import db
from hub.kernel.errors import Invalid, NotAllowed, NotNow
from hub.portals.forms import operations as forms
from hub.portals.forms import queries
from hub.portals.forms.models import IntakeForm
from tests.factories import portals

FIELDS = [{"key": "q9", "kind": "short", "label": {"en": "Where?"}}]


def test_editing_a_form_in_use_makes_a_new_version_that_visitors_do_not_see(stage):
    heron = stage.actor("heron")
    with work.unit():
        sent = portals.submission(stage.fresh, stage.actor("kestrel"))
        changed = forms.save(actor=heron, portal=stage.fresh, fields=FIELDS)
    assert (sent.form.number, changed.number, queries.in_use(stage.fresh).number) == (1, 2, 1)
    with work.unit():
        assert forms.save(actor=heron, portal=stage.fresh, fields=[*FIELDS, *FIELDS[:0]]).number == 2, "still the same one in work"
        forms.publish(actor=heron, portal=stage.fresh)
    assert queries.in_use(stage.fresh).number == 2
    assert [field.key for field in sent.form.questions][:2] == ["q1", "q2"], "what was sent keeps its own version"
    with work.unit():
        assert forms.save(actor=heron, portal=stage.fresh, fields=[]).number == 3


def test_the_database_keeps_a_version_in_use(stage):
    with work.unit():
        form = forms.in_use(portal=stage.fresh)
    with pytest.raises(IntegrityError), work.unit():
        db.session.execute(update(IntakeForm).where(IntakeForm.id == form.id).values(fields=[]))


def test_a_form_asks_something(stage):
    heron = stage.actor("heron")
    with work.unit():
        forms.save(actor=heron, portal=stage.fresh, fields=[])
    with pytest.raises(Invalid):
        forms.publish(actor=heron, portal=stage.fresh)


def test_changes_can_be_dropped(stage):
    heron = stage.actor("heron")
    with work.unit():
        forms.save(actor=heron, portal=stage.fresh, fields=FIELDS)
        forms.drop(actor=heron, portal=stage.fresh)
    assert queries.newest(stage.fresh).number == 1
    for act in (forms.drop, forms.publish):
        with pytest.raises(NotNow):
            act(actor=heron, portal=stage.fresh)


@pytest.mark.parametrize("name", ["wren", "kingfisher", "kestrel"])
def test_only_those_who_run_the_portal_change_its_form(stage, name):
    for act in (forms.publish, forms.drop):
        with pytest.raises(NotAllowed):
            act(actor=stage.actor(name), portal=stage.fresh)
    with pytest.raises(NotAllowed):
        forms.save(actor=stage.actor(name), portal=stage.fresh, fields=FIELDS)
    assert queries.in_work(stage.fresh) is None
