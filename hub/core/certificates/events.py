"""What happens to certificates of records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class CertificateIssued:
    SAYS: ClassVar[str] = N_("had a certificate of the record issued")
    certificate_id: int


@dataclass(frozen=True)
class CertificateWithdrawn:
    SAYS: ClassVar[str] = N_("withdrew a certificate of the record")
    certificate_id: int
