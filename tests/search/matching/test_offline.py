"""Scores from files, and how good the matching is on collections that others judged.

The collections are not ours to ship: they are read from HUB_SHARED_DATA (default ../shared/data) where that folder is there.
"""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from hub.cli.search import search
from hub.search.index.engine import entry
from hub.search.index.engine_memory import view_over
from hub.search.matching import queries
from tests.factories.shelf import document

DATA = Path(os.environ.get("HUB_SHARED_DATA", "../shared/data")) / "retrieval"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"no test collections in {DATA} (set HUB_SHARED_DATA)")


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


PROFILES = [
    {
        "id": "gas",
        "items": [{"title": "Ammonia sensors", "text": "carbon nanotubes"}, {"title": "Gas sensing", "text": "at room temperature"}],
    },
    {"id": "rocket", "items": [{"title": "Nozzles", "text": "for rocket engines"}]},
    {"id": "氨", "items": [{"title": "氨气传感器", "text": ""}, {"title": "食品包装", "text": "室温"}]},
    {"id": "nothing", "items": []},
]
NEEDS = [
    {"id": "n1", "title": "Gas sensor", "text": "for ammonia"},
    {"id": "n2", "title": "传感器", "text": "检测氨气"},
    {"id": "n3", "title": "", "text": ""},
]


def run(profiles: Path, needs: Path) -> Any:
    return CliRunner().invoke(search, ["score", "--profiles", str(profiles), "--needs", str(needs)])


def test_every_pair_gets_one_line_with_a_score(tmp_path: Path):
    result = run(write(tmp_path / "p.jsonl", PROFILES), write(tmp_path / "n.jsonl", NEEDS))
    assert result.exit_code == 0, result.output
    rows = [json.loads(line) for line in result.output.splitlines()]
    assert [(row["need"], row["profile"]) for row in rows] == [(n["id"], p["id"]) for n in NEEDS for p in PROFILES]
    assert all(set(row) == {"need", "profile", "score"} and 0 <= row["score"] <= 1 for row in rows)
    scores = {(row["need"], row["profile"]): row["score"] for row in rows}
    assert scores["n1", "gas"] > 0 == scores["n1", "rocket"] == scores["n1", "氨"] == scores["n1", "nothing"]
    assert scores["n2", "氨"] > 0 == scores["n2", "gas"]
    assert scores["n3", "gas"] == 0


def test_missing_titles_and_blank_lines_are_taken(tmp_path: Path):
    profiles = tmp_path / "p.jsonl"
    profiles.write_text('\ufeff{"id": 1, "items": [{"text": "gas sensor"}]}\n\n', encoding="utf-8")
    result = run(profiles, write(tmp_path / "n.jsonl", [{"id": 2, "title": "gas", "text": None}]))
    assert result.exit_code == 0, result.output
    assert json.loads(result.output)["score"] > 0


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("{", "line 2: this is not JSON"),
        ("[1]", "line 2: a JSON object"),
        ('{"items": []}', 'line 2: "id" is missing'),
        ('{"id": "x", "items": "no"}', 'line 2: "items"'),
    ],
)
def test_a_line_that_cannot_be_read_is_named(tmp_path: Path, line: str, said: str):
    profiles = tmp_path / "p.jsonl"
    profiles.write_text(json.dumps(PROFILES[0]) + "\n" + line + "\n")
    result = run(profiles, write(tmp_path / "n.jsonl", NEEDS))
    assert result.exit_code != 0
    assert said in result.output


def test_a_missing_file_is_named(tmp_path: Path):
    result = run(tmp_path / "none.jsonl", write(tmp_path / "n.jsonl", NEEDS))
    assert result.exit_code != 0 and "none.jsonl" in result.output


# --- quality -------------------------------------------------------------------------------------------------------------------------


def questions(language: str) -> tuple[list[str], list[tuple[str, int]]]:
    """The paragraphs of XQuAD, and its questions with the number of the paragraph that answers each."""
    paragraphs: list[str] = []
    asked: list[tuple[str, int]] = []
    for article in json.loads((DATA / f"xquad/xquad.{language}.json").read_text())["data"]:
        for paragraph in article["paragraphs"]:
            asked += [(question["question"], len(paragraphs)) for question in paragraph["qas"]]
            paragraphs.append(paragraph["context"])
    return paragraphs, asked


@needs_data
@pytest.mark.slow
@pytest.mark.parametrize(("language", "least"), [("en", 0.94), ("zh", 0.94)])
def test_a_question_finds_its_paragraph(language: str, least: float):
    paragraphs, asked = questions(language)
    view = view_over([entry(document(number, "", text=text)) for number, text in enumerate(paragraphs)])
    reciprocal = 0.0
    for question, number in asked:
        found = [document.key for document, _, _ in queries._ranked(view, question, ("offer",))]
        reciprocal += 1 / (found.index(f"offer:{number}") + 1) if f"offer:{number}" in found else 0
    print(f"XQuAD {language}: MRR {reciprocal / len(asked):.4f}")
    assert reciprocal / len(asked) > least


def cranfield() -> Iterator[tuple[str, str, list[str], str]]:
    """(number, title, authors, text) of each abstract."""
    for record in re.findall(r"<doc>(.*?)</doc>", (DATA / "cranfield/cran.all.1400.xml").read_text(), re.DOTALL):
        number, title, author, text = (
            re.search(f"<{tag}>(.*?)</{tag}>", record, re.DOTALL) for tag in ("docno", "title", "author", "text")
        )
        names = [name.strip().rstrip(".") for name in re.split(r"\s+and\s+", author[1].strip())] if author and author[1].strip() else []
        if number and text and text[1].strip():
            yield number[1].strip(), title[1] if title else "", names, text[1]


@needs_data
@pytest.mark.slow
def test_a_need_finds_an_expert_whose_work_answers_it():
    """Experts are the authors of two or more Cranfield abstracts; right is who wrote one that was judged relevant."""
    work: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
    for number, title, names, text in cranfield():
        for name in names:
            work[name].append((number, title, text))
    profiles = [{"id": name, "items": [{"title": t, "text": x} for _, t, x in items]} for name, items in work.items() if len(items) > 1]
    wrote = {name: {number for number, _, _ in items} for name, items in work.items()}
    relevant: dict[str, set[str]] = defaultdict(set)
    for line in (DATA / "cranfield/cranqrel.trec.txt").read_text().splitlines():
        query, _, number, grade = line.split()
        if int(grade) > 0:
            relevant[query].add(number)
    asked = re.findall(r"<title>\s*(.*?)\s*</title>", (DATA / "cranfield/cran.qry.xml").read_text(), re.DOTALL)
    ranking: dict[str, list[tuple[float, str]]] = defaultdict(list)
    for need, name, score in queries.scores(profiles, [{"id": str(n), "title": "", "text": text} for n, text in enumerate(asked, 1)]):
        ranking[need].append((-score, name))
    reciprocal = []
    for need, ranked in ranking.items():
        right = [place for place, (_, name) in enumerate(sorted(ranked), 1) if wrote[name] & relevant[need]]
        if right:
            reciprocal.append(1 / right[0])
    mean = sum(reciprocal) / len(reciprocal)
    print(f"Cranfield, need -> expert: MRR {mean:.4f} over {len(reciprocal)} needs and {len(profiles)} experts")
    assert mean > 0.67
