"""Pure rules: how long things wait, what a name becomes, and how an export is written."""

from __future__ import annotations

import base64
import html
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from hub.kernel.words import N_, Worded

SCHEMA = "innovation-hub/person-export/1"
LEASE = timedelta(minutes=30)
MOST_ATTEMPTS = 5
SHOWN_IN_INDEX = 200
"""Rows of one table that index.html shows; the rest is in the JSON file beside it."""
TERMS_VERSION = "2026-11"


class ConsentKind(Worded):
    """What people agree to. Each can be withdrawn but the terms of use, which end with the account."""

    TERMS = "terms", N_("Terms of use")
    MATCHING = "matching", N_("Being found and suggested as an expert")


USES = {
    ConsentKind.TERMS: N_("You agreed when you opened your account. It ends when your account does."),
    ConsentKind.MATCHING: N_("Your profile and evidence are compared with what others look for, and you are suggested where they fit."),
}
VERSIONS = {ConsentKind.TERMS: TERMS_VERSION, ConsentKind.MATCHING: "1"}
WITHDRAWABLE = frozenset({ConsentKind.MATCHING})


# The export's files


def plain(value: Any) -> Any:
    """A column's value as JSON knows it."""
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, (bytes, memoryview)):
        return base64.b64encode(bytes(value)).decode()
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if value is None or isinstance(value, (bool, int, float)):
        return value
    return str(value)


Rows = Iterable[dict[str, Any]]


def json_of(room: str, at: datetime, tables: Iterable[tuple[str, str, Callable[[], Rows]]]) -> Iterator[str]:
    """A room's file, piece by piece, one row a line; its first line names the schema. `tables` are name, what they are, and their rows."""
    yield f'{{"schema": {json.dumps(SCHEMA)}, "room": {json.dumps(room)}, "at": {json.dumps(at.isoformat())},\n "tables": {{'
    for number, (name, what, rows) in enumerate(tables):
        yield f'{"," if number else ""}\n  {json.dumps(name)}: {{"what": {json.dumps(what, ensure_ascii=False)}, "rows": ['
        for place, row in enumerate(rows()):
            yield ("," if place else "") + "\n    " + json.dumps(plain(row), ensure_ascii=False)
        yield "]}"
    yield "\n}}\n"


@dataclass(frozen=True)
class Section:
    """One table in index.html: its title, the JSON file beside it, and its rows."""

    title: str
    file: str
    rows: Callable[[], Rows]


_HEAD = (
    '<!doctype html>\n<html lang="{lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    "<title>{title}</title><style>body{{font:16px/1.5 sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem}}"
    "dl{{border-top:1px solid #999;padding-top:.5rem}}dt{{color:#555}}dd{{margin:0 0 .4rem;overflow-wrap:anywhere;white-space:pre-wrap}}"
    "@media(prefers-color-scheme:dark){{body{{background:#111;color:#eee}}a{{color:#9cf}}dt{{color:#bbb}}}}</style></head>"
    "<body><h1>{title}</h1><p>{lead}</p>\n"
)


def index_of(
    sections: Iterable[Section], files: Iterable[tuple[str, str]], *, lang: str, say: Callable[[str], str], head: tuple[str, str]
) -> Iterator[str]:
    """The page that people open, piece by piece. `files` are paths inside the archive and the names people know; `head`: title and lead."""
    yield _HEAD.format(lang=html.escape(lang), title=html.escape(head[0]), lead=html.escape(head[1]))
    for section in sections:
        yield from _section(section, say)
    yield f"<h2>{html.escape(say(FILES))}</h2><ul>\n"
    for path, name in files:
        yield f'<li><a href="{html.escape(path)}">{html.escape(name)}</a></li>\n'
    yield "</ul></body></html>\n"


FILES = N_("Files, papers and receipts")
MORE = N_("There is more: see the JSON file.")


def _section(section: Section, say: Callable[[str], str]) -> Iterator[str]:
    for place, row in enumerate(section.rows()):
        if not place:
            yield f'<h2>{html.escape(section.title)}</h2><p><a href="{html.escape(section.file)}">{html.escape(section.file)}</a></p>\n'
        if place == SHOWN_IN_INDEX:
            yield f"<p>{html.escape(say(MORE))}</p>\n"
            return
        pairs = ((name, _shown(value)) for name, value in row.items() if value not in (None, "", [], {}))
        yield "<dl>" + "".join(f"<dt>{html.escape(name)}</dt><dd>{html.escape(text)}</dd>" for name, text in pairs) + "</dl>\n"


def _shown(value: Any) -> str:
    value = plain(value)
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def safe_path(folder: str, name: str) -> str:
    """A path inside the archive that no program unpacks anywhere else."""
    return f"{folder}/" + (re.sub(r"[^\w.() -]", "_", name).strip(". ") or "file")
