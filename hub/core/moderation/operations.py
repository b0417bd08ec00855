"""The only writes on moderation. Whoever decides locks the thread, the post and the case, in this order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.exc import IntegrityError

from hub.core.accounts import operations as accounts
from hub.core.accounts import queries as people
from hub.core.accounts.states import State as AccountState
from hub.core.discussions import operations as discussions
from hub.core.discussions import queries as threads
from hub.core.discussions.models import Post
from hub.core.discussions.states import PostState
from hub.core.discussions.states import State as ThreadState
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind
from hub.core.moderation import events, queries, rules
from hub.core.moderation.models import Case, Concerned, Flag
from hub.core.moderation.policy import POLICY
from hub.core.moderation.rules import Measure, Reason, Thing
from hub.core.moderation.states import LIFE, Act
from hub.db import journal
from hub.db.extensions import db
from hub.kernel import clock, reasons
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.errors import Conflict, NotAllowed, NotNow, TooMany, one_field
from hub.kernel.permissions import administers, require_verified
from hub.kernel.whose import Of
from hub.kernel.words import N_

MOST_FLAGS_A_DAY = 20


def flag(*, actor: Actor, post: Post, reason: Reason, words: str = "") -> Case:
    """Report a post to the moderators, in one of the reasons and in own words. Several people's reports are decided as one case.

    Raises NotSignedIn, NotAllowed (unverified_address, own_post), NotNow (not_shown), Conflict (already_reported), TooMany, Invalid.
    """
    require_verified(actor)
    if post.author_id == actor.person_id:
        raise NotAllowed(N_("This is your own post: change it or delete it."), code="own_post")
    post = threads.locked_post(post.id)
    if post.state is not PostState.SHOWN:
        raise NotNow(N_("This post is not shown any more."), code="not_shown")
    if queries.reported(actor.person_id or 0, post):
        raise Conflict(N_("You have reported this post already. You are told what the moderators decide."), code="already_reported")
    thing = Thing(post.ref, threads.by_id(post.thread_id).title, post.permalink, post.author_id, post.body)
    return _report(actor, thing, reason, words, post_id=post.id, edits=post.edits)


def report(*, actor: Actor, kind: str, number: int, reason: Reason, words: str = "") -> Case:
    """Report another thing that its room lets be reported ("idea", 7). As `flag`.

    Raises NotFound, NotSignedIn, NotAllowed (unverified_address, own_thing), Conflict (already_reported), TooMany, Invalid.
    """
    require_verified(actor)
    thing = queries.thing_for(actor, kind, number)
    if thing.author_id == actor.person_id:
        raise NotAllowed(N_("This is your own: change it or take it back."), code="own_thing")
    if queries.reported_before(actor.person_id or 0, thing.ref):
        raise Conflict(N_("You have reported this already. You are told what the moderators decide."), code="already_reported")
    return _report(actor, thing, reason, words)


def _report(actor: Actor, thing: Thing, reason: Reason, words: str, *, post_id: int | None = None, edits: int = 0) -> Case:
    if reason is Reason.OTHER and not words.strip():
        raise one_field("words", N_("Say in your own words what is wrong with it."), code="words_missing")
    if queries.flags_in_a_day(actor.person_id or 0) >= MOST_FLAGS_A_DAY:
        raise TooMany(N_("You have reported a lot today. Wait for what the moderators say about it."), retry_after=3600)
    case = _gathering(thing, post_id)
    db.session.add(Flag(case_id=case.id, person_id=actor.person_id, reason=reason, words=words.strip(), edits=edits, at=clock.now()))
    db.session.flush()
    _record(actor, case, events.PostFlagged(case_id=case.id, subject=case.subject, reason=reason.value))
    return case


def _gathering(thing: Thing, post_id: int | None) -> Case:
    """The case in which reports of the thing are gathered; of two first reports at once the second joins the first's."""
    known = queries.waiting_about(thing.ref)
    if known is not None:
        return known
    case = Case(
        subject=thing.ref, title=thing.title[:200], link=thing.href, shown=thing.text[: rules.LONGEST_SHOWN], alias=thing.alias,
        post_id=post_id, author_id=thing.author_id, state=LIFE.initial, opened_at=clock.now(), due_at=clock.now() + rules.DECIDE_WITHIN,
        concerned=[Concerned(person_id=side.person_id, organisation_id=side.organisation_id) for side in thing.sides],
    )  # fmt: skip
    try:
        with db.session.begin_nested():
            db.session.add(case)
    except IntegrityError:
        known = queries.waiting_about(thing.ref)
        if known is None:
            raise
        return known
    post, other = (
        N_("A post in “%(title)s” was reported and waits for a decision."),
        N_("“%(title)s” was reported and waits for a decision."),
    )
    _tell(queries.moderators(case), case, post, other)
    return case


