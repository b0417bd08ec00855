"""Addresses that people type in: what may be called, what connects where, and how long and how much is read."""

from __future__ import annotations

import errno
import ipaddress
import socket
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.config import BadSetting, from_environment
from hub.kernel import egress
from hub.kernel.egress import Rules, Unreachable, fetch, inspect, may_call
from hub.kernel.errors import Invalid
from tests.factories.receiver import certificate, receiver

LOOPBACK = Rules(allowed=(ipaddress.ip_network("127.0.0.0/8"),))

EVIL = {
    "https://127.0.0.1/": "address_not_public",
    "https://127.1/": "address_not_public",
    "https://2130706433/": "address_not_public",
    "https://0x7f000001/": "address_not_public",
    "https://0x7f.0.0.1/": "address_not_public",
    "https://017700000001/": "address_not_public",
    "https://0177.0.0.01/": "address_not_public",
    "https://127.0.0.1./": "address_not_public",
    "https://１２７.０.０.１/": "address_not_public",
    "https://127。0。0。1/": "address_not_public",
    "https://0.0.0.0/": "address_not_public",
    "https://0/": "address_not_public",
    "https://10.0.0.5/": "address_not_public",
    "https://172.16.3.4/": "address_not_public",
    "https://192.168.0.1/": "address_not_public",
    "https://100.64.0.1/": "address_not_public",
    "https://100.100.100.200/": "address_not_public",
    "https://169.254.169.254/latest/meta-data/": "address_not_public",
    "https://168.63.129.16/": "address_not_public",
    "https://192.0.0.192/": "address_not_public",
    "https://198.18.0.1/": "address_not_public",
    "https://224.0.0.1/": "address_not_public",
    "https://240.0.0.1/": "address_not_public",
    "https://255.255.255.255/": "address_not_public",
    "https://[::1]/": "address_not_public",
    "https://[::]/": "address_not_public",
    "https://[::ffff:127.0.0.1]/": "address_not_public",
    "https://[::ffff:8.8.8.8]/": "address_not_public",
    "https://[::ffff:7f00:1]/": "address_not_public",
    "https://[::127.0.0.1]/": "address_not_public",
    "https://[64:ff9b::7f00:1]/": "address_not_public",
    "https://[2002:7f00:1::]/": "address_not_public",
    "https://[2001:0:7f00:1::]/": "address_not_public",
    "https://[fe80::1]/": "address_not_public",
    "https://[fe80::1%25eth0]/": "address_not_public",
    "https://[fd00:ec2::254]/": "address_not_public",
    "https://[fec0::1]/": "address_not_public",
    "https://[ff02::1]/": "address_not_public",
    "https://localhost/": "address_not_public",
    "https://LOCALHOST./": "address_not_public",
    "https://hub.localhost/": "address_not_public",
    "https://intranet/": "address_not_public",
    "http://example.com/": "address_not_https",
    "https://example.com:22/": "address_port",
    "https://example.com:0/": "address_port",
    "https://example.com:8443/": "address_port",
    "https://user:word@example.com/": "address_with_password",
    "https://example.com@127.0.0.1/": "address_with_password",
    "https://127.0.0.1\\@example.com/": "address_unreadable",
    "https://exa mple.com/": "address_unreadable",
    "https://example.com/\r\nX: y": "address_unreadable",
    "https://\texample.com/": "address_unreadable",
    "https:///etc/passwd": "address_unreadable",
    "file:///etc/passwd": "address_unreadable",
    "gopher://example.com/": "address_unreadable",
    "ftp://example.com/": "address_unreadable",
    "//example.com/": "address_unreadable",
    "example.com": "address_unreadable",
    "https://[::1/": "address_unreadable",
    "https://1.2.3.4.5/": "address_unreadable",
    "https://999.1.1.1/": "address_unreadable",
    "https://example.com:port/": "address_unreadable",
    "https://.example.com/": "address_unreadable",
    "https://a..b/": "address_unreadable",
    "https://" + "a" * 2100: "address_unreadable",
    "": "address_unreadable",
}


@pytest.mark.parametrize("url", EVIL, ids=repr)
def test_evil_addresses_are_refused_by_their_form(url: str):
    with pytest.raises(Invalid) as refused:
        inspect(url)
    assert refused.value.code == EVIL[url]
    assert "url" in refused.value.fields


def test_usual_addresses_are_taken_as_they_are_meant():
    target = inspect("https://Exämple.com/Häuser?q=a b".replace(" ", "%20"))
    assert (target.host, target.port, target.path) == ("xn--exmple-cua.com", 443, "/H%C3%A4user?q=a%20b")
    assert inspect("https://[2606:4700:4700::1111]/").host_header == "[2606:4700:4700::1111]"
    assert inspect("https://8.8.8.8").path == "/"


