"""The only writes on reputation. Whoever rates or shows locks the deal first; sums grow by updates and are never counted again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields
from typing import Any, cast

from sqlalchemy import CursorResult, delete, exists, func, select, text, update

from hub.core.accounts.models import Person
from hub.core.accounts.states import State as AccountState
from hub.core.disputes.rules import Side
from hub.core.integrity import queries as integrity
from hub.core.messages import operations as messages
from hub.core.messages.states import Kind
from hub.core.organisations import queries as organisations
from hub.core.parties import queries as parties
from hub.core.reputation import events, queries, rules
from hub.core.reputation.models import DealRating, FinishedDeal, PromiseKept, Recommendation, Standing
from hub.core.reputation.policy import POLICY, part_of
from hub.core.reputation.rules import SUMS, Delivered, Finished, Part, Recounted
from hub.core.reputation.states import LIFE, Act, State
from hub.db import journal
from hub.db.extensions import db
from hub.db.journal import Fact, JournalRow, reacts_to
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.errors import NotAllowed, NotNow
from hub.kernel.permissions import require_verified
from hub.kernel.words import N_

# What rooms above tell


def finishes(kinds: Sequence[type], teller: Callable[[Any, Fact], Iterable[Finished | Delivered | str]]) -> None:
    """Called once by a room: these events of its tell of deals.

    `teller` makes of an event what it tells: deals that are finished (Finished), deliveries that had a due day (Delivered), keys of deals
    that were undone (str). It is called after the commit, at least once.
    """
    for event in kinds:
        queries.declare(event, teller)
        reacts_to(event)(note_what_it_tells)


def note_what_it_tells(event: Any, fact: Fact) -> None:
    """Repeating it changes nothing."""
    told = list(queries.telling()[type(event).__name__][1](event, fact))
    undo([one for one in told if isinstance(one, str)])
    for one in told:
        if isinstance(one, Delivered):
            note_delivery(one)
    if finished := [one for one in told if isinstance(one, Finished)]:
        note(finished)
        open_due()


def replay(*, after: int = 0, limit: int = 500) -> int | None:
    """Tell again of what the journal knows, the facts behind the one numbered `after`: for a site that had deals before it had reputations.

    What is known already changes nothing. Returns the number of the last fact, None when there was none left.
    """
    known, last = queries.telling(), None
    chosen = select(JournalRow).where(JournalRow.kind.in_(known), JournalRow.id > after).order_by(JournalRow.id).limit(limit)
    for row in db.session.scalars(chosen).all():
        event, last = known[row.kind][0], row.id
        facts = {one.name: row.facts[one.name] for one in fields(event) if one.name in row.facts}  # a fact of before may say more
        note_what_it_tells(event(**facts), Fact(row.id, row.at, row.actor_id, row.subject, row.scope))
    return last


def note(finished: Iterable[Finished]) -> int:
    """Write down deals that are not known yet, but none between sides that belong together. Returns how many are new."""
    told = {one.key: one for one in finished}
    known = set(db.session.scalars(select(FinishedDeal.key).where(FinishedDeal.key.in_(told))))
    new = [_row(one) for key, one in told.items() if key not in known and not _belong_together(one.asked, one.delivered)]
    db.session.add_all(new)
    db.session.flush()
    return len(new)


def _row(one: Finished) -> FinishedDeal:
    opens = max(one.at, one.rate_from or one.at)
    return FinishedDeal(
        key=one.key, subject=one.subject or one.key, mode=one.mode, title=one.title[:200], link=one.link, many=one.many,
        asked_person_id=one.asked.person_id, asked_organisation_id=one.asked.organisation_id,
        delivered_person_id=one.delivered.person_id, delivered_organisation_id=one.delivered.organisation_id,
        finished_at=one.at, rate_from=opens, closes_at=opens + rules.RATE_WITHIN,
    )  # fmt: skip


def _belong_together(one: Side, other: Side) -> bool:
    """The same, or affiliated: a member, by declaration, by a proven address; of two organisations one of the people who lead them."""
    if one == other:
        return True
    person, body = one.person_id or other.person_id, one.organisation_id or other.organisation_id
    if person is not None and body is not None:
        return integrity.tie(person, body) is not None
    if body is None:
        return False
    led = organisations.managers_of([one.organisation_id or 0, other.organisation_id or 0])
    return bool(set(led.get(one.organisation_id or 0, [])) & set(led.get(other.organisation_id or 0, [])))


def undo(keys: Sequence[str]) -> None:
    """Forget deals that were undone while they could be: they never counted. Those that were open for rating stay, and so do their ratings:
    nobody buys off a rating by returning money."""
    if keys:
        gone = delete(FinishedDeal).where(FinishedDeal.key.in_(keys), FinishedDeal.told_at.is_(None))
        db.session.execute(gone, execution_options={"synchronize_session": "fetch"})


def note_delivery(one: Delivered) -> None:
    """The first delivery of each promise counts, on time or late."""
    if db.session.scalar(select(PromiseKept.id).where(PromiseKept.key == one.key)) is None:
        side = {"person_id": one.side.person_id, "organisation_id": one.side.organisation_id}
        db.session.add(PromiseKept(key=one.key, due_on=one.due_on, at=one.at, **side))
        db.session.flush()
        _add(one.side, due=1, on_time=int(one.on_time))


# Sums

_BEGIN = text(
    "INSERT INTO standing (person_id, organisation_id, deals, ratings, points, due, on_time) "
    "VALUES (:person, :organisation, 0, 0, 0, 0, 0) ON CONFLICT DO NOTHING"
)


def _add(side: Side, **counts: int) -> None:
    """Both in one statement each, so that nothing is lost whoever else adds at the same time."""
    db.session.execute(_BEGIN, {"person": side.person_id, "organisation": side.organisation_id})
    mine = Standing.person_id == side.person_id if side.person_id is not None else Standing.organisation_id == side.organisation_id
    grown = {name: getattr(Standing, name) + count for name, count in counts.items()}
    db.session.execute(update(Standing).where(mine).values(grown), execution_options={"synchronize_session": False})


def _counted() -> dict[Side, dict[str, int]]:
    """What adds up of everybody who has not left. Five statements, however many sides there are."""
    found: dict[Side, dict[str, int]] = defaultdict(lambda: dict.fromkeys(SUMS, 0))
    for part in Part:
        whose = [getattr(FinishedDeal, f"{part.value}_{kind}_id") for kind in ("person", "organisation")]
        deals = select(whose[0], whose[1], func.count()).where(FinishedDeal.told_at.is_not(None)).group_by(*whose)
        for person, body, count in db.session.execute(deals):
            found[Side(person, body)]["deals"] += count
    about = DealRating.about_person_id, DealRating.about_organisation_id
    points = func.sum(DealRating.substance + DealRating.communication + DealRating.reliability)
    ratings = select(*about, func.count(), points).where(DealRating.state == State.SHOWN).group_by(*about)
    for person, body, count, total in db.session.execute(ratings):
        found[Side(person, body)].update(ratings=count, points=int(total))
    for kept in db.session.scalars(select(PromiseKept)):
        side = Side(kept.person_id, kept.organisation_id)
        found[side]["due"] += 1
        found[side]["on_time"] += int(Delivered(kept.key, side, kept.due_on, kept.at).on_time)
    left = set(db.session.scalars(select(Person.id).where(Person.state == AccountState.ERASED)))
    return {side: counts for side, counts in found.items() if side.person_id not in left}


def recount() -> list[Recounted]:
    """Every side's sums anew from its deals, ratings and deliveries. What differed is put right, and returned. Nobody adds meanwhile."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("LOCK TABLE standing IN SHARE ROW EXCLUSIVE MODE"))
    facts, kept = _counted(), {Side(one.person_id, one.organisation_id): one for one in db.session.scalars(select(Standing))}
    differing = []
    for side in _in_order({*facts, *kept}):
        known, nothing = kept.get(side), dict.fromkeys(SUMS, 0)
        was = {name: getattr(known, name) for name in SUMS} if known is not None else nothing
        now = facts.get(side, nothing)
        if was == now:
            continue
        differing.append(Recounted(side, was, now))
        if known is None:
            known = Standing(person_id=side.person_id, organisation_id=side.organisation_id)
            db.session.add(known)
        for name, count in now.items():
            setattr(known, name, count)
    db.session.flush()
    return differing


