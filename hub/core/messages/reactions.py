"""Mails after the commit: written in the reader's language when they are sent, so that a retry says what is true then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import force_locale, gettext, ngettext

from hub.core.accounts import operations as accounts_operations
from hub.core.accounts import queries as accounts
from hub.core.accounts.events import (
    DutiesChanged,
    PasswordChanged,
    PersonRegistered,
    PersonReinstated,
    RegistrationRepeated,
    ResetRequested,
    VerificationRequested,
)
from hub.core.messages import gateway, operations, queries, rules
from hub.core.messages.events import MailQueued
from hub.core.messages.gateway_smtp import Refused
from hub.core.messages.models import Mail, Notification
from hub.core.messages.states import Kind, Pace, State
from hub.db import work
from hub.db.delivery import Away, every
from hub.db.journal import Fact, reacts_to
from hub.kernel import clock
from hub.kernel.actor import SYSTEM
from hub.kernel.words import N_

LOCALES = {"en": "en", "zh": "zh"}


class NotWanted(Exception):
    """The mail has lost its purpose; the message says why."""


@reacts_to(MailQueued)
def send_mail(event: MailQueued, fact: Fact) -> None:
    """Sent once the server has it; a crash between the two sends it again under the same Message-ID."""
    mail = queries.mail(event.mail_id)
    if mail is None or mail.state is not State.QUEUED:
        return
    try:
        message = _write(mail)
        with work.outside():
            _gateway().send(message)
    except (NotWanted, Refused) as reason:
        operations.note_dropped(mail=mail, reason=str(reason)[:200])
        return
    except OSError as error:
        raise Away(f"the mail server: {error}") from error
    operations.note_sent(mail=mail)


def _gateway() -> gateway.Gateway:
    config = current_app.config["HUB"]
    return gateway.for_url(config.mail_url, config.data_dir / "mail")


def _write(mail: Mail) -> EmailMessage:
    """The finished message. Raises NotWanted."""
    to = accounts.addressees([mail.person_id]).get(mail.person_id)
    if to is None:
        raise NotWanted("the account is suspended")
    with _speaking(to.language):
        words = _words(mail, to)
        words |= {"name": to.name, "site": gettext("Innovation Hub"), "language": "zh-CN" if to.language == "zh" else "en"}
        message = EmailMessage(policy=SMTP)
        message.set_content(_render("core/messages/mail.txt", words))
        message.add_alternative(_render("core/messages/mail.html", words), subtype="html")
    _address(message, mail, to, words)
    return message


def _words(mail: Mail, to: accounts.Addressee) -> dict[str, Any]:
    if mail.template == "digest":
        return _digest(mail, to)
    return _letter(mail) if mail.notification_id is None else _notice(mail, to)


@contextmanager
def _speaking(language: str) -> Iterator[None]:
    with force_locale(LOCALES.get(language, "en")):
        yield


def _render(template: str, words: dict[str, Any]) -> str:
    """Without the context processors: they speak of a request, and there is none."""
    return current_app.jinja_env.get_template(template).render(**words)


def _letter(mail: Mail) -> dict[str, Any]:
    letter = rules.LETTERS[mail.template]
    path = letter.path
    if letter.token:
        token = accounts_operations.fresh_token(int(mail.facts["mail_token_id"]))
        if token is None:
            raise NotWanted("the link is not needed any more")
        path %= {"token": token}
    return {
        "subject": gettext(letter.subject),
        "paragraphs": [gettext(paragraph) for paragraph in letter.paragraphs],
        "button": gettext(letter.button),
        "href": _site() + path,
        "unsubscribe": "",
    }


def _notice(mail: Mail, to: accounts.Addressee) -> dict[str, Any]:
    note = queries.notification(mail.notification_id or 0)
    if note is None:
        raise NotWanted("the notice is gone")
    if not to.verified:
        raise NotWanted("the address is not verified")
    text = queries.in_words(note, gettext)
    kind = gettext(note.kind.label)
    return {
        "subject": rules.one_line(text),
        "paragraphs": [text],
        "button": gettext("Open it on the site"),
        "href": _site() + note.link if note.link else "",
        "why": gettext("You get this because “%(kind)s” is on in your notification settings.", kind=kind),
        "stop": gettext("Stop mails of this kind"),
        **_way_out(mail, note.kind),
    }


def _way_out(mail: Mail, what: rules.Stopped) -> dict[str, Any]:
    token = rules.unsubscribe_token(current_app.config["SECRET_KEY"], mail.person_id, what)
    may_stop = what not in rules.ALWAYS_BY_MAIL
    return {
        "list": str(what),
        "unsubscribe": f"{_site()}/unsubscribe/{token}" if may_stop else "",
        "settings": f"{_site()}/settings/notifications",
    }


SHOWN = 12
"""Lines of one kind in a digest; the rest is counted and waits in the inbox."""


def _digest(mail: Mail, to: accounts.Addressee) -> dict[str, Any]:
    """What happened since the last one, kind by kind; what was read meanwhile is left out."""
    digest = queries.digest(int(mail.facts["digest_id"]))
    notes = queries.unread_in(digest.id) if digest is not None else []
    if digest is None or not notes:
        raise NotWanted("everything in it was read meanwhile")
    if not to.verified:
        raise NotWanted("the address is not verified")
    daily = digest.pace is Pace.DAILY
    many = ngettext("%(num)s new message", "%(num)s new messages", len(notes))
    subject = gettext("Your day: %(many)s", many=many) if daily else gettext("Your week: %(many)s", many=many)
    told = gettext("This is what you have not read yet.")
    why = gettext("You get this because you chose a daily digest.") if daily else gettext("You get this because you chose a weekly digest.")
    return {
        "subject": subject,
        "paragraphs": [told],
        "groups": _groups(notes),
        "button": gettext("Open your inbox"),
        "href": f"{_site()}/inbox?show=new",
        "why": why,
        "stop": gettext("Stop this digest"),
        **_way_out(mail, digest.pace),
    }


def _groups(notes: Sequence[Notification]) -> list[dict[str, Any]]:
    """Kind by kind in the order of the settings: its label, its newest lines (words and address), and how many more there are."""
    found = []
    for kind in rules.CHOSEN:
        own = [note for note in notes if note.kind is kind]
        lines = [(queries.in_words(note, gettext), f"{_site()}/inbox/{note.id}" if note.link else "") for note in own[:SHOWN]]
        left = len(own) - len(lines)
        more = ngettext("and %(num)s more in your inbox", "and %(num)s more in your inbox", left) if left else ""
        found += [{"label": gettext(kind.label), "lines": lines, "more": more}] if own else []
    return found


def _address(message: EmailMessage, mail: Mail, to: accounts.Addressee, words: dict[str, Any]) -> None:
    name, sender = parseaddr(current_app.config["HUB"].mail_from)
    try:
        message["To"] = Address(rules.one_line(to.name, 100), addr_spec=to.email)
    except (ValueError, IndexError) as error:
        raise NotWanted("the address cannot be written to") from error
    message["From"] = Address(name, addr_spec=sender)
    message["Subject"] = rules.one_line(words["subject"])
    message["Date"] = format_datetime(clock.now())
    host = urlsplit(_site()).hostname or "localhost"
    message["Message-ID"] = f"<mail-{mail.id:06}@{host}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = words["language"]
    if words.get("list"):
        message["List-Id"] = f"<{words['list']}.{host}>"
    if words["unsubscribe"]:
        message["List-Unsubscribe"] = f"<{words['unsubscribe']}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _site() -> str:
    return str(current_app.config["HUB"].base_url)


# Digests


@every(60)
def make_digests() -> None:
    """A few at a time, each lot kept before the next: a kill in the middle leaves the others for the next round."""
    while due := queries.digests_due():
        for one in due:
            operations.make_digest(due=one)
        with work.outside():
            pass


# Mails that carry a link of the accounts room


@reacts_to(PersonRegistered)
@reacts_to(VerificationRequested)
def mail_verification(event: PersonRegistered | VerificationRequested, fact: Fact) -> None:
    if event.mail_token_id:
        facts = {"mail_token_id": event.mail_token_id}
        operations.queue_mail(actor=SYSTEM, person_id=event.person_id, template="verify", facts=facts)


@reacts_to(ResetRequested)
def mail_reset(event: ResetRequested, fact: Fact) -> None:
    operations.queue_mail(actor=SYSTEM, person_id=event.person_id, template="reset", facts={"mail_token_id": event.mail_token_id})


@reacts_to(RegistrationRepeated)
def mail_registered_again(event: RegistrationRepeated, fact: Fact) -> None:
    operations.queue_mail(actor=SYSTEM, person_id=event.person_id, template="registered_again")


# Notices for the room of accounts, below this one, which cannot tell anybody itself


@reacts_to(PasswordChanged)
def tell_of_password(event: PasswordChanged, fact: Fact) -> None:
    text = N_("Your password was changed. If it was not you, set a new one now and end the other sessions.")
    operations.notify(actor=SYSTEM, person_ids=[event.person_id], text=text, link="/settings/security", kind=Kind.ACCOUNT)


@reacts_to(PersonReinstated)
def tell_reinstated(event: PersonReinstated, fact: Fact) -> None:
    text = N_("Your account is open again.")
    operations.notify(actor=SYSTEM, person_ids=[event.person_id], but=fact.actor_id, text=text, link="/home", kind=Kind.ACCOUNT)


@reacts_to(DutiesChanged)
def tell_of_duties(event: DutiesChanged, fact: Fact) -> None:
    text = N_("Your duties on this site have changed.")
    operations.notify(actor=SYSTEM, person_ids=[event.person_id], but=fact.actor_id, text=text, link="/home", kind=Kind.ACCOUNT)
