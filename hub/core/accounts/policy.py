"""Who may decide about an account."""

from __future__ import annotations

from hub.core.accounts.states import Act
from hub.kernel.permissions import Policy, administers

POLICY = Policy("account", {Act.SUSPEND: administers, Act.REINSTATE: administers, Act.ERASE: administers})
