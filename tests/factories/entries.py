"""Entries, judges, scores and awards, made by the real operations. Uncommitted, except people and files' rows."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import Any

from flask.testing import FlaskClient

from hub.contests.awards import operations as awards
from hub.contests.awards import queries as awards_read
from hub.contests.awards.models import Award
from hub.contests.challenges.models import Challenge
from hub.contests.challenges.rules import Kind
from hub.contests.entries import operations, queries
from hub.contests.entries.models import Entry, Seal
from hub.contests.judging import operations as judging
from hub.contests.judging.models import Judge
from hub.contests.judging.operations import Given
from hub.core.accounts.models import Person
from hub.core.agreements import queries as agreements
from hub.core.organisations.models import Organisation
from hub.db import work
from hub.kernel.actor import Actor
from tests.factories import challenges, people

TITLE = "A dye that reddens with amines"
BODY = "A curcumin dye printed inside the film turns red at **5 ppm** of volatile amines.\n\nThe phone reads the hue through the film."
REASON = "Clear, measured and told with the numbers that matter."


@dataclass
class Contest:
    """A challenge with the people around it; `challenge` is committed, and so is what `entry` and the rest are called for."""

    owner: Person
    organisation: Organisation
    challenge: Challenge
    solvers: list[Person] = field(default_factory=list)
    judges: list[Person] = field(default_factory=list)

    @property
    def manager(self) -> Actor:
        return people.actor_of(self.owner)


def contest(state: str = "open", solvers: int = 1, judges: int = 0, **changes: Any) -> Contest:
    """A committed challenge in `state` ("open" or earlier; close it with `close`), with people who have not entered yet."""
    owner = people.person("Grace Seeker")
    organisation = people.organisation(owner)
    made = Contest(owner, organisation, None)  # type: ignore[arg-type]
    made.solvers = [people.person(f"Solver {n}") for n in range(1, solvers + 1)]
    made.judges = [people.person(f"Wanda Referee {n}") for n in range(1, judges + 1)]
    with work.unit():
        made.challenge = challenges.challenge(organisation, people.actor_of(owner), state, **changes)
    return made


def enter(challenge: Challenge, actor: Actor) -> Entry:
    """Sign the agreement as it stands and enter."""
    terms = agreements.current(challenge.ref, queries.AGREEMENT)
    assert terms is not None
    return operations.sign_and_enter(actor=actor, challenge=challenge, seen_hash=terms.hash)


def draft(challenge: Challenge, actor: Actor, title: str = TITLE, body: str = BODY) -> Entry:
    """An entry with words in its draft."""
    return operations.save(actor=actor, entry=enter(challenge, actor), title=title, body=body)


def attach(entry: Entry, actor: Actor, filename: str = "data.csv", content: bytes = b"ppm,hue\n5,12\n") -> Any:
    """A file stored and attached."""
    return operations.upload(actor=actor, entry=entry, stream=io.BytesIO(content), filename=filename)


def seal(challenge: Challenge, actor: Actor, title: str = TITLE, body: str = BODY, files: dict[str, bytes] | None = None) -> Seal:
    """Draft, attach and seal."""
    entry = draft(challenge, actor, title, body)
    for filename, content in (files or {}).items():
        attach(entry, actor, filename, content)
    return operations.seal(actor=actor, entry_id=entry.id)


def close(challenge: Challenge) -> None:
    """Move the stopped clock to the deadline and close."""
    challenges._close(Actor(), challenge)


def appoint(challenge: Challenge, by: Actor, person: Person) -> Judge:
    """Appointed and accepted."""
    judge = judging.appoint(actor=by, challenge=challenge, email=person.email)
    return judging.accept(actor=people.actor_of(person), judge=judge, declared=True)


def given(challenge: Challenge, points: int = 8, met: bool = True, reason: str = REASON) -> list[Given]:
    """The same points for every scored criterion, and every must-have met or not."""
    return [Given(c.id, int(met) if c.kind is Kind.MUST else points, f"{reason} ({c.title})") for c in challenge.criteria]


def score(entry: Entry, judge: Actor, points: int = 8, met: bool = True) -> None:
    """Every criterion of the entry, by one judge."""
    judging.score_all(actor=judge, entry=entry, given=given(entry.challenge, points, met))


def judged(solvers: int = 2, points: tuple[int, ...] = (), **changes: Any) -> Contest:
    """A committed contest in judging: everybody has sealed, one judge has scored everything, by default each entry lower than the last."""
    made = contest(solvers=solvers, judges=1, **changes)
    with work.unit():
        entries = [queries.find(seal(made.challenge, people.actor_of(solver)).entry_id) for solver in made.solvers]
        appoint(made.challenge, made.manager, made.judges[0])
        close(made.challenge)
        for entry, given_points in zip(entries, points or range(9, 0, -1), strict=False):
            score(entry, people.actor_of(made.judges[0]), given_points)
    return made


def selected(solvers: int = 2, **changes: Any) -> tuple[Contest, Award]:
    """As `judged`, with the first solver selected and the award waiting for the signature. Committed."""
    made = judged(solvers, **changes)
    with work.unit():
        entry = queries.own_in(people.actor_of(made.solvers[0]), made.challenge)
        award = awards.select_winner(actor=made.manager, challenge=made.challenge, entry=entry, message="Thank you all.")
    return made, award


def accept(award: Award, winner: Actor) -> Award:
    """Sign the award agreement as it stands."""
    terms = agreements.current(award.ref, awards_read.AGREEMENT)
    assert terms is not None
    return awards.accept(actor=winner, award=award, seen_hash=terms.hash)


def signed_in(client: FlaskClient, person: Person) -> FlaskClient:
    people.sign_in(client, person)
    return client
