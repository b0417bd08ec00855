"""Filings of prior knowledge, made by the real operations. Uncommitted."""

from __future__ import annotations

import io

from hub.contests.challenges.models import Challenge
from hub.contests.filings import operations
from hub.contests.filings.models import Filing
from hub.kernel.actor import Actor

TITLE = "Dyes we know"
BODY = "We have printed curcumin inside films since 2019: see the laboratory notes."


def draft(challenge: Challenge, actor: Actor, title: str = TITLE, files: dict[str, bytes] | None = None) -> Filing:
    filing = operations.draft(actor=actor, challenge=challenge, title=title, body=BODY)
    for name, content in (files or {}).items():
        operations.attach(actor=actor, filing=filing, stream=io.BytesIO(content), filename=name)
    return filing


def sealed(challenge: Challenge, actor: Actor, title: str = TITLE, files: dict[str, bytes] | None = None) -> Filing:
    return operations.seal(actor=actor, filing=draft(challenge, actor, title, files))
