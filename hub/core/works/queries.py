"""Reads: a list as it was sent, and what taking it in would do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy import select

from hub.core.accounts.models import Person
from hub.core.profiles import queries as profiles
from hub.core.profiles.states import EvidenceKind
from hub.core.works import reader_bibtex, reader_orcid, reader_ris, rules
from hub.core.works.models import EvidenceDraft
from hub.core.works.policy import POLICY
from hub.core.works.rules import Entry, Unread, Work
from hub.core.works.states import Act, Fate, Source
from hub.db.extensions import db
from hub.kernel.actor import Actor
from hub.kernel.errors import NotFound
from hub.kernel.words import N_

READERS: dict[Source, Callable[[str], Iterable[Entry]]] = {
    Source.ORCID_JSON: reader_orcid.read_json,
    Source.ORCID_XML: reader_orcid.read_xml,
    Source.BIBTEX: reader_bibtex.read,
    Source.RIS: reader_ris.read,
}
LOOKS_LIKE = (
    (Source.ORCID_XML, re.compile(r"\A\s*<")),
    (Source.ORCID_JSON, re.compile(r"\A\s*\{")),
    (Source.RIS, re.compile(r"^TY {0,2}-", re.MULTILINE)),
    (Source.BIBTEX, re.compile(r"^[ \t]*@\w+\s*[{(]", re.MULTILINE)),
)
"""By its first mark, in this order."""


@dataclass(frozen=True)
class Reading:
    source: Source
    guessed: bool
    works: list[Work]
    unread: list[Unread]


@dataclass(frozen=True)
class Row:
    """One work of a list. `number` is its place among the works, from 0; `same_as` the title that it is the same as."""

    number: int
    work: Work
    fate: Fate
    same_as: str = ""

    @property
    def place(self) -> int:
        return self.work.place


@dataclass(frozen=True)
class Preview:
    """`room`: how many more items the person can have."""

    draft: EvidenceDraft
    rows: Sequence[Row]
    unread: Sequence[Unread]
    room: int

    def of(self, fate: Fate) -> list[Row]:
        """In the order in which they are offered: the latest first."""
        return sorted((row for row in self.rows if row.fate is fate), key=lambda row: -(row.work.year or 0))


def read(data: bytes, source: Source | None = None) -> Reading:
    """The works of a file; without `source` its format is found out.

    Raises Invalid about `file` with the code import_too_large, import_empty, import_encoding, import_wrong_file, import_wrong_format,
    import_unknown_format, import_too_many_items, import_nothing, or what the readers say.
    """
    text, guessed = rules.decode(data)
    looks_like = next((kind for kind, mark in LOOKS_LIKE if mark.search(text)), None)
    if looks_like is None:
        raise rules.refused(N_("This is neither an ORCID record nor BibTeX nor RIS."), "import_unknown_format")
    if source is not None and looks_like is not source:
        message = N_("This does not look like %(said)s. Choose what it is, or let it be found out.")
        raise rules.refused(message, "import_wrong_format", said=source.label)
    entries = list(islice(READERS[looks_like](text), rules.MOST_WORKS + 1))
    if len(entries) > rules.MOST_WORKS:
        raise rules.too_many(len(entries))
    if not entries:
        raise rules.refused(N_("There is no work in this file."), "import_nothing")
    works = [entry for entry in entries if isinstance(entry, Work)]
    return Reading(looks_like, guessed, works, [entry for entry in entries if isinstance(entry, Unread)])


def draft_for(actor: Actor, draft_id: int) -> EvidenceDraft:
    """Raises NotFound, also for another person's and for one that was taken in."""
    draft = db.session.get(EvidenceDraft, draft_id)
    if draft is None or not POLICY.can(actor, Act.LOOK, draft):
        raise NotFound(N_("This list is no longer here. Send the file again."))
    return draft


def hold(person_id: int) -> None:
    """Let nobody else take in works of this person until the unit of work ends."""
    db.session.execute(select(Person.id).where(Person.id == person_id).with_for_update())


def drafts_of(person_id: int) -> Sequence[EvidenceDraft]:
    return db.session.scalars(select(EvidenceDraft).where(EvidenceDraft.person_id == person_id)).all()


def preview(draft: EvidenceDraft) -> Preview:
    """What taking it in would do now."""
    works = [Work(**{**said, "kind": EvidenceKind(said["kind"])}) for said in draft.works]
    own = rules.Alike(profiles.evidence_of(draft.person_id))
    before = rules.twice(works)
    rows = []
    for number, one in enumerate(works):
        mine = own.of(one)
        if mine is not None:
            rows.append(Row(number, one, Fate.SAME, mine.title))
        elif number in before:
            rows.append(Row(number, one, Fate.TWICE, works[before[number]].title))
        else:
            rows.append(Row(number, one, Fate.NEW))
    return Preview(draft, rows, [Unread(**said) for said in draft.unread], profiles.room_for_evidence(draft.person_id))
