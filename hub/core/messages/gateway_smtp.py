"""Mail through a mail server. The only file that speaks SMTP."""

from __future__ import annotations

import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from email.message import EmailMessage

SECONDS = 20
LOCAL = {"localhost", "127.0.0.1", "::1"}


class Refused(Exception):
    """The server will never take this message (5xx to its recipient or its content): trying again makes no sense."""


@dataclass(frozen=True)
class SmtpGateway:
    """`tls` speaks TLS from the start; otherwise STARTTLS is used where the server offers it, and before any password."""

    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    tls: bool = False

    def send(self, message: EmailMessage) -> None:
        """Raises Refused for good, OSError or smtplib.SMTPException for now: also where the server takes nothing from this site at all (its
        greeting, TLS, the password, the sender), since an operator mends that, and the mail is still wanted then."""
        server = self._connect()
        try:
            server.send_message(message)
        except smtplib.SMTPRecipientsRefused as error:
            code, said = next(iter(error.recipients.values()))
            raise self._judged(code, said, error) from error
        except smtplib.SMTPDataError as error:
            raise self._judged(error.smtp_code, error.smtp_error, error) from error
        finally:
            with suppress(OSError, smtplib.SMTPException):  # the message was taken or not: a goodbye changes nothing
                server.quit()

    @staticmethod
    def _judged(code: int, said: bytes | str, error: Exception) -> Exception:
        """530 asks for a password: the site's own affair."""
        text = said.decode(errors="replace") if isinstance(said, bytes) else said
        return Refused(f"{code} {text}") if 500 <= code < 600 and code != 530 else error

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self.tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self.host, self.port, timeout=SECONDS, context=context)
        else:
            server = smtplib.SMTP(self.host, self.port, timeout=SECONDS)
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=context)
                server.ehlo()
            elif self.user and self.host not in LOCAL:
                server.close()
                raise smtplib.SMTPNotSupportedError("the mail server offers no TLS: the password is not sent in the clear")
        if self.user:
            server.login(self.user, self.password)
        return server
