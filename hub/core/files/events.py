from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class FileStored:
    SAYS: ClassVar[str] = N_("uploaded a file")

    file_id: int
    sha256: str
    size: int
    purpose: str
