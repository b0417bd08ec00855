"""The way of an idea: what it takes to send it, and what every decision takes and does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from hub.core.files.models import File
from hub.core.messages.models import Notification
from hub.db import journal, work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, NotNow
from hub.portals.desk import operations as desk
from hub.portals.desk import queries
from hub.portals.desk.models import Submission, SubmissionStep
from hub.portals.desk.states import Act, State
from hub.portals.forms import operations as forms
from hub.portals.sites import operations as sites
from hub.portals.sites.rules import fingerprint
from tests.conftest import NOON
from tests.factories import people, portals

HEAD = {"seen_step": 1, "reason": portals.REASON}


@pytest.fixture
def sent(stage) -> Submission:
    with work.unit():
        return portals.submission(stage.fresh, stage.actor("kestrel"))


def told(person) -> list[str]:
    return [
        n.text % n.values
        for n in db.session.scalars(select(Notification).where(Notification.person_id == person.id).order_by(Notification.id))
    ]


def test_an_idea_goes_through_three_stages_and_its_author_reads_every_reason(stage, sent):
    walk = [(Act.ADVANCE, State.SECOND), (Act.ADVANCE, State.THIRD), (Act.ACCEPT, State.ACCEPTED)]
    for number, (act, state) in enumerate(walk, start=1):
        with work.unit():
            desk.decide(actor=stage.actor("heron"), submission=sent, act=act, reason=f"Reason {number}", seen_step=sent.step)
        assert sent.state is state
    steps = queries.steps([sent.id])[sent.id]
    assert [(step.act, step.stage, step.said) for step in steps] == [
        (Act.SUBMIT, 1, ""), (Act.ADVANCE, 1, "Reason 1"), (Act.ADVANCE, 2, "Reason 2"), (Act.ACCEPT, 3, "Reason 3"),
    ]  # fmt: skip
    messages = told(stage.kestrel)
    assert len(messages) == 4 and "Technical evaluation" in messages[1] and "Business decision" in messages[2] and "accepted" in messages[3]
    kinds = [row.kind for row in db.session.scalars(select(journal.JournalRow).where(journal.JournalRow.subject == sent.ref))]
    assert kinds.count("SubmissionDecided") == 3


def test_the_submitter_is_told_in_the_portal_s_words_of_their_language(stage):
    egret = people.person("白鹭", language="zh")
    with work.unit():
        sent = portals.submission(stage.fresh, people.actor_of(egret))
        desk.decide(actor=stage.actor("heron"), submission=sent, act=Act.ADVANCE, **HEAD)
    notes = db.session.scalars(select(Notification).where(Notification.person_id == egret.id).order_by(Notification.id)).all()
    assert (notes[-1].values["stage"], notes[-1].values["portal"]) == ("技术评估", "新鲜点子")


@pytest.mark.parametrize("act", [Act.ADVANCE, Act.ASK, Act.DECLINE])
@pytest.mark.parametrize("reason", ["", "   ", "x" * 4001, "a\x00b"])
def test_no_decision_without_a_reason(stage, sent, act, reason):
    with pytest.raises(Invalid) as refused:
        desk.decide(actor=stage.actor("heron"), submission=sent, act=act, reason=reason, seen_step=1)
    assert list(refused.value.fields) == ["reason"] and sent.state is State.RECEIVED


def test_nobody_accepts_before_the_third_stage(stage, sent):
    with pytest.raises(NotNow):
        desk.decide(actor=stage.actor("heron"), submission=sent, act=Act.ACCEPT, **HEAD)


@pytest.mark.parametrize("act", [Act.SUBMIT, Act.ANSWER, Act.WITHDRAW, Act.READ])
def test_only_decisions_are_decided(stage, sent, act):
    with pytest.raises(Invalid):
        desk.decide(actor=stage.actor("heron"), submission=sent, act=act, **HEAD)


@pytest.mark.parametrize("name", ["kestrel", "wren", "kingfisher"])
def test_only_those_who_run_the_portal_decide(stage, sent, name):
    for act in (Act.ADVANCE, Act.DECLINE):
        with pytest.raises(NotAllowed):
            desk.decide(actor=stage.actor(name), submission=sent, act=act, **HEAD)
    with pytest.raises(NotAllowed):
        desk.note(actor=stage.actor(name), submission=sent, text="Mine.")
    assert queries.steps([sent.id])[sent.id][-1].act is Act.SUBMIT


def test_nobody_decides_on_their_own_idea(stage):
    with work.unit():
        own = portals.submission(stage.fresh, stage.actor("heron"))
    with pytest.raises(NotAllowed):
        desk.decide(actor=stage.actor("heron"), submission=own, act=Act.ADVANCE, **HEAD)
    with work.unit():
        desk.decide(actor=stage.actor("owl"), submission=own, act=Act.ADVANCE, **HEAD)
    assert own.state is State.SECOND


def test_the_slower_of_two_learns_what_happened_meanwhile(stage, sent):
    with work.unit():
        desk.decide(actor=stage.actor("owl"), submission=sent, act=Act.DECLINE, **HEAD)
    with pytest.raises(Conflict) as refused:
        desk.decide(actor=stage.actor("heron"), submission=sent, act=Act.ADVANCE, **HEAD)
    assert refused.value.code == "decided_meanwhile"
    assert "Owl declined it at stage 1" in str(refused.value)


def test_the_clock_stands_still_while_a_question_is_with_the_submitter(stage, sent):
    due = sent.due_at
    assert due == NOON + timedelta(days=10)
    clock.set_to(NOON + timedelta(days=4))
    with work.unit():
        desk.decide(actor=stage.actor("heron"), submission=sent, act=Act.ASK, reason="How much?", seen_step=1)
    assert sent.state is State.ASKED_FIRST
    clock.set_to(NOON + timedelta(days=24))
    with work.unit():
        desk.answer(actor=stage.actor("kestrel"), submission=sent, text="Two cents.")
    assert (sent.state, sent.due_at) == (State.RECEIVED, due + timedelta(days=20))
    clock.set_to(NOON + timedelta(days=25))
    with work.unit():
        desk.decide(actor=stage.actor("heron"), submission=sent, act=Act.ADVANCE, reason="Good.", seen_step=sent.step)
    figures = queries.figures(stage.fresh)
    assert (figures.median_days[1], figures.kept[1]) == (5.0, 100), "four days before the question and one after the answer"
    assert "answered" in told(stage.heron)[-1]


def test_a_late_decision_is_counted_as_late(stage, sent):
    clock.set_to(NOON + timedelta(days=11))
    with work.unit():
        desk.decide(actor=stage.actor("heron"), submission=sent, act=Act.DECLINE, reason="Too late.", seen_step=1)
    figures = queries.figures(stage.fresh)
    assert (figures.kept[1], figures.declined, figures.to_decision, figures.received) == (0, 1, 11.0, 1)


def test_a_question_can_be_declined_too_and_answers_come_only_to_questions(stage, sent):
    with pytest.raises(NotNow):
        desk.answer(actor=stage.actor("kestrel"), submission=sent, text="Nobody asked.")
    with work.unit():
        desk.decide(actor=stage.actor("heron"), submission=sent, act=Act.ASK, reason="How much?", seen_step=1)
    with pytest.raises(NotAllowed):
        desk.answer(actor=stage.actor("heron"), submission=sent, text="I answer myself.")
    with work.unit():
        desk.decide(actor=stage.actor("heron"), submission=sent, act=Act.DECLINE, reason="No answer in a month.", seen_step=2)
    assert (sent.state, sent.asked_at, sent.due_at) == (State.DECLINED, None, None)


def test_a_withdrawn_idea_is_decided_no_more(stage, sent):
    with work.unit():
        desk.withdraw(actor=stage.actor("kestrel"), submission=sent)
    with pytest.raises(NotNow):
        desk.decide(actor=stage.actor("heron"), submission=sent, act=Act.ADVANCE, reason="Good.", seen_step=sent.step)
    assert "withdrawn" in told(stage.heron)[-1]


def test_steps_are_kept_by_the_database(stage, sent):
    for change in (update(SubmissionStep).values(said="Never said."), SubmissionStep.__table__.delete()):
        with pytest.raises(IntegrityError), work.unit():
            db.session.execute(change)


# Sending


def test_what_was_agreed_to_is_kept_word_for_word(stage, sent):
    terms = stage.fresh.terms["en"]
    with work.unit():
        sites.edit(actor=stage.actor("heron"), portal=stage.fresh, terms={"en": "Other words."})
    assert (sent.terms, sent.terms_hash) == (terms, fingerprint(terms)) and "Meridian Foods" in terms


def test_changed_terms_have_to_be_read_before_one_agrees(stage):
    with work.unit():
        draft = portals.draft(stage.fresh, stage.actor("kestrel"))
        sites.edit(actor=stage.actor("heron"), portal=stage.fresh, terms={"en": "Other words."})
    with pytest.raises(Conflict) as refused:
        desk.submit(actor=stage.actor("kestrel"), draft=draft, terms_hash=fingerprint("As I saw them."), language="en")
    assert refused.value.code == "terms_changed" and draft.state is State.DRAFT


def test_a_changed_form_has_to_be_looked_at_and_keeps_the_answers(stage):
    kestrel, heron = stage.actor("kestrel"), stage.actor("heron")
    with work.unit():
        draft = portals.draft(stage.fresh, kestrel)
        fields = [*stage_fields(stage), {"key": "q9", "kind": "short", "label": {"en": "Where?"}, "required": True}]
        forms.save(actor=heron, portal=stage.fresh, fields=fields)
        forms.publish(actor=heron, portal=stage.fresh)
    terms_hash = fingerprint(stage.fresh.terms["en"])
    with pytest.raises(Conflict) as refused:
        desk.submit(actor=kestrel, draft=draft, terms_hash=terms_hash, language="en")
    assert refused.value.code == "form_changed"
    with work.unit():
        again = desk.save(actor=kestrel, portal=stage.fresh, title=draft.title, answers={**draft.answers, "q9": "Here"})
        assert again.id == draft.id and again.answers["q1"] == portals.ANSWERS["q1"]
        desk.submit(actor=kestrel, draft=again, terms_hash=terms_hash, language="en")
    assert (again.form.number, again.answers["q9"]) == (2, "Here")


def stage_fields(stage) -> list[dict[str, object]]:
    return list(forms.in_use(portal=stage.fresh).fields)


def test_gaps_are_named_all_at_once(stage):
    with work.unit():
        draft = desk.save(actor=stage.actor("kestrel"), portal=stage.fresh, title="", answers={"q4": "nowhere"})
    with pytest.raises(Invalid) as refused:
        desk.submit(actor=stage.actor("kestrel"), draft=draft, terms_hash="0" * 64, language="en")
    assert set(refused.value.fields) == {"title", "q1", "q2", "q4", "q6"}


def test_an_unconfirmed_address_may_write_but_not_send(stage):
    fledgling = people.actor_of(people.person("Fledgling", verified=False))
    with work.unit():
        draft = portals.draft(stage.fresh, fledgling)
    with pytest.raises(NotAllowed) as refused:
        desk.submit(actor=fledgling, draft=draft, terms_hash=fingerprint(stage.fresh.terms["en"]), language="en")
    assert refused.value.code == "unverified_address"


def test_a_closed_portal_takes_nothing_and_still_decides(stage, sent):
    with work.unit():
        sites.close(actor=stage.actor("owl"), portal=stage.fresh)
    with pytest.raises(NotNow):
        portals.draft(stage.fresh, stage.actor("kestrel"))
    with work.unit():
        desk.decide(actor=stage.actor("heron"), submission=sent, act=Act.ADVANCE, **HEAD)
    assert sent.state is State.SECOND


def test_there_is_one_draft_a_person_and_portal(stage):
    with work.unit():
        first = portals.draft(stage.fresh, stage.actor("kestrel"), "One")
        second = portals.draft(stage.fresh, stage.actor("kestrel"), "Two")
        other = portals.draft(stage.coats, stage.actor("kestrel"), "Three")
    assert first.id == second.id != other.id and first.title == "Two"
    with work.unit():
        desk.discard(actor=stage.actor("kestrel"), draft=first)
    assert queries.draft_of(stage.actor("kestrel"), stage.fresh) is None


def test_drafts_are_nobody_else_s_to_read(stage):
    with work.unit():
        draft = portals.draft(stage.fresh, stage.actor("kestrel"))
    for name in ("heron", "owl"):
        with pytest.raises(NotFound):
            queries.get_for(stage.actor(name), stage.fresh, draft.id)
    assert sum(column.total for column in queries.board(stage.fresh)) == 0
    assert queries.table(stage.actor("heron"), stage.fresh) == ([], 0)


def test_it_is_given_to_those_who_run_the_portal_alone(stage, sent):
    with pytest.raises(Invalid):
        desk.assign(actor=stage.actor("heron"), submission=sent, person_id=stage.kingfisher.id)
    with work.unit():
        desk.assign(actor=stage.actor("heron"), submission=sent, person_id=stage.owl.id)
    assert sent.assignee_id == stage.owl.id and "yours to look after" in told(stage.owl)[-1]
    before = len(told(stage.heron))
    with work.unit():
        desk.withdraw(actor=stage.actor("kestrel"), submission=sent)
    assert (len(told(stage.heron)), "withdrawn" in told(stage.owl)[-1]) == (before, True), "whoever looks after it is told, not everybody"


def test_every_look_is_written_down_but_the_submitter_s_own(stage, sent):
    with work.unit():
        desk.look(actor=stage.actor("heron"), submission=sent)
        copy = desk.take_copy(
            actor=stage.actor("owl"), submission=sent, file=File(filename="data.csv", media_type="text/plain"), content=lambda: b"1\n"
        )
        assert desk.take_copy(actor=stage.actor("kestrel"), submission=sent, file=None, content=lambda: b"") is None
        desk.look(actor=stage.actor("kestrel"), submission=sent)
    assert f"@{stage.owl.handle}".encode() in copy.content and f"@{stage.owl.handle}" in copy.name
    looks = [(look.person_id, look.file_name, look.copy_no) for look in queries.looks(sent)]
    assert looks == [(stage.owl.id, "data.csv", copy.number), (stage.heron.id, "", "")]
    with pytest.raises(NotAllowed):
        desk.look(actor=stage.actor("kingfisher"), submission=sent)
