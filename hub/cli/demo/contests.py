"""Contests at every stage: each step is taken at its own moment, by the person whose step it is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from hub.cli.demo.people import Cast
from hub.contests.awards import operations as awards
from hub.contests.awards import queries as awarded
from hub.contests.challenges import operations as challenges
from hub.contests.challenges.models import Challenge
from hub.contests.challenges.rules import Kind
from hub.contests.entries import operations as entries
from hub.contests.entries import queries as entered
from hub.contests.entries.models import Entry
from hub.contests.filings import operations as filings
from hub.contests.judging import operations as judging
from hub.core.accounts import queries as accounts
from hub.core.agreements import queries as agreements
from hub.core.fees import queries as fees
from hub.core.fees.rules import Mode
from hub.core.holds.rules import Way
from hub.core.payments import operations as payments
from hub.core.payouts import operations as payouts
from hub.kernel import clock, money
from hub.kernel.actor import Actor
from hub.kernel.taxonomy import Sector

JUDGE = "expert"
AFTER_CLOSE = {"judging": 1, "selected": 1, "awarded": 1, "ended": 1}


def tell_challenge(cast: Cast, story: dict[str, Any]) -> Challenge:
    """One story of contests.toml, up to its stage. Uncommitted."""
    start = clock.now()
    closes_at = (start + timedelta(days=story["closes"])).replace(minute=0, second=0, microsecond=0) if "closes" in story else None
    opened = start + timedelta(days=story.get("opened", -2))
    seeker = cast.owner_of(story["organisation"])
    with clock.at(opened - timedelta(days=5)):
        challenge = _draft(cast, story, seeker, closes_at)
    for step in _steps_to(story["stage"]):
        step(cast, story, challenge, opened)
    if story["stage"] in {"open", *AFTER_CLOSE}:
        assert closes_at is not None
        _file(cast, story, challenge, opened)
        _enter_all(cast, story, challenge, opened, closes_at)
    if story["stage"] in AFTER_CLOSE:
        assert closes_at is not None
        _after_close(cast, story, challenge, closes_at)
    return challenge


def _draft(cast: Cast, story: dict[str, Any], seeker: Actor, closes_at: datetime | None) -> Challenge:
    criteria = [
        {"title": row["title"], "detail": row.get("detail", ""), "kind": Kind(row.get("kind", "scored")), "weight": row.get("weight", 0)}
        for row in story.get("criteria", [])
    ]
    return challenges.draft(
        actor=seeker,
        organisation_id=cast.organisations[story["organisation"]],
        fee_bp=fees.rate(Mode.CONTESTS),
        title=story["title"],
        summary=story["summary"],
        problem=story["problem"].strip(),
        language=story.get("language", "en"),
        sector=Sector(story["sector"]),
        prize=money.parse(story["prize"], story["currency"]),
        closes_at=closes_at,
        review_days=30,
        seeker_shown=story.get("seeker_shown", True),
        eligibility=story.get("eligibility", ""),
        terms=story["terms"],
        criteria=criteria,
    )


Step = Callable[[Cast, dict[str, Any], Challenge, datetime], None]


def _submit(cast: Cast, story: dict[str, Any], challenge: Challenge, opened: datetime) -> None:
    with clock.at(opened - timedelta(days=4)):
        challenges.submit(actor=cast.owner_of(story["organisation"]), challenge=challenge)


def _approve(cast: Cast, story: dict[str, Any], challenge: Challenge, opened: datetime) -> None:
    with clock.at(opened - timedelta(days=3)):
        challenges.approve(actor=cast.actor("consultant"), challenge=challenge, remarks="")


def _request(cast: Cast, story: dict[str, Any], challenge: Challenge, opened: datetime) -> None:
    with clock.at(opened - timedelta(days=2)):
        story["funding"] = challenges.fund(actor=cast.owner_of(story["organisation"]), challenge=challenge)


def _confirm(cast: Cast, story: dict[str, Any], challenge: Challenge, opened: datetime) -> None:
    with clock.at(opened - timedelta(days=1)):
        payments.confirm_funding(
            actor=cast.actor("admin"), funding=story["funding"], received=challenge.prize, bank_reference=f"DEMO-{challenge.id:04}"
        )


def _publish(cast: Cast, story: dict[str, Any], challenge: Challenge, opened: datetime) -> None:
    with clock.at(opened):
        challenges.publish(actor=cast.owner_of(story["organisation"]), challenge=challenge)


def _steps_to(stage: str) -> list[Step]:
    steps: list[Step] = [_submit, _approve, _request, _confirm, _publish]
    return steps[: {"draft": 0, "in_review": 1, "approved": 2, "requested": 3}.get(stage, len(steps))]


def _file(cast: Cast, story: dict[str, Any], challenge: Challenge, opened: datetime) -> None:
    """What the seeker knew before, sealed on the day after the opening."""
    if "filing" not in story:
        return
    seeker = cast.owner_of(story["organisation"])
    with clock.at(opened + timedelta(hours=20)):
        filing = filings.draft(actor=seeker, challenge=challenge, **story["filing"])
        story["filed"] = filings.seal(actor=seeker, filing=filing).id


def _claim(story: dict[str, Any], seeker: Actor) -> None:
    for row in story["entries"]:
        if "known" in row:
            filings.claim(actor=seeker, entry=row["entry"], filing_id=story["filed"], words=row["known"])


def _enter_all(cast: Cast, story: dict[str, Any], challenge: Challenge, opened: datetime, closes_at: datetime) -> None:
    for row in story.get("entries", []):
        actor = cast.actor(row["person"])
        with clock.at(opened + timedelta(days=1)):
            terms = agreements.current(challenge.ref, entered.AGREEMENT)
            assert terms is not None
            entry = entries.sign_and_enter(actor=actor, challenge=challenge, seen_hash=terms.hash)
            entries.save(actor=actor, entry=entry, title=row["title"], body=row["body"])
        if "before" in row:
            with clock.at(max(opened + timedelta(days=2), closes_at - timedelta(days=row["before"]))):
                entries.seal(actor=actor, entry_id=entry.id)
        row["entry"] = entry


def _after_close(cast: Cast, story: dict[str, Any], challenge: Challenge, closes_at: datetime) -> None:
    seeker = cast.owner_of(story["organisation"])
    with clock.at(closes_at - timedelta(days=5)):
        judge = judging.appoint(actor=seeker, challenge=challenge, email=cast.emails[JUDGE])
        judging.accept(actor=cast.actor(JUDGE), judge=judge, declared=True)
    with clock.at(closes_at + timedelta(minutes=1)):
        challenges.close(actor=seeker, challenge=challenge)
    with clock.at(closes_at + timedelta(days=2)):
        for row in story["entries"]:
            _score(cast, challenge, row)
        _claim(story, seeker)
    with clock.at(closes_at + timedelta(days=10)):
        if story["stage"] == "ended":
            awards.end_without_award(actor=seeker, challenge=challenge, reason=story["end_reason"])
        elif story["stage"] in {"selected", "awarded"}:
            _select(cast, story, challenge, seeker, closes_at)


def _score(cast: Cast, challenge: Challenge, row: dict[str, Any]) -> None:
    entry: Entry = row["entry"]
    for criterion, (points, reason) in zip(challenge.criteria, row.get("scores", []), strict=False):
        worth = min(points, 1) if criterion.kind is Kind.MUST else points
        judging.score(actor=cast.actor(JUDGE), entry=entry, criterion_id=criterion.id, points=worth, reason=reason)


def _select(cast: Cast, story: dict[str, Any], challenge: Challenge, seeker: Actor, closes_at: datetime) -> None:
    row = next(row for row in story["entries"] if row.get("winner"))
    award = awards.select_winner(
        actor=seeker, challenge=challenge, entry=row["entry"], message="Thank you all; the reasons are beside each score."
    )
    if story["stage"] != "awarded":
        return
    winner = cast.actor(row["person"])
    if "shares" in row:
        _share(cast, winner, award, row, closes_at)
    with clock.at(closes_at + timedelta(days=12)):
        terms = agreements.current(award.ref, awarded.AGREEMENT)
        assert terms is not None
        awards.accept(actor=winner, award=award, seen_hash=terms.hash)
    with clock.at(closes_at + timedelta(days=14)):
        assert winner.person_id is not None
        payouts.request_payout(
            actor=winner,
            owner="person",
            owner_id=winner.person_id,
            amount=money.parse(row["paid_out"], story["currency"]),
            destination="GB33 BUKB 2020 1555 5555 55",
        )


def _share(cast: Cast, winner: Actor, award: Any, row: dict[str, Any], closes_at: datetime) -> None:
    """`shares` are per cent by person, the winner's own among them; the others agree a day later."""
    others = [person for person in row["shares"] if person != row["person"]]
    with clock.at(closes_at + timedelta(days=10, hours=6)):
        sharing = awards.propose_sharing(
            actor=winner, award=award, way=Way.FREE, own_points=row["shares"][row["person"]] * 100,
            members=[(accounts.get(cast.people[person]).handle, row["shares"][person] * 100) for person in others],
        )  # fmt: skip
    with clock.at(closes_at + timedelta(days=11)):
        for person in others:
            awards.agree_to_sharing(actor=cast.actor(person), award=award, number=sharing.number)
