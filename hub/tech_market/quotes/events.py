"""What happens to requests and quotes. `SAYS` is how their story tells it; no event holds a price."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from hub.kernel.words import N_


@dataclass(frozen=True)
class QuotesRequested:
    SAYS: ClassVar[str] = N_("asked for quotes")
    request_id: int
    service_ids: list[int]


@dataclass(frozen=True)
class QuoteGiven:
    SAYS: ClassVar[str] = N_("gave a quote")
    quote_id: int
    request_id: int


@dataclass(frozen=True)
class QuoteDeclined:
    SAYS: ClassVar[str] = N_("declined to quote")
    quote_id: int
    request_id: int


@dataclass(frozen=True)
class QuotesEnded:
    SAYS: ClassVar[str] = N_("ended the time for quotes")
    request_id: int


@dataclass(frozen=True)
class QuoteChosen:
    SAYS: ClassVar[str] = N_("chose a quote")
    quote_id: int
    request_id: int


@dataclass(frozen=True)
class QuoteRequestClosed:
    SAYS: ClassVar[str] = N_("closed the request without a choice")
    request_id: int
