from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class MailQueued:
    SAYS: ClassVar[str] = N_("queued a mail")

    mail_id: int
