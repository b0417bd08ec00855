"""Domains proven by a website or a mailbox, looked at again, lost when they are gone for long; what they say of people."""

from __future__ import annotations

import email
import re
from datetime import timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from hub.core.accounts import queries as people
from hub.core.domains import operations, queries, reactions, rules
from hub.core.domains.models import DomainProof
from hub.core.domains.rules import Way
from hub.core.domains.states import State
from hub.core.messages import gateway
from hub.core.messages.models import Notification
from hub.core.organisations import operations as organisations
from hub.db import delivery, work
from hub.db.extensions import db
from hub.db.journal import last_id
from hub.kernel import clock
from hub.kernel.actor import Role
from hub.kernel.egress import Answer, Unreachable
from hub.kernel.errors import HubError, Invalid, NotAllowed, NotFound, NotNow, TooMany
from hub.kernel.levels import Level
from tests.factories.domains import level, look
from tests.factories.people import api_headers, person, sign_in


@pytest.fixture
def net(monkeypatch):
    """What websites answer, by address; asked is what was called. Nothing may be called inside a transaction that writes."""
    answers, asked = {}, []

    def fetch(url, *, most):
        assert not db.session().in_transaction(), "the network is not talked to inside a unit of work"
        asked.append(url)
        found = answers.get(url, Answer(404))
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(reactions.egress, "fetch", fetch)
    answers["asked"] = asked
    return answers


def ask(cast, acme) -> DomainProof:
    with work.unit():
        return operations.ask_web(actor=cast.manager, organisation=acme)


def heard(actor) -> list[str]:
    notes = db.session.scalars(select(Notification).where(Notification.person_id == actor.person_id, Notification.link.like("%/domain")))
    return [note.text % note.values for note in notes]


def mails(app) -> list[str]:
    """The texts of mails about domains, the newest last."""
    found = [email.message_from_bytes(path.read_bytes()) for path in sorted((app.config["HUB"].data_dir / "mail").glob("*.eml"))]
    return [str(one.get_payload(decode=True), "utf-8") for one in found if "<domain-" in (one["Message-ID"] or "")]


def test_a_website_proves_its_domain_and_the_level_follows(cast, acme, net):
    proof = ask(cast, acme)
    address = "https://www.acme.example/.well-known/innovation-hub.txt"
    assert proof.file_address == address and level(acme) is Level.NONE
    look()
    assert (proof.state, proof.trouble, net["asked"]) == (State.ASKED, "missing", [address])
    net[address] = Answer(200, body=b"<html>" + proof.line.encode() + b"</html>")
    look(timedelta(minutes=4))
    assert (proof.state, proof.trouble) == (State.ASKED, "wrong"), "our line stands alone in its line"
    net[address] = Answer(200, body=b"other=1\r\n " + proof.line.encode() + b"\r\n")
    look(timedelta(hours=1))
    assert (proof.state, level(acme), queries.proven_domain(acme.id, acme.website)) == (State.PROVEN, Level.DOMAIN, "acme.example")
    assert heard(cast.owner) == heard(cast.manager) == ["The domain acme.example of Acme is proven."] and heard(cast.member) == []
    calls = len(net["asked"])
    look(timedelta(days=6))
    assert len(net["asked"]) == calls
    look(timedelta(days=1))
    assert len(net["asked"]) == calls + 1 and len(heard(cast.owner)) == 1


