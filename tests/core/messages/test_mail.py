"""From a decision to a mail in somebody's hands: file outbox, a real SMTP conversation, refusals, retries, one-click unsubscribe."""

from __future__ import annotations

import dataclasses
import re
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hub.app import create_app
from hub.config import BadSetting, Config
from hub.core.accounts import operations as accounts
from hub.core.accounts.states import State as AccountState
from hub.core.messages import gateway, operations, queries, reactions
from hub.core.messages.gateway_file import FileGateway
from hub.core.messages.gateway_smtp import SmtpGateway
from hub.core.messages.models import Mail
from hub.core.messages.states import Kind, Pace, State
from hub.db import delivery, work
from hub.db.extensions import db
from hub.db.journal import Delivery, DeliveryState
from hub.kernel import clock
from hub.kernel.actor import ANONYMOUS, SYSTEM
from tests.core.messages.mailbox import mail_server, outbox, text_of
from tests.factories import people

TEXT = "Your entry to “%(title)s” was selected."


def told(*person_ids: int, kind: Kind = Kind.AWARD, **values: Any) -> None:
    with work.unit():
        operations.notify(actor=SYSTEM, person_ids=person_ids, text=TEXT, values={"title": "Powder", **values}, link="/awards/1", kind=kind)


def sent(config: Config) -> list[EmailMessage]:
    delivery.deliver_all()
    return outbox(config.data_dir / "mail")


def only_mail() -> Mail:
    db.session.expire_all()
    return db.session.query(Mail).one()


def delivery_of_mail() -> Delivery:
    return db.session.query(Delivery).filter(Delivery.reaction.endswith("send_mail")).one()


def use(app: Flask, url: str) -> None:
    app.config["HUB"] = dataclasses.replace(app.config["HUB"], mail_url=url)


def test_a_notice_arrives_with_words_link_and_a_way_out(app: Flask, config: Config) -> None:
    ada = people.person("Ada “the first” Lovelace", email="ada@example.org")
    told(ada.id, title="Powder & <dust>")
    [mail] = sent(config)
    assert mail["To"].addresses[0].addr_spec == "ada@example.org"
    assert mail["To"].addresses[0].display_name == "Ada “the first” Lovelace"
    assert mail["Subject"] == "Your entry to “Powder & <dust>” was selected."
    assert mail["From"].addresses[0].addr_spec == "hub@localhost"
    assert mail["Auto-Submitted"] == "auto-generated"
    plain, html = text_of(mail), text_of(mail, "html")
    assert "http://127.0.0.1:8000/awards/1" in plain and "“Powder & <dust>”" in plain
    assert 'href="http://127.0.0.1:8000/awards/1"' in html and "Powder &amp; &lt;dust&gt;" in html
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = mail["List-Unsubscribe"].strip("<>")
    assert address.startswith("http://127.0.0.1:8000/unsubscribe/") and address in plain and address in html
    assert only_mail().state is State.SENT and only_mail().sent_at == clock.now()


def test_mail_is_not_sent_before_the_decision_is_kept(app: Flask, config: Config) -> None:
    ada = people.person()
    with pytest.raises(RuntimeError), work.unit():
        operations.notify(actor=SYSTEM, person_ids=[ada.id], text=TEXT, values={"title": "x"}, kind="award")
        raise RuntimeError("the decision fell through")
    assert sent(config) == [] and queries.unread(ada.id) == 0


def test_newlines_in_names_and_titles_start_no_new_header(app: Flask, config: Config) -> None:
    ada = people.person("Eve\nBcc: all@example.org")
    told(ada.id, title="x\r\nBcc: more@example.org")
    [mail] = sent(config)
    assert mail["Bcc"] is None and "Bcc: more@example.org" in mail["Subject"]


