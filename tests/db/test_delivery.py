"""At least once: with a lease, back-off, dead letters, and after a kill."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, make_dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask

from hub.db import delivery, journal, work
from hub.db.extensions import db
from hub.db.journal import Delivery, DeliveryState, Fact
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Actor
from tests.db.processes import started, together


@dataclass(frozen=True)
class Rang:
    bell: str


@dataclass(frozen=True)
class Echoed:
    bell: str


Reaction = Callable[[Rang, Fact], None]


@pytest.fixture
def reacting(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Reaction], None]]:
    """Have `Rang` answered by the given function alone."""
    monkeypatch.setattr(journal, "_reactions", {})
    yield lambda reaction: monkeypatch.setitem(journal._reactions, "Rang", [("tests.reaction", Rang, reaction)])


def ring(*bells: str) -> None:
    with work.unit():
        for bell in bells:
            journal.record(Rang(bell), actor=Actor(person_id=None, credential="system"), subject=f"bell:{bell}", scope="tower:1")


def echo(event: Rang, fact: Fact) -> None:
    """A reaction with an effect in the database."""
    journal.record(Echoed(event.bell), actor=SYSTEM)


def echoes() -> int:
    return db.session.query(journal.JournalRow).filter_by(kind="Echoed").count()


def only() -> Delivery:
    db.session.expire_all()
    return db.session.query(Delivery).one()


def test_every_fact_reaches_its_reaction_in_order_once(app: Flask, reacting: Callable[[Reaction], None]) -> None:
    heard: list[tuple[Rang, Fact]] = []
    reacting(lambda event, fact: heard.append((event, fact)))
    ring("a", "b")
    ring("c")
    assert heard == []
    delivery.deliver_all()
    delivery.deliver_all()
    assert [event for event, _ in heard] == [Rang("a"), Rang("b"), Rang("c")]
    assert (heard[0][1].id, heard[0][1].subject, heard[0][1].scope, heard[0][1].at) == (1, "bell:a", "tower:1", clock.now())
    assert {d.state for d in db.session.query(Delivery)} == {DeliveryState.DONE}


def test_a_fact_of_an_earlier_version_that_says_more_is_delivered_all_the_same(app: Flask, reacting: Callable[[Reaction], None]) -> None:
    heard: list[Rang] = []
    reacting(lambda event, fact: heard.append(event))
    earlier = make_dataclass("Rang", [("bell", str), ("loudness", int)], frozen=True)
    with work.unit():
        journal.record(earlier("a", 5), actor=SYSTEM)
    delivery.deliver_all()
    assert heard == [Rang("a")] and only().state is DeliveryState.DONE


def test_what_a_reaction_records_is_delivered_too(
    app: Flask, reacting: Callable[[Reaction], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[str] = []
    reacting(echo)
    monkeypatch.setitem(journal._reactions, "Echoed", [("tests.second", Echoed, lambda event, fact: heard.append(event.bell))])
    ring("a")
    delivery.deliver_all()
    assert heard == ["a"]


def test_a_reaction_that_fails_leaves_nothing_and_is_tried_again_later(app: Flask, reacting: Callable[[Reaction], None]) -> None:
    def failing(event: Rang, fact: Fact) -> None:
        echo(event, fact)
        raise ConnectionError("nobody there")

    reacting(failing)
    ring("a")
    delivery.deliver_all()
    waiting = only()
    assert echoes() == 0
    assert (waiting.state, waiting.attempts, waiting.error) == (DeliveryState.DUE, 1, "ConnectionError: nobody there")
    assert waiting.next_at == clock.now() + delivery.back_off(1)
    reacting(echo)
    assert delivery.deliver_due() == 0
    clock.advance(delivery.back_off(1))
    assert delivery.deliver_due() == 1
    assert echoes() == 1 and only().state is DeliveryState.DONE and only().error == ""


def test_one_failing_reaction_holds_up_no_other(app: Flask, reacting: Callable[[Reaction], None]) -> None:
    def picky(event: Rang, fact: Fact) -> None:
        if event.bell == "b":
            raise ValueError("not that one")
        echo(event, fact)

    reacting(picky)
    ring("a", "b", "c")
    delivery.deliver_all()
    assert echoes() == 2


def test_after_the_last_attempt_it_is_a_dead_letter_until_somebody_revives_it(app: Flask, reacting: Callable[[Reaction], None]) -> None:
    reacting(lambda event, fact: 1 / 0)  # type: ignore[arg-type,return-value]
    ring("a")
    waits = []
    for _ in range(delivery.MAX_ATTEMPTS + 3):
        delivery.deliver_all()
        waits.append(only().next_at - clock.now())
        clock.advance(timedelta(hours=2))
    letter = only()
    assert (letter.state, letter.attempts) == (DeliveryState.DEAD, delivery.MAX_ATTEMPTS)
    assert waits[:4] == [timedelta(seconds=2), timedelta(seconds=4), timedelta(seconds=8), timedelta(seconds=16)]
    reacting(echo)
    with work.unit():
        delivery.revive(letter.id)
    delivery.deliver_all()
    assert echoes() == 1 and only().state is DeliveryState.DONE


def test_while_somebody_elses_server_is_away_it_is_tried_for_three_days(app: Flask, reacting: Callable[[Reaction], None]) -> None:
    def away(event: Rang, fact: Fact) -> None:
        raise delivery.Away("no answer")

    reacting(away)
    ring("a")
    began = clock.now()
    while only().state is DeliveryState.DUE:
        assert delivery.deliver_due() == 1
        clock.set_to(max(only().next_at, clock.now()))
    assert only().attempts == delivery.MAX_AWAY and timedelta(days=2.5) < clock.now() - began < timedelta(days=3.5)


def test_a_round_ends_in_time_and_what_failed_before_comes_after_what_is_new(app: Flask, reacting: Callable[[Reaction], None]) -> None:
    tried: list[str] = []

    def slow(event: Rang, fact: Fact) -> None:
        tried.append(event.bell)
        clock.advance(delivery.PATIENCE / 2)
        if event.bell == "a":
            raise delivery.Away("no answer")

    reacting(slow)
    ring("a", "b")
    assert delivery.deliver_due() == 2
    ring("c", "d", "e")
    assert [delivery.deliver_due() for _ in range(3)] == [2, 2, 0]
    assert tried == ["a", "b", "c", "d", "e", "a"]


def test_waiting_doubles_up_to_an_hour() -> None:
    assert [delivery.back_off(n).total_seconds() for n in (1, 2, 3, 11, 12, 60)] == [2, 4, 8, 2048, 3600, 3600]


def test_a_reaction_that_no_longer_exists_ends_as_a_dead_letter_not_in_a_crash(app: Flask, reacting: Callable[[Reaction], None]) -> None:
    reacting(echo)
    ring("a")
    journal._reactions.clear()
    delivery.deliver_all()
    assert only().state is DeliveryState.DUE and "no reaction tests.reaction to Rang" in only().error


def test_a_leased_delivery_is_left_alone_until_the_lease_ends(app: Flask, reacting: Callable[[Reaction], None]) -> None:
    reacting(echo)
    ring("a")
    assert delivery._lease([only().id])
    assert not delivery._lease([only().id])
    assert delivery.deliver_due() == 0 and echoes() == 0
    clock.advance(delivery.LEASE)
    delivery.deliver_all()
    assert echoes() == 1 and only().attempts == 2


def test_fresh_deliveries_are_leased_together_and_run_each_in_a_unit_of_its_own(
    app: Flask, reacting: Callable[[Reaction], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery, "TOGETHER", 3)
    commits: list[int] = []

    def counting(event: Rang, fact: Fact) -> None:
        echo(event, fact)
        commits.append(work.commits())

    reacting(counting)
    ring(*"abcdefg")
    before = work.commits()
    assert delivery.deliver_due() == 7
    assert [count - before for count in commits] == [1, 2, 3, 5, 6, 7, 9]  # a lease before each three, a commit after each one
    assert echoes() == 7


def test_what_a_slow_one_keeps_waiting_goes_back_untried(app: Flask, reacting: Callable[[Reaction], None]) -> None:
    def slow(event: Rang, fact: Fact) -> None:
        echo(event, fact)
        clock.advance(delivery.PATIENCE)

    reacting(slow)
    ring("a", "b", "c")
    assert delivery.deliver_due() == 1
    found = db.session.query(Delivery).order_by(Delivery.id).all()
    assert [(d.state, d.attempts, d.next_at <= clock.now()) for d in found] == [
        (DeliveryState.DONE, 1, False), (DeliveryState.DUE, 0, True), (DeliveryState.DUE, 0, True),
    ]  # fmt: skip
    db.session.rollback()
    delivery.deliver_all()
    assert echoes() == 3


def test_what_was_tried_before_goes_alone_so_that_it_takes_no_others_along() -> None:
    due = [(1, 0), (2, 0), (3, 2), (4, 0), (5, 1), (6, 1)]
    assert list(delivery._batches(due)) == [[1, 2], [3], [4], [5], [6]]
    many = list(delivery._batches((n, 0) for n in range(45)))
    assert [len(batch) for batch in many] == [20, 20, 5] and [n for batch in many for n in batch] == list(range(45))


def test_many_workers_share_the_work_and_do_nothing_twice(app: Flask, reacting: Callable[[Reaction], None]) -> None:
    reacting(echo)
    ring(*(f"bell {n}" for n in range(40)))
    together(delivery.deliver_all, (), (), (), ())
    assert echoes() == 40
    assert {(d.state, d.attempts) for d in db.session.query(Delivery).filter_by(reaction="tests.reaction")} == {(DeliveryState.DONE, 1)}


def test_a_worker_killed_in_the_middle_loses_nothing(app: Flask, reacting: Callable[[Reaction], None], tmp_path: Path) -> None:
    """kill -9 while a reaction runs: what it wrote is gone, the delivery is due again when its lease ends."""
    marker = tmp_path / "running"

    def hanging(event: Rang, fact: Fact) -> None:
        echo(event, fact)
        db.session.flush()
        marker.touch()
        time.sleep(60)

    reacting(hanging)
    ring("a")
    with started(delivery.deliver_all, ()) as [worker]:
        _wait_for(marker)
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)
        worker.join()
    assert echoes() == 0 and only().state is DeliveryState.DUE
    reacting(echo)
    assert delivery.deliver_due() == 0
    clock.advance(delivery.LEASE)
    delivery.deliver_all()
    assert echoes() == 1


def test_the_others_of_a_killed_workers_lease_are_tried_later_and_once(
    app: Flask, reacting: Callable[[Reaction], None], tmp_path: Path
) -> None:
    marker = tmp_path / "running"

    def hanging(event: Rang, fact: Fact) -> None:
        echo(event, fact)
        if event.bell == "b":
            marker.touch()
            time.sleep(60)

    reacting(hanging)
    ring("a", "b", "c")
    with started(delivery.deliver_all, ()) as [worker]:
        _wait_for(marker)
        assert worker.pid is not None
        os.kill(worker.pid, signal.SIGKILL)
        worker.join()
    assert echoes() == 1
    reacting(echo)
    assert delivery.deliver_due() == 0
    clock.advance(delivery.LEASE)
    delivery.deliver_all()
    assert echoes() == 3 and {d.state for d in db.session.query(Delivery).filter_by(reaction="tests.reaction")} == {DeliveryState.DONE}


def test_a_worker_killed_after_the_commit_repeats_nothing(app: Flask, reacting: Callable[[Reaction], None], tmp_path: Path) -> None:
    marker = tmp_path / "done"

    def deliver_and_hang() -> None:
        delivery.deliver_all()
        marker.touch()
        time.sleep(60)

    reacting(echo)
    ring("a")
    with started(deliver_and_hang, ()) as [worker]:
        _wait_for(marker)
        worker.kill()
        worker.join()
    clock.advance(timedelta(days=1))
    delivery.deliver_all()
    assert echoes() == 1


def _wait_for(path: Path) -> None:
    until = time.monotonic() + 30
    while not path.exists():
        assert time.monotonic() < until, "the other process never came so far"
        time.sleep(0.02)


# What is due by the clock


def test_periodic_work_is_done_in_units_of_its_own(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "_periodic", [])
    monkeypatch.setattr(journal, "_reactions", {})
    delivery.every(60)(lambda: journal.record(Echoed("tick"), actor=SYSTEM))
    delivery.run_periodic()
    delivery.run_periodic()
    assert echoes() == 2


def test_the_worker_thread_delivers_and_outlives_what_fails(
    app: Flask, reacting: Callable[[Reaction], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[str] = []

    def broken() -> None:
        calls.append("called")
        raise OSError("disk full")

    monkeypatch.setattr(delivery, "_periodic", [])
    delivery.every(3600)(broken)
    reacting(echo)
    ring("a")
    db.session.rollback()
    worker = delivery.Worker(app, pause=0.01)
    thread = worker.start_thread()
    until = time.monotonic() + 10
    while only().state is not DeliveryState.DONE and time.monotonic() < until:
        db.session.rollback()
        time.sleep(0.02)
    worker.stop()
    thread.join(5)
    assert not thread.is_alive() and calls == ["called"]
    assert only().state is DeliveryState.DONE
    db.session.rollback()
    assert echoes() == 1


def test_stories_told_afterwards_are_reacted_to_on_their_days_and_in_their_order(app: Flask, reacting: Callable[[Reaction], None]) -> None:
    heard: list[tuple[str, int]] = []
    reacting(lambda event, fact: heard.append((event.bell, clock.now().day)))
    first = clock.now().replace(month=3, day=1, hour=9)
    for bell, hours in (("third", 30), ("first", 0), ("second", 5)):
        with clock.at(first + timedelta(hours=hours)):
            ring(bell)
    moments = delivery.moments_due()
    assert moments == [first + timedelta(hours=5), first + timedelta(hours=30)]
    for moment in moments:
        with clock.at(moment):
            delivery.deliver_all()
    assert sorted(heard[:2]) == [("first", 1), ("second", 1)] and heard[2:] == [("third", 2)]
    assert delivery.moments_due() == []
