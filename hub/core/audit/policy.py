from __future__ import annotations

from hub.kernel.permissions import Policy, administers
from hub.kernel.words import N_, Worded


class Act(Worded):
    READ = "read", N_("Read the audit log")


POLICY = Policy("audit log", {Act.READ: administers})