def test_a_proof_that_is_gone_for_long_is_lost_with_notice_and_one_that_comes_back_is_not(cast, acme, net):
    proof = ask(cast, acme)
    net[proof.file_address] = Answer(200, body=proof.line.encode())
    look()
    net[proof.file_address] = Unreachable("certificate")
    look(timedelta(days=7))
    assert (proof.state, proof.trouble, level(acme)) == (State.PROVEN, "certificate", Level.DOMAIN)
    told = "The website of Acme does not show the proof of acme.example any more. From 2026-12-12 on it does not count."
    assert heard(cast.owner)[-1] == told
    net[proof.file_address] = Answer(200, body=proof.line.encode())
    look(timedelta(days=1))
    assert (proof.missed_at, proof.trouble, level(acme)) == (None, "", Level.DOMAIN)
    net[proof.file_address] = Answer(302)
    for _day in range(7 + 14):
        look(timedelta(days=1))
    assert (proof.state, proof.next_at, level(acme)) == (State.LOST, None, Level.NONE)
    assert heard(cast.owner)[-1] == "The domain acme.example of Acme does not count as proven any more. You can prove it anew."
    net[proof.file_address] = Answer(200, body=proof.line.encode())
    clock.advance(rules.PAUSE)
    with work.unit():
        operations.look_again(actor=cast.owner, proof=proof)
    look()
    assert level(acme) is Level.DOMAIN


def test_another_website_makes_an_old_proof_worthless_at_once(cast, acme, net):
    proof = ask(cast, acme)
    net[proof.file_address] = Answer(200, body=proof.line.encode())
    look()
    assert level(acme) is Level.DOMAIN
    with work.unit():
        organisations.change(actor=cast.owner, organisation=acme, website="https://siemens.example")
    delivery.deliver_all()
    assert level(acme) is Level.NONE and queries.proven_domain(acme.id, acme.website) == ""


def test_a_website_proves_itself_and_what_lies_within_it_and_nothing_above(cast, acme, net):
    """Whoever has a page at a university does not speak for the university."""
    with work.unit():
        organisations.change(actor=cast.owner, organisation=acme, website="https://me.sites.univ.example")
    member = person("Here", email="dean@univ.example")
    with work.unit():
        organisations.add_member(actor=cast.owner, organisation=acme, email=member.email, role=Role.MEMBER)
    proof = ask(cast, acme)
    net[proof.file_address] = Answer(200, body=proof.line.encode())
    look()
    assert level(acme) is Level.DOMAIN and people.card(member.id).level is Level.EMAIL
    for website, found in (
        ("https://univ.example", Level.NONE), ("https://www.univ.example", Level.NONE), ("https://sites.univ.example", Level.NONE),
        ("https://www.me.sites.univ.example/about", Level.DOMAIN), ("https://blog.me.sites.univ.example", Level.DOMAIN),
    ):  # fmt: skip
        with work.unit():
            organisations.change(actor=cast.owner, organisation=acme, website=website)
        delivery.deliver_all()
        assert (level(acme), people.card(member.id).level) == (found, Level.EMAIL), website
        assert bool(queries.proven_domain(acme.id, acme.website)) is (found is Level.DOMAIN)


def test_slow_websites_hold_up_nothing_else(cast, acme, net, monkeypatch):
    """A look ends once its time is over: what is due after it waits for the next."""
    with work.unit():
        for number in range(4):
            organisations.change(actor=cast.owner, organisation=acme, website=f"https://slow{number}.acme.example")
            operations.ask_web(actor=cast.owner, organisation=acme)
    monkeypatch.setattr(rules, "LOOKING", timedelta(0))  # the first call takes all of it
    for calls in (1, 2, 3, 4):
        look(timedelta(minutes=1) if calls == 1 else timedelta(0))
        assert len(net["asked"]) == len({*net["asked"]}) == calls


def test_what_is_taken_back_while_it_is_looked_for_stays_taken_back(cast, acme, net, monkeypatch):
    proof = ask(cast, acme)

    def fetch(url, *, most):
        with work.unit():
            operations.remove(actor=cast.owner, proof=queries.by_id(proof.id))
        return Answer(200, body=line.encode())

    line = proof.line
    monkeypatch.setattr(reactions.egress, "fetch", fetch)
    look()
    assert queries.of_organisation(acme.id) == [] and level(acme) is Level.NONE


