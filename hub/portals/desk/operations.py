"""The only writes of the desk. Each checks the policy, fires the move, writes, records what happened; none commits."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, BinaryIO

from hub.core.accounts import queries as accounts
from hub.core.files import operations as files
from hub.core.files.rules import Copy
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind as About
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, NotNow, NotSignedIn, one_field
from hub.kernel.permissions import require_verified
from hub.kernel.words import N_
from hub.portals.desk import queries, rules
from hub.portals.desk.events import (
    SubmissionAnswered,
    SubmissionAssigned,
    SubmissionBegun,
    SubmissionDecided,
    SubmissionDiscarded,
    SubmissionNoted,
    SubmissionReceived,
    SubmissionWithdrawn,
)
from hub.portals.desk.models import Submission, SubmissionFile, SubmissionLook, SubmissionNote, SubmissionStep
from hub.portals.desk.policy import POLICY, runs_its_portal, sent_it
from hub.portals.desk.states import ASKED, DECISIONS, DONE, LIFE, Act, State, stage_of
from hub.portals.forms import operations as forms
from hub.portals.forms import queries as asked
from hub.portals.forms.rules import Field, Kind, clean, read_answers
from hub.portals.sites import queries as sites
from hub.portals.sites import rules as texts
from hub.portals.sites.models import Portal
from hub.portals.sites.states import State as PortalState

# Writing


def save(*, actor: Actor, portal: Portal, title: str, answers: Mapping[str, Any]) -> Submission:
    """Keep a draft: what is typed stays as it is typed, gaps and mistakes included. There is one draft per person and portal.

    Raises NotSignedIn, NotNow unless the portal is open.
    """
    if actor.person_id is None:
        raise NotSignedIn(N_("Sign in to keep a draft."))
    _must_be_open(portal)
    form, now = forms.in_use(portal=portal), clock.now()
    draft = queries.draft_of(actor, portal)
    if draft is None:
        draft = Submission(
            portal_id=portal.id, form_id=form.id, person_id=actor.person_id, title="", answers={}, state=LIFE.initial, step=0,
            terms="", terms_hash="", created_at=now, updated_at=now,
        )  # fmt: skip
        db.session.add(draft)
        db.session.flush()
        begun = SubmissionBegun(submission_id=draft.id, portal_id=portal.id)
        journal.record(begun, actor=actor, subject=draft.ref, scope=portal.ref)
    draft.form_id, draft.updated_at = form.id, now
    draft.title = " ".join(title.replace("\x00", "").split())[: rules.LONGEST_TITLE]
    draft.answers = {field.key: clean(field, answers.get(field.key)) for field in form.questions if field.kind is not Kind.FILES}
    db.session.flush()
    return draft


def _must_be_open(portal: Portal) -> None:
    if portal.state is not PortalState.OPEN:
        raise NotNow(N_("This portal takes no submissions at the moment."), code="portal_closed")


def attach(*, actor: Actor, draft: Submission, key: str, stream: BinaryIO, filename: str) -> SubmissionFile:
    """Add a file as an answer to the question `key`. Raises NotAllowed, NotNow, Invalid about `key` (see files.operations.store)."""
    _must_be_draft(actor, draft)
    question = next((field for field in asked.by_id(draft.form_id).questions if field.key == key), None)
    if question is None or question.kind is not Kind.FILES:
        raise NotFound(N_("The form does not ask for this file."))
    if len(draft.files) >= rules.MOST_FILES:
        raise one_field(key, N_("A submission takes at most %(n)s files."), code="too_many_files", n=rules.MOST_FILES)
    try:
        kept = files.store(actor=actor, stream=stream, filename=filename, purpose="submission")
    except Invalid as error:
        raise Invalid(error.message, code=error.code, fields={key: str(error)}, **error.values) from error
    attached = SubmissionFile(key=key, file_id=kept.id, added_at=clock.now())
    draft.files.append(attached)
    db.session.flush()
    return attached


def detach(*, actor: Actor, draft: Submission, file_id: int) -> None:
    """Raises NotAllowed, NotNow, NotFound."""
    _must_be_draft(actor, draft)
    attached = next((each for each in draft.files if each.file_id == file_id), None)
    if attached is None:
        raise NotFound(N_("There is no such file."))
    draft.files.remove(attached)
    db.session.flush()


def discard(*, actor: Actor, draft: Submission) -> None:
    """Throw a draft away. Raises NotAllowed, NotNow."""
    _must_be_draft(actor, draft)
    discarded = SubmissionDiscarded(submission_id=draft.id, portal_id=draft.portal_id)
    journal.record(discarded, actor=actor, subject=draft.ref, scope=draft.portal.ref)
    db.session.delete(draft)
    db.session.flush()


def _must_be_draft(actor: Actor, draft: Submission) -> None:
    POLICY.require(actor, Act.WRITE, draft)
    if draft.state is not State.DRAFT:
        raise NotNow(N_("This was sent already and cannot be changed."), code="sent")


def check(draft: Submission, questions: Sequence[Field]) -> tuple[dict[str, Any], list[Invalid]]:
    """The draft's answers as they would be sent, and a refusal for each that has to be mended first."""
    counts: dict[str, int] = {}
    for each in draft.files:
        counts[each.key] = counts.get(each.key, 0) + 1
    answers, refused = read_answers(questions, draft.answers, counts)
    if not draft.title:
        refused.insert(0, one_field("title", N_("Give your idea a title.")))
    return answers, refused


