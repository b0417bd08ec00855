"""Mails after the commit: written in the reader's language when they are sent, so that a retry says what is true then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from typing import Any
from urllib.parse import urlsplit

from flask import current_app
from flask_babel import force_locale, gettext

from hub.core.accounts import operations as accounts_operations
from hub.core.accounts import queries as accounts
from hub.core.accounts.events import (
    DutiesChanged,
    KeyIssued,
    PasswordChanged,
    PersonRegistered,
    PersonReinstated,
    RegistrationRepeated,
    ResetRequested,
    VerificationRequested,
)
from hub.core.agreements import queries as agreements
from hub.core.agreements.events import AgreementSigned
from hub.core.cards.events import CardRefundFailed, CardRefundSent, DisputeLost, DisputeOpened, DisputeWon
from hub.core.holds.events import ConsultantPaid, HoldRefunded, HoldReleased
from hub.core.messages import gateway, operations, queries, rules
from hub.core.messages.events import MailQueued
from hub.core.messages.gateway_smtp import Refused
from hub.core.messages.models import Mail
from hub.core.messages.states import Kind, State
from hub.core.organisations import queries as organisations
from hub.core.organisations.events import MemberAdded, MemberRemoved, MemberRoleChanged
from hub.core.payees.events import PayoutAccountChanged
from hub.core.payments.events import (
    DepositTaken,
    FundingCancelled,
    FundingConfirmed,
    FundingPartlyReceived,
    FundingRequested,
)
from hub.core.payouts.events import PayoutConfirmed, PayoutRejected, PayoutRequested, PayoutReturned
from hub.core.pools import documents as pools
from hub.core.royalties import documents as royalties
from hub.db import work
from hub.db.journal import Fact, reacts_to
from hub.kernel import clock
from hub.kernel.actor import SYSTEM, Duty
from hub.kernel.money import Money
from hub.kernel.words import N_

ON_THEIR_BALANCE = N_("%(amount)s have arrived on your organisation’s balance.")
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
        words = _letter(mail) if mail.notification_id is None else _notice(mail, to)
        words |= {"name": to.name, "site": gettext("Innovation Hub"), "language": "zh-CN" if to.language == "zh" else "en"}
        message = EmailMessage(policy=SMTP)
        message.set_content(_render("core/messages/mail.txt", words))
        message.add_alternative(_render("core/messages/mail.html", words), subtype="html")
    _address(message, mail, to, words)
    return message


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
    may_stop = note.kind not in rules.ALWAYS_BY_MAIL
    token = rules.unsubscribe_token(current_app.config["SECRET_KEY"], mail.person_id, note.kind)
    return {
        "subject": rules.one_line(text),
        "paragraphs": [text],
        "button": gettext("Open it on the site"),
        "href": _site() + note.link if note.link else "",
        "kind": gettext(note.kind.label),
        "unsubscribe": f"{_site()}/unsubscribe/{token}" if may_stop else "",
        "settings": f"{_site()}/settings/notifications",
    }


def _address(message: EmailMessage, mail: Mail, to: accounts.Addressee, words: dict[str, Any]) -> None:
    name, sender = parseaddr(current_app.config["HUB"].mail_from)
    try:
        message["To"] = Address(rules.one_line(to.name, 100), addr_spec=to.email)
    except (ValueError, IndexError) as error:
        raise NotWanted("the address cannot be written to") from error
    message["From"] = Address(name, addr_spec=sender)
    message["Subject"] = rules.one_line(words["subject"])
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = f"<mail-{mail.id:06}@{urlsplit(_site()).hostname or 'localhost'}>"
    message["Auto-Submitted"] = "auto-generated"
    message["Content-Language"] = words["language"]
    if words["unsubscribe"]:
        message["List-Unsubscribe"] = f"<{words['unsubscribe']}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _site() -> str:
    return str(current_app.config["HUB"].base_url)


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


# Notices for rooms below this one, which cannot tell anybody themselves. Whoever did the thing is not told of it.


def _tell(people: Iterable[int], fact: Fact, kind: Kind, text: str, link: str, **values: Any) -> None:
    others = [person_id for person_id in people if person_id != fact.actor_id]
    operations.notify(actor=SYSTEM, person_ids=others, text=text, values=values, link=link, kind=kind)


@reacts_to(PasswordChanged)
def tell_of_password(event: PasswordChanged, fact: Fact) -> None:
    text = N_("Your password was changed. If it was not you, set a new one now and end the other sessions.")
    operations.notify(actor=SYSTEM, person_ids=[event.person_id], text=text, link="/settings/security", kind=Kind.ACCOUNT)


@reacts_to(KeyIssued)
def tell_of_key(event: KeyIssued, fact: Fact) -> None:
    text = N_("A new API key was made for your account. If it was not you, revoke it and change your password.")
    operations.notify(actor=SYSTEM, person_ids=[event.person_id], text=text, link="/settings/keys", kind=Kind.ACCOUNT)


@reacts_to(PersonReinstated)
def tell_reinstated(event: PersonReinstated, fact: Fact) -> None:
    _tell([event.person_id], fact, Kind.ACCOUNT, N_("Your account is open again."), "/home")


@reacts_to(DutiesChanged)
def tell_of_duties(event: DutiesChanged, fact: Fact) -> None:
    _tell([event.person_id], fact, Kind.ACCOUNT, N_("Your duties on this site have changed."), "/home")


@reacts_to(MemberAdded)
def tell_added(event: MemberAdded, fact: Fact) -> None:
    at = organisations.card(event.organisation_id)
    _tell([event.person_id], fact, Kind.ACCOUNT, N_("You now belong to %(organisation)s."), f"/orgs/{at.slug}", organisation=at.name)


@reacts_to(MemberRoleChanged)
def tell_of_role(event: MemberRoleChanged, fact: Fact) -> None:
    at = organisations.card(event.organisation_id)
    text = N_("Your role at %(organisation)s has changed.")
    _tell([event.person_id], fact, Kind.ACCOUNT, text, f"/orgs/{at.slug}/people", organisation=at.name)


@reacts_to(MemberRemoved)
def tell_removed(event: MemberRemoved, fact: Fact) -> None:
    at = organisations.card(event.organisation_id)
    text = N_("You no longer belong to %(organisation)s.")
    _tell([event.person_id], fact, Kind.ACCOUNT, text, f"/orgs/{at.slug}", organisation=at.name)


@reacts_to(AgreementSigned)
def send_copy(event: AgreementSigned, fact: Fact) -> None:
    """The signer's own copy: the address at which the signed text stays."""
    text = {
        "challenge_entry": N_("You signed the participation agreement for “%(title)s”. Your copy stays here."),
        "award": N_("You signed the award agreement for “%(title)s”. Your copy stays here."),
        "developer": N_("You signed the developer agreement of “%(title)s”. Your copy stays here."),
        "nda": N_("You signed for confidentiality about “%(title)s”. Your copy stays here."),
    }[event.kind]
    terms = agreements.get(event.terms_id)
    title = terms.parties.get("title", "")
    link = f"/agreements/{terms.id}"
    operations.notify(actor=SYSTEM, person_ids=[event.person_id], text=text, values={"title": title}, link=link, kind=Kind.AGREEMENT)


