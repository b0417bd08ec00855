"""No pages of its own: the room that takes files asks `uploads()`; whoever may read one is checked by it and answered `send(file)`."""

from __future__ import annotations

import io
from typing import BinaryIO, cast

from flask import Blueprint, Response, request, send_file
from flask.blueprints import BlueprintSetupState

from hub.core.files import queries
from hub.core.files.models import File
from hub.core.files.rules import FIELD, Copy, Upload
from hub.kernel.errors import one_field
from hub.kernel.words import N_

pages = Blueprint("files", __name__)
SANDBOX = "default-src 'none'; sandbox"


@pages.record_once
def _configure(state: BlueprintSetupState) -> None:
    config = state.app.config["HUB"]
    queries.configure(config.data_dir / "files", config.max_upload_mb * 1024 * 1024)


def uploads() -> list[Upload]:
    """What this request sends in the field `file`, once or repeated."""
    return [Upload(cast(BinaryIO, sent.stream), sent.filename) for sent in request.files.getlist(FIELD) if sent.filename]


def some_uploads() -> list[Upload]:
    """As `uploads`, at least one. Raises Invalid (code file_missing)."""
    if not (sent := uploads()):
        raise one_field(FIELD, N_("Choose a file first."), code="file_missing")
    return sent


def send(file: File) -> Response:
    """The file as a download that no browser will run. Raises NotFound."""
    response: Response = send_file(
        queries.path_of(file), mimetype=file.media_type, as_attachment=True, download_name=file.filename, etag=file.sha256, max_age=0
    )
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def send_copy(file: File, name: str, content: bytes) -> Response:
    """As `send`, for one reader's copy with a name and bytes of its own."""
    response: Response = send_file(io.BytesIO(content), mimetype=file.media_type, as_attachment=True, download_name=name, max_age=0)
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response


def send_read(file: File, copy: Copy | None) -> Response:
    """What a reader gets of somebody else's file: their own copy, or the file as it is where none was made for them (its own people)."""
    return send(file) if copy is None else send_copy(file, copy.name, copy.content)


def send_private(content: bytes, media_type: str, name: str) -> Response:
    """What only this reader may see, and nobody keeps: images are shown, everything else is downloaded."""
    shown = media_type in {"image/png", "image/jpeg"}
    response: Response = send_file(io.BytesIO(content), mimetype=media_type, as_attachment=not shown, download_name=name, max_age=0)
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
