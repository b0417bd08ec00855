"""What happens by itself: erasures whose time has come are carried out, and what lies outside the database goes with them."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default

from flask import current_app

from hub.core.erasure import operations, queries
from hub.core.erasure.models import Erasure
from hub.core.erasure.rules import Sought, is_marked
from hub.core.erasure.states import State
from hub.core.files import operations as files
from hub.core.messages import gateway
from hub.core.messages import queries as messages
from hub.core.messages.gateway_file import FileGateway
from hub.db import work
from hub.db.delivery import every


@every(3600, beside=True)
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
    """Mails that went into files (HUB_MAIL_URL=file:): to the person, of notices that name them, and with their address or @handle."""
    config, sought = current_app.config["HUB"], Sought(**erasure.sought)
    sends = gateway.for_url(config.mail_url, config.data_dir / "mail")
    folder = sends.folder if isinstance(sends, FileGateway) else config.data_dir / "mail"
    about = {f"mail-{mail_id:06}.eml" for mail_id in messages.mails_about(erasure.person_id)}
    for path in folder.glob("*.eml"):
        if path.name in about or _is_theirs(message_from_bytes(path.read_bytes(), policy=default), sought):
            path.unlink(missing_ok=True)


def _is_theirs(mail: EmailMessage, sought: Sought) -> bool:
    """To them, or with what can mean nobody else, in headers or texts."""
    to = {address.addr_spec.lower() for header in mail.get_all("To", []) for address in header.addresses}
    texts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
    return sought.email in to or is_marked("\n".join([*map(str, mail.values()), *texts]), sought)
