"""The same tests over the real engine and its fake."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest

from hub.kernel.documents import Document, Gone
from hub.search.index.engine import Busy, Engine, Unavailable
from tests.factories.shelf import document

PUBLISHED = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)


def start(engine: Engine, *documents: Document) -> None:
    with engine.hold():
        engine.rebuild(documents)


def apply(engine: Engine, *changes: Document | Gone) -> int:
    with engine.hold():
        return engine.apply(changes)


def found(engine: Engine, term: str) -> list[str]:
    view = engine.view()
    return sorted(view.document(int(number)).key for number in view.postings(term).docs)


def test_a_document_comes_back_as_it_was_given(engine: Engine):
    given = document(
        3, "Gas <b>sensor</b> 传感器", text="Detects NO₂", sector="sensors", status="issued", centre="ARC", group="expert:4", at=PUBLISHED,
        ends_at=PUBLISHED, rank=7, facts={"summary": "x", "prize": [4000000, "USD"], "words": [["%(n)s left", {"n": 3}]]},
    )  # fmt: skip
    start(engine, given)
    view = engine.view()
    number = view.number_of("offer:3")
    assert number is not None
    assert view.document(number) == given
    assert view.terms_of(number)["sensor"] == 1
    columns = view.columns
    assert columns.names[columns.sector[number]] == "sensors"
    assert (columns.at[number], columns.rank[number], bool(columns.listed[number])) == (PUBLISHED.timestamp(), 7, True)


def test_words_count_in_the_title_and_in_all(engine: Engine):
    start(engine, document(1, "Robot robot arm", text="a robot"), document(2, "Arm"))
    postings = engine.view().postings("robot")
    assert (postings.counts.tolist(), postings.titles.tolist()) == ([3.0], [2.0])
    assert engine.view().frequency("arm") == 2
    assert engine.view().postings("nobody").docs.tolist() == []
    assert engine.view().frequency("nobody") == 0
    assert set(engine.view().vocabulary()) == {"robot", "arm"}


def test_a_change_replaces_and_the_old_words_are_gone(engine: Engine):
    start(engine, document(1, "Gas sensor"), document(2, "Gas valve"))
    assert apply(engine, document(1, "Water pump", version=2)) == 1
    assert found(engine, "gas") == ["offer:2"]
    assert found(engine, "water") == ["offer:1"]
    assert int(engine.view().columns.live.sum()) == 2


def test_a_late_delivery_never_overwrites_a_newer_one(engine: Engine):
    start(engine, document(1, "Newest", version=5))
    assert apply(engine, document(1, "Old", version=4)) == 0
    assert found(engine, "newest") == ["offer:1"]
    assert apply(engine, document(1, "Same again", version=5)) == 1
    assert found(engine, "again") == ["offer:1"]


def test_what_is_gone_stays_gone_for_older_documents(engine: Engine):
    start(engine, document(1, "Secret now", version=1))
    apply(engine, Gone("offer:1", 2))
    assert found(engine, "secret") == []
    assert engine.view().number_of("offer:1") is None
    assert apply(engine, document(1, "Secret now", version=1)) == 0
    assert found(engine, "secret") == []
    assert apply(engine, document(1, "Public again", version=3)) == 1
    assert found(engine, "public") == ["offer:1"]


def test_of_two_changes_of_one_thing_in_a_batch_the_newer_counts(engine: Engine):
    start(engine)
    apply(engine, document(1, "Second", version=2), document(1, "First", version=1), Gone("offer:2", 3), document(2, "Late", version=2))
    assert found(engine, "second") == ["offer:1"]
    assert found(engine, "first") == found(engine, "late") == []


def test_a_view_does_not_change_under_its_reader(engine: Engine):
    start(engine, document(1, "Gas sensor"))
    before = engine.view()
    for version in range(2, 12):
        apply(engine, document(1, f"Pump {version}", version=version), document(version, "Filler"))
    assert before.postings("gas").docs.tolist() == [before.number_of("offer:1")]
    assert before.document(0).title == "Gas sensor"
    assert engine.view().generation != before.generation
    assert engine.view() is engine.view()


def test_the_generation_changes_with_every_commit_and_only_then(engine: Engine):
    start(engine, document(1))
    first = engine.generation()
    engine.view()
    assert engine.generation() == first
    apply(engine, document(2))
    second = engine.generation()
    assert second != first
    apply(engine, document(2, version=0))  # older: nothing to commit
    assert engine.generation() == second


def test_there_is_nothing_to_read_before_the_first_rebuild(engine: Engine):
    assert engine.needs_rebuild()
    with pytest.raises(Unavailable):
        engine.view()
    with engine.hold(), pytest.raises(Unavailable):
        engine.apply([document(1)])
    start(engine)
    assert not engine.needs_rebuild()
    assert engine.view().size == 0
    assert engine.view().postings("sensor").docs.tolist() == []


def test_writing_takes_the_hold(engine: Engine):
    start(engine, document(1))
    with pytest.raises(RuntimeError):
        engine.apply([document(2)])
    with pytest.raises(RuntimeError):
        engine.rebuild([])
    assert engine.view().size == 1


def test_only_one_holds(engine: Engine):
    with engine.hold(), pytest.raises(Busy), engine.hold():
        pass
    with engine.hold():  # free again, also after a refusal
        engine.rebuild([])


def test_a_failed_batch_changes_nothing(engine: Engine):
    start(engine, document(1, "Gas sensor"))
    generation = engine.generation()
    with pytest.raises(TypeError):
        apply(engine, document(1, "Pump", version=2), document(2, "Valve", facts={"not": object()}))
    assert engine.generation() == generation
    assert found(engine, "gas") == ["offer:1"]
    assert found(engine, "pump") == found(engine, "valve") == []
    apply(engine, document(3, "Works again"))
    assert found(engine, "work") == ["offer:3"]


def test_a_failed_rebuild_leaves_the_old_index_in_place(engine: Engine):
    start(engine, document(1, "Gas sensor"))

    def half() -> object:
        yield document(2, "Half")
        raise OSError("the database went away")

    with engine.hold(), pytest.raises(OSError, match="went away"):
        engine.rebuild(half())
    assert found(engine, "gas") == ["offer:1"]


def test_reported_damage_asks_for_a_rebuild(engine: Engine):
    start(engine, document(1))
    engine.report_damage("a reader could not read")
    assert engine.needs_rebuild()
    start(engine, document(1))
    assert not engine.needs_rebuild()


def test_columns_of_a_document_without_dates(engine: Engine):
    start(engine, document(1))
    assert np.isnan(engine.view().columns.at[0]) and np.isnan(engine.view().columns.ends_at[0])


def test_many_small_commits_add_up(engine: Engine):
    start(engine, *[document(number, f"Thing {number}") for number in range(1, 31)])
    for number in range(1, 31):
        apply(engine, document(number, f"Changed thing {number}", version=2))
    assert len(found(engine, "chang")) == len(found(engine, "thing")) == 30
    assert int(engine.view().columns.live.sum()) == 30


def test_a_rebuild_refuses_the_same_thing_twice(engine: Engine):
    start(engine, document(1, "Gas sensor"))
    with pytest.raises(ValueError, match="offer:1"):
        start(engine, document(1), document(1))
    assert found(engine, "gas") == ["offer:1"]
