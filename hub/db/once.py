"""Idempotency keys: the same request twice has one effect and one answer; the same key with another body is refused."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from hub.db.extensions import db
from hub.db.personal import holds_of_person
from hub.db.types import UtcDateTime
from hub.kernel import clock
from hub.kernel.errors import Conflict
from hub.kernel.words import N_


class OnceKey(db.Model):
    """One key of one caller, and the answer it got. Kept for ever: money must not move twice a year later either."""

    __tablename__ = "once_key"
    __table_args__ = (UniqueConstraint("caller", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    caller: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(String(200))
    request_hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[int]
    content_type: Mapped[str] = mapped_column(String(80), default="")
    location: Mapped[str] = mapped_column(default="")
    body: Mapped[bytes] = mapped_column(LargeBinary, default=b"")


def claim(*, caller: str, key: str, request_hash: str) -> OnceKey:
    """The row of this key: fresh (`status` 0) for the first request, with its answer for a repeated one.

    Inserted before the effect, so that of two requests at once the second waits for the first. Raises Conflict if the key came with
    another body, IntegrityError if the second lost that race (repeat the call then).
    """
    row = db.session.scalars(select(OnceKey).where(OnceKey.caller == caller, OnceKey.key == key)).one_or_none()
    if row is None:
        row = OnceKey(caller=caller, key=key, request_hash=request_hash, at=clock.now(), status=0)
        db.session.add(row)
        db.session.flush()
    elif row.request_hash != request_hash:
        raise Conflict("This idempotency key was used before with other content.", code="idempotency_key_reused")
    return row


holds_of_person("once_key", "caller~person:{}", what=N_("Answers to forms you sent, kept so that none counts twice"), erase=True)
