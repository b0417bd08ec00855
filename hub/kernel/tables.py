"""Files that others wrote: bytes into rows, with a remark for everything that was mended, guessed or refused.

A file that cannot be read at all raises Invalid about the field `file`, with a stable code; nothing of it is used then.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as set_by
from typing import Any, Generic, TypeVar

from hub.kernel.errors import Invalid, one_field
from hub.kernel.words import N_, Worded

FIELD = "file"
MAX_BYTES = 25 * 1024 * 1024
MAX_ROWS = 100_000
DELIMITERS = ";,\t|"

Record = TypeVar("Record")


class Weight(Worded):
    """How much a remark matters: mended without doubt, a guess to be looked at, a row left out."""

    NOTE = "note", N_("Mended")
    WARNING = "warning", N_("Please check")
    ERROR = "error", N_("Left out")


@dataclass(frozen=True)
class Remark:
    """What was found in one cell. `row` counts as a spreadsheet does (the header is row 1); in JSON lists the first item is 1.

    `message` is an English template marked with N_; `values` fill its `%(name)s` places after translation.
    """

    row: int
    field: str
    value: str
    weight: Weight
    code: str
    message: str
    values: dict[str, Any] = set_by(default_factory=dict)

    @property
    def text(self) -> str:
        """The remark in English."""
        return self.message % self.values if self.values else self.message


@dataclass
class Reading(Generic[Record]):
    """What a file holds: `rows` in all, those that can be used as `records`, and the remarks in the order of the rows."""

    rows: int = 0
    records: list[Record] = set_by(default_factory=list)
    remarks: list[Remark] = set_by(default_factory=list)

    @property
    def rejected(self) -> list[int]:
        """The numbers of the rows that were left out."""
        return sorted({remark.row for remark in self.remarks if remark.weight is Weight.ERROR})

    def count(self, weight: Weight) -> int:
        return sum(remark.weight is weight for remark in self.remarks)


@dataclass(frozen=True)
class Table:
    """`rows` are (number, cells by the asked-for column name); `broken` are remarks about rows that are no rows."""

    columns: tuple[str, ...]
    rows: list[tuple[int, dict[str, str]]]
    broken: list[Remark]


def unreadable(message: str, code: str, **values: Any) -> Invalid:
    return one_field(FIELD, message, code=code, **values)


def decode(data: bytes) -> str:
    """The text of a UTF-8 file (with or without a byte order mark) or of a UTF-16 file with one. Raises Invalid."""
    if len(data) > MAX_BYTES:
        raise unreadable(N_("The file is larger than %(mb)s MB. Split it."), "import_too_large", mb=MAX_BYTES // 1024 // 1024)
    if not data.strip():
        raise unreadable(N_("The file is empty."), "import_empty")
    if data.startswith(b"PK\x03\x04"):
        raise unreadable(N_("This is a workbook or an archive. Save the sheet as CSV (UTF-8) and send that."), "import_wrong_file")
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decode_as(data, "utf-16")
    if b"\x00" in data[:65536]:
        raise unreadable(N_("This is not a text file."), "import_wrong_file")
    return _decode_as(data, "utf-8-sig")


def _decode_as(data: bytes, encoding: str) -> str:
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise unreadable(
            N_("Line %(line)s holds a byte (%(byte)s) that is not UTF-8. Save the file as UTF-8 and try again."),
            "import_encoding",
            line=line,
            byte=f"0x{data[error.start]:02x}",
        ) from None
    if not text.strip():
        raise unreadable(N_("The file is empty."), "import_empty")
    return text


def read_csv(data: bytes, required: Sequence[str], optional: Sequence[str] = ()) -> Table:
    """The rows of a CSV file whose header names `required` (in any order and case). The separator is found out from the header.

    Raises Invalid with the code import_too_large, import_empty, import_encoding, import_wrong_file, import_columns,
    import_broken_csv or import_too_many_rows.
    """
    text = decode(data)
    wanted = {_plain(name): name for name in (*required, *optional)}
    delimiter = _delimiter(text, wanted)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        first = next(reader)
        header = [wanted.get(_plain(name), "") for name in first]
        _check_header(first, header, required)
        lines = list(reader)
    except csv.Error as error:
        raise unreadable(
            N_("The CSV is broken at line %(line)s: %(why)s. Check the quotation marks there."),
            "import_broken_csv",
            line=reader.line_num,
            why=str(error),
        ) from None
    if len(lines) > MAX_ROWS:
        raise unreadable(N_("The file has more than %(most)s rows. Split it."), "import_too_many_rows", most=MAX_ROWS)
    table = _rows(lines, header)
    if not table.rows and not table.broken:
        raise unreadable(N_("The file has a first line with the columns, and nothing under it."), "import_empty")
    return table


def _plain(name: str) -> str:
    return re.sub(r"[\s_]+", " ", name).strip().casefold()


def _delimiter(text: str, wanted: Mapping[str, str]) -> str:
    """The separator by which the first line names most of the wanted columns."""
    first = text.lstrip("\r\n").splitlines()[0]

    def known(delimiter: str) -> int:
        return sum(_plain(cell.strip('"')) in wanted for cell in first.split(delimiter))

    return max(DELIMITERS, key=known)


def _check_header(found: list[str], header: list[str], required: Sequence[str]) -> None:
    missing = [name for name in required if name not in header]
    if len(missing) == len(required):
        raise unreadable(
            N_("This does not look like the right file: its first line should name the columns %(columns)s."),
            "import_wrong_file",
            columns=", ".join(required),
        )
    if missing:
        raise unreadable(
            N_("These columns are missing: %(missing)s. The file has: %(found)s."),
            "import_columns",
            missing=", ".join(missing),
            found=", ".join(name.strip() for name in found)[:300],
        )
    doubled = sorted({name for name in header if name and header.count(name) > 1})
    if doubled:
        raise unreadable(N_("These columns stand twice in the first line: %(doubled)s."), "import_columns", doubled=", ".join(doubled))


def _rows(lines: list[list[str]], header: list[str]) -> Table:
    rows: list[tuple[int, dict[str, str]]] = []
    broken: list[Remark] = []
    for number, cells in enumerate(lines, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(header):
            message = N_("This row has %(cells)s cells instead of %(columns)s.")
            values = {"cells": len(cells), "columns": len(header)}
            broken.append(Remark(number, "", " | ".join(cells)[:200], Weight.ERROR, "row_shape", message, values))
            continue
        rows.append((number, {name: cell for name, cell in zip(header, cells, strict=True) if name}))
    return Table(tuple(name for name in header if name), rows, broken)


def read_json(data: bytes, required: Collection[str]) -> list[Any]:
    """The items of a JSON list, at least one of which is an object with the `required` names.

    Raises Invalid: as `read_csv`, and import_broken_json.
    """
    text = decode(data)
    try:
        found = json.loads(text)
    except json.JSONDecodeError as error:
        if not text.lstrip().startswith(("[", "{")):
            raise unreadable(N_("This does not look like the right file: it should be a JSON list."), "import_wrong_file") from None
        raise unreadable(
            N_("The JSON is broken at line %(line)s, column %(column)s: %(why)s."),
            "import_broken_json",
            line=error.lineno,
            column=error.colno,
            why=error.msg,
        ) from None
    except RecursionError:
        raise unreadable(N_("This JSON is nested too deeply."), "import_broken_json") from None
    if not isinstance(found, list):
        raise unreadable(N_("This does not look like the right file: it should be a JSON list."), "import_wrong_file")
    if not found:
        raise unreadable(N_("The file is empty."), "import_empty")
    if len(found) > MAX_ROWS:
        raise unreadable(N_("The file has more than %(most)s rows. Split it."), "import_too_many_rows", most=MAX_ROWS)
    if not any(isinstance(item, dict) and all(name in item for name in required) for item in found):
        raise unreadable(
            N_("This does not look like the right file: its items should have the fields %(names)s."),
            "import_wrong_file",
            names=", ".join(required),
        )
    return found


_MARKS = re.compile("[ÂÃâ][\u0080-\u00ff€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")


def mend_text(text: str) -> str:
    """One line of clean text: line ends and runs of spaces become one space, UTF-8 that was once read as Windows-1252 is read again."""
    if _MARKS.search(text):
        with contextlib.suppress(UnicodeError):
            text = text.encode("cp1252").decode("utf-8")
    return re.sub(r"\s+", " ", "".join(c for c in text if c.isprintable() or c.isspace())).strip()


def mend_lines(text: str) -> str:
    """Like `mend_text`, but the lines stay lines; at most one empty line between two."""
    lines = [mend_text(line) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


class Refused(Exception):
    """This row cannot be used; the remarks say why."""


class Cells:
    """One row under the pen: its cells, and the remarks it gives cause for."""

    def __init__(self, number: int, cells: Mapping[str, Any], remarks: list[Remark]) -> None:
        self.number, self._cells, self._remarks = number, cells, remarks

    def remark(self, weight: Weight, field: str, code: str, message: str, **values: Any) -> None:
        self._remarks.append(Remark(self.number, field, str(self._cells.get(field) or "")[:200], weight, code, message, values))

    def refuse(self, field: str, code: str, message: str, **values: Any) -> Refused:
        """The row is left out: `raise cells.refuse(...)`."""
        self.remark(Weight.ERROR, field, code, message, **values)
        return Refused()

    def raw(self, field: str) -> str:
        """The cell as it stands; nothing and null are empty. Raises Refused for numbers, lists and the like."""
        said = self._cells.get(field)
        if said is None:
            return ""
        if not isinstance(said, str):
            raise self.refuse(field, "not_text", N_("This should be text."))
        return said

    def words(self, field: str) -> list[str]:
        """A list of texts. Raises Refused for anything else."""
        said = self._cells.get(field) or []
        if not isinstance(said, list) or not all(isinstance(word, str) for word in said):
            raise self.refuse(field, "not_a_list", N_("This should be a list of texts."))
        return [mend_text(word) for word in said if word.strip()]

    def text(self, field: str, *, most: int, required: bool = False, lines: bool = False) -> str:
        """The cell, mended, on one line unless `lines`. Raises Refused when a required cell is empty or any is longer than `most`."""
        raw = self.raw(field)
        text = mend_lines(raw) if lines else mend_text(raw)
        if required and not text:
            raise self.refuse(field, "missing", N_("This is empty; a record without it cannot be used."))
        if len(text) > most:
            raise self.refuse(field, "too_long", N_("This is longer than %(most)s characters."), most=most)
        if raw.split() != text.split():
            self.remark(Weight.NOTE, field, "characters", N_("Garbled characters were read again."))
        elif raw != text and not lines:
            self.remark(Weight.NOTE, field, "spaces", N_("Superfluous spaces or line ends were taken out."))
        return text


def read_records(
    rows: Iterable[tuple[int, Any]], read: Callable[[Cells], Record], *, key: Callable[[Record], str], field: str
) -> Reading[Record]:
    """`read` each row; a row that raises Refused is left out, and so is one whose `key` (shown in `field`) came before."""
    reading: Reading[Record] = Reading()
    seen: dict[str, int] = {}
    for number, cells in rows:
        reading.rows += 1
        if not isinstance(cells, dict):
            reading.remarks.append(
                Remark(number, "", str(cells)[:200], Weight.ERROR, "row_shape", N_("This is no object with named fields."))
            )
            continue
        pen = Cells(number, cells, reading.remarks)
        try:
            record = read(pen)
            first = seen.setdefault(key(record), number)
            if first != number:
                raise pen.refuse(field, "repeated", N_("Row %(first)s is the same record; the first one counts."), first=first)
        except Refused:
            continue
        reading.records.append(record)
    return reading
