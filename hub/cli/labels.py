"""Labels that many people gave, from a file: `aggregate` makes one label of them per item, by the same code as the site's task projects."""

from __future__ import annotations

import csv
import io
import json
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click

from hub.microtasks.quality import rules
from hub.microtasks.quality.rules import Answers, Choice, Method, Verdicts

FILE = click.Path(exists=True, dir_okay=False, allow_dash=True, path_type=Path)
MOST_FAULTS = 10


@click.group()
def labels() -> None:
    """Labels that many people gave."""


@labels.command()
@click.option("--labels", "path", type=FILE, required=True, help="CSV with the columns item, worker, label; “-” reads standard input.")
@click.option("--gold", type=FILE, help="CSV with the columns item, truth: how well the result and each worker do on these items.")
@click.option("--method", type=click.Choice([method.value for method in Method]), default=Method.AUTO.value, show_default=True)
@click.option("--seed-gold", is_flag=True, help="Let Dawid-Skene learn from the gold items, too (their labels are then the truth given).")
@click.option(
    "--json", "as_json", is_flag=True, help="Print JSON: the items, the workers with their accuracy, and how the method was chosen."
)
def aggregate(path: Path, gold: Path | None, method: str, seed_gold: bool, as_json: bool) -> None:
    """Print one label per item, with how sure it is: CSV item,label,confidence, in the items' natural order.

    If a worker labelled an item more than once, the last row counts. What was done is told on standard error.
    """
    if seed_gold and gold is None:
        raise click.UsageError("--seed-gold needs --gold.")
    truths = dict(map(_pair, _rows(gold, ("item", "truth"), ("item",)))) if gold else {}
    given = ((item, worker, label) for item, worker, label in _rows(path, ("item", "worker", "label")))
    answers = rules.gather(given, truths.values())
    known = rules.known_labels(answers, truths)
    verdicts, choice = rules.aggregate(answers, Method(method), known if seed_gold else None)
    report = _report(answers, verdicts, choice, known)
    if as_json:
        click.echo(json.dumps(report, ensure_ascii=False))
        return
    _print_csv(report["items"])
    _tell(report, truths, answers, seed_gold)


def _report(answers: Answers, verdicts: Verdicts, choice: Choice, known: rules.Ints) -> dict[str, Any]:
    on_gold = _on_gold(answers, known)
    items = zip(answers.items, verdicts.label.tolist(), verdicts.confidence.tolist(), verdicts.tied.tolist(), strict=True)
    workers = zip(answers.workers, rules.count_by_worker(answers).tolist(), verdicts.accuracy.tolist(), strict=True)
    return {
        "method": choice.method.value,
        "reason": choice.reason.value,
        "gain": round(choice.gain, 6),
        "overturned": round(choice.overturned, 6),
        "rounds": verdicts.rounds,
        "converged": verdicts.converged,
        "log_likelihood": round(verdicts.log_likelihood, 3),
        "answers": len(answers),
        "repeated": answers.repeated,
        "accuracy_on_gold": _rounded(rules.share_right(verdicts.label, known)),
        "items": [
            {"item": item, "label": answers.labels[label], "confidence": round(sure, 6), "tied": tied} for item, label, sure, tied in items
        ],
        "workers": [
            {"worker": worker, "answers": count, "accuracy": round(accuracy, 6), **on_gold[place]}
            for place, (worker, count, accuracy) in enumerate(workers)
        ],
    }


def _on_gold(answers: Answers, known: rules.Ints) -> list[dict[str, Any]]:
    """Of each worker: how many gold items they answered, and the share they got right (null for none)."""
    asked, right = rules.on_gold(answers, known)
    return [
        {"gold_answers": n, "gold_accuracy": _rounded(r / n if n else None)} for n, r in zip(asked.tolist(), right.tolist(), strict=True)
    ]


def _pair(row: list[str]) -> tuple[str, str]:
    return row[0], row[1]


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 6)


def _print_csv(items: list[dict[str, Any]]) -> None:
    out = csv.writer(sys.stdout, lineterminator="\n")
    out.writerow(["item", "label", "confidence"])
    out.writerows([row["item"], row["label"], f"{row['confidence']:.6f}"] for row in items)