# Money


def _amount(minor: int, currency: str) -> str:
    return str(Money(minor, currency))


def _money_page(organisation_id: int) -> str:
    return f"/orgs/{organisations.card(organisation_id).slug}/money"


def _payer_page(event: Any) -> str:
    """Of whoever pays in: an organisation, or else a person."""
    return "/my/earnings" if event.organisation_id is None else _money_page(event.organisation_id)


def _owners_page(owner_kind: str, owner_id: int) -> str:
    return "/my/earnings" if owner_kind == "person" else _money_page(owner_id)


@reacts_to(FundingRequested)
def tell_money_is_coming(event: FundingRequested, fact: Fact) -> None:
    text = N_("%(organisation)s announced %(amount)s for “%(label)s”. Confirm it when it is on the account.")
    values = {"amount": _amount(event.minor, event.currency), "label": event.label}
    person = event.person_id or 0
    payer = accounts.get(person).name if event.organisation_id is None else organisations.card(event.organisation_id).name
    _tell(accounts.with_duty(Duty.ADMIN), fact, Kind.MONEY, text, "/admin/payments", organisation=payer, **values)


@reacts_to(FundingConfirmed)
def tell_money_is_here(event: FundingConfirmed, fact: Fact) -> None:
    text = N_("The money for “%(label)s” is here: %(amount)s are held.")
    if not event.subject:
        text = N_("%(amount)s have arrived on your balance.") if event.organisation_id is None else ON_THEIR_BALANCE
    values = {"amount": _amount(event.minor, event.currency), "label": event.label}
    _tell(event.tell, fact, Kind.MONEY, text, _payer_page(event), **values)


@reacts_to(DepositTaken)
def tell_deposit(event: DepositTaken, fact: Fact) -> None:
    text = N_("%(amount)s have arrived on your balance.") if event.organisation_id is None else ON_THEIR_BALANCE
    _tell(event.tell, fact, Kind.MONEY, text, _payer_page(event), amount=_amount(event.minor, event.currency))


LOST = N_("The dispute about “%(label)s” is lost: %(taken)s were the payer’s, %(loss)s are this site’s loss.")
DISPUTED = N_(
    "The card payment of %(amount)s for “%(label)s” is disputed by the cardholder. Until the bank decides, %(frozen)s are frozen."
)
NOT_SENT = N_("%(amount)s for “%(label)s” could not go back to the card (%(reason)s): the money is back on the balance.")
PAYERS_NEWS: dict[type, tuple[str, str]] = {
    FundingPartlyReceived: (N_("%(amount)s of the money for “%(label)s” has arrived. Still due: %(rest)s."), ""),
    FundingCancelled: (N_("The payment for “%(label)s” is not expected any more."), ""),
    HoldRefunded: (N_("%(amount)s that were held are back on your organisation’s balance."), ""),
    CardRefundSent: (N_("%(amount)s for “%(label)s” went back to the card that paid."), ""),
    CardRefundFailed: (NOT_SENT, ""),
    DisputeOpened: (DISPUTED, N_("A card payment of %(amount)s for “%(label)s” is disputed. Send the evidence in time.")),
    DisputeWon: (N_("The dispute about “%(label)s” is won: %(frozen)s are free again."), ""),
    DisputeLost: (N_("The dispute about “%(label)s” is lost: %(taken)s went back to the cardholder."), LOST),
}
"""What the payer is told, and what the administrators are."""


