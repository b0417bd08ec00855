"""An organisation's own agreement templates. Uncommitted."""

from __future__ import annotations

from typing import Any

from hub.core.clauses import operations, queries
from hub.core.clauses.queries import Version
from hub.kernel.actor import Actor

OWN = {
    "heading_en": "Samples",
    "text_en": "Samples stay in the laboratory.\n\nWhat is left over is returned within a month.",
    "plain_en": "Samples are lent, not given.",
    "heading_zh": "样品",
    "text_zh": "样品不得带出实验室。",
    "plain_zh": "样品仅供借用。",
}


def template(owner: Actor, organisation_id: int, kind: str = "nda", name: str = "With samples", **more: Any) -> Version:
    """Its newest version; `own` is one clause unless said otherwise."""
    said = {"choices": {"confidentiality_years": 5}, "own": [OWN], **more}
    return queries.version(operations.save(actor=owner, kind=kind, name=name, organisation_id=organisation_id, **said))