@given(st.ip_addresses(v=4) | st.ip_addresses(v=6))
@settings(max_examples=60)
def test_whatever_is_not_public_by_nature_is_never_called(address: Any):
    plain = address.is_private or address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified
    assert not (plain and may_call(address))
    mapped = ipaddress.ip_address(f"::ffff:{address}") if address.version == 4 else address
    assert address.version == 6 or not may_call(mapped)


def resolver(*answers: list[str]) -> Any:
    """Answers the look-ups in turn, then says the last one for ever; `asked` counts them."""

    def look(host: str, port: int) -> list[str]:
        look.asked += 1  # type: ignore[attr-defined]
        return answers[min(look.asked, len(answers)) - 1]  # type: ignore[attr-defined]

    look.asked = 0  # type: ignore[attr-defined]
    return look


@pytest.mark.parametrize(
    "found", [["127.0.0.1"], ["10.1.2.3"], ["93.184.216.34", "127.0.0.1"], ["::ffff:10.0.0.1"], ["fe80::1%lo"], ["169.254.169.254"]]
)
def test_a_name_that_leads_inside_is_not_called(found: list[str]):
    """Names like 127.0.0.1.nip.io; and one bad address among good ones is a trap."""
    with pytest.raises(Unreachable) as failed:
        fetch("https://127.0.0.1.nip.example/", resolver=resolver(found))
    assert failed.value.code == "not_public"


def test_the_connection_goes_to_the_address_that_was_judged(monkeypatch: pytest.MonkeyPatch):
    """A name that answers with a public address first and with an inner one a moment later (rebinding) is looked up once."""
    called: list[Any] = []

    def connect(self: socket.socket, address: Any) -> None:
        called.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(egress._Plain, "connect", connect)
    look = resolver(["93.184.216.34"], ["127.0.0.1"])
    with pytest.raises(Unreachable) as failed:
        fetch("https://rebinding.example/", resolver=look)
    assert (failed.value.code, look.asked, called) == ("refused", 1, [("93.184.216.34", 443)])


def test_names_that_are_not_known_and_look_ups_that_hang():
    with pytest.raises(Unreachable) as failed:
        fetch("https://nowhere.example/", resolver=resolver([]))
    assert failed.value.code == "no_such_name"
    begun = time.monotonic()
    with pytest.raises(Unreachable) as failed:
        fetch("https://nowhere.example/", resolver=lambda host, port: time.sleep(5) or [], connect=0.1)  # type: ignore[func-returns-value]
    assert failed.value.code == "timeout"
    assert time.monotonic() - begun < 2


def test_an_answer_comes_back_and_no_redirect_is_followed():
    with receiver() as other, receiver() as secret:
        other.answer = (302, {"Location": secret.url}, b"over there")
        answer = fetch(
            f"http://somewhere.example:{other.port}/a?b=c",
            method="POST",
            body=b"{}",
            headers={"X-One": "1"},
            rules=LOOPBACK,
            resolver=resolver(["127.0.0.1"]),
        )
        assert (answer.status, answer.body, answer.headers["location"]) == (302, b"over there", secret.url)
        assert (other.got[0].path, other.got[0].body, other.got[0].headers["X-One"]) == ("/a?b=c", b"{}", "1")
        assert other.got[0].headers["Host"] == f"somewhere.example:{other.port}"
        assert secret.got == []


def test_only_the_opened_networks_may_be_called_in_other_ways():
    with receiver() as local:
        with pytest.raises(Invalid):
            fetch(local.url)
        elsewhere = Rules(allowed=(ipaddress.ip_network("10.0.0.0/8"),))
        with pytest.raises(Invalid):
            fetch(local.url, rules=elsewhere)
        for found in (["127.0.0.1"], ["93.184.216.34"]):  # http to a public address stays forbidden, too
            with pytest.raises(Unreachable) as failed:
                fetch(f"http://name.example:{local.port}/", rules=elsewhere, resolver=resolver(found))
            assert failed.value.code == "not_public"
        assert local.got == []


def test_reading_is_bounded():
    with receiver() as endless:
        endless.answer = (200, {}, b"x" * 5000)
        answer = fetch(endless.url, rules=LOOPBACK, most=500)
        assert (len(answer.body), answer.cut) == (500, True)


FRAMED = {
    "with a length": (b"Content-Length: 4\r\n", b"done"),
    "in chunks": (b"Transfer-Encoding: chunked\r\n", b"2\r\ndo\r\n2\r\nne\r\n0\r\n\r\n"),
    "until it hangs up": (b"", b"done"),
    "with nothing in it": (b"Content-Length: 0\r\n", b""),
}


@pytest.mark.parametrize("keeps", [b"", b"Connection: close\r\n", b"Connection: keep-alive\r\n"], ids=["says nothing", "closes", "keeps"])
@pytest.mark.parametrize("framed", FRAMED)
@pytest.mark.parametrize("most", [2, 500])
def test_an_answer_counts_however_it_is_framed(framed: str, keeps: bytes, most: int):
    head, body = FRAMED[framed]
    said = b"done" if body else b""

    def speak(handler: Any) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + keeps + head + b"\r\n" + body)
        handler.close_connection = True

    with receiver() as other:
        other.answer = speak
        answer = fetch(other.url, method="POST", body=b"{}", rules=LOOPBACK, most=most)
        assert (answer.status, answer.body, answer.address) == (200, said[:most], "127.0.0.1")


