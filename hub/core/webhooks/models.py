"""Endpoints, what they chose, what is on its way to them, and every attempt."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.core.webhooks.states import ENDPOINT, MESSAGE, EndpointState, MessageState
from hub.db.extensions import db
from hub.db.personal import holds_of_person
from hub.db.types import UtcDateTime, Versioned, enum_type
from hub.kernel import clock
from hub.kernel.words import N_


class Endpoint(Versioned, db.Model):
    """Where a person's or an organisation's program listens. Secrets are sealed (hub.kernel.vault).

    `free_at` is when it may be called next: in the future while a worker holds it, or while it rests after a failure. `failing_since` is
    when it failed first after its last success, `failures` how often since. The worker's writes leave `version` alone.
    """

    __tablename__ = "webhook_endpoint"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (organisation_id IS NULL)", name="one_owner"),
        CheckConstraint("(former_secret = '') = (former_until IS NULL)", name="former_secret_has_end"),
        CheckConstraint("(state = 'disabled') = (reason <> '')", name="disabled_has_reason"),
        CheckConstraint("(failures > 0) = (failing_since IS NOT NULL)", name="failures_have_begin"),
        CheckConstraint("state = 'ended' OR sealed_secret <> ''", name="has_secret"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"), index=True)
    url: Mapped[str] = mapped_column(String(500))
    description: Mapped[str] = mapped_column(String(120), default="")
    state: Mapped[EndpointState] = mapped_column(enum_type(EndpointState), default=ENDPOINT.initial)
    reason: Mapped[str] = mapped_column(String(20), default="")
    sealed_secret: Mapped[str] = mapped_column(String(300))
    former_secret: Mapped[str] = mapped_column(String(300), default="")
    former_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failures: Mapped[int] = mapped_column(default=0)
    failing_since: Mapped[datetime | None] = mapped_column(UtcDateTime)
    free_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    created_by: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)

    @property
    def ref(self) -> str:
        return f"webhook:{self.id}"

    @property
    def owner(self) -> str:
        """ "organisation:3" or "person:7"."""
        return f"person:{self.person_id}" if self.organisation_id is None else f"organisation:{self.organisation_id}"


class Choice(db.Model):
    """One type of event that an endpoint wants."""

    __tablename__ = "webhook_choice"
    __table_args__ = (Index("ix_webhook_choice_type", "type"),)

    endpoint_id: Mapped[int] = mapped_column(ForeignKey("webhook_endpoint.id"), primary_key=True, autoincrement=False)
    type: Mapped[str] = mapped_column(String(60), primary_key=True)


class Message(db.Model):
    """One fact on its way to one endpoint, or a test (no `journal_id`). `uid` is the webhook-id: the same in every attempt."""

    __tablename__ = "webhook_message"
    __table_args__ = (
        UniqueConstraint("endpoint_id", "journal_id"),
        Index("ix_webhook_message_due", "state", "next_at"),
        Index("ix_webhook_message_log", "endpoint_id", "id"),
        CheckConstraint("(state = 'delivered') = (delivered_at IS NOT NULL)", name="delivered_has_time"),
        CheckConstraint("attempts >= 0", name="attempts"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    endpoint_id: Mapped[int] = mapped_column(ForeignKey("webhook_endpoint.id"))
    journal_id: Mapped[int | None] = mapped_column(BigInteger, ForeignKey("journal.id"))
    uid: Mapped[str] = mapped_column(String(40), unique=True)
    type: Mapped[str] = mapped_column(String(60))
    facts: Mapped[dict[str, Any]] = mapped_column(JSON)
    path: Mapped[str] = mapped_column(String(300), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[MessageState] = mapped_column(enum_type(MessageState), default=MESSAGE.initial)
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    delivered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Attempt(db.Model):
    """`status` is the receiver's, None where nothing came back: then `trouble` says why. `answer` is how the body began."""

    __tablename__ = "webhook_attempt"
    __table_args__ = (CheckConstraint("(status IS NULL) = (trouble <> '')", name="status_or_trouble"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("webhook_message.id"), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    status: Mapped[int | None]
    trouble: Mapped[str] = mapped_column(String(40), default="")
    milliseconds: Mapped[int]
    answer: Mapped[str] = mapped_column(Text, default="")


holds_of_person(
    "webhook_endpoint", "person_id", what=N_("Your webhooks"), acted="created_by", hides="sealed_secret former_secret", erase=True
)
holds_of_person("webhook_choice", "endpoint_id.person_id", what=N_("What your webhooks are told of"), erase=True)
holds_of_person("webhook_message", "endpoint_id.person_id", what=N_("What your webhooks were told"), erase=True)
holds_of_person("webhook_attempt", "message_id.endpoint_id.person_id", what=N_("What your webhooks answered"), erase=True)
