"""Whoever administers has a second step, or does not administer (HUB_ADMIN_FACTOR)."""

from __future__ import annotations

import dataclasses

import pytest

from hub.config import from_environment
from hub.core.accounts import operations as accounts
from hub.core.accounts import queries as people
from hub.db import work
from hub.kernel.actor import SYSTEM
from hub.kernel.errors import NotAllowed
from tests.factories.factors import app_for
from tests.factories.people import actor_of, api_headers, person, sign_in


@pytest.fixture
def strict(app):
    """The site as it is outside of a demo."""
    app.config["HUB"] = dataclasses.replace(app.config["HUB"], admin_factor=True)
    return app


def text(answer) -> str:
    return answer.get_data(as_text=True)


def test_without_a_second_step_an_administrator_is_led_to_set_one_up(strict, client):
    root, ada = person("Root", admin=True), person("Ada")
    sign_in(client, root)
    for path in ("/admin", "/admin/people", f"/admin/people/{ada.id}", "/admin/audit", "/admin/jobs"):
        answer = client.get(path)
        assert answer.status_code == 302 and answer.headers["Location"] == "/settings/security/factors", path
    answer = client.post(f"/admin/people/{ada.id}/suspend", data={"reason": "No"})
    assert answer.status_code == 302 and people.get(ada.id).state == "active"
    assert "set up a second step first" in text(client.get("/settings/security/factors"))
    assert "administer this site" in text(client.get("/home")) and 'href="/admin"' not in text(client.get("/home"))
    assert client.get("/settings/profile").status_code == 200, "everything else is open"


def test_their_programs_are_told_so(strict, client):
    root = person("Root", admin=True)
    headers = api_headers(root)
    answer = client.get("/api/v1/admin/fundings", headers=headers)
    assert (answer.status_code, answer.json["code"]) == (403, "factor_missing")
    assert client.get("/api/v1/me", headers=headers).json["duties"] == []
    app_for(root)
    assert client.get("/api/v1/me", headers=headers).json["duties"] == ["admin"]
    assert client.get("/api/v1/admin/fundings", headers=headers).status_code == 200


def test_once_it_is_set_up_they_administer(strict, client):
    root = person("Root", admin=True)
    sign_in(client, root)
    app_for(root)
    assert client.get("/admin").status_code == 200


def test_others_notice_nothing(strict, client):
    sign_in(client, person("Ada", consultant=True))
    assert client.get("/admin").status_code == 403
    assert "administer this site" not in text(client.get("/home"))


def test_it_is_asked_outside_of_a_demo_unless_it_is_switched_off(tmp_path):
    def asked(**env: str) -> bool:
        return from_environment({"HUB_DATA_DIR": str(tmp_path), **env}).admin_factor

    assert asked() and not asked(HUB_DEMO="1") and not asked(HUB_ADMIN_FACTOR="0") and asked(HUB_DEMO="1", HUB_ADMIN_FACTOR="1")


# Ending sessions


def test_an_administrator_ends_somebody_s_sessions(app, client):
    root, ada = person("Root", admin=True), person("Ada")
    hers = app.test_client()
    sign_in(hers, ada)
    sign_in(client, root)
    assert "End all sessions" in text(client.get(f"/admin/people/{ada.id}"))
    assert client.post(f"/admin/people/{ada.id}/sessions/end").status_code == 302
    assert hers.get("/settings/profile").status_code == 302 and client.get("/admin").status_code == 200
    with pytest.raises(NotAllowed), work.unit():
        accounts.shut_out(actor=actor_of(ada), person=root)
    with pytest.raises(NotAllowed), work.unit():
        accounts.shut_out(actor=actor_of(root), person=root)


def test_all_sessions_are_ended_on_the_command_line(app):
    clients = [app.test_client() for _ in range(2)]
    for one in clients:
        sign_in(one, person())
    with pytest.raises(NotAllowed), work.unit():
        accounts.end_sessions_of(actor=actor_of(person("Root", admin=True)))
    with work.unit():
        assert accounts.end_sessions_of(actor=SYSTEM) == 2
    assert [one.get("/settings/profile").status_code for one in clients] == [302, 302]
