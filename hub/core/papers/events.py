"""What happened to papers and to the details that stand on them. Amounts are minor units of `currency`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class PaperIssued:
    """`fingerprint` is the SHA-256 of its content: whoever changed a paper later would have to change the audit log with it."""

    SAYS: ClassVar[str] = N_("issued a paper")
    paper_id: int
    number: str
    kind: str
    fingerprint: str
    issuer: str
    recipient: str
    minor: int
    currency: str


@dataclass(frozen=True)
class PaperCancelled:
    SAYS: ClassVar[str] = N_("cancelled a paper and issued it anew")
    paper_id: int
    number: str
    credit_note: str
    replacement: str