def together(refused: Sequence[Invalid]) -> Invalid:
    """One refusal that names every field."""
    if len(refused) == 1:
        return Invalid(refused[0].message, code="incomplete", fields=refused[0].fields, **refused[0].values)
    named = {name: text for error in refused for name, text in error.fields.items()}
    return Invalid(N_("Some answers need another look."), code="incomplete", fields=named)


def submit(*, actor: Actor, draft: Submission, terms_hash: str, language: str, form_number: int | None = None) -> Submission:
    """Send the draft, agreeing to the terms in `language` whose SHA-256 is `terms_hash`. From now on it stays as it is.

    Raises NotAllowed (also before the e-mail address is confirmed), NotNow, Conflict `terms_changed` or `form_changed`, Invalid
    `incomplete` naming each question to answer.
    """
    require_verified(actor)
    POLICY.require(actor, Act.SUBMIT, draft)
    portal = draft.portal
    _must_be_open(portal)
    form = forms.in_use(portal=portal)
    if draft.form_id != form.id or (form_number is not None and form_number != form.number):
        raise Conflict(rules.FORM_CHANGED, code="form_changed")
    answers, wrong = check(draft, form.questions)
    if draft.state is State.DRAFT and wrong:
        raise together(wrong)
    terms = portal.said(portal.terms, language)
    if texts.fingerprint(terms) != terms_hash:
        raise Conflict(rules.TERMS_CHANGED, code="terms_changed")
    LIFE.fire(draft, Act.SUBMIT)
    asked_for = {field.key for field in form.questions if field.kind is Kind.FILES}
    draft.files = [each for each in draft.files if each.key in asked_for]
    draft.answers, draft.terms, draft.terms_hash = answers, terms, terms_hash
    draft.submitted_at = draft.updated_at = clock.now()
    _enter_stage(draft)
    _step(actor, draft, Act.SUBMIT, stage=1)
    received = SubmissionReceived(submission_id=draft.id, portal_id=portal.id, terms_hash=terms_hash)
    journal.record(received, actor=actor, subject=draft.ref, scope=portal.ref)
    _tell_submitter(actor, draft, N_("“%(portal)s” has received “%(title)s”. You will be told at every step."))
    _tell_portal(actor, draft, N_("“%(title)s” came in on “%(portal)s”."))
    return draft


# Deciding


def decide(*, actor: Actor, submission: Submission, act: Act, reason: str, seen_step: int) -> Submission:
    """Pass on, ask, accept or decline. `reason` is read by the submitter word for word; `seen_step` is the step the actor had seen.

    Raises NotAllowed, NotNow, Invalid about `reason` or `act`, Conflict (code decided_meanwhile) naming what somebody did in between.
    """
    if act not in DECISIONS:
        raise one_field("act", N_("Choose what happens next."))
    POLICY.require(actor, act, submission)
    said = _read(reason, "reason", N_("Write the reason: the submitter reads it. At most %(n)s characters."))
    submission = queries.locked(submission)
    _nothing_since(submission, seen_step)
    stage, now = submission.stage, clock.now()
    LIFE.fire(submission, act)
    since, paused = submission.stage_since, submission.asked_at
    waited = max(0, int(((paused or now) - since).total_seconds())) if since is not None else 0
    in_time = submission.due_at is None or (paused or now) < submission.due_at
    submission.asked_at = now if submission.state in ASKED else None
    if submission.state in DONE:
        submission.decided_at, submission.due_at = now, None
    elif act is Act.ADVANCE:
        _enter_stage(submission)
    _step(actor, submission, act, stage=stage, said=said, **({} if act is Act.ASK else {"waited_seconds": waited, "in_time": in_time}))
    decided = SubmissionDecided(
        submission_id=submission.id, portal_id=submission.portal_id, act=act.value, stage=stage, step=submission.step
    )  # fmt: skip
    journal.record(decided, actor=actor, subject=submission.ref, scope=submission.portal.ref)
    _tell_submitter(actor, submission, TOLD[act])
    return submission