def test_each_mail_speaks_its_readers_language(app: Flask, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    english, chinese = people.person(language="en"), people.person(language="zh")
    spoken = []
    monkeypatch.setattr(reactions, "gettext", lambda text, **v: spoken.append((text, str(reactions_locale()))) or text)
    told(english.id, chinese.id)
    assert [mail["Content-Language"] for mail in sent(config)] == ["en", "zh-CN"]
    assert [locale for text, locale in spoken if text == TEXT] == ["en", "zh"]


def reactions_locale() -> Any:
    from flask_babel import get_locale

    return get_locale()


def test_nobody_gets_what_they_switched_off_nor_mail_at_an_unconfirmed_address(app: Flask, config: Config) -> None:
    off, newcomer, ada = people.person(), people.person(verified=False), people.person(email="ada@example.org")
    with work.unit():
        operations.choose_mail(actor=people.actor_of(off), wanted={Kind.AWARD: Pace.NEVER})
    told(off.id, newcomer.id, ada.id)
    assert [mail["To"].addresses[0].addr_spec for mail in sent(config)] == ["ada@example.org"]
    assert [queries.unread(person.id) for person in (off, newcomer, ada)] == [1, 1, 1]
    dropped = db.session.query(Mail).filter_by(person_id=newcomer.id).one()
    assert (dropped.state, dropped.reason) == (State.DROPPED, "the address is not verified")


def test_suspended_people_get_no_mail(app: Flask, config: Config) -> None:
    ada = people.person()
    told(ada.id)
    with work.unit():
        ada.state = AccountState.SUSPENDED
        db.session.add(ada)
    assert sent(config) == [] and only_mail().state is State.DROPPED


def test_registering_sends_the_link_that_confirms_the_address(app: Flask, config: Config, client: FlaskClient) -> None:
    with work.unit():
        ada = accounts.register(actor=ANONYMOUS, email="Ada@Example.org", name="Ada", password="correct horse battery", language="en")
    assert ada is not None
    [mail] = sent(config)
    assert mail["Subject"] == "Confirm your e-mail address" and mail["List-Unsubscribe"] is None
    link = re.search(r"http://127\.0\.0\.1:8000(/verify/\S+)", text_of(mail))
    assert link is not None
    client.get(link[1])
    assert not people.actor_of(ada).verified
    client.post(link[1])
    db.session.expire_all()
    assert people.actor_of(ada).verified


def test_the_secret_of_a_link_is_in_no_table(app: Flask, config: Config) -> None:
    with work.unit():
        accounts.register(actor=ANONYMOUS, email="ada@example.org", name="Ada", password="correct horse battery")
    link = re.search(r"/verify/(\S+)", text_of(sent(config)[0]))
    assert link is not None
    for table in db.metadata.sorted_tables:
        for row in db.session.execute(table.select()):
            assert link[1] not in repr(row)


def test_a_reset_and_a_second_registration_are_answered_by_mail_alone(app: Flask, config: Config) -> None:
    people.person(email="ada@example.org")
    with work.unit():
        accounts.request_reset(actor=ANONYMOUS, email="ada@example.org")
        accounts.request_reset(actor=ANONYMOUS, email="nobody@example.org")
    with work.unit():
        accounts.register(actor=ANONYMOUS, email="ada@example.org", name="Eve", password="correct horse battery")
    reset, again = sent(config)
    assert reset["Subject"] == "Set a new password" and "/reset/" in text_of(reset)
    assert again["Subject"] == "You already have an account" and "Eve" not in text_of(again)


# A real mail server


def test_mail_goes_through_a_mail_server(app: Flask) -> None:
    ada = people.person("艾达", email="ada@example.org")
    with mail_server() as server:
        use(app, server.url)
        told(ada.id)
        delivery.deliver_all()
        [(sender, recipients, mail)] = server.mails
    assert sender == "hub@localhost" and recipients == ["ada@example.org"]
    assert mail["Subject"] == "Your entry to “Powder” was selected." and "艾达" in text_of(mail)
    assert only_mail().state is State.SENT


def test_user_and_password_are_used_on_this_machine(app: Flask) -> None:
    ada = people.person()
    with mail_server() as server:
        use(app, server.url.replace("smtp://", "smtp://hub%40x:p%2Fw@"))
        told(ada.id)
        delivery.deliver_all()
        assert any(command.startswith("AUTH") for command in server.commands)
        assert len(server.mails) == 1


@pytest.mark.parametrize("word", ["RCPT", "DATA"])
def test_a_mail_that_will_never_be_taken_is_dropped_with_the_servers_words(app: Flask, word: str) -> None:
    ada = people.person()
    with mail_server() as server:
        use(app, server.url)
        server.answers[word] = "550 no such mailbox"
        told(ada.id)
        delivery.deliver_all()
        assert server.mails == []
    assert only_mail().state is State.DROPPED and only_mail().reason == "550 no such mailbox"
    assert delivery_of_mail().state is DeliveryState.DONE


@pytest.mark.parametrize(
    ("word", "answer"),
    [
        *((word, "451 come back later") for word in ("HELLO", "MAIL", "RCPT", "DATA")),
        ("HELLO", "554 nothing from this address"), ("MAIL", "530 sign in first"), ("MAIL", "553 not your address"),
        ("RCPT", "530 sign in first"),
    ],
)  # fmt: skip
def test_a_mail_that_is_not_taken_now_is_tried_again_later(app: Flask, word: str, answer: str) -> None:
    """Also where the server will never take one until an operator has set the site up as it should be."""
    ada = people.person()
    with mail_server() as server:
        use(app, server.url)
        server.answers[word] = answer
        told(ada.id)
        delivery.deliver_all()
        assert only_mail().state is State.QUEUED
        waiting = delivery_of_mail()
        assert waiting.state is DeliveryState.DUE and waiting.attempts == 1 and waiting.next_at > clock.now()
        for _ in range(delivery.MAX_ATTEMPTS):
            clock.advance(timedelta(hours=1))
            delivery.deliver_all()
        server.answers.clear()
        clock.advance(timedelta(hours=1))
        delivery.deliver_all()
        assert len(server.mails) == 1
    assert only_mail().state is State.SENT


def test_a_server_that_takes_the_mail_and_no_leave_has_it(app: Flask) -> None:
    ada = people.person()
    with mail_server() as server:
        use(app, server.url)
        server.answers["QUIT"] = "500 what?"
        told(ada.id)
        delivery.deliver_all()
        assert len(server.mails) == 1
    assert only_mail().state is State.SENT


def test_while_the_server_is_slow_others_can_write(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sending holds no transaction: another connection writes in the middle of it."""
    ada = people.person()
    told(ada.id)

    class Slow:
        def send(self, message: EmailMessage) -> None:
            with db.engine.connect().execution_options(hub_writes=True) as other, other.begin():
                other.exec_driver_sql("UPDATE person SET language = 'zh'")

    monkeypatch.setattr(reactions, "_gateway", Slow)
    delivery.deliver_all()
    assert only_mail().state is State.SENT
    db.session.expire_all()
    assert people.queries.card(ada.id).language == "zh"


def test_a_crash_after_sending_sends_the_same_message_again(app: Flask, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    """At least once: the second copy carries the same Message-ID, so the file outbox (like a mail program) has it once."""
    ada = people.person()
    told(ada.id)
    whole = operations.note_sent
    monkeypatch.setattr(operations, "note_sent", lambda **_: (_ for _ in ()).throw(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        delivery.deliver_all()
    assert only_mail().state is State.QUEUED
    monkeypatch.setattr(operations, "note_sent", whole)
    clock.advance(timedelta(minutes=3))
    assert len(sent(config)) == 1 and only_mail().state is State.SENT


# Gateways


@pytest.mark.parametrize("url", ["", "http://x", "smtp://", "smtp://host:port", "pigeon://home"])
def test_a_mail_address_that_makes_no_sense_is_a_bad_setting(url: str, tmp_path: Path) -> None:
    with pytest.raises(BadSetting):
        gateway.for_url(url, tmp_path)


def test_a_bad_mail_setting_is_found_at_the_start(config: Config) -> None:
    with pytest.raises(BadSetting, match="HUB_MAIL_URL"):
        create_app(dataclasses.replace(config, mail_url="pigeon://home"))


def test_addresses_choose_the_gateway(tmp_path: Path) -> None:
    assert isinstance(gateway.for_url("file:", tmp_path), FileGateway)
    assert gateway.for_url("smtp://mail.example.org", tmp_path) == SmtpGateway("mail.example.org", 25)
    assert gateway.for_url("smtps://u%40x:p%3Aw@mail.example.org", tmp_path) == SmtpGateway("mail.example.org", 465, "u@x", "p:w", tls=True)


def test_a_password_does_not_show_in_logs() -> None:
    assert "secret" not in repr(SmtpGateway("h", 25, "u", "secret"))


# Unsubscribing


def unsubscribe_path(mail: EmailMessage) -> str:
    return str(mail["List-Unsubscribe"].strip("<>").removeprefix("http://127.0.0.1:8000"))


def test_one_click_stops_that_kind_and_no_other(app: Flask, config: Config, client: FlaskClient) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    ada = people.person()
    told(ada.id)
    path = unsubscribe_path(sent(config)[0])
    assert "Results and awards" in client.get(path).get_data(as_text=True)
    assert queries.mail_choices(ada.id)[Kind.AWARD] is Pace.NOW
    answer = client.post(path, data={"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert queries.mail_choices(ada.id) == {kind: Pace.NEVER if kind is Kind.AWARD else Pace.NOW for kind in Kind}
    assert client.post(path).status_code == 200
    told(ada.id)
    told(ada.id, kind=Kind.MONEY)
    assert len(sent(config)) == 2


def test_a_forged_or_cut_link_changes_nothing(app: Flask, config: Config, client: FlaskClient) -> None:
    ada = people.person()
    told(ada.id)
    path = unsubscribe_path(sent(config)[0])
    for wrong in (path[:-3], path + "x", "/unsubscribe/WzEsImF3YXJkIl0.AAAA", "/unsubscribe/" + "a" * 500):
        assert client.get(wrong).status_code == client.post(wrong).status_code == 404
    assert set(queries.mail_choices(ada.id).values()) == {Pace.NOW}