def decide(*, actor: Actor, case: Case, measures: Sequence[str], reason: str) -> Case:
    """Take measures, or with none leave it as it is; always with a reason.

    The author reads the reason and may appeal; those who reported it are told. Raises NotAllowed, NotNow (decided already), Invalid, and
    what taking the thing down raises.
    """
    chosen = rules.check_measures(measures, queries.ways(case))
    act = Act.UPHOLD if chosen else Act.DISMISS
    POLICY.require(actor, act, case)
    if Measure.SUSPEND in chosen and not administers(actor, case):
        raise NotAllowed(N_("Only administrators suspend accounts. Take the other measures, and tell one."), code="takes_an_administrator")
    case = _locked(case)
    said = reasons.given(reason)
    LIFE.fire(case, act)
    case.reason, case.measures = said, " ".join(chosen)
    case.decided_by, case.decided_at = actor.person_id, clock.now()
    db.session.flush()
    flaggers = queries.flaggers(case.id)
    if not chosen:
        _record(actor, case, events.CaseDismissed(case_id=case.id, subject=case.subject))
        post, other = N_("You reported a post in “%(title)s”. It stays: %(reason)s"), N_("You reported “%(title)s”. It stays: %(reason)s")
        _tell(flaggers, case, post, other, link=case.link, reason=said[:300])
        return case
    _record(actor, case, events.CaseUpheld(case_id=case.id, subject=case.subject, measures=case.measures))
    post = N_("A moderator has decided about your post in “%(title)s”: %(reason)s You can appeal once, within 14 days.")
    other = N_("A moderator has decided about “%(title)s”, which is yours: %(reason)s You can appeal once, within 14 days.")
    _tell([case.author_id], case, post, other, reason=said[:300])
    post = N_("You reported a post in “%(title)s”. The moderators have taken measures: thank you.")
    other = N_("You reported “%(title)s”. The moderators have taken measures: thank you.")
    _tell(flaggers, case, post, other, link=_thread_path(case) if case.post_id else "/home")
    _take(actor, case, chosen)
    return case


def _take(actor: Actor, case: Case, measures: Sequence[Measure]) -> None:
    """What has been done already by somebody else is left as it is."""
    if case.post_id is not None:
        post = threads.post_by_id(case.post_id)
        thread = threads.locked(post.thread_id)
        if Measure.LOCK in measures and thread.state is ThreadState.OPEN:
            discussions.lock(actor=actor, thread=thread)
        if Measure.HIDE in measures and threads.locked_post(post.id).state is PostState.SHOWN:
            discussions.hide(actor=actor, post=post)
    elif Measure.HIDE in measures and (take_down := queries.source(case.subject).take_down) is not None:
        take_down(queries.number_of(case), case.reason)
    person = people.get(case.author_id)
    if Measure.SUSPEND in measures and person.state is AccountState.ACTIVE:
        accounts.suspend(actor=actor, person=person, reason=case.reason[:500])


def appeal(*, actor: Actor, case: Case, appeal: str) -> Case:
    """Have another moderator look at it, once. Raises NotAllowed, NotNow (too late, appealed before), Invalid."""
    POLICY.require(actor, Act.APPEAL, case)
    case = queries.locked(case.id)
    said = reasons.given(appeal, field="appeal")
    LIFE.fire(case, Act.APPEAL)
    case.appeal, case.appealed_at = said, clock.now()
    case.due_at = clock.now() + rules.DECIDE_WITHIN
    _record(actor, case, events.CaseAppealed(case_id=case.id, subject=case.subject))
    post = N_("A decision about a post in “%(title)s” was appealed: it waits for another moderator.")
    _tell(queries.moderators(case), case, post, N_("A decision about “%(title)s” was appealed: it waits for another moderator."))
    return case


