from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class TemplateSaved:
    SAYS: ClassVar[str] = N_("saved an agreement template (version %(number)s)")

    template_id: int
    number: int


@dataclass(frozen=True)
class TemplateArchived:
    SAYS: ClassVar[str] = N_("archived an agreement template")

    template_id: int


@dataclass(frozen=True)
class TemplateRestored:
    SAYS: ClassVar[str] = N_("took an agreement template out of the archive")

    template_id: int
