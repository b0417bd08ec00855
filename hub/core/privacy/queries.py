"""Everything held of a person, read table by table; the state of their exports, and what they agreed to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import Row, literal, select

from hub.core.accounts.models import Person
from hub.core.files import queries as files
from hub.core.files.models import File
from hub.core.privacy.models import Consent, Export
from hub.core.privacy.rules import ConsentKind
from hub.core.privacy.states import ExportState
from hub.db.extensions import db
from hub.db.personal import Holding
from hub.kernel import clock
from hub.kernel.actor import Actor
from hub.kernel.errors import NotFound
from hub.kernel.whose import replaced, whose
from hub.kernel.words import N_

CHUNK = 200


def folder() -> Path:
    """Where finished exports lie, beside the files."""
    return files.store().root.with_name("exports")


# Exports


def exports_of(person_id: int) -> Sequence[Export]:
    """The last five, the newest first."""
    return db.session.scalars(select(Export).where(Export.person_id == person_id).order_by(Export.id.desc()).limit(5)).all()


def own_export(actor: Actor, export_id: int) -> Export:
    """Raises NotFound, also for another person's."""
    export = db.session.get(Export, export_id)
    if export is None or actor.person_id is None or export.person_id != actor.person_id:
        raise NotFound(N_("There is no such export."))
    return export


def file_of(export: Export) -> Path:
    """The finished file. Raises NotFound before it is ready and after its last day."""
    path = folder() / export.file_name
    if export.state is not ExportState.READY or not clock.within(None, export.expires_at) or not path.is_file():
        raise NotFound(N_("This export is not there any more. Ask for a new one."))
    return path


def to_build() -> list[int]:
    """Exports that nobody is building just now."""
    free = (Export.state == ExportState.ASKED) | ((Export.state == ExportState.BUILDING) & (Export.lease_until <= clock.now()))
    return list(db.session.scalars(select(Export.id).where(free).order_by(Export.id).limit(20)))


def expired() -> list[Export]:
    over = select(Export).where(Export.state == ExportState.READY, Export.expires_at <= clock.now())
    return list(db.session.scalars(over.order_by(Export.id).limit(100)))


def named_files() -> set[str]:
    """The files that some export still offers."""
    return set(db.session.scalars(select(Export.file_name).where(Export.state == ExportState.READY)))


# What is held


def rows_of(holding: Holding, person_id: int, most: int | None = None) -> Iterator[dict[str, Any]]:
    """The person's own rows of one table as they are exported, a few at a time; of other people handles instead of names."""
    if not holding.by:
        return
    table = holding.of
    asked = select(*holding.shown).where(holding.given(person_id)).order_by(*table.primary_key).limit(most)
    for part in db.session.execute(asked.execution_options(yield_per=CHUNK)).mappings().partitions(CHUNK):
        rows = [dict(row) for row in part]
        if holding.copies:
            known = _known(rows, holding.copies, person_id)
            rows = [row | {name: replaced(row[name], partial(_by_handle, known)) for name in holding.copies} for row in rows]
        yield from rows


def _known(rows: list[dict[str, Any]], columns: Sequence[str], person_id: int) -> dict[int, tuple[str, str]]:
    """The other people whose names or words stand in these columns: by number, their name and @handle."""
    people = {someone for row in rows for name in columns for someone in whose(row[name]).values()} - {person_id}
    if not people:
        return {}
    found = db.session.execute(select(Person.id, Person.name, Person.handle).where(Person.id.in_(people)))
    return {row.id: (row.name, "@" + row.handle) for row in found}


def _by_handle(known: dict[int, tuple[str, str]], someone: int, text: str) -> str:
    name, handle = known.get(someone, ("", ""))
    return handle if text == name else text


def acted_in(holding: Holding, person_id: int) -> Iterator[dict[str, Any]]:
    """Rows of others in which the person is named as who did something: their keys, and as what."""
    table = holding.of
    for name in holding.told:
        asked = select(*table.primary_key, literal(name).label("as")).where(table.c[name] == person_id).order_by(*table.primary_key)
        yield from (dict(row) for row in db.session.execute(asked.execution_options(yield_per=CHUNK)).mappings())


def files_of(person_id: int) -> Iterator[Row[int, str, str]]:
    """Everything they uploaded: id, hash, name."""
    asked = select(File.id, File.sha256, File.filename).where(File.owner_id == person_id).order_by(File.id)
    yield from db.session.execute(asked.execution_options(yield_per=CHUNK))


# Agreements


def consents_of(person_id: int) -> Sequence[Consent]:
    """Everything that was agreed to, the latest first."""
    return db.session.scalars(select(Consent).where(Consent.person_id == person_id).order_by(Consent.id.desc())).all()


def given(person_id: int, kind: ConsentKind) -> Consent | None:
    """The agreement that holds now."""
    asked = select(Consent).where(Consent.person_id == person_id, Consent.kind == kind, Consent.withdrawn_at.is_(None))
    return db.session.scalars(asked).one_or_none()


def get(export_id: int) -> Export:
    """As it is now."""
    return db.session.get_one(Export, export_id, populate_existing=True)
