"""Two at once, over the real database file: the second waits, and neither loses anything."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from flask import Flask
from pytest import MonkeyPatch

from hub.contests.challenges import operations as challenges
from hub.contests.challenges import queries as challenges_read
from hub.contests.challenges.states import State as ChallengeState
from hub.contests.entries import operations, queries
from hub.contests.entries.models import Entry, Seal
from hub.contests.entries.states import State
from hub.core.agreements import queries as agreements
from hub.db import work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.errors import Conflict, HubError, NotNow
from tests.factories import entries as make
from tests.factories import people


def at_once(app: Flask, *acts: Callable[[], Any]) -> list[Any]:
    """Run all acts at the same moment, each in a unit of work of its own thread. Gives what each returned or was refused with."""
    db.session.remove()
    gate, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number: int) -> None:
        with app.app_context():
            gate.wait()
            try:
                with work.unit():
                    results[number] = acts[number]()
            except HubError as refusal:
                results[number] = refusal

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return results


def drafted(app: Flask, solvers: int = 1) -> tuple[make.Contest, list[int]]:
    made = make.contest(solvers=solvers)
    with work.unit():
        ids = [make.draft(made.challenge, people.actor_of(person)).id for person in made.solvers]
    return made, ids


def test_two_seals_of_one_draft_at_once_make_one_seal(app: Flask) -> None:
    made, (entry_id,) = drafted(app)
    author = people.actor_of(made.solvers[0])
    results = at_once(app, *[lambda: operations.seal(actor=author, entry_id=entry_id).receipt_no] * 4)
    assert len(set(results)) == 1
    assert [seal.number for seal in queries.seals_of(entry_id)] == [1]


def test_saving_and_sealing_at_once_seals_one_whole_text(app: Flask) -> None:
    made, (entry_id,) = drafted(app)
    author = people.actor_of(made.solvers[0])
    texts = [("One", "first"), ("Two", "second"), ("Three", "third")]

    def save_and_seal(title: str, body: str) -> str:
        operations.save(actor=author, entry=queries.find(entry_id), title=title, body=body)
        return operations.seal(actor=author, entry_id=entry_id).hash

    results = at_once(app, *[lambda t=title, b=body: save_and_seal(t, b) for title, body in texts])
    seals = queries.seals_of(entry_id)
    assert [seal.number for seal in seals] == [1, 2, 3] and {seal.hash for seal in seals} == set(results)
    assert {(seal.manifest["title"], seal.manifest["body"]) for seal in seals} == set(texts)


def test_two_saves_from_the_same_version_keep_one_and_refuse_the_other(app: Flask) -> None:
    made, (entry_id,) = drafted(app)
    author, version = people.actor_of(made.solvers[0]), queries.find(entry_id).version

    def save(body: str) -> str:
        return operations.save(actor=author, entry=queries.find(entry_id), title="T", body=body, version=version).body

    results = at_once(app, lambda: save("mine"), lambda: save("yours"))
    refused = [result for result in results if isinstance(result, Conflict)]
    assert len(refused) == 1 and refused[0].code == "stale"
    assert queries.find(entry_id).body in results


def test_whoever_got_the_pen_before_the_deadline_but_seals_after_it_is_late(app: Flask) -> None:
    made, (entry_id,) = drafted(app)
    author, deadline = people.actor_of(made.solvers[0]), made.challenge.closes_at
    assert deadline is not None
    clock.set_to(deadline - timedelta(seconds=1))
    with work.unit():
        clock.set_to(deadline)
        try:
            operations.seal(actor=author, entry_id=entry_id)
        except NotNow as refusal:
            assert refusal.code == "deadline_passed"
        else:
            raise AssertionError("sealed after the deadline")
    assert not queries.seals_of(entry_id)


def test_a_seal_begun_in_time_is_in_time_although_the_deadline_passes_while_it_is_written(app: Flask, monkeypatch: MonkeyPatch) -> None:
    made, (entry_id,) = drafted(app)
    deadline = made.challenge.closes_at
    assert deadline is not None
    clock.set_to(deadline - timedelta(microseconds=1))
    undersigned = agreements.undersigned

    def slowly(*asked: Any) -> agreements.Undersigned | None:
        clock.set_to(deadline)
        return undersigned(*asked)

    monkeypatch.setattr(agreements, "undersigned", slowly)
    sealed = operations.seal(actor=people.actor_of(made.solvers[0]), entry_id=entry_id)
    assert sealed.sealed_at == deadline - timedelta(microseconds=1) and queries.find(entry_id).state is State.SEALED
    assert clock.now() == deadline


def test_seals_and_the_close_at_once_agree_on_who_was_in_time(app: Flask) -> None:
    made, ids = drafted(app, solvers=6)
    authors = {entry_id: people.actor_of(person) for entry_id, person in zip(ids, made.solvers, strict=True)}
    challenge_id, deadline = made.challenge.id, made.challenge.closes_at
    assert deadline is not None
    clock.set_to(deadline - timedelta(seconds=1))

    def seal(entry_id: int) -> str:
        return operations.seal(actor=authors[entry_id], entry_id=entry_id).receipt_no

    def close() -> None:
        clock.set_to(deadline)
        challenges.close_due()

    results = at_once(app, *[lambda n=number: seal(n) for number in ids[:3]], close, *[lambda n=number: seal(n) for number in ids[3:]])
    assert challenges_read.by_id(challenge_id).state is ChallengeState.JUDGING
    in_time = {entry.id for entry in db.session.query(Entry).filter(Entry.state == State.SEALED)}
    assert {seal.entry_id for seal in db.session.query(Seal)} == in_time == {entry.entry_id for entry in queries.sealed_of(challenge_id)}
    assert all(seal.sealed_at < deadline for seal in db.session.query(Seal))
    refused = [result for result in results if isinstance(result, HubError)]
    assert len(refused) == 6 - len(in_time) and {error.code for error in refused} <= {"deadline_passed"}
