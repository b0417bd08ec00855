"""What was imported. `SAYS` is how the audit log tells it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class FileImported:
    """One file, or one batch of it: how many records are new and how many were changed. `sha256` is the file's."""

    SAYS: ClassVar[str] = N_("imported records from a file")
    source: str
    sha256: str
    new: int
    changed: int
