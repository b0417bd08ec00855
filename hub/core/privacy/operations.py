"""The only writes on exports and agreements."""

from __future__ import annotations

import os
import secrets
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, cast

from sqlalchemy import CursorResult, or_, select, update

from hub.core.accounts import operations as accounts
from hub.core.erasure import operations as erasure
from hub.core.files import queries as files
from hub.core.privacy import queries, rules
from hub.core.privacy.events import ConsentGiven, ConsentWithdrawn, ExportAsked, ExportReady
from hub.core.privacy.models import Consent, Export
from hub.core.privacy.rules import ConsentKind
from hub.core.privacy.states import EXPORT, UNDER_WAY, ExportAct, ExportState
from hub.core.profiles import operations as profiling
from hub.core.profiles import queries as profiles
from hub.db import journal, personal
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Actor
from hub.kernel.errors import NotNow
from hub.kernel.words import N_

BUILDING = ".building-"
COPY = 256 * 1024
DRAFT_AGE, JUST_MADE = timedelta(hours=12), timedelta(hours=1)
"""So long a draft, and a file whose export is being written down, is left alone."""

Say = Callable[[str], str]


# Exports


def ask_export(*, actor: Actor) -> Export:
    """Have everything held of the actor put together. While that is under way, asking again gives the same one. Raises NotSignedIn."""
    person = accounts.own(actor)
    under_way = select(Export).where(Export.person_id == person.id, Export.state.in_(UNDER_WAY))
    known = db.session.scalars(under_way).one_or_none()
    if known is not None:
        return known
    export = Export(person_id=person.id, asked_at=clock.now())
    db.session.add(export)
    db.session.flush()
    journal.record(ExportAsked(export_id=export.id, person_id=person.id), actor=actor, subject=export.ref)
    return export


