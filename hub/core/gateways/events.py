"""What was said between us and a payment processor. `cause` names what asked for it ("funding:5")."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class GatewayCallWanted:
    SAYS: ClassVar[str] = N_("wanted the payment processor to do something")
    call_id: int
    key: str
    name: str
    cause: str


@dataclass(frozen=True)
class GatewayAnswered:
    """The processor did it; `remote_id` is its name of what came of it."""

    SAYS: ClassVar[str] = N_("had an answer from the payment processor")
    call_id: int
    key: str
    name: str
    cause: str
    remote_id: str


@dataclass(frozen=True)
class GatewayRefused:
    """The processor said no, for good."""

    SAYS: ClassVar[str] = N_("was refused by the payment processor")
    call_id: int
    key: str
    name: str
    cause: str
    code: str
    message: str


@dataclass(frozen=True)
class GatewayForbidden:
    """This site's key may not do it: somebody has to mend that."""

    SAYS: ClassVar[str] = N_("was not allowed to by the payment processor")
    call_id: int
    key: str
    name: str
    cause: str
    message: str


@dataclass(frozen=True)
class GatewayEventReceived:
    SAYS: ClassVar[str] = N_("had a notice from the payment processor")
    gateway_event_id: int
    type: str


@dataclass(frozen=True)
class GatewayNotice:
    """Something changed at the processor: look at the object afresh (`reactions.fresh`). `kind` is its `object` field.

    `cause` is ours, from the object's metadata or from that of the payment it belongs to; empty if it has none. `account` is the
    connected account it happened in, if any.
    """

    SAYS: ClassVar[str] = N_("was told of a change by the payment processor")
    kind: str
    object_id: str
    cause: str
    type: str
    account: str = ""