def test_one_looks_for_two_weeks_ever_more_rarely(cast, acme, net):
    proof = ask(cast, acme)
    for _hour in range(24 * 20):
        look(timedelta(hours=1))
    assert (proof.state, proof.next_at) == (State.ASKED, None) and 15 < len(net["asked"]) < 35
    with work.unit():
        operations.look_again(actor=cast.owner, proof=proof)
    look()
    assert proof.next_at is not None
    with pytest.raises(NotNow) as refused, work.unit():
        operations.look_again(actor=cast.owner, proof=proof)
    assert refused.value.code == "just_looked"


def test_a_mailbox_answers_once_and_its_address_is_forgotten(cast, acme, app, client):
    with work.unit():
        proof = operations.ask_mailbox(actor=cast.owner, organisation=acme, address="office@mail.acme.example")
    delivery.deliver_all()
    (text,) = mails(app)
    secret = re.search(r"/domains/answer/(\S+)", text)[1]
    assert (
        secret not in (app.config["HUB"].data_dir / "hub.sqlite3").read_bytes().decode("latin-1") if app.config["HUB"].is_sqlite else True
    )
    path = f"/domains/answer/{secret}"
    assert "Does Acme belong to mail.acme.example?" in client.get(path).get_data(as_text=True)
    assert level(acme) is Level.NONE, "opening the link changes nothing"
    assert client.post(path).status_code == 302
    delivery.deliver_all()
    assert (level(acme), proof.address, client.post(path).status_code) == (Level.EMAIL, "", 404)
    clock.advance(rules.ANSWER_COUNTS - timedelta(seconds=1))
    look(timedelta(0))
    assert level(acme) is Level.EMAIL
    look(timedelta(seconds=1))
    assert (level(acme), proof.state, proof.trouble) == (Level.NONE, State.LOST, "over")


def test_a_mailbox_is_asked_though_the_mail_server_rests_for_an_hour(cast, acme, app, monkeypatch):
    def rests(*_):
        raise ConnectionRefusedError("rests")

    with work.unit():
        operations.ask_mailbox(actor=cast.owner, organisation=acme, address="office@acme.example")
    with monkeypatch.context() as without:
        without.setattr(gateway, "for_url", rests)
        for attempt in range(1, 11):
            delivery.deliver_all()
            clock.advance(delivery.back_off(attempt))
    assert not mails(app)
    delivery.deliver_all()
    assert len(mails(app)) == 1


def test_a_link_lapses_and_a_new_one_takes_its_place(cast, acme, app):
    for _twice in range(2):
        with work.unit():
            operations.ask_mailbox(actor=cast.owner, organisation=acme, address="office@acme.example")
        delivery.deliver_all()
    old, new = (re.search(r"/domains/answer/(\S+)", text)[1] for text in mails(app)[-2:]) if len(mails(app)) > 1 else (None, None)
    if old is not None:
        with pytest.raises(NotFound):
            queries.by_secret(old)
        assert queries.by_secret(new)
        clock.advance(rules.LINK_LIFE)
        with pytest.raises(NotFound):
            queries.by_secret(new)


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("acme@gmail.com", "free_mail"),
        ("acme@vip.qq.com", "free_mail"),
        ("acme@any.sub.web.de", "free_mail"),
        ("boss@acme.example.evil.org", "other_domain"),
        ("boss@notacme.example", "other_domain"),
        ("boss@example", "other_domain"),
    ],
)
def test_mailboxes_that_say_nothing_of_the_organisation_are_refused(cast, acme, address, code):
    before = last_id()
    with pytest.raises(Invalid) as refused, work.unit():
        operations.ask_mailbox(actor=cast.owner, organisation=acme, address=address)
    assert (refused.value.code, last_id()) == (code, before)


