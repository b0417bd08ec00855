"""The public record of a researcher as ORCID's API gives it (version 3.0), as JSON or as XML: works, funding, distinctions.

The record's schemas: https://github.com/ORCID/orcid-model, src/main/resources/record_3.0. XML is read without a document type, so
that there are no entities, and nothing outside the file is ever asked for.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from xml.etree.ElementTree import Element, TreeBuilder
from xml.parsers import expat

from hub.core.profiles.states import EvidenceKind
from hub.core.works import rules
from hub.core.works.rules import Entry
from hub.kernel.words import N_

WORKS = {"patent": EvidenceKind.PATENT} | dict.fromkeys(
    ("software", "data-set", "website", "online-resource", "invention", "registered-copyright", "trademark", "research-tool", "other"),
    EvidenceKind.OTHER,
)
FUNDING = {"award": EvidenceKind.AWARD}
NOT_A_RECORD = N_("This is no ORCID record: it names no works, funding or distinctions.")


def _kind(said: Any, kinds: dict[str, EvidenceKind], default: EvidenceKind) -> EvidenceKind:
    return kinds.get(str(said or "").strip().lower().replace("_", "-"), default)


# JSON


def read_json(text: str) -> Iterator[Entry]:
    """Places are numbers, from 1. Raises Invalid: import_broken_json, import_not_a_record, import_too_many_items."""
    try:
        said = json.loads(text)
    except json.JSONDecodeError as error:
        raise rules.refused(N_("The JSON is broken at line %(line)s."), "import_broken_json", line=error.lineno) from None
    except (RecursionError, ValueError):
        raise rules.refused(N_("The JSON is nested too deeply."), "import_broken_json") from None
    activities = _at(said, "activities-summary") or (said if _list(_at(said, "group")) else None)
    if not isinstance(activities, dict):
        raise rules.refused(NOT_A_RECORD, "import_not_a_record")
    works = activities if "group" in activities else _at(activities, "works")
    found = [
        *((WORKS, EvidenceKind.PUBLICATION, one) for one in _first_of(works, "group", "work-summary")),
        *((FUNDING, EvidenceKind.PROJECT, one) for one in _first_of(_at(activities, "fundings"), "group", "funding-summary")),
        *(({}, EvidenceKind.AWARD, one) for one in _distinctions(activities)),
    ]
    if len(found) > rules.MOST_WORKS:
        raise rules.too_many(len(found))
    for place, (kinds, default, one) in enumerate(found, start=1):
        ids = [each for each in _list(_at(one, "external-ids", "external-id")) if isinstance(each, dict)]
        yield rules.work(
            place,
            _kind(_at(one, "type"), kinds, default),
            title=_at(one, "title", "title", "value") or _at(one, "role-title"),
            year=_at(one, "publication-date", "year", "value") or _at(one, "start-date", "year", "value"),
            venue=_at(one, "journal-title", "value") or _at(one, "organization", "name"),
            doi=next((_at(each, "external-id-value") for each in ids if _at(each, "external-id-type") == "doi"), ""),
            urls=[_at(one, "url", "value"), *(_at(each, "external-id-url", "value") for each in ids)],
            text=_at(one, "short-description"),
        )


def _at(said: Any, *path: str) -> Any:
    for name in path:
        said = said.get(name) if isinstance(said, dict) else None
    return said


def _list(said: Any) -> list[Any]:
    return said if isinstance(said, list) else []


def _first_of(part: Any, groups: str, summaries: str) -> list[Any]:
    """Of each group, in which sources tell of one work, the one that the researcher prefers: the first."""
    return [found[0] for group in _list(_at(part, groups)) if (found := _list(_at(group, summaries)))]


def _distinctions(activities: Any) -> list[Any]:
    groups = _list(_at(activities, "distinctions", "affiliation-group"))
    return [_at(found[0], "distinction-summary") for group in groups if (found := _list(_at(group, "summaries")))]


# XML


def read_xml(text: str) -> Iterator[Entry]:
    """Places are line numbers. Raises Invalid: import_broken_xml, import_doctype, import_not_a_record, import_too_many_items."""
    root = _tree(text)
    if root.find(".//activities-summary") is None and root.tag not in {"activities-summary", "works"}:
        raise rules.refused(NOT_A_RECORD, "import_not_a_record")
    found = [
        (kinds, default, summary)
        for group in root.iter()
        for tag, kinds, default in SUMMARIES
        if group.tag in {"group", "affiliation-group"} and (summary := group.find(tag)) is not None
    ]
    if len(found) > rules.MOST_WORKS:
        raise rules.too_many(len(found))
    for kinds, default, one in found:
        ids = one.findall("external-ids/external-id")
        yield rules.work(
            int(one.get("line", "0")),
            _kind(one.findtext("type"), kinds, default),
            title=one.findtext("title/title") or one.findtext("role-title"),
            year=one.findtext("publication-date/year") or one.findtext("start-date/year"),
            venue=one.findtext("journal-title") or one.findtext("organization/name"),
            doi=next((each.findtext("external-id-value") for each in ids if each.findtext("external-id-type") == "doi"), ""),
            urls=[one.findtext("url"), *(each.findtext("external-id-url") for each in ids)],
            text=one.findtext("short-description"),
        )


SUMMARIES: tuple[tuple[str, dict[str, EvidenceKind], EvidenceKind], ...] = (
    ("work-summary", WORKS, EvidenceKind.PUBLICATION),
    ("funding-summary", FUNDING, EvidenceKind.PROJECT),
    ("distinction-summary", {}, EvidenceKind.AWARD),
)


def _tree(text: str) -> Element:
    """The elements by their local names, each with the line it begins at. A document type is refused before it is read."""
    builder, parser, depth, count = TreeBuilder(), expat.ParserCreate(namespace_separator="}"), 0, 0

    def start(tag: str, _attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth, count = depth + 1, count + 1
        if count > rules.MOST_ELEMENTS:
            raise rules.refused(N_("The XML has far more parts than a record takes. Send a selection."), "import_too_many_items")
        if depth > rules.DEEPEST:
            raise rules.refused(N_("The XML is nested too deeply."), "import_broken_xml")
        builder.start(tag.rpartition("}")[2], {"line": str(parser.CurrentLineNumber)})

    def end(tag: str) -> None:
        nonlocal depth
        depth -= 1
        builder.end(tag.rpartition("}")[2])

    def doctype(*_: Any) -> None:
        raise rules.refused(N_("The XML declares a document type. ORCID’s records have none; it is not read."), "import_doctype")

    parser.buffer_text = True
    parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = start, end, builder.data
    parser.StartDoctypeDeclHandler = doctype
    try:
        parser.Parse(text.lstrip(), True)
        return builder.close()
    except expat.ExpatError as error:
        raise rules.refused(N_("The XML is broken at line %(line)s."), "import_broken_xml", line=error.lineno) from None