def confirm(*, actor: Actor, case: Case, reason: str) -> Case:
    """The measures stand. Raises NotAllowed (the one who decided), NotNow, Invalid."""
    return _settle(actor, case, Act.CONFIRM, reason)


def overturn(*, actor: Actor, case: Case, reason: str) -> Case:
    """The measures are taken back. Raises NotAllowed (the one who decided), NotNow, Invalid."""
    return _settle(actor, case, Act.OVERTURN, reason)


def _settle(actor: Actor, case: Case, act: Act, reason: str) -> Case:
    POLICY.require(actor, act, case)
    case = _locked(case)
    said = reasons.given(reason)
    LIFE.fire(case, act)
    case.settlement, case.settled_by, case.settled_at = said, actor.person_id, clock.now()
    db.session.flush()
    if act is Act.CONFIRM:
        _record(actor, case, events.AppealConfirmed(case_id=case.id, subject=case.subject))
        post = N_("Your appeal about a post in “%(title)s” was read by another moderator, and the decision stands: %(reason)s")
        other = N_("Your appeal about “%(title)s” was read by another moderator, and the decision stands: %(reason)s")
        _tell([case.author_id], case, post, other, reason=said[:300])
        return case
    _record(actor, case, events.AppealOverturned(case_id=case.id, subject=case.subject))
    _undo(actor, case)
    post = N_("Your appeal about a post in “%(title)s” was granted: %(reason)s")
    _tell([case.author_id], case, post, N_("Your appeal about “%(title)s” was granted: %(reason)s"), reason=said[:300])
    post = N_("The measures about a post in “%(title)s” that you reported were taken back on appeal: %(reason)s")
    other = N_("The measures about “%(title)s”, which you reported, were taken back on appeal: %(reason)s")
    _tell(queries.flaggers(case.id), case, post, other, link=case.link, reason=said[:300])
    post = N_("Your decision about a post in “%(title)s” was overturned: %(reason)s")
    _tell([case.decided_by or 0], case, post, N_("Your decision about “%(title)s” was overturned: %(reason)s"), reason=said[:300])
    return case


def _undo(actor: Actor, case: Case) -> None:
    if case.post_id is None:
        if Measure.HIDE in case.taken:
            queries.source(case.subject).put_back(queries.number_of(case))
        return
    post = threads.post_by_id(case.post_id)
    thread = threads.locked(post.thread_id)
    if Measure.HIDE in case.taken and threads.locked_post(post.id).state is PostState.HIDDEN:
        discussions.restore(actor=actor, post=post)
    if Measure.LOCK in case.taken and thread.state is ThreadState.LOCKED:
        discussions.unlock(actor=actor, thread=thread)


def _locked(case: Case) -> Case:
    """The case as it is now, of a post after its thread and the post itself: everybody takes them in this order."""
    if case.post_id is not None:
        threads.locked(threads.post_by_id(case.post_id).thread_id)
        threads.locked_post(case.post_id)
    return queries.locked(case.id)


def _thread_path(case: Case) -> str:
    return threads.by_id(threads.post_by_id(case.post_id or 0).thread_id).path


def _tell(whom: Sequence[int], case: Case, post: str, other: str, link: str = "", **values: Any) -> None:
    """In the words for posts, or in those for all other things; the title is its author's words, or those of whoever began the thread."""
    whose = threads.by_id(threads.post_by_id(case.post_id).thread_id).author_id if case.post_id is not None else case.author_id
    messages.notify(
        actor=SYSTEM, person_ids=whom, text=post if case.post_id is not None else other, values={"title": Of(whose, case.title), **values},
        link=link or case.path, kind=Kind.MODERATION,
    )  # fmt: skip


def _record(actor: Actor, case: Case, event: Any) -> None:
    journal.record(event, actor=actor, subject=case.ref, scope=case.subject)
