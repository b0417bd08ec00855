"""Exports, and agreements to terms and uses."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, and_, text
from sqlalchemy.orm import Mapped, mapped_column

from hub.core.privacy.rules import ConsentKind
from hub.core.privacy.states import EXPORT, ExportState
from hub.db.extensions import db
from hub.db.personal import DONE_AS_ASKED, holds_of_person
from hub.db.retention import forgets
from hub.db.types import UtcDateTime, enum_type
from hub.kernel.words import N_

_UNDER_WAY = text("state IN ('asked', 'building')")


class Export(db.Model):
    """Everything held of a person, in one file that lies in the data directory under a random name while the state is ready.

    Of one person at most one is under way. A worker that builds holds it until `lease_until`; `attempts` tells builders apart.
    """

    __tablename__ = "person_export"
    __table_args__ = (
        CheckConstraint("(state = 'ready') = (file_name <> '')", name="ready_has_its_file"),
        CheckConstraint("state <> 'ready' OR (ready_at IS NOT NULL AND expires_at IS NOT NULL)", name="ready_has_its_end"),
        CheckConstraint("attempts >= 0 AND size >= 0", name="counted"),
        Index("uq_person_export_under_way", "person_id", unique=True, sqlite_where=_UNDER_WAY, postgresql_where=_UNDER_WAY),
        Index("ix_person_export_person", "person_id", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    state: Mapped[ExportState] = mapped_column(enum_type(ExportState), default=EXPORT.initial)
    attempts: Mapped[int] = mapped_column(default=0)
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ready_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    file_name: Mapped[str] = mapped_column(String(80), default="")

    @property
    def ref(self) -> str:
        return f"export:{self.id}"

    @property
    def download_name(self) -> str:
        return f"innovation-hub-{self.asked_at:%Y-%m-%d}.zip"


class Consent(db.Model):
    """One agreement: to what, in which version and language, from when to when."""

    __tablename__ = "consent"
    __table_args__ = (
        CheckConstraint("withdrawn_at IS NULL OR withdrawn_at >= given_at", name="in_order"),
        CheckConstraint("length(version) > 0", name="version"),
        Index("ix_consent_person", "person_id", "kind", "id"),
        Index("uq_consent_given", "person_id", "kind", unique=True, sqlite_where=text("withdrawn_at IS NULL"),
              postgresql_where=text("withdrawn_at IS NULL")),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[ConsentKind] = mapped_column(enum_type(ConsentKind))
    version: Mapped[str] = mapped_column(String(20))
    language: Mapped[str] = mapped_column(String(8), default="en")
    given_at: Mapped[datetime] = mapped_column(UtcDateTime)
    withdrawn_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


holds_of_person("person_export", "person_id", what=N_("Exports of your data"), hides="file_name", erase=True)
holds_of_person("consent", "person_id", what=N_("What you agreed to"), keeps=DONE_AS_ASKED)
forgets(
    "exports", N_("Exports of people's data: so long their file can be downloaded"), table="person_export", days=7, most=90,
    old=lambda before: and_(Export.state.in_((ExportState.GONE, ExportState.FAILED)), Export.asked_at < before),
)  # fmt: skip
