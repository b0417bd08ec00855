"""Who says what the site charges."""

from __future__ import annotations

from hub.kernel.permissions import Policy, administers
from hub.kernel.words import Worded


class FeeAct(Worded):
    SET = "set"


FEES = Policy("fees", {FeeAct.SET: administers})