def _in_order(sides: Iterable[Side]) -> list[Side]:
    """Always the same, so that two units of work that lock both never wait for each other."""
    return sorted(sides, key=lambda side: (side.person_id is None, side.person_id or side.organisation_id))


# The clock


def open_due(limit: int = 200) -> int:
    """Let deals be rated whose time has come, count them, and tell both sides. Returns how many. Bears being repeated."""
    opened = []
    for deal_id in queries.to_open(limit):
        first = update(FinishedDeal).where(FinishedDeal.id == deal_id, FinishedDeal.told_at.is_(None)).values(told_at=clock.now())
        if cast(CursorResult[Any], db.session.execute(first, execution_options={"synchronize_session": False})).rowcount:
            opened.append(queries.locked(deal_id))
    counts: dict[Side, int] = {}
    for deal in opened:
        for part in Part:
            counts[deal.side(part)] = counts.get(deal.side(part), 0) + 1
    for side in _in_order(counts):
        _add(side, deals=counts[side])
    told: set[str] = set()
    for deal in opened:
        _record(SYSTEM, deal, events.DealOpenedForRating(deal.id))
        if deal.is_open:
            _ask(deal, told)
    return len(opened)


def _ask(deal: FinishedDeal, told: set[str]) -> None:
    """Ask both sides to rate; whoever asked many for small tasks is asked once for all of them."""
    words = N_("“%(title)s” is finished. Say in a minute how it was: both ratings are shown together, or on %(day)s.")
    day = f"{deal.closes_at:%Y-%m-%d}"
    for part in Part:
        if deal.many and part is Part.ASKED:
            if deal.subject not in told and not _asked_before(deal):
                many = N_("“%(title)s” is finished. You can rate the people who worked on it until %(day)s.")
                _tell(deal.side(part), many, "/my/ratings", title=deal.title, day=day)
            told.add(deal.subject)
        else:
            _tell(deal.side(part), words, deal.path, title=deal.title, day=day)


