"""Calls to a payment processor, written down before they are made and kept for ever; and its notices, each taken once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from hub.core.gateways.states import CallState, EventState
from hub.db.extensions import db
from hub.db.journal import BigId
from hub.db.personal import holds_of_nobody
from hub.db.types import UtcDateTime, enum_type


class GatewayCall(db.Model):
    """One thing a processor is to do once. `key` is ours and unique for ever; `generation` counts keys it spoilt with its own errors.

    Of its `attempts`, `harmless` ones surely had no effect; since `forbidden_at` the processor does not let this site's key do it.
    """

    __tablename__ = "gateway_call"
    __table_args__ = (
        UniqueConstraint("key"),
        CheckConstraint("(state = 'wanted') = (closed_at IS NULL)", name="closed_has_its_time"),
        CheckConstraint("(state = 'answered') = (answer IS NOT NULL)", name="answered_has_its_answer"),
        CheckConstraint("(state = 'refused') = (refusal_code <> '')", name="refused_has_its_reason"),
        CheckConstraint("attempts >= 0 AND generation >= 0", name="counts"),
        CheckConstraint("harmless BETWEEN 0 AND attempts", name="harmless_are_attempts"),
        Index("ix_gateway_call_due", "state", "next_at"),
        Index("ix_gateway_call_cause", "cause", "id"),
        Index("ix_gateway_call_remote", "remote_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(60))
    params: Mapped[dict[str, Any]] = mapped_column(JSON)
    params_hash: Mapped[str] = mapped_column(String(64))
    cause: Mapped[str] = mapped_column(String(80))
    state: Mapped[CallState] = mapped_column(enum_type(CallState), default=CallState.WANTED)
    remote_id: Mapped[str] = mapped_column(String(120), default="")
    answer: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    refusal_code: Mapped[str] = mapped_column(String(80), default="")
    refusal: Mapped[str] = mapped_column(String(300), default="")
    trouble: Mapped[str] = mapped_column(String(300), default="")
    attempts: Mapped[int] = mapped_column(default=0)
    generation: Mapped[int] = mapped_column(default=0)
    harmless: Mapped[int] = mapped_column(default=0, server_default="0")
    forbidden_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def ref(self) -> str:
        return f"gateway_call:{self.id}"


class GatewayEvent(db.Model):
    """One notice of a processor. Of its content only the object's name is kept: what it says may be old, so the object is read afresh."""

    __tablename__ = "gateway_event"
    __table_args__ = (
        UniqueConstraint("event_id"),
        CheckConstraint("(state = 'handled') = (handled_at IS NOT NULL)", name="handled_has_its_time"),
        Index("ix_gateway_event_object", "object_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[str] = mapped_column(String(120))
    type: Mapped[str] = mapped_column(String(120))
    kind: Mapped[str] = mapped_column(String(60))
    object_id: Mapped[str] = mapped_column(String(120))
    account: Mapped[str] = mapped_column(String(120), default="")
    state: Mapped[EventState] = mapped_column(enum_type(EventState), default=EventState.RECEIVED)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    handled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def ref(self) -> str:
        return f"gateway_event:{self.id}"


holds_of_nobody(
    "gateway_call",
    "gateway_event",
    because="what the payment processor was told: amounts, and an address while an account there is opened, which an erasure takes out",
)
