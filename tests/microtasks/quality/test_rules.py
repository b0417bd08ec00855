"""Many answers into one label: what the methods promise, whatever the answers are."""

from __future__ import annotations

import random
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.kernel.errors import Invalid
from hub.microtasks.quality import rules
from hub.microtasks.quality.rules import Method, Reason, aggregate, dawid_skene, fit, gather, majority

ROWS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 5), st.sampled_from(["cat", "dog", "猫", "10", "9"])), min_size=1, max_size=60)


def labels(rows: Any, method: Method = Method.MAJORITY) -> dict[Any, Any]:
    answers = gather(rows)
    verdicts, _ = aggregate(answers, method)
    return {item: answers.labels[label] for item, label in zip(answers.items, verdicts.label, strict=True)}


def crowd(items: int, accuracies: list[float], kinds: int = 2, seed: int = 5) -> tuple[list[tuple[int, int, int]], dict[int, int]]:
    """Everybody answers every item, each with their own accuracy."""
    dice = random.Random(seed)
    truth = {item: dice.randrange(kinds) for item in range(items)}
    rows = []
    for item, true in truth.items():
        for worker, accuracy in enumerate(accuracies):
            wrong = [label for label in range(kinds) if label != true]
            rows.append((item, worker, true if dice.random() < accuracy else dice.choice(wrong)))
    return rows, truth


def right(found: dict[Any, Any], truth: dict[Any, Any]) -> float:
    return sum(found[item] == truth[item] for item in truth) / len(truth)


def test_the_most_votes_win_and_their_share_is_the_confidence():
    answers = gather([("a", "1", "cat"), ("a", "2", "cat"), ("a", "3", "dog"), ("b", "1", "dog")])
    found = majority(answers)
    assert [answers.labels[label] for label in found.label] == ["cat", "dog"]
    assert found.confidence.tolist() == [pytest.approx(2 / 3), 1.0]
    assert not found.tied.any()


def test_a_tie_goes_to_the_voters_who_agree_more_with_the_others():
    sure = [(item, worker, "yes") for item in range(5) for worker in ("ann", "bea", "cat")]
    odd = [(item, "odd", "no") for item in range(5)]
    for yes, no in (("ann", "odd"), ("odd", "ann")):
        answers = gather([*sure, *odd, (99, yes, "yes"), (99, no, "no")])
        found = majority(answers)
        assert answers.labels[found.label[-1]] == ("yes" if yes == "ann" else "no")
        assert found.tied.tolist() == [False] * 5 + [True]
        assert found.confidence[-1] == 0.5


def test_a_tie_of_equals_goes_to_the_label_given_more_often_then_to_the_first():
    assert labels([("a", "1", "z"), ("a", "2", "b"), ("b", "3", "z")])["a"] == "z"
    assert labels([("a", "1", "10"), ("a", "2", "9")]) == {"a": "9"}


def test_of_two_answers_by_one_person_about_one_item_the_later_counts():
    answers = gather([("a", "1", "cat"), ("a", "2", "dog"), ("a", "1", "dog")])
    assert (len(answers), answers.repeated) == (2, 1)
    assert labels([("a", "1", "cat"), ("a", "1", "dog")]) == {"a": "dog"}


@settings(max_examples=60, deadline=None)
@given(ROWS, st.randoms())
def test_the_order_of_the_rows_changes_nothing(rows: list[Any], dice: random.Random):
    unique = list({(item, worker): (item, worker, label) for item, worker, label in rows}.values())
    shuffled = unique[:]
    dice.shuffle(shuffled)
    for method in Method:
        one, other = (aggregate(gather(each), method)[0] for each in (unique, shuffled))
        assert one.label.tolist() == other.label.tolist()
        assert one.confidence.tolist() == other.confidence.tolist()


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_every_item_gets_a_label_that_somebody_gave_and_a_probability(rows: list[Any]):
    answers = gather(rows)
    for method in Method:
        found, _ = aggregate(answers, method)
        assert len(found.label) == len({item for item, _, _ in rows})
        assert ((found.confidence > 0) & (found.confidence <= 1)).all()
        assert ((found.accuracy >= 0) & (found.accuracy <= 1)).all()
        assert set(found.label) <= set(range(len(answers.labels)))


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_a_majority_is_one(rows: list[Any]):
    last = {(item, worker): label for item, worker, label in rows}
    for item, label in labels(rows).items():
        said = [given for (about, _), given in last.items() if about == item]
        assert said.count(label) == max(map(said.count, said))


@settings(max_examples=60, deadline=None)
@given(ROWS)
def test_the_objective_never_falls_and_the_tables_are_probabilities(rows: list[Any]):
    found = fit(gather(rows))
    trace = np.array(found.trace)
    assert (np.diff(trace) >= -1e-9 * np.abs(trace[:-1])).all()
    for table in (found.posterior.sum(axis=1), found.confusion.sum(axis=2), found.prior.sum(keepdims=True)):
        assert np.allclose(table, 1)


