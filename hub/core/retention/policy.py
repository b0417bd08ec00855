"""Who decides how long things are kept."""

from __future__ import annotations

from hub.core.retention.states import Act
from hub.kernel.permissions import Policy, administers

POLICY = Policy("retention", {Act.DECIDE: administers})