def tell_payer(event: Any, fact: Fact) -> None:
    names = {"minor": "amount", "rest_minor": "rest", "frozen_minor": "frozen", "taken_minor": "taken", "loss_minor": "loss"}
    words = {names[name]: _amount(value, event.currency) for name, value in vars(event).items() if name in names}
    words |= {"label": getattr(event, "label", ""), "reason": getattr(event, "reason", "")}
    to_payer, to_admins = PAYERS_NEWS[type(event)]
    _tell(event.tell, fact, Kind.MONEY, to_payer, _payer_page(event), **words)
    if to_admins:
        _tell(accounts.with_duty(Duty.ADMIN), fact, Kind.MONEY, to_admins, "/admin/payments/cards", **words)


for _event in PAYERS_NEWS:
    reacts_to(_event)(tell_payer)


@reacts_to(HoldReleased)
def tell_award_paid(event: HoldReleased, fact: Fact) -> None:
    """Told to the winner even where the winner's own signature released it: it is the receipt. So it is to an organisation's people."""
    if event.quiet:
        return
    text = N_("%(net)s for “%(label)s” are on your balance (%(gross)s less the fee of %(fee)s).")
    values = {
        "net": _amount(event.net_minor, event.currency),
        "gross": _amount(event.gross_minor, event.currency),
        "fee": _amount(event.fee_minor, event.currency),
        "label": event.label,
    }
    link = "/my/earnings"
    if event.to_organisation_id is not None:
        link = _money_page(event.to_organisation_id)
        text = N_("%(net)s for “%(label)s” are on your organisation’s balance (%(gross)s less the fee of %(fee)s).")
    operations.notify(actor=SYSTEM, person_ids=[event.person_id, *event.tell], text=text, values=values, link=link, kind=Kind.MONEY)


@reacts_to(ConsultantPaid)
def tell_consultant(event: ConsultantPaid, fact: Fact) -> None:
    text = N_("Your part of the fee for “%(label)s”, %(amount)s, is on your balance.")
    values = {"label": event.label, "amount": _amount(event.minor, event.currency)}
    operations.notify(actor=SYSTEM, person_ids=[event.person_id], text=text, values=values, link="/my/earnings", kind=Kind.MONEY)


@reacts_to(PayoutRequested)
def tell_payout_asked(event: PayoutRequested, fact: Fact) -> None:
    if not event.by_hand:
        return
    text = N_("A payout of %(amount)s waits for you to send it.")
    _tell(accounts.with_duty(Duty.ADMIN), fact, Kind.MONEY, text, "/admin/payouts", amount=_amount(event.minor, event.currency))


@reacts_to(PayoutConfirmed)
def tell_payout_sent(event: PayoutConfirmed, fact: Fact) -> None:
    text = N_("Your payout of %(amount)s was sent. Bank reference: %(reference)s.")
    values = {"amount": _amount(event.minor, event.currency), "reference": event.bank_reference}
    _tell(event.tell, fact, Kind.MONEY, text, _owners_page(event.owner_kind, event.owner_id), **values)


@reacts_to(PayoutRejected)
@reacts_to(PayoutReturned)
def tell_payout_refused(event: PayoutRejected | PayoutReturned, fact: Fact) -> None:
    refused = N_("Your payout of %(amount)s was refused and the money is back on the balance. The reason: %(reason)s")
    came_back = N_("%(amount)s of your payout came back and is on the balance again. The reason: %(reason)s")
    text = refused if isinstance(event, PayoutRejected) else came_back
    values = {"amount": _amount(event.minor, event.currency), "reason": event.reason}
    _tell(event.tell, fact, Kind.MONEY, text, _owners_page(event.owner_kind, event.owner_id), **values)


def tell_news(event: Any, fact: Fact) -> None:
    """What the rooms of pools and of royalties have to say to those concerned."""
    for one in (pools if type(event) in pools.TOLD else royalties).news(event):
        operations.notify(actor=SYSTEM, person_ids=one.people, text=one.text, values=one.values, link=one.link, kind=Kind.MONEY)


for _event in (*pools.TOLD, *royalties.TOLD):
    reacts_to(_event)(tell_news)


@reacts_to(PayoutAccountChanged)
def tell_payout_account(event: PayoutAccountChanged, fact: Fact) -> None:
    texts = (
        N_("Stripe does not pay out to your account any more until it has what it asks for."),
        N_("Stripe pays out to your account now."),
    )
    _tell(event.tell, fact, Kind.MONEY, texts[event.ready], _owners_page(event.owner_kind, event.owner_id))
