"""A small DNS server on this machine: a resolver whose answers a test writes down."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.rcode
import dns.rrset


class Names:
    """`records` are lines of a zone by name ("TXT \\"a\\" \\"b\\"", "CNAME other."); `trouble` is an answer without any by name: the name of
    an rcode, or "silent". What is in neither is NXDOMAIN. `asked` is what was asked."""

    def __init__(self, sock: socket.socket) -> None:
        self.sock, self.server = sock, sock.getsockname()[:2]
        self.records: dict[str, list[str]] = {}
        self.trouble: dict[str, str] = {}
        self.asked: list[str] = []
        self.over = False

    def serve(self) -> None:
        while not self.over:
            try:
                wire, client = self.sock.recvfrom(4096)
            except TimeoutError:
                continue
            answer = self.answer(dns.message.from_wire(wire))
            if answer is not None:
                self.sock.sendto(answer.to_wire(), client)

    def answer(self, query: dns.message.Message) -> dns.message.Message | None:
        name = query.question[0].name.to_text(omit_final_dot=True).lower()
        self.asked.append(name)
        if self.trouble.get(name) == "silent":
            return None
        response = dns.message.make_response(query, recursion_available=True)
        if name in self.trouble:
            response.set_rcode(dns.rcode.from_text(self.trouble[name]))
        elif name not in self.records:
            response.set_rcode(dns.rcode.NXDOMAIN)
        for line in self.records.get(name, ()):
            kind, _, data = line.partition(" ")
            if kind in ("TXT", "CNAME"):
                response.answer.append(dns.rrset.from_text(name + ".", 60, "IN", kind, data))
        return response


@contextmanager
def names() -> Iterator[Names]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("127.0.0.1", 0))
        sock.settimeout(0.05)
        made = Names(sock)
        thread = threading.Thread(target=made.serve, daemon=True)
        thread.start()
        try:
            yield made
        finally:
            made.over = True
            thread.join(1)