@settings(max_examples=40, deadline=None)
@given(ROWS)
def test_other_names_for_the_labels_give_the_same_split(rows: list[Any]):
    """But for the last resort among equals, a label's name decides nothing."""
    found = majority(gather(rows))
    mirrored = {"cat": "zz", "dog": "yy", "猫": "xx", "10": "ww", "9": "vv"}
    renamed = labels([(item, worker, mirrored[label]) for item, worker, label in rows])
    for (item, label), tied in zip(labels(rows).items(), found.tied, strict=True):
        assert tied or renamed[item] == mirrored[label]


def test_dawid_skene_finds_out_who_is_to_be_believed():
    rows, truth = crowd(200, [0.95, 0.95, 0.55, 0.5, 0.5])
    assert right(labels(rows, Method.DAWID_SKENE), truth) > right(labels(rows), truth) + 0.05
    answers = gather(rows)
    assert dawid_skene(answers).accuracy.argsort().tolist()[-2:] in ([0, 1], [1, 0])


def test_dawid_skene_makes_sense_of_a_handful_of_answers():
    truth = ["pores", "crack", "none", "both", "none"]
    answers = gather([(item, worker, label) for worker in range(3) for item, label in enumerate(truth)])
    found = dawid_skene(answers)
    assert [answers.labels[label] for label in found.label] == truth
    assert found.confidence.min() > 0.7 and found.accuracy.min() > 0.7


def test_dawid_skene_reads_somebody_who_is_always_wrong_the_other_way_round():
    rows, truth = crowd(200, [0.9, 0.9, 0.9, 0.02])
    found = dawid_skene(gather(rows))
    assert found.accuracy[3] < 0.15
    assert right(labels(rows, Method.DAWID_SKENE), truth) > 0.97


def test_the_accuracy_of_people_is_estimated_without_the_truth():
    accuracies = [0.9, 0.8, 0.7, 0.6, 0.95]
    rows, _ = crowd(400, accuracies, kinds=3)
    assert np.abs(dawid_skene(gather(rows)).accuracy - accuracies).max() < 0.06


def test_automatic_takes_the_majority_where_people_are_alike_and_dawid_skene_where_they_are_not():
    alike, _ = crowd(300, [0.8] * 5)
    unlike, _ = crowd(300, [0.95, 0.9, 0.55, 0.5, 0.5])
    assert rules.choose(gather(alike)).method is Method.MAJORITY
    assert rules.choose(gather(alike)).reason is Reason.ALIKE
    chosen = rules.choose(gather(unlike))
    assert (chosen.method, chosen.reason) == (Method.DAWID_SKENE, Reason.PREDICTS)
    assert chosen.gain > 2 * chosen.error > 0


def test_one_answer_per_item_leaves_nothing_to_compare():
    found, choice = aggregate(gather([(item, item % 3, "x" if item % 2 else "y") for item in range(12)]))
    assert choice.method is Method.MAJORITY
    assert (found.confidence == 1).all()


def test_nothing_gives_nothing():
    for method in Method:
        found, _ = aggregate(gather([]), method)
        assert len(found.label) == len(found.accuracy) == 0


def test_too_many_different_labels_are_refused_by_one_method_and_counted_by_the_other():
    rows = [(item, worker, f"text {item} {worker % 2}") for item in range(5000) for worker in range(2)]
    answers = gather(rows)
    with pytest.raises(Invalid) as refused:
        dawid_skene(answers)
    assert refused.value.code == "too_many_labels"
    found, choice = aggregate(answers)
    assert choice.reason is Reason.TOO_LARGE
    assert (found.confidence == 0.5).all()


def test_gold_tells_how_good_somebody_is_and_may_teach_the_model():
    rows, truth = crowd(60, [0.9, 0.3, 0.3, 0.3])
    gold = dict(list(truth.items())[:30])
    answers = gather(rows, gold.values())
    known = rules.known_labels(answers, gold)
    asked, good = rules.on_gold(answers, known)
    assert asked.tolist() == [30] * 4
    assert good[0] == sum(label == gold[item] for item, worker, label in rows if worker == 0 and item in gold)
    untaught, taught = (right({i: answers.labels[c] for i, c in zip(answers.items, dawid_skene(answers, seed).label, strict=True)}, truth)
                        for seed in (None, known))  # fmt: skip
    assert taught > 0.8 > untaught


def test_gold_with_a_label_nobody_gave_is_a_label_all_the_same():
    answers = gather([("a", "1", "cat")], ["dog"])
    assert rules.share_right(majority(answers).label, rules.known_labels(answers, {"a": "dog"})) == 0.0
    assert rules.share_right(majority(answers).label, rules.known_labels(answers, {})) is None
