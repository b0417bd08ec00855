"""Domains proven by a TXT record: asked of a real DNS server on this machine, told apart in words, looked at again and lost."""

from __future__ import annotations

import dataclasses
import time
from datetime import timedelta

import pytest
from sqlalchemy import select

from hub.config import BadSetting, from_environment
from hub.core.accounts import queries as people
from hub.core.domains import operations, queries
from hub.core.domains.rules import Way
from hub.core.domains.states import State
from hub.core.messages.models import Notification
from hub.core.organisations import operations as organisations
from hub.db import work
from hub.db.extensions import db
from hub.kernel import naming
from hub.kernel.actor import Role
from hub.kernel.errors import Invalid, NotAllowed
from hub.kernel.levels import Level
from hub.kernel.naming import Unresolved
from tests.factories.domains import level, look
from tests.factories.names import names
from tests.factories.people import person, sign_in

RECORD = "_innovation-hub.acme.example"


@pytest.fixture
def server():
    with names() as made:
        yield made


@pytest.fixture
def acme(acme, app, server):
    """The site asks the server on this machine."""
    app.config["HUB"] = dataclasses.replace(app.config["HUB"], resolvers=(server.server,))
    return acme


def ask(cast, acme):
    with work.unit():
        return operations.ask_dns(actor=cast.manager, organisation=acme)


def test_a_record_proves_the_domain_and_its_people(cast, acme, server):
    proof = ask(cast, acme)
    assert (proof.domain, proof.record, proof.file_address, proof.line[:29]) == (
        "acme.example",
        RECORD,
        "",
        "innovation-hub-verification=" + proof.token[0],
    )
    look()
    assert (proof.state, proof.trouble, server.asked) == (State.ASKED, "dns_no_name", [RECORD])
    server.records[RECORD] = ['TXT "v=spf1 -all"']
    look(timedelta(minutes=4))
    assert (proof.state, proof.trouble) == (State.ASKED, "dns_wrong")
    half = len(proof.line) // 2
    server.records[RECORD] = ["CNAME proofs.example."]
    server.records["proofs.example"] = ['TXT "v=spf1 -all"', f'TXT "{proof.line[:half]}" "{proof.line[half:]}"']
    here = person("Here", email="here@acme.example")
    with work.unit():
        organisations.add_member(actor=cast.owner, organisation=acme, email=here.email, role=Role.MEMBER)
    look(timedelta(hours=1))
    assert (proof.state, proof.trouble, level(acme)) == (State.PROVEN, "", Level.DOMAIN), "an alias is followed, strings are joined"
    assert queries.proven_domain(acme.id, acme.website) == "acme.example" and people.card(here.id).level is Level.DOMAIN
    calls = len(server.asked)
    look(timedelta(days=6))
    assert len(server.asked) == calls
    look(timedelta(days=1))
    assert len(server.asked) > calls


def test_a_record_that_is_gone_for_long_is_lost_and_one_whose_servers_rest_is_not(cast, acme, server):
    proof = ask(cast, acme)
    server.records[RECORD] = [f'TXT "{proof.line}"']
    look()
    server.trouble[RECORD] = "SERVFAIL"
    look(timedelta(days=7))
    assert (proof.state, proof.trouble, level(acme)) == (State.PROVEN, "dns_failed", Level.DOMAIN)
    notes = db.session.scalars(select(Notification).where(Notification.person_id == cast.owner.person_id)).all()
    assert any("The TXT record that proves" in note.text for note in notes)
    del server.trouble[RECORD]
    look(timedelta(days=1))
    assert (proof.missed_at, proof.trouble) == (None, "")
    del server.records[RECORD]
    for _day in range(7 + 14):
        look(timedelta(days=1))
    assert (proof.state, level(acme)) == (State.LOST, Level.NONE)


@pytest.mark.parametrize(
    ("records", "trouble", "code"),
    [
        ({}, {}, "dns_no_name"),
        ({RECORD: ["A"]}, {}, "dns_no_text"),
        ({}, {RECORD: "SERVFAIL"}, "dns_failed"),
        ({}, {RECORD: "REFUSED"}, "dns_failed"),
        ({}, {RECORD: "silent"}, "dns_timeout"),
        ({RECORD: ["CNAME b.example."], "b.example": [f"CNAME {RECORD}."]}, {}, "dns_failed"),
        ({RECORD: ["CNAME nowhere.example."]}, {}, "dns_no_name"),
    ],
)
def test_what_is_wrong_is_told_apart(server, records, trouble, code):
    server.records, server.trouble = records, trouble
    began = time.monotonic()
    with pytest.raises(Unresolved) as refused:
        naming.texts(RECORD, [server.server], total=0.4)
    assert refused.value.code == code and code in naming.WHY
    assert time.monotonic() - began < 5


def test_names_that_cannot_be_are_no_names(server):
    for name in ("_innovation-hub." + "a" * 64 + ".example", "_innovation-hub." + ".".join(["abcdefgh"] * 30), "a..b"):
        with pytest.raises(Unresolved) as refused:
            naming.texts(name, [server.server])
        assert refused.value.code == "dns_no_name"
    assert server.asked == []


def test_the_doors_and_who_may(cast, acme, client, server):
    with pytest.raises(NotAllowed), work.unit():
        operations.ask_dns(actor=cast.member, organisation=acme)
    sign_in(client, cast.people["owner"])
    page = f"/orgs/{acme.slug}/domain"
    assert client.post(f"{page}/dns").status_code == 302
    proof = queries.of_way(acme.id, "acme.example", Way.DNS)
    look()
    shown = client.get(page).get_data(as_text=True)
    assert RECORD in shown and proof.line in shown and "NXDOMAIN" in shown
    server.records[RECORD] = [f'TXT "{proof.line}"']
    look(timedelta(hours=1))
    assert "Domain acme.example proven" in client.get(f"/orgs/{acme.slug}").get_data(as_text=True)
    with work.unit():
        organisations.change(actor=cast.owner, organisation=acme, website="https://192.0.2.7/")
    with pytest.raises(Invalid) as refused, work.unit():
        operations.ask_dns(actor=cast.owner, organisation=acme)
    assert refused.value.code == "website_missing"


def test_resolvers_are_a_setting(tmp_path):
    said = {"HUB_DATA_DIR": str(tmp_path), "HUB_RESOLVERS": "9.9.9.9, 127.0.0.1:5353,[::1]:5353 ,2620:fe::fe"}
    assert from_environment(said).resolvers == (("9.9.9.9", 53), ("127.0.0.1", 5353), ("::1", 5353), ("2620:fe::fe", 53))
    for wrong in ("dns.example", "9.9.9.9:0", "9.9.9.9:99999", "[::1", "300.1.1.1"):
        with pytest.raises(BadSetting, match="HUB_RESOLVERS"):
            from_environment({**said, "HUB_RESOLVERS": wrong})
