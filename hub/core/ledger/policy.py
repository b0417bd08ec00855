"""Who may read the books."""

from __future__ import annotations

from hub.kernel.permissions import Policy, administers
from hub.kernel.words import Worded


class Act(Worded):
    READ = "read"


POLICY = Policy("ledger", {Act.READ: administers})
