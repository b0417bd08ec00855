"""Reads of past challenges."""

from __future__ import annotations

from sqlalchemy import select

from hub.contests.challenges.models import Challenge
from hub.db.extensions import db


def by_source_key(source_key: str) -> Challenge | None:
    return db.session.scalars(select(Challenge).where(Challenge.source_key == source_key)).one_or_none()


def imported(source: str) -> dict[str, Challenge]:
    """What came from this source, by its keys there. One statement."""
    rows = db.session.scalars(select(Challenge).where(Challenge.source == source))
    return {challenge.source_key: challenge for challenge in rows if challenge.source_key}
