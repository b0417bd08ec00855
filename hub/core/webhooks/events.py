"""What happens to endpoints: ids alone, never an address or a secret."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class EndpointSetUp:
    SAYS: ClassVar[str] = N_("set up a webhook")
    endpoint_id: int


@dataclass(frozen=True)
class EndpointChanged:
    """`fields` are the names of what changed, joined by commas."""

    SAYS: ClassVar[str] = N_("changed a webhook")
    endpoint_id: int
    fields: str


@dataclass(frozen=True)
class EndpointSecretRotated:
    SAYS: ClassVar[str] = N_("made a new signing secret for a webhook")
    endpoint_id: int


@dataclass(frozen=True)
class EndpointMoved:
    """`state` is what it is from now on."""

    SAYS: ClassVar[str] = N_("paused, resumed or removed a webhook")
    endpoint_id: int
    state: str


@dataclass(frozen=True)
class EndpointDisabled:
    """By the site. `reason` is one of rules.Reason."""

    SAYS: ClassVar[str] = N_("switched a webhook off")
    endpoint_id: int
    reason: str


@dataclass(frozen=True)
class MessagesReplayed:
    SAYS: ClassVar[str] = N_("had messages of a webhook sent again")
    endpoint_id: int
    messages: int