def _asked_before(deal: FinishedDeal) -> bool:
    others = (FinishedDeal.subject == deal.subject, FinishedDeal.told_at < deal.told_at)
    return bool(db.session.scalar(select(exists().where(*others))))


def show_due(limit: int = 200) -> int:
    """Show the ratings of deals that nobody can rate any more. Returns how many. Bears being repeated."""
    shown = 0
    for deal_id in queries.to_show(limit):
        deal = queries.locked(deal_id)
        if deal.shown_at is None and clock.now() >= deal.closes_at and not queries.is_disputed(deal):
            _show(SYSTEM, deal)
            shown += 1
    return shown


def give_time(*, subject: str) -> None:
    """A dispute about the thing has ended: both sides have two weeks again, unless the ratings are shown."""
    later = clock.now() + rules.RATE_WITHIN
    mine = (FinishedDeal.subject == subject, FinishedDeal.shown_at.is_(None), FinishedDeal.closes_at < later)
    longer = update(FinishedDeal).where(*mine).values(closes_at=later)
    db.session.execute(longer, execution_options={"synchronize_session": "fetch"})


def _show(actor: Actor, deal: FinishedDeal) -> None:
    deal.shown_at = clock.now()
    said = queries.ratings(deal.id)
    for one in said.values():
        LIFE.fire(one, Act.SHOW)
        one.shown_at = deal.shown_at
    db.session.flush()
    about = {one.about: one for one in said.values()}
    for side in _in_order(about):
        _add(side, ratings=1, points=about[side].points)
    _record(actor, deal, events.RatingsShown(deal.id, sorted(one.id for one in said.values())))
    for side in about:
        _tell(side, N_("You were rated for “%(title)s”. Read what the other side says; you can answer once."), deal.path, title=deal.title)


# Rating


def rate(*, actor: Actor, deal: FinishedDeal, substance: int, communication: int, reliability: int, words: str) -> DealRating:
    """Rate the other side, or change one's rating while nobody has seen it. With both ratings there, both are shown at once.

    Raises NotAllowed (unverified_address), NotNow (too_early, too_late, already_shown, disputed_now), Invalid.
    """
    POLICY.require(actor, Act.RATE, deal)
    require_verified(actor)
    said: dict[str, Any] = {"substance": substance, "communication": communication, "reliability": reliability}
    said["words"] = rules.sentence(words)
    deal = queries.locked(deal.id)
    rules.check_open(deal.rate_from, deal.closes_at, deal.shown_at)
    if queries.is_disputed(deal):
        raise NotNow(N_("A dispute about this is open: rate it once that has ended."), code="disputed_now")
    part = part_of(actor, deal)
    assert part is not None
    both = queries.ratings(deal.id)
    mine = both.get(part)
    if mine is not None:
        for name, value in said.items():
            setattr(mine, name, value)
        mine.changed_at, mine.by_person_id = clock.now(), actor.person_id or 0
        db.session.flush()
        _record(actor, deal, events.RatingChanged(deal.id, mine.id))
        return mine
    about = deal.side(part.other)
    mine = DealRating(
        deal_id=deal.id, deal=deal, part=part, about_person_id=about.person_id, about_organisation_id=about.organisation_id,
        by_person_id=actor.person_id, state=LIFE.initial, given_at=clock.now(), **said,
    )  # fmt: skip
    db.session.add(mine)
    db.session.flush()
    _record(actor, deal, events.RatingGiven(deal.id, mine.id))
    if part.other in both:
        _show(actor, deal)
    return mine


