"""Who was turned away at the door of an account."""

from __future__ import annotations

from sqlalchemy import select

from hub.core.signin.models import RefusedSignIn
from hub.core.signin.rules import SHOWN_TRIES
from hub.db.extensions import db


def refused_at(person_id: int, most: int = SHOWN_TRIES) -> list[RefusedSignIn]:
    """The latest refused tries to sign in to this person's account."""
    rows = select(RefusedSignIn).where(RefusedSignIn.person_id == person_id)
    return list(db.session.scalars(rows.order_by(RefusedSignIn.at.desc(), RefusedSignIn.id.desc()).limit(most)))