def begin_build(*, export_id: int) -> int | None:
    """Take the export for LEASE. The number of this attempt, which `finish_build` wants; None if somebody else has it or it is over.

    One that was tried too often is given up, and its person told.
    """
    now = clock.now()
    from_here = [move.source for move in EXPORT.moves if move.act is ExportAct.BUILD]
    free = Export.state.in_(from_here) & or_(Export.lease_until.is_(None), Export.lease_until <= now)
    taken = db.session.execute(
        update(Export).where(Export.id == export_id, free)
        .values(state=ExportState.BUILDING, lease_until=now + rules.LEASE, attempts=Export.attempts + 1)
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    if cast(CursorResult[Any], taken).rowcount != 1:
        return None
    export = db.session.get_one(Export, export_id, populate_existing=True)
    if export.attempts <= rules.MOST_ATTEMPTS:
        return export.attempts
    EXPORT.fire(export, ExportAct.GIVE_UP)
    text = N_("Your data could not be put together. Ask again, and write to the administrators if that fails, too.")
    erasure.tell(export.person_id, text)
    return None


@dataclass(frozen=True)
class Made:
    """A finished file in the exports' folder, and its size in bytes."""

    name: str
    size: int


def write_file(*, person_id: int, say: Say, lang: str) -> Made:
    """Read everything and write it into one archive. Nobody sees a file before it is whole: it is written under another name first.

    Reads a few rows at a time; needs no writing transaction. `say` puts words into the person's language.
    """
    folder = queries.folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, draft = tempfile.mkstemp(dir=folder, prefix=BUILDING)
    try:
        with os.fdopen(handle, "w+b") as out:
            with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
                _fill(archive, person_id, say, lang)
            out.flush()
            os.fsync(out.fileno())
            size = out.tell()
        name = f"{secrets.token_hex(24)}.zip"
        os.replace(draft, folder / name)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
    return Made(name, size)


def _fill(archive: zipfile.ZipFile, person_id: int, say: Say, lang: str) -> None:
    at, sections = clock.now(), []
    for room, holdings in personal.by_room().items():
        path, tables = f"{room}.json", []
        for one in holdings:
            if one.by:
                tables.append((one.table, say(one.what), partial(queries.rows_of, one, person_id)))
                few = partial(queries.rows_of, one, person_id, rules.SHOWN_IN_INDEX + 1)
                sections.append(rules.Section(say(one.what), path, few))
            if one.told:
                tables.append((f"{one.table}.acted", say(ACTED), partial(queries.acted_in, one, person_id)))
        _write(archive, path, rules.json_of(room, at, tables))
    named = [*_put_files(archive, person_id, say), *_put_papers(archive, person_id)]
    head = (say(TITLE), f"{say(LEAD)} {at:%Y-%m-%d %H:%M} UTC.")
    _write(archive, "index.html", rules.index_of(sections, named, lang=lang, say=say, head=head))


TITLE, LEAD = N_("Everything we hold of you"), N_("Each section is also a JSON file, for programs. Put together on")
ACTED = N_("Where your number stands because you did something to it")
MISSING = N_("its content is missing")


def _write(archive: zipfile.ZipFile, path: str, pieces: Iterable[str]) -> None:
    with archive.open(path, "w", force_zip64=True) as member:
        for piece in pieces:
            member.write(piece.encode())


def _put_files(archive: zipfile.ZipFile, person_id: int, say: Say) -> list[tuple[str, str]]:
    """Every file they uploaded, as it is. Returns where each went and what it is called."""
    put = []
    for file in queries.files_of(person_id):
        path, source = rules.safe_path("files", f"{file.id}-{file.filename}"), files.blob_path(file.sha256)
        if not source.is_file():
            put.append(("core.files.json", f"{file.filename} ({say(MISSING)})"))
            continue
        info = zipfile.ZipInfo(path, date_time=clock.now().timetuple()[:6])
        with open(source, "rb") as original, archive.open(info, "w", force_zip64=True) as copy:
            shutil.copyfileobj(original, copy, COPY)
        put.append((path, file.filename))
    return put


def _put_papers(archive: zipfile.ZipFile, person_id: int) -> list[tuple[str, str]]:
    put = []
    for name, content in personal.handed_out(person_id):
        archive.writestr(name, content)
        put.append((name, name))
    return put


def finish_build(*, export_id: int, attempt: int, made: Made, days: int) -> bool:
    """Offer the file to its person for `days`, and delete their older one. False if another attempt took over, whose file counts,
    or if the person has left meanwhile."""
    export = db.session.get(Export, export_id, populate_existing=True, with_for_update=True)
    if export is None or export.state is not ExportState.BUILDING or export.attempts != attempt:
        return False
    for older in db.session.scalars(select(Export).where(Export.person_id == export.person_id, Export.state == ExportState.READY)):
        _delete(older)
    EXPORT.fire(export, ExportAct.FINISH)
    export.ready_at, export.expires_at = clock.now(), clock.now() + timedelta(days=days)
    export.file_name, export.size, export.lease_until = made.name, made.size, None
    db.session.flush()
    event = ExportReady(export_id=export.id, person_id=export.person_id, size=made.size)
    journal.record(event, actor=SYSTEM, subject=export.ref)
    text = N_("Everything we hold of you is ready to download, for you alone, until %(day)s.")
    erasure.tell(export.person_id, text, day=export.expires_at.date().isoformat())
    return True


def drop(made: Made) -> None:
    """A file that is not offered disappears at once: it is everything somebody has."""
    (queries.folder() / made.name).unlink(missing_ok=True)


def delete_expired(*, export: Export) -> None:
    """The file's days are over; it disappears with `drop_files`, after the commit."""
    _delete(export)


def _delete(export: Export) -> None:
    EXPORT.fire(export, ExportAct.DELETE)
    export.file_name = ""


def _is_old(path: Path, now: datetime) -> bool:
    return path.stat().st_mtime < (now - (DRAFT_AGE if path.name.startswith(BUILDING) else JUST_MADE)).timestamp()


def drop_files() -> int:
    """Delete files that no export offers any more, and drafts of builders that died. Call it after the commit. Returns how many."""
    folder, offered, now = queries.folder(), queries.named_files(), clock.now()
    if not folder.is_dir():
        return 0
    stale = [path for path in folder.iterdir() if path.name not in offered and _is_old(path, now)]
    for path in stale:
        path.unlink(missing_ok=True)
    return len(stale)


# Agreements


def agree(*, actor: Actor, kind: ConsentKind, version: str = "", at: datetime | None = None) -> Consent:
    """Write down that the actor agreed to this version (by default today's) at this moment; the same twice is written once.

    Raises NotSignedIn.
    """
    person, version, at = accounts.own(actor), version or rules.VERSIONS[kind], at or clock.now()
    known = queries.given(person.id, kind)
    if known is not None and known.version == version:
        return known
    if known is not None:
        known.withdrawn_at = max(at, known.given_at)  # another version takes its place
        db.session.flush()
    consent = Consent(person_id=person.id, kind=kind, version=version, language=person.language, given_at=at)
    db.session.add(consent)
    db.session.flush()
    journal.record(ConsentGiven(person_id=person.id, kind=kind.value, version=version), actor=actor, subject=f"person:{person.id}")
    return consent


def withdraw(*, actor: Actor, kind: ConsentKind) -> None:
    """Take an agreement back, from now on; again is harmless. Raises NotSignedIn, NotNow for one that ends with the account."""
    person = accounts.own(actor)
    if kind not in rules.WITHDRAWABLE:
        raise NotNow(N_("This ends with your account: you can have it erased."), code="ends_with_the_account")
    if kind is ConsentKind.MATCHING:
        _stop_suggesting(actor)
    _end(person.id, kind, actor)


def _stop_suggesting(actor: Actor) -> None:
    """Nobody finds the actor as an expert any more; the profile itself stays."""
    profile = profiles.own_profile(actor.person_id or 0)
    if profile is not None and profile.visible and profile.is_expert:
        profiling.save_profile(actor=actor, is_expert=False)


def follow_profile(*, actor: Actor) -> None:
    """The actor's profile was saved: whoever lets themselves be found as an expert agrees to it, whoever stops takes it back."""
    profile = profiles.own_profile(actor.person_id or 0)
    if profile is not None and profile.visible and profile.is_expert:
        agree(actor=actor, kind=ConsentKind.MATCHING)
    else:
        _end(actor.person_id or 0, ConsentKind.MATCHING, actor)


def _end(person_id: int, kind: ConsentKind, actor: Actor) -> None:
    known = queries.given(person_id, kind)
    if known is not None:
        known.withdrawn_at = max(clock.now(), known.given_at)
        db.session.flush()
        journal.record(ConsentWithdrawn(person_id=person_id, kind=kind.value), actor=actor, subject=f"person:{person_id}")
