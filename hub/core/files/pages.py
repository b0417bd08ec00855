"""No pages of its own: the room that attached a file checks who may read it and answers `send(file)`."""

from __future__ import annotations

import io

from flask import Blueprint, Response, send_file
from flask.blueprints import BlueprintSetupState

from hub.core.files import queries
from hub.core.files.models import File

pages = Blueprint("files", __name__)
SANDBOX = "default-src 'none'; sandbox"


@pages.record_once
def _configure(state: BlueprintSetupState) -> None:
    config = state.app.config["HUB"]
    queries.configure(config.data_dir / "files", config.max_upload_mb * 1024 * 1024)


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


def send_private(content: bytes, media_type: str, name: str) -> Response:
    """What only this reader may see, and nobody keeps: images are shown, everything else is downloaded."""
    shown = media_type in {"image/png", "image/jpeg"}
    response: Response = send_file(io.BytesIO(content), mimetype=media_type, as_attachment=not shown, download_name=name, max_age=0)
    response.headers["Content-Security-Policy"] = SANDBOX
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "private, no-store"
    return response
