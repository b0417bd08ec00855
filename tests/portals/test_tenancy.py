"""One tenant sees nothing of another: every door of a portal, tried by the other portal's manager, and every place that shows things."""

from __future__ import annotations

import re

import pytest

from hub.db import work
from hub.portals.desk import operations as desk
from hub.portals.desk.states import Act
from hub.portals.forms import operations as forms
from tests.factories import people, portals

SECRET = "Salt that cools when it rains"
PUBLIC = {
    "GET /p/<slug>", "GET /p/<slug>/theme.css", "GET /p/<slug>/logo", "GET /p/<slug>/submit", "POST /p/<slug>/submit",
    "POST /p/<slug>/submit/discard", "GET /p/<slug>/submit/check", "POST /p/<slug>/submit/check", "GET /api/v1/portals/<slug>",
    "GET /api/v1/portals/<slug>/items", "GET /api/v1/portals/<slug>/form", "PUT /api/v1/portals/<slug>/draft",
    "POST /api/v1/portals/<slug>/submissions", "POST /api/v1/portals/<slug>/draft/files/<key>",
}  # fmt: skip
"""Doors for everybody who has an idea, other tenants among them."""


@pytest.fixture
def sent(stage):
    """Something of Meridian's that Loom must not see: in the middle of its way, assigned, with a note."""
    with work.unit():
        made = portals.submission(stage.fresh, stage.actor("kestrel"), SECRET)
        desk.decide(actor=stage.actor("heron"), submission=made, act=Act.ADVANCE, reason="A reason of Meridian's.", seen_step=1)
        desk.assign(actor=stage.actor("heron"), submission=made, person_id=stage.heron.id)
        desk.note(actor=stage.actor("heron"), submission=made, text="A note of Meridian's.")
        forms.save(
            actor=stage.actor("heron"), portal=stage.fresh, fields=[{"key": "q9", "kind": "short", "label": {"en": "Meridian asks"}}]
        )
    return made


def doors(app):
    """Every route of a portal, as (method, rule)."""
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith(("/p/<", "/api/v1/portals/<")):
            for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
                yield method, rule.rule


def filled(rule: str, slug: str, submission) -> list[str]:
    """The route's addresses in this portal."""
    values = {"slug": slug, "submission_id": submission.id, "file_id": 1, "person_id": submission.person_id, "key": "q1", "number": 1}
    choices = re.search(r"<any\(([^)]*)\):act>", rule)
    rules = [rule.replace(choices.group(0), act) for act in choices.group(1).split(",")] if choices else [rule]
    return [re.sub(r"<(?:int:)?(\w+)>", lambda part: str(values[part.group(1)]), each) for each in rules]


def test_every_door_is_shut_to_the_other_tenant_s_manager(app, client, stage, sent):
    """At Meridian's own address, and at Loom's with Meridian's numbers in it."""
    people.sign_in(client, stage.kingfisher)
    headers, tried = people.api_headers(stage.kingfisher), 0
    for method, rule in doors(app):
        if f"{method} {rule}" in PUBLIC:
            continue
        for slug in ("fresh", "coats") if "submission" in rule and "<int:" in rule else ("fresh",):
            for address in filled(rule, slug, sent):
                answer = client.open(
                    address,
                    method=method,
                    headers=headers if rule.startswith("/api") else {},
                    json={} if rule.startswith("/api") and method != "GET" else None,
                )
                assert answer.status_code in {403, 404, 422} if slug == "coats" or method != "GET" else answer.status_code in {403, 404}, (
                    method,
                    address,
                    answer.status_code,
                )
                if answer.status_code == 422:
                    assert rule.startswith("/api"), (address, "a body is looked at before it is known who may send one")
                assert SECRET not in answer.text and "Meridian's" not in answer.text, address
                tried += 1
    assert tried > 50


def test_the_public_doors_show_nothing_of_it_either(client, stage, sent):
    for name in ("kingfisher", "wren"):
        people.sign_in(client, getattr(stage, name))
        for address in (
            "/p/fresh",
            "/p/fresh/submit",
            "/p/fresh/submit/check",
            "/p/coats",
            "/my/submissions",
            "/home",
            "/inbox",
            "/portals",
            "/explore?q=salt+cools+rains",
        ):
            page = client.get(address)
            assert SECRET not in page.text and "Meridian asks" not in page.text, (name, address)
        client.post("/logout")


def test_lists_boards_and_figures_count_only_their_own(client, stage, sent):
    people.sign_in(client, stage.kingfisher)
    for page in ("pipeline", "pipeline?view=table", "pipeline?show=mine", "figures"):
        text = client.get(f"/p/coats/manage/{page}").text
        assert SECRET not in text
    assert "There are no figures" in client.get("/p/coats/manage/figures").text
    headers = people.api_headers(stage.kingfisher)
    assert client.get("/api/v1/portals/coats/submissions", headers=headers).json["items"] == []
    assert client.get("/api/v1/submissions", headers=headers).json["items"] == []


def test_a_named_manager_of_one_finds_only_that_one(client, stage):
    people.sign_in(client, stage.kingfisher)
    page = client.get("/portals").text
    assert "Coats ideas" in page and "Fresh ideas" not in page


def test_writing_from_outside_changes_nothing(client, stage, sent):
    people.sign_in(client, stage.kingfisher)
    place, before = f"/p/fresh/manage/submissions/{sent.id}", (sent.state, sent.step, sent.assignee_id)
    assert client.post(place + "/decide", data={"act": "decline", "reason": "Mine now.", "step": "2", "sure": "1"}).status_code == 403
    assert client.post(place + "/assign", data={"person": str(stage.kingfisher.id)}).status_code == 403
    assert (
        client.post(
            place.replace("fresh", "coats") + "/decide", data={"act": "decline", "reason": "Mine.", "step": "2", "sure": "1"}
        ).status_code
        == 404
    )
    assert client.post("/p/fresh/manage/theme", data={"light.accent": "#000000"}).status_code == 403
    assert (sent.state, sent.step, sent.assignee_id) == before and not stage.fresh.theme