@pytest.mark.parametrize("number", [errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EAFNOSUPPORT, errno.ECONNREFUSED])
@pytest.mark.parametrize("dead", [1, 4])
def test_behind_dead_addresses_the_live_one_is_called(monkeypatch: pytest.MonkeyPatch, number: int, dead: int):
    """IPv6 that leads nowhere, however many addresses it has."""
    real, called = egress._Plain.connect, []

    def connect(self: socket.socket, address: Any) -> None:
        called.append(address[0])
        if ":" in address[0]:
            raise OSError(number, "no way there")
        real(self, address)

    monkeypatch.setattr(egress._Plain, "connect", connect)
    everywhere = Rules(allowed=(ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("2001:db8::/32")))
    found = [*(f"2001:db8::{n + 1}" for n in range(dead)), "127.0.0.1"]
    with receiver() as other:
        assert fetch(f"http://both.example:{other.port}/", rules=everywhere, resolver=resolver(found)).status == 204
        assert called[-1] == "127.0.0.1" and len(called) <= 3


def test_a_wrong_certificate_is_not_tried_elsewhere(tmp_path: Path):
    server, trust = certificate(tmp_path, "receiver.example")
    with receiver(server) as secure, pytest.raises(Unreachable) as failed:
        look = resolver(["127.0.0.1", "127.0.0.2"])
        fetch(f"https://other.example:{secure.port}/", rules=LOOPBACK, resolver=look, trust=trust)
    assert failed.value.code == "certificate"


@pytest.mark.parametrize("part", ["headers", "body"])
def test_who_answers_letter_by_letter_is_left_in_time(part: str):
    def drip(handler: Any) -> None:
        handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + (b"" if part == "headers" else b"Content-Length: 1000\r\n\r\n"))
        for _ in range(100):
            handler.wfile.write(b"X-A: b\r\n" if part == "headers" else b"x")
            handler.wfile.flush()
            time.sleep(0.02)

    with receiver() as slow:
        slow.answer = drip
        begun = time.monotonic()
        with pytest.raises(Unreachable) as failed:
            fetch(slow.url, rules=LOOPBACK, total=0.3)
        assert (failed.value.code, time.monotonic() - begun < 1) == ("timeout", True)


def test_what_is_no_answer_is_said_to_be_none():
    with receiver() as odd:
        odd.answer = lambda handler: handler.wfile.write(b"SSH-2.0-OpenSSH\r\n")
        with pytest.raises(Unreachable) as failed:
            fetch(odd.url, rules=LOOPBACK)
        assert failed.value.code == "broken"
        port = odd.port
    with pytest.raises(Unreachable) as failed:
        fetch(f"http://127.0.0.1:{port}/", rules=LOOPBACK)
    assert failed.value.code == "refused"


def test_the_certificate_is_checked_against_the_name(tmp_path: Path):
    server, trust = certificate(tmp_path, "receiver.example")
    look = resolver(["127.0.0.1"])
    with receiver(server) as secure:
        url = f"https://receiver.example:{secure.port}/"
        assert fetch(url, rules=LOOPBACK, resolver=look, trust=trust).status == 204
        assert secure.got[0].headers["Host"] == f"receiver.example:{secure.port}"
        for name, known in (("other.example", trust), ("receiver.example", None)):
            with pytest.raises(Unreachable) as failed:
                fetch(f"https://{name}:{secure.port}/", rules=LOOPBACK, resolver=look, trust=known)
            assert failed.value.code == "certificate"
        assert len(secure.got) == 1


def test_the_settings_say_what_else_may_be_called(tmp_path: Path):
    env = {"HUB_DATA_DIR": str(tmp_path)}
    strict = from_environment(env)
    assert (strict.egress_ports, strict.egress_allow) == (frozenset({443}), ())
    opened = from_environment(env | {"HUB_EGRESS_PORTS": "443, 8443", "HUB_EGRESS_ALLOW": "10.2.0.0/16, ::1/128"})
    assert opened.egress_ports == {443, 8443} and len(opened.egress_allow) == 2
    rules = Rules(opened.egress_ports, opened.egress_allow)
    assert inspect("https://example.com:8443/", rules).port == 8443
    assert inspect("http://10.2.3.4:99/", rules).host == "10.2.3.4"
    with pytest.raises(Invalid):
        inspect("http://10.3.0.1/", rules)
    for bad in (
        {"HUB_EGRESS_PORTS": "https"},
        {"HUB_EGRESS_PORTS": "0"},
        {"HUB_EGRESS_ALLOW": "10.2.0.1/16"},
        {"HUB_EGRESS_ALLOW": "inside"},
    ):
        with pytest.raises(BadSetting):
            from_environment(env | bad)
