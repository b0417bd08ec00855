"""Asking mailboxes by mail, and looking at websites and records: outside any transaction, because they may be slow."""

from __future__ import annotations

import time
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import force_locale, gettext

from hub.core.accounts import queries as accounts
from hub.core.domains import operations, queries, rules
from hub.core.domains.events import DomainAsked
from hub.core.domains.models import DomainProof
from hub.core.domains.rules import Way
from hub.core.messages import gateway
from hub.core.messages.gateway_smtp import Refused
from hub.core.organisations import queries as organisations
from hub.db import work
from hub.db.delivery import Away, every
from hub.db.journal import Fact, reacts_to
from hub.kernel import clock, naming
from hub.kernel.errors import Invalid
from hub.web import egress


@reacts_to(DomainAsked)
def ask_mailbox(event: DomainAsked, fact: Fact) -> None:
    """A crash after the mail was handed over sends another one, whose link takes the place of the first."""
    proof = queries.by_id(event.proof_id)
    if event.way != Way.EMAIL or proof is None:
        return
    secret = operations.fresh_secret(proof=proof)
    if secret is None:
        return
    message = _write(proof, secret)
    config = current_app.config["HUB"]
    with work.outside():
        try:
            gateway.for_url(config.mail_url, config.data_dir / "mail").send(message)
        except Refused:
            current_app.logger.info("the mailbox of domain proof %s was refused", event.proof_id)
        except OSError as error:
            raise Away(f"the mail server: {error}") from error


def _write(proof: DomainProof, secret: str) -> EmailMessage:
    """In the language of whoever asked: they know the colleague."""
    asker, body, config = accounts.card(proof.asked_by), organisations.card(proof.organisation_id), current_app.config["HUB"]
    with force_locale("zh" if asker.language == "zh" else "en"):
        values = {"organisation": body.name, "domain": rules.bare(proof.domain), "asker": asker.name, "site": config.site_name}
        subject = gettext("Does %(organisation)s belong to %(domain)s?", **values)
        lines = [
            gettext("%(asker)s says on %(site)s that %(organisation)s belongs to the domain %(domain)s, and named your mailbox.", **values),
            gettext("If that is so, open this page and say yes. The link works for seven days:"),
            f"{config.base_url}/domains/answer/{secret}",
            gettext("If it is not so, or you do not know what this is about, leave it: nothing happens, and we do not write again."),
        ]
    message = EmailMessage(policy=SMTP)
    message.set_content("\n\n".join(lines) + f"\n\n-- \n{config.site_name}\n{config.base_url}\n")
    name, sender = parseaddr(config.mail_from)
    message["To"], message["From"] = Address(addr_spec=proof.address), Address(name, addr_spec=sender)
    message["Subject"] = " ".join(subject.split())[:180]
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = f"<domain-{proof.id}-{int(proof.asked_at.timestamp())}@{urlsplit(config.base_url).hostname or 'localhost'}>"
    message["Auto-Submitted"] = "auto-generated"
    return message


@every(60, beside=True)
def look() -> None:
    """Look at what is due: websites and name servers are called outside the transaction, one after the other, until LOOKING is over."""
    until = time.monotonic() + rules.LOOKING.total_seconds()
    for proof_id in queries.due():
        look_at(proof_id)
        if time.monotonic() >= until:
            return


def look_at(proof_id: int) -> None:
    proof = queries.by_id(proof_id)
    if proof is None:
        return
    if proof.way is Way.EMAIL:
        operations.note_missing(proof=proof, trouble="over")
        return
    way, token, address, record = proof.way, proof.token, proof.file_address, proof.record
    with work.outside():
        trouble = _trouble_of_zone(record, token) if way is Way.DNS else _trouble(address, token)
    proof = queries.by_id(proof_id)
    if proof is None or proof.token != token:  # taken back meanwhile
        return
    if trouble:
        operations.note_missing(proof=proof, trouble=trouble)
    else:
        operations.note_found(proof=proof)


def _trouble(address: str, token: str) -> str:
    """What is wrong with what the website answers: a code of `rules.TROUBLES` or of the call; empty if our line is there."""
    try:
        answer = egress.fetch(address, most=rules.MOST_BYTES)
    except Invalid:
        return "address"
    except egress.Unreachable as reason:
        return reason.code
    return rules.trouble_in(answer.status, answer.text, token)


def _trouble_of_zone(record: str, token: str) -> str:
    """The same for the TXT records of a name."""
    try:
        return rules.trouble_in_records(naming.texts(record, current_app.config["HUB"].resolvers), token)
    except naming.Unresolved as reason:
        return reason.code
