"""Whose account at another site this is."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from hub.core.elsewhere.models import Connection
from hub.core.elsewhere.rules import ORCID
from hub.db.extensions import db


def of_person(person_id: int) -> Sequence[Connection]:
    return db.session.scalars(select(Connection).where(Connection.person_id == person_id).order_by(Connection.id)).all()


def find(provider: str, subject: str) -> Connection | None:
    return db.session.scalars(select(Connection).where(Connection.provider == provider, Connection.subject == subject)).one_or_none()


def orcid_of(person_id: int) -> str:
    """The ORCID iD that the person has proved by signing in there; empty if none."""
    found = select(Connection.subject).where(Connection.person_id == person_id, Connection.provider == ORCID)
    return db.session.scalar(found) or ""
