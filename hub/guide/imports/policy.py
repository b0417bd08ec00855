"""Who may import: administrators, and the command line."""

from __future__ import annotations

from enum import StrEnum

from hub.kernel.permissions import Policy, administers


class Act(StrEnum):
    IMPORT = "import"


POLICY = Policy("import", {Act.IMPORT: administers})
