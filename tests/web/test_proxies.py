"""The visitor's address behind proxies of the operator's own."""

from __future__ import annotations

import dataclasses

import pytest

from hub.app import create_app
from hub.config import Config
from hub.db.extensions import db
from tests.conftest import Browser
from tests.factories.people import person


@pytest.mark.parametrize(
    ("proxies", "shown"),
    [(0, "127.0.0.1"), (1, "203.0.113.9"), (2, "198.51.100.7"), (3, "127.0.0.1")],
    ids=["none", "one", "two", "too few"],
)
def test_only_what_ones_own_proxies_wrote_is_believed(config: Config, proxies: int, shown: str) -> None:
    app = create_app(dataclasses.replace(config, proxies=proxies))
    app.test_client_class = Browser
    app.config["WTF_CSRF_ENABLED"] = False
    with app.app_context():
        ada = person()
        client = app.test_client()
        said = {"X-Forwarded-For": "198.51.100.7, 203.0.113.9"}
        client.post("/login", data={"email": ada.email, "password": "demo-pass"}, headers=said)
        page = client.get("/settings/security", headers=said).text
        assert shown in page and not [other for other in ("198.51.100.7", "203.0.113.9", "127.0.0.1") if other != shown and other in page]
        db.session.remove()
        db.engine.dispose()
