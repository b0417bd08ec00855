"""Print the figures: `make bench`."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hub.app import create_app
from hub.cli.demo.load import load
from hub.config import from_environment
from hub.db.extensions import db
from scripts.bench import books, delivering, posting, queueing, reading, sealing, searching, serving, writing


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="hub-bench-"))
    try:
        app = create_app(from_environment({"HUB_DATA_DIR": str(folder), "HUB_DEMO": "1", "HUB_RATE_LIMITS": "0"}))
        with app.app_context():
            db.create_all()
            load()
            searching.measure()
            slug = searching.an_open_challenge()
            writing.measure(folder)
            posting.measure(folder)
            sealing.seal(folder)
            delivering.measure(folder)
            reading.measure(app)
            queueing.measure(folder)
        books.measure(folder)
        sealing.prove(folder)
        serving.measure(folder, {"/explore (20 cards)": "/explore", "a challenge's page": f"/challenges/{slug}", "/": "/"})
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
