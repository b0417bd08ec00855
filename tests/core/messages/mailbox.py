"""What tests read mail with: the file outbox, and a mail server of their own on loopback."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path


def outbox(folder: Path) -> list[EmailMessage]:
    """The mails in the file outbox, in the order of their numbers."""
    return [parsed(path.read_bytes()) for path in sorted(folder.glob("*.eml"))]


def parsed(raw: bytes) -> EmailMessage:
    message = message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def text_of(message: EmailMessage, kind: str = "plain") -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


class MailServer(socketserver.ThreadingTCPServer):
    """A small SMTP server. `answers` maps a command's word ("RCPT") to the answer given instead of the usual one."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.mails: list[tuple[str, list[str], EmailMessage]] = []
        self.commands: list[str] = []
        self.answers: dict[str, str] = {}

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.server_address[1]}"


class _Talk(socketserver.StreamRequestHandler):
    server: MailServer

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def handle(self) -> None:
        self.say(self.server.answers.get("HELLO", "220 sink"))
        sender, recipients = "", list[str]()
        while line := self.rfile.readline().decode().strip():
            word = line.split()[0].upper()
            self.server.commands.append(line)
            if word in self.server.answers:
                self.say(self.server.answers[word])
            elif word == "EHLO":
                self.say("250-sink\r\n250-AUTH PLAIN LOGIN\r\n250 8BITMIME")
            elif word == "AUTH":
                self.say("235 welcome")
            elif word == "DATA":
                self.say("354 go on")
                self.server.mails.append((sender, recipients, parsed(self._body())))
                self.say("250 taken")
            elif word == "QUIT":
                self.say("221 bye")
                return
            else:
                sender = line.partition("<")[2].partition(">")[0] if word == "MAIL" else sender
                recipients = [*recipients, line.partition("<")[2].partition(">")[0]] if word == "RCPT" else recipients
                self.say("250 ok")

    def _body(self) -> bytes:
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line[1:] if line.startswith(b"..") else line)
        return b"".join(lines)


@contextmanager
def mail_server() -> Iterator[MailServer]:
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
