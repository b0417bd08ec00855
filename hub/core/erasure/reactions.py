"""What happens by itself: erasures whose time has come are carried out, and what lies outside the database goes with them."""

from __future__ import annotations

from email import message_from_bytes
from email.policy import default
from pathlib import Path

from flask import current_app

from hub.core.erasure import operations, queries
from hub.core.erasure.models import Erasure
from hub.core.erasure.states import State
from hub.core.files import operations as files
from hub.db import work
from hub.db.delivery import every


@every(3600)
def erase_those_due() -> None:
    """Each step in a unit of work of its own: killed between two, the next round goes on."""
    for erasure_id in queries.due():
        operations.carry_out(erasure_id=erasure_id)
        with work.outside():
            erasing = queries.get(erasure_id).state is State.ERASING
        if erasing:
            _sweep(erasure_id)


def _sweep(erasure_id: int) -> None:
    """Take the name out of everything else: searched without holding anybody up, changed a few rows at a time."""
    for table in operations.tables():
        _sweep_table(erasure_id, table)
    with work.outside():
        _remove_mails(queries.get(erasure_id))
        work.rollback()
    operations.finish(erasure_id=erasure_id)
    with work.outside():
        files.sweep()


def _sweep_table(erasure_id: int, table: str) -> None:
    after = None
    while True:
        with work.outside():
            keys = operations.found(erasure=queries.get(erasure_id), table=table, after=after)
            work.rollback()
        if not keys:
            return
        operations.clean(erasure=queries.get(erasure_id), table=table, keys=keys)
        after = keys[-1]


def _remove_mails(erasure: Erasure) -> None:
    """Mails that went into files (HUB_MAIL_URL=file:), to the person or about them."""
    words = [erasure.sought[word].lower() for word in ("email", "handle", "name")]
    for path in (current_app.config["HUB"].data_dir / "mail").glob("*.eml"):
        said = _said_in(path)
        if any(word in said for word in words):
            path.unlink(missing_ok=True)


def _said_in(path: Path) -> str:
    """Headers and texts of a mail, decoded, in small letters."""
    mail = message_from_bytes(path.read_bytes(), policy=default)
    texts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
    return "\n".join([*map(str, mail.values()), *texts]).lower()