def reply(*, actor: Actor, rating: DealRating, reply: str) -> DealRating:
    """Answer a rating, once and for everybody to read. Raises NotAllowed, NotNow (not_shown, answered), Invalid."""
    POLICY.require(actor, Act.REPLY, rating)
    require_verified(actor)
    said = rules.sentence(reply, "reply")
    rating = _shown(rating)
    if rating.replied_at is not None:
        raise NotNow(N_("This rating was answered already."), code="answered")
    rating.reply, rating.replied_by, rating.replied_at = said, actor.person_id, clock.now()
    _record(actor, rating.deal, events.RatingAnswered(rating.deal_id, rating.id))
    told = N_("Your rating for “%(title)s” was answered: %(reply)s")
    _tell(rating.deal.side(rating.part), told, rating.deal.path, title=rating.deal.title, reply=said)
    return rating


def _shown(rating: DealRating) -> DealRating:
    """The rating as it is now, kept from others. Raises NotNow (not_shown)."""
    deal = queries.locked(rating.deal_id)
    found = queries.ratings(deal.id)[rating.part]
    if found.state is not State.SHOWN:
        raise NotNow(N_("This rating is not shown."), code="not_shown")
    return found


# What moderators have decided


def take_off(*, rating: DealRating, reason: str) -> DealRating:
    """A moderator has decided so: nobody reads it any more, and it counts no more. Both sides are told why, whoever said it by the case.

    By the system. Raises NotNow (not_shown).
    """
    rating = _shown(rating)
    deal = rating.deal
    LIFE.fire(rating, Act.HIDE)
    rating.decision = reason
    db.session.flush()
    _add(rating.about, ratings=-1, points=-rating.points)
    taken = N_("A moderator took a rating for “%(title)s” off the page, and it counts no more: %(reason)s")
    _tell_others(rating, taken, reason=reason[:300])
    _record(SYSTEM, deal, events.RatingHidden(deal.id, rating.id))
    return rating


def put_back(*, rating: DealRating) -> DealRating:
    """On appeal: it is shown, and counts, as if nothing had been. By the system; what was put back already is left as it is."""
    deal = queries.locked(rating.deal_id)
    rating = queries.ratings(deal.id)[rating.part]
    if rating.state is State.HIDDEN:
        LIFE.fire(rating, Act.RESTORE)
        rating.decision = ""
        db.session.flush()
        _add(rating.about, ratings=1, points=rating.points)
        _tell_others(rating, N_("A rating for “%(title)s” that was taken off is shown again, on appeal, and counts."))
        _record(SYSTEM, deal, events.RatingRestored(deal.id, rating.id))
    return rating


def _tell_others(rating: DealRating, says: str, **values: str) -> None:
    """Both sides, but whoever said it."""
    deal = rating.deal
    people = {person: None for part in Part for person in parties.people_of(deal.side(part)) if person != rating.by_person_id}
    values["title"] = deal.title
    messages.notify(actor=SYSTEM, person_ids=list(people), text=says, values=values, kind=Kind.REPUTATION, link=deal.path)


# Recommendations


def recommend(*, actor: Actor, deal: FinishedDeal, score: int, why: str = "") -> Recommendation:
    """Say from 0 to 10 how likely one is to recommend the site, once for each deal and person. Raises NotAllowed, NotNow (answered)."""
    POLICY.require(actor, Act.RECOMMEND, deal)
    if actor.person_id is None:
        raise NotAllowed(N_("Sign in first."))
    queries.locked(deal.id)
    if queries.has_recommended(actor.person_id, deal.id):
        raise NotNow(N_("You have answered this already. Thank you."), code="answered")
    now = clock.now()
    made = Recommendation(
        deal_id=deal.id, person_id=actor.person_id, mode=deal.mode, month=f"{now:%Y-%m}", score=score, why=why.strip(), at=now
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    _record(actor, deal, events.Recommended(deal.id))
    return made


def _tell(side: Side, says: str, link: str, **values: str) -> None:
    messages.notify(actor=SYSTEM, person_ids=parties.people_of(side), text=says, values=values, kind=Kind.REPUTATION, link=link)


def _record(actor: Actor, deal: FinishedDeal, event: Any) -> None:
    """In the deal's own story: who rated what is nobody's but both sides'."""
    journal.record(event, actor=actor, subject=deal.ref, scope=deal.ref)
