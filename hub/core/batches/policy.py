"""Who makes and confirms bank files."""

from __future__ import annotations

from hub.kernel.permissions import Policy, administers
from hub.kernel.words import Worded


class BatchAct(Worded):
    SEE = "see"
    MAKE = "make"
    CONFIRM = "confirm"
    TAKE_BACK = "take_back"


BATCHES = Policy("bank file", dict.fromkeys(BatchAct, administers))
