"""Who may empty a hold."""

from __future__ import annotations

from hub.kernel.permissions import Policy, by_the_system, either, is_signed_in
from hub.kernel.words import Worded


class HoldAct(Worded):
    """What one may do with money set aside; the subject is what it is set aside for."""

    EMPTY = "empty"


HOLDS = Policy("hold", {HoldAct.EMPTY: either(is_signed_in, by_the_system)})
"""That it is due, the room that calls has decided."""
