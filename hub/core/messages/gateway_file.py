"""Mail into files: the default, for trying the site out and for tests."""

from __future__ import annotations

import os
import re
import tempfile
from email.message import EmailMessage
from pathlib import Path


class FileGateway:
    """One .eml per message, named by its Message-ID, so that a message sent twice is there once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, message: EmailMessage) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        name = re.sub(r"[^A-Za-z0-9-]", "_", str(message["Message-ID"]).strip("<>").partition("@")[0])
        handle, draft = tempfile.mkstemp(dir=self.folder, prefix=".draft-")
        with os.fdopen(handle, "wb") as file:
            file.write(bytes(message))
        os.replace(draft, self.folder / f"{name}.eml")
