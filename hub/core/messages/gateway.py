"""How mail leaves the site: one protocol, chosen by HUB_MAIL_URL."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path
from typing import Protocol
from urllib.parse import unquote, urlsplit

from hub.config import BadSetting
from hub.core.messages.gateway_file import FileGateway
from hub.core.messages.gateway_smtp import SmtpGateway


class Gateway(Protocol):
    def send(self, message: EmailMessage) -> None:
        """Hand the message over. Raises gateway_smtp.Refused if it will never be taken, OSError or SMTPException if not now."""


def for_url(url: str, outbox: Path) -> Gateway:
    """`file:` writes .eml files into `outbox`; `smtp://user:password@host:port` uses STARTTLS where offered; `smtps://` speaks TLS.

    Raises BadSetting.
    """
    parts = urlsplit(url)
    try:
        port = parts.port
    except ValueError:
        raise BadSetting("HUB_MAIL_URL has a port that is not a number") from None
    if parts.scheme == "file":
        return FileGateway(Path(unquote(parts.path)) if parts.path else outbox)
    if parts.scheme in {"smtp", "smtps"} and parts.hostname:
        return SmtpGateway(
            host=parts.hostname,
            port=port or (465 if parts.scheme == "smtps" else 25),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
            tls=parts.scheme == "smtps",
        )
    raise BadSetting("HUB_MAIL_URL must be file:, smtp://host:port or smtps://user:password@host:port")