TOLD = {
    Act.ADVANCE: N_("“%(title)s” goes on to “%(stage)s” at “%(portal)s”. The reason is on its page."),
    Act.ASK: N_("“%(portal)s” has a question about “%(title)s”. Its clock stands still until you answer."),
    Act.ACCEPT: N_("“%(portal)s” has accepted “%(title)s”. What comes next is on its page."),
    Act.DECLINE: N_("“%(portal)s” has declined “%(title)s”. The reason is on its page."),
}
MEANWHILE = {
    Act.ADVANCE: N_("passed it on"),
    Act.ASK: N_("asked the submitter"),
    Act.ANSWER: N_("answered the question"),
    Act.ACCEPT: N_("accepted it"),
    Act.DECLINE: N_("declined it"),
    Act.WITHDRAW: N_("withdrew it"),
    Act.SUBMIT: N_("sent it"),
}


def _nothing_since(submission: Submission, seen_step: int) -> None:
    """Raises Conflict with what happened since the actor looked."""
    if submission.step == seen_step:
        return
    last = queries.last_step(submission)
    person = accounts.cards([last.person_id]) if last is not None else {}
    raise Conflict(
        N_("Somebody was faster. %(name)s %(deed)s at stage %(stage)s: look at it again. Your text is kept below."),
        code="decided_meanwhile",
        name=person[last.person_id].name if last is not None and last.person_id in person else "–",
        deed=MEANWHILE.get(last.act, "") if last is not None else "",
        stage=last.stage if last is not None else 0,
    )


def answer(*, actor: Actor, submission: Submission, text: str) -> Submission:
    """The submitter's answer to the portal's question; the clock runs on from where it stood. Raises NotAllowed, NotNow, Invalid."""
    POLICY.require(actor, Act.ANSWER, submission)
    said = _read(text, "answer", N_("Write your answer, in at most %(n)s characters."))
    submission = queries.locked(submission)
    paused = submission.asked_at
    LIFE.fire(submission, Act.ANSWER)
    assert paused is not None and submission.due_at is not None and submission.stage_since is not None
    pause = clock.now() - paused
    submission.asked_at = None
    submission.due_at, submission.stage_since = submission.due_at + pause, submission.stage_since + pause
    _step(actor, submission, Act.ANSWER, stage=submission.stage, said=said)
    answered = SubmissionAnswered(submission_id=submission.id, portal_id=submission.portal_id, step=submission.step)
    journal.record(answered, actor=actor, subject=submission.ref, scope=submission.portal.ref)
    _tell_portal(actor, submission, N_("The question about “%(title)s” is answered."))
    return submission


def withdraw(*, actor: Actor, submission: Submission) -> Submission:
    """The submitter takes it back; the portal keeps what was said, and decides no more. Raises NotAllowed, NotNow."""
    POLICY.require(actor, Act.WITHDRAW, submission)
    submission = queries.locked(submission)
    stage = submission.stage
    LIFE.fire(submission, Act.WITHDRAW)
    submission.asked_at, submission.due_at, submission.decided_at = None, None, clock.now()
    _step(actor, submission, Act.WITHDRAW, stage=stage)
    withdrawn = SubmissionWithdrawn(submission_id=submission.id, portal_id=submission.portal_id, step=submission.step)
    journal.record(withdrawn, actor=actor, subject=submission.ref, scope=submission.portal.ref)
    _tell_portal(actor, submission, N_("“%(title)s” was withdrawn by its submitter."))
    return submission


def _read(text: str, field: str, message: str) -> str:
    said = text.replace("\r\n", "\n").strip()
    if not 1 <= len(said) <= rules.LONGEST_REASON or "\x00" in said:
        raise one_field(field, message, n=rules.LONGEST_REASON)
    return said


def _enter_stage(submission: Submission) -> None:
    now, stage = clock.now(), stage_of(submission.state)
    submission.stage_since, submission.due_at = now, rules.due(now, submission.portal.days[stage - 1])


