"""Until when an award can be signed."""

from __future__ import annotations

from datetime import datetime, timedelta

SIGN_WITHIN = timedelta(days=30)
"""As the participation agreement says: who does not sign in this time keeps all rights and goes without the prize."""
SHORTEST_REASON, LONGEST_MESSAGE = 20, 4000


def sign_by(selected_at: datetime) -> datetime:
    return selected_at + SIGN_WITHIN
