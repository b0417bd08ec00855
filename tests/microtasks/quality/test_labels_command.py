"""`hub labels aggregate`, and how good it is on six sets of real labels.

The sets are not ours to ship: they are read from HUB_SHARED_DATA (default ../shared/data) where that folder is there.
"""

from __future__ import annotations

import csv
import io
import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from hub.cli.labels import labels

DATA = Path(os.environ.get("HUB_SHARED_DATA", "../shared/data")) / "labels"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"no crowd labels in {DATA} (set HUB_SHARED_DATA)")

PUBLISHED = {
    "rte": (0.919, 0.928, 0.01),
    "bluebird": (0.759, 0.889, 0.01),
    "d_product": (0.897, 0.940, 0.01),
    "zencrowd_us": (0.868, 0.829, 0.01),
    "s_adult": (0.763, 0.766, 0.02),
}
"""Majority and Dawid-Skene by crowd-kit 1.4.2, and how far ours may be off: a point (ties, smoothing), two where only 333 truths are known."""
AUTO = {"rte": "dawid-skene", "bluebird": "dawid-skene", "d_product": "dawid-skene", "web": "dawid-skene",
        "s_adult": "dawid-skene", "zencrowd_us": "majority"}  # fmt: skip


def run(*arguments: str, given: str | bytes | None = None) -> Any:
    return CliRunner().invoke(labels, ["aggregate", *arguments], input=given)


def table(result: Any) -> dict[str, tuple[str, float]]:
    assert result.exit_code == 0, result.output
    rows = list(csv.reader(io.StringIO(result.stdout)))
    assert rows[0] == ["item", "label", "confidence"]
    return {item: (label, float(sure)) for item, label, sure in rows[1:]}


def test_it_prints_one_label_per_item_in_natural_order():
    result = run("--labels", "-", given="item,worker,label\n10,a,dog\n2,a,cat\n2,b,cat\n2,c,dog\n10,b,dog\n")
    assert table(result) == {"2": ("cat", 0.666667), "10": ("dog", 1.0)}
    assert list(table(result)) == ["2", "10"]
    assert "2 items, 5 answers, 3 workers" in result.stderr


def test_a_byte_order_mark_semicolons_other_columns_and_any_script_are_taken():
    given = "\ufeffLabel;Worker;remark;ITEM\n猫;工;x;一\n猫;b;;一\n 犬 ;c;;一\ncafe\u0301;c;;é\ncafé;b;;é\n"
    assert table(run("--labels", "-", given=given)) == {"一": ("猫", 0.666667), "é": ("café", 1.0)}


def test_what_must_be_quoted_is_quoted():
    result = run("--labels", "-", given='item,worker,label\n"a,""b""\nc",w,"x, y"\n')
    assert table(result) == {'a,"b"\nc': ("x, y", 1.0)}


def test_a_repeated_answer_replaces_the_earlier_one_and_is_told():
    result = run("--labels", "-", given="item,worker,label\na,1,cat\na,1,dog\n")
    assert table(result) == {"a": ("dog", 1.0)}
    assert "1 answers were replaced" in result.stderr


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("", "is empty"),
        ("\n \n", "is empty"),
        ("item,worker,label\n", "no rows"),
        ("item,worker\na,b\n", "Look at: label"),
        ("item,worker,label,label\na,b,c,d\n", "Look at: label"),
        ("item,worker,label\na,b\n", "row 2: the row has fewer or more cells"),
        ("item,worker,label\na,b,c\nx,y,z,w\n", "row 3: the row has fewer or more cells"),
        ("item,worker,label\n,,\na,,c\n", "row 3: worker is empty"),
        ("item,worker,label\na,b,\n,b,c\n", "row 2: label is empty\nrow 3: item is empty"),
        ('item,worker,label\na,"b,c\n', "line 2: the CSV is broken"),
        ("item,worker,label\na,b,c\n".encode("utf-16"), "is not UTF-8"),
        (b"item,worker,label\na,b,\xff\n", "line 2: byte 0xff"),
        ("item,worker,label\n" + ",,x\n" * 40, "reading stopped here"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_its_rows(given: Any, told: str):
    result = run("--labels", "-", given=given)
    assert result.exit_code == 1
    assert told in result.stderr
    assert result.stdout == ""


def test_what_was_asked_wrongly_says_so(tmp_path: Path):
    assert run("--labels", str(tmp_path / "none.csv")).exit_code == 2
    assert run("--labels", "-", "--method", "coin", given="item,worker,label\na,b,c\n").exit_code == 2
    assert run("--labels", "-", "--seed-gold", given="item,worker,label\na,b,c\n").exit_code == 2


def test_gold_says_how_good_the_result_and_each_worker_are(tmp_path: Path):
    gold = tmp_path / "gold.csv"
    gold.write_text("item,truth\na,cat\nb,dog\nz,dog\n")
    given = "item,worker,label\na,1,cat\nb,1,cat\na,2,cat\nc,2,cat\n"
    result = run("--labels", "-", "--gold", str(gold), given=given)
    assert table(result)["b"] == ("cat", 1.0)
    assert "2 of 3 gold items were answered; 50.0% of their labels are right" in result.stderr
    assert "1: 50.0% of 2 gold answers right, 2 answers in all" in result.stderr
    found = json.loads(run("--labels", "-", "--gold", str(gold), "--json", given=given).stdout)
    assert found["accuracy_on_gold"] == 0.5
    assert [(w["worker"], w["gold_answers"], w["gold_accuracy"]) for w in found["workers"]] == [("1", 2, 0.5), ("2", 1, 1.0)]


def test_gold_that_says_two_things_of_one_item_is_refused(tmp_path: Path):
    gold = tmp_path / "gold.csv"
    gold.write_text("item,truth\na,cat\na,dog\n")
    result = run("--labels", "-", "--gold", str(gold), given="item,worker,label\na,1,cat\n")
    assert (result.exit_code, "row 3" in result.stderr) == (1, True)


def accuracy(name: str, method: str) -> float:
    with (DATA / name / "truth.csv").open() as file:
        truth = {row["item"]: row["truth"] for row in csv.DictReader(file)}
    found = table(run("--labels", str(DATA / name / "label.csv"), "--method", method))
    return sum(found[item][0] == true for item, true in truth.items()) / len(truth)


@needs_data
@pytest.mark.parametrize("name", PUBLISHED)
def test_real_labels_come_out_as_published(name: str):
    by_majority, by_model, off = PUBLISHED[name]
    assert accuracy(name, "majority") == pytest.approx(by_majority, abs=off)
    assert accuracy(name, "dawid-skene") == pytest.approx(by_model, abs=off)


@needs_data
@pytest.mark.parametrize("name", AUTO)
def test_the_method_is_chosen_without_the_truth(name: str):
    result = run("--labels", str(DATA / name / "label.csv"), "--json")
    assert json.loads(result.stdout)["method"] == AUTO[name]
