"""Documents for tests, sent and checked by the room's own operations and committed."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from flask import current_app

from hub.core.files.rules import Upload
from hub.core.verification import operations
from hub.core.verification.models import DocumentCheck
from hub.core.verification.reactions import vault
from hub.core.verification.rules import DocumentKind
from hub.db import work
from hub.kernel.actor import Actor

PDF = b"%PDF-1.7\n1 0 obj << /Type /Catalog /Title (Specimen 7719) >> endobj\ntrailer << /Root 1 0 R >>\n%%EOF\n"
WHY = "Name and picture agree with the account."


def upload(content: bytes = PDF, name: str = "passport of Kestrel.pdf") -> Upload:
    return Upload(io.BytesIO(content), name)


def begun(actor: Actor, checker: Actor | None = None, organisation_id: int | None = None, **more: Any) -> DocumentCheck:
    """A check that waits, or that the checker has taken; uncommitted."""
    kind = DocumentKind.PASSPORT if organisation_id is None else DocumentKind.REGISTER
    asked = {"kind": kind, "country": "NL", "uploads": [upload()], **more}
    check = operations.send(actor=actor, vault=vault(), organisation_id=organisation_id, **asked)
    return operations.take(actor=checker, check=check) if checker is not None else check


def accept(check: DocumentCheck, checker: Actor, number: str = "NX 123-456", **more: Any) -> DocumentCheck:
    """Uncommitted."""
    return operations.accept(actor=checker, check=check, vault=vault(), number=number, reason=WHY, **more)


def sent(actor: Actor, organisation_id: int | None = None, **more: Any) -> DocumentCheck:
    with work.unit():
        return begun(actor, None, organisation_id, **more)


def taken(actor: Actor, checker: Actor, organisation_id: int | None = None, **more: Any) -> DocumentCheck:
    with work.unit():
        return begun(actor, checker, organisation_id, **more)


def accepted(actor: Actor, checker: Actor, number: str = "NX 123-456", organisation_id: int | None = None, **more: Any) -> DocumentCheck:
    with work.unit():
        return accept(begun(actor, checker, organisation_id), checker, number, **more)


def on_disk() -> list[Path]:
    """What lies in the vault."""
    root = vault().root
    return sorted(root.iterdir()) if root.is_dir() else []


def everything_on_disk() -> bytes:
    """All bytes under the data directory: the vault, the files, the database."""
    return b"".join(path.read_bytes() for path in current_app.config["HUB"].data_dir.rglob("*") if path.is_file())
