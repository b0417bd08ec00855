"""Administrators only."""

from __future__ import annotations

from hub.guide.admin.states import Act
from hub.kernel.permissions import Policy, administers

POLICY = Policy("admin", {Act.SEE: administers, Act.REVIVE: administers, Act.REBUILD_INDEX: administers})
