"""Reading the calls to a processor and its notices."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select

from hub.core.gateways.models import GatewayCall, GatewayEvent
from hub.core.gateways.states import CallState
from hub.db.extensions import db
from hub.kernel import clock


def call(call_id: int) -> GatewayCall:
    """Raises NoResultFound: callers know that it exists."""
    return db.session.get_one(GatewayCall, call_id)


def by_key(key: str) -> GatewayCall | None:
    return db.session.scalars(select(GatewayCall).where(GatewayCall.key == key)).one_or_none()


def calls_of(cause: str, name: str = "") -> list[GatewayCall]:
    """What was asked of the processor for `cause` ("funding:5"), the oldest first; only the operation `name`, if given."""
    chosen = select(GatewayCall).where(GatewayCall.cause == cause)
    if name:
        chosen = chosen.where(GatewayCall.name == name)
    return list(db.session.scalars(chosen.order_by(GatewayCall.id)))


def by_remote_id(remote_id: str) -> GatewayCall | None:
    """The call that made the processor's object, if one of ours did."""
    if not remote_id:
        return None
    return db.session.scalars(select(GatewayCall).where(GatewayCall.remote_id == remote_id).order_by(GatewayCall.id).limit(1)).first()


def due_calls(limit: int = 50) -> Sequence[int]:
    """Ids of the calls that are to be tried now."""
    chosen = select(GatewayCall.id).where(GatewayCall.state == CallState.WANTED, GatewayCall.next_at <= clock.now())
    return db.session.scalars(chosen.order_by(GatewayCall.next_at, GatewayCall.id).limit(limit)).all()


def forbidden_since(moment: datetime) -> bool:
    """Was any call forbidden to this site's key since then?"""
    return db.session.scalar(select(GatewayCall.id).where(GatewayCall.forbidden_at > moment).limit(1)) is not None


def stuck_calls(limit: int = 20) -> list[GatewayCall]:
    """Calls that wait because of some trouble, the oldest first."""
    chosen = select(GatewayCall).where(GatewayCall.state == CallState.WANTED, GatewayCall.trouble != "")
    return list(db.session.scalars(chosen.order_by(GatewayCall.id).limit(limit)))


def causes_of(remote_ids: Collection[str]) -> dict[str, str]:
    """What asked for these objects of the processor, as far as our own calls made them."""
    rows = db.session.execute(select(GatewayCall.remote_id, GatewayCall.cause).where(GatewayCall.remote_id.in_(remote_ids)))
    return dict(rows.all())


def event(gateway_event_id: int) -> GatewayEvent:
    return db.session.get_one(GatewayEvent, gateway_event_id)