def _tell(report: dict[str, Any], truths: dict[str, str], answers: Answers, seeded: bool) -> None:
    """What was done, for the person at the keyboard."""
    reason = rules.Reason(report["reason"]).label
    sizes = f"{len(report['items'])} items, {report['answers']} answers, {len(report['workers'])} workers"
    lines = [f"{sizes}. Method: {report['method']} ({reason})."]
    if report["repeated"]:
        lines.append(f"{report['repeated']} answers were replaced by a later one of the same worker to the same item.")
    if not report["converged"]:
        lines.append(f"Dawid-Skene was stopped after {report['rounds']} rounds, before it came to rest.")
    if truths:
        lines += _gold_lines(report, truths, answers, seeded)
    for line in lines:
        click.echo(line, err=True)


def _gold_lines(report: dict[str, Any], truths: dict[str, str], answers: Answers, seeded: bool) -> Iterator[str]:
    found = len(truths.keys() & set(answers.items))
    share = report["accuracy_on_gold"]
    yield (
        f"Gold: {found} of {len(truths)} gold items were answered"
        + (f"; {share:.1%} of their labels are right." if share is not None else ".")
        + (" They taught the model, so this says nothing about the others." if seeded and report["method"] == "dawid-skene" else "")
    )
    for row in sorted(report["workers"], key=lambda row: (-row["gold_answers"], rules.natural(row["worker"]))):
        if row["gold_answers"]:
            right = f"{row['gold_accuracy']:.1%} of {row['gold_answers']} gold answers right"
            yield f"  {row['worker']}: {right}, {row['answers']} answers in all"


def _rows(path: Path, columns: Sequence[str], once: Sequence[str] = ()) -> Iterator[list[str]]:
    """The cells of `columns`, trimmed and in one Unicode form, row by row. Raises ClickException that names the rows at fault.

    `once`: columns whose values may not come twice.
    """
    name = "standard input" if str(path) == "-" else str(path)
    faults: list[str] = []
    seen: dict[str, int] = {}
    rows = 0
    for number, cells in _read(path, name, columns):
        fault = _fault(cells, columns)
        if not fault and once:
            first = seen.setdefault(cells[0], number)
            fault = f"{columns[0]} “{cells[0]}” has a row already ({first})" if first != number else ""
        if fault:
            faults.append(f"row {number}: {fault}")
        else:
            yield cells
        rows += 1
        if len(faults) >= MOST_FAULTS:
            break
    if faults:
        more = "\nThere may be more: reading stopped here." if len(faults) >= MOST_FAULTS else ""
        raise click.ClickException(f"{name} cannot be used.\n" + "\n".join(faults) + more)
    if not rows:
        raise click.ClickException(f"{name} has no rows under its header.")


def _fault(cells: list[str], columns: Sequence[str]) -> str:
    if len(cells) != len(columns):
        return "the row has fewer or more cells than the header"
    empty = [column for column, cell in zip(columns, cells, strict=True) if not cell]
    return f"{' and '.join(empty)} {'is' if len(empty) == 1 else 'are'} empty" if empty else ""


def _read(path: Path, name: str, columns: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """(row number, the cells of `columns`); the header is row 1. A row of another length than the header gives no cells."""
    with click.open_file(str(path), "rb") as raw:
        data = raw.read()
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise click.ClickException(f"{name}, line {line}: byte 0x{data[error.start]:02x} is not UTF-8. Save the file as UTF-8.") from None
    if not text.strip():
        raise click.ClickException(f"{name} is empty.")
    first = text.lstrip().splitlines()[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
    try:
        header = [cell.strip().casefold() for cell in next(reader)]
        places = _places(name, header, columns)
        for number, row in enumerate(reader, 2):
            if not row or not any(cell.strip() for cell in row):
                continue
            whole = len(row) == len(header)
            yield number, [unicodedata.normalize("NFC", row[place].strip()) for place in places] if whole else []
    except csv.Error as error:
        raise click.ClickException(f"{name}, line {reader.line_num}: the CSV is broken there ({error}).") from None


def _places(name: str, header: list[str], columns: Sequence[str]) -> list[int]:
    missing = [column for column in columns if header.count(column) != 1]
    if missing:
        told = f"{name}: the first row should name the columns {', '.join(columns)}, each once"
        raise click.ClickException(f"{told}. Look at: {', '.join(missing)}. It has: {', '.join(header)}.")
    return [header.index(column) for column in columns]


COMMANDS = [labels]
