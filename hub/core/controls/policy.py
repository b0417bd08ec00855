"""Who sees and makes reconciliations."""

from __future__ import annotations

from hub.kernel.permissions import Policy, administers
from hub.kernel.words import Worded


class ControlAct(Worded):
    SEE = "see"
    RECONCILE = "reconcile"
    NOTE = "note"


CONTROLS = Policy("reconciliation", dict.fromkeys(ControlAct, administers))