def _step(actor: Actor, submission: Submission, act: Act, *, stage: int, said: str = "", **measured: Any) -> None:
    submission.step += 1
    submission.updated_at = clock.now()
    db.session.add(
        SubmissionStep(
            submission_id=submission.id, number=submission.step, act=act, stage=stage, person_id=actor.person_id, said=said,
            at=clock.now(), **measured,
        )
    )  # fmt: skip
    db.session.flush()


# Among the managers


def note(*, actor: Actor, submission: Submission, text: str) -> SubmissionNote:
    """A word that only those who run the portal read. Raises NotAllowed, Invalid about `note`."""
    POLICY.require(actor, Act.NOTE, submission)
    said = _read(text, "note", N_("Write the note, in at most %(n)s characters."))
    kept = SubmissionNote(submission_id=submission.id, person_id=actor.person_id, text=said, at=clock.now())
    db.session.add(kept)
    db.session.flush()
    noted = SubmissionNoted(submission_id=submission.id, portal_id=submission.portal_id)
    journal.record(noted, actor=actor, subject=submission.ref, scope=submission.portal.ref)
    return kept


def assign(*, actor: Actor, submission: Submission, person_id: int | None) -> Submission:
    """Say who looks after it; None for nobody. Raises NotAllowed, Invalid about `person` if they do not run the portal."""
    POLICY.require(actor, Act.ASSIGN, submission)
    if person_id is not None and person_id not in queries.assignable(submission.portal):
        raise one_field("person", N_("Choose somebody who runs this portal."), code="not_a_manager")
    if submission.assignee_id == person_id:
        return submission
    submission.assignee_id = person_id
    db.session.flush()
    assigned = SubmissionAssigned(submission_id=submission.id, portal_id=submission.portal_id, person_id=person_id)
    journal.record(assigned, actor=actor, subject=submission.ref, scope=submission.portal.ref)
    if person_id is not None and person_id != actor.person_id:
        _tell(actor, [person_id], submission, N_("“%(title)s” on “%(portal)s” is yours to look after."), submission.desk_path)
    return submission


def look(*, actor: Actor, submission: Submission) -> None:
    """Write down that somebody of the portal reads it. Raises NotAllowed."""
    if not sent_it(actor, submission):
        _look(actor, submission)


def take_copy(*, actor: Actor, submission: Submission, file: Any, content: Callable[[], bytes]) -> Copy | None:
    """One of its files as this reader's copy, marked and written down; None for the submitter, who gets it as it is. Raises NotAllowed."""
    if sent_it(actor, submission):
        return None
    copy: Copy = files.copy_for(actor=actor, file=file, of=f"submission {submission.id}", content=content())
    _look(actor, submission, file_name=file.filename[:255], copy_no=copy.number, copy_sha256=copy.sha256)
    return copy


def _look(actor: Actor, submission: Submission, **copy: str) -> None:
    if not runs_its_portal(actor, submission):
        raise NotAllowed(N_("Only those who run the portal read this."))
    seen = SubmissionLook(submission_id=submission.id, person_id=actor.person_id, at=clock.now(), **copy)
    db.session.add(seen)
    db.session.flush()


def _tell_submitter(actor: Actor, submission: Submission, text: str) -> None:
    """In the submitter's language, as far as the portal's own names are concerned; the sentence is translated where it is read."""
    _tell(actor, [submission.person_id], submission, text, submission.path)


def _tell_portal(actor: Actor, submission: Submission, text: str) -> None:
    """Whoever looks after it, else everybody who runs the portal."""
    to = [submission.assignee_id] if submission.assignee_id else sites.manager_ids(submission.portal)
    _tell(actor, [person_id for person_id in to if person_id != actor.person_id], submission, text, submission.desk_path)


def _tell(actor: Actor, person_ids: Sequence[int], submission: Submission, text: str, link: str) -> None:
    by_language: dict[str, list[int]] = {}
    for person_id, card in accounts.cards(person_ids).items():
        by_language.setdefault(card.language, []).append(person_id)
    portal = submission.portal
    for language, readers in by_language.items():
        stage = portal.stage_name(submission.stage, language) if submission.stage else ""
        values = {"title": submission.title, "portal": portal.name_in(language), "stage": stage}
        messages.notify(actor=actor, person_ids=readers, text=text, kind=About.PORTAL, values=values, link=link)