def test_not_many_mailboxes_a_day_and_by_managers_alone(cast, acme):
    for number in range(rules.MOST_MAILS_A_DAY):
        with work.unit():
            operations.ask_mailbox(actor=cast.owner, organisation=acme, address=f"office@dep{number}.acme.example")
    refused_mailbox(cast, acme, "five a day")
    for proof in queries.of_organisation(acme.id):
        with work.unit():
            operations.remove(actor=cast.owner, proof=proof)
    refused_mailbox(cast, acme, "removing what was asked frees none")
    clock.advance(rules.WORRY)
    for _again in range(rules.MOST_MAILS_A_DAY):
        with work.unit():
            operations.ask_mailbox(actor=cast.owner, organisation=acme, address="office@acme.example")
    refused_mailbox(cast, acme, "nor does asking the same one")
    for outsider in (cast.member, cast.finance, cast.solver, cast.admin):
        with pytest.raises(NotAllowed), work.unit():
            operations.ask_web(actor=outsider, organisation=acme)
    with work.unit():
        organisations.change(actor=cast.owner, organisation=acme, website="")
    with pytest.raises(HubError) as refused, work.unit():
        operations.ask_web(actor=cast.owner, organisation=acme)
    assert refused.value.code == "website_missing"


def refused_mailbox(cast, acme, why):
    before = last_id()
    with pytest.raises(TooMany), work.unit():
        operations.ask_mailbox(actor=cast.owner, organisation=acme, address="other@acme.example")
    assert last_id() == before, why


def test_people_are_verified_by_an_address_at_the_domain_of_their_organisation(cast, acme, net):
    here, there = person("Here", email="here@acme.example"), person("There", email="there@acme.example")
    with work.unit():
        organisations.add_member(actor=cast.owner, organisation=acme, email=here.email, role=Role.MEMBER)
    proof = ask(cast, acme)
    net[proof.file_address] = Answer(200, body=proof.line.encode())
    look()

    def levels():
        work.rollback()
        return [people.card(one.id).level for one in (here, there, cast.people["owner"])]

    assert levels() == [Level.DOMAIN, Level.EMAIL, Level.EMAIL], "an address elsewhere, or no membership, says nothing"
    with work.unit():
        organisations.add_member(actor=cast.owner, organisation=acme, email=there.email, role=Role.MEMBER)
        organisations.remove_member(actor=cast.owner, organisation=acme, person_id=here.id)
    delivery.deliver_all()
    assert levels() == [Level.EMAIL, Level.DOMAIN, Level.EMAIL]


def test_the_doors(cast, acme, client, net):
    sign_in(client, cast.people["owner"])
    page = f"/orgs/{acme.slug}/domain"
    client.post(page)
    proof = queries.of_way(acme.id, "www.acme.example", Way.WEB)
    shown = client.get(page).get_data(as_text=True)
    assert proof.line in shown and proof.file_address in shown
    refused = client.post(f"{page}/mailbox", data={"address": "me@gmail.com"})
    assert refused.status_code == 422 and "Anybody gets a mailbox at gmail.com" in refused.get_data(as_text=True)
    assert 'value="me@gmail.com"' in refused.get_data(as_text=True)
    told = client.get(f"/api/v1/domains/of/{acme.slug}", headers=api_headers(cast.people["manager"])).json["items"][0]
    assert (told["line"], told["state"]) == (proof.line, "asked")
    net[proof.file_address] = Answer(200, body=proof.line.encode())
    look()
    public = client.get(f"/orgs/{acme.slug}").get_data(as_text=True)
    assert "Domain acme.example proven" in public and "Verified: domain" in public


LABEL = st.from_regex(r"[a-z]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True)


@settings(max_examples=60)
@given(st.lists(LABEL, min_size=2, max_size=4), st.lists(LABEL, min_size=1, max_size=2), LABEL)
def test_domains_belong_together_only_along_whole_labels(labels, more, other):
    assume(other not in labels and "www" not in {other, *labels, *more})
    domain = ".".join(labels)
    inner = ".".join([*more, *labels])
    assert rules.belong_together(domain, f"www.{domain}")
    assert rules.covers(domain, inner) and rules.covers(f"www.{domain}", domain) and not rules.covers(inner, domain)
    assert rules.belong_together(inner, domain) and rules.belong_together(domain, inner)
    assert not rules.belong_together(f"{other}{domain}", domain) and not rules.belong_together(f"{domain}.{other}", domain)
