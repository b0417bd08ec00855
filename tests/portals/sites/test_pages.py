"""The portal in a browser: its colours, its languages, its set-up."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from hub.db import work
from hub.db.extensions import db
from hub.portals.sites import operations as sites
from hub.portals.sites.models import Portal
from tests.factories import people, portals

COLOURS = {"light.accent": "#0b3d91", "light.link": "#0B3D91", "radius": "4"}


@pytest.fixture
def heron(stage, client):
    people.sign_in(client, stage.heron)
    return client


def test_a_visitor_finds_the_customer_s_name_and_colours(stage, client):
    with work.unit():
        sites.set_theme(actor=stage.actor("heron"), portal=stage.fresh, theme={"light": {"accent": "#0b3d91"}})
    page = client.get("/p/fresh").text
    assert "Fresh ideas" in page and "A portal of Meridian Foods" in page and "Loom" not in page
    href = page.split('href="/p/fresh/theme.css')[1].split('"')[0]
    sheet = client.get("/p/fresh/theme.css" + href)
    assert sheet.content_type.startswith("text/css") and "--brand: light-dark(#0b3d91," in sheet.text
    assert "immutable" in sheet.headers["Cache-Control"]
    assert "immutable" not in client.get("/p/fresh/theme.css?v=old").headers["Cache-Control"]
    assert "style-src" not in sheet.headers["Content-Security-Policy"] and "unsafe" not in sheet.headers["Content-Security-Policy"]


def test_new_colours_have_a_new_address(stage, heron):
    def href():
        return heron.get("/p/fresh").text.split('href="/p/fresh/theme.css')[1].split('"')[0]

    assert heron.post("/p/fresh/manage/theme", data=COLOURS).status_code == 302
    first = href()
    heron.post("/p/fresh/manage/theme", data={**COLOURS, "radius": "5"})
    assert href() != first


def test_colours_that_cannot_be_read_are_refused_with_everything_typed(stage, heron):
    answer = heron.post("/p/fresh/manage/theme", data={"light.ink": "#bbbbbb", "light.accent": "#0b3d91", "radius": "7"})
    assert answer.status_code == 422
    for words in ("Light: Text on Background", "4.5 to 1", 'value="#bbbbbb"', 'value="#0b3d91"', 'value="7"', "nearest colours that pass"):
        assert words in answer.text, words
    assert not stage.fresh.theme
    assert heron.post("/p/fresh/manage/theme", data={"light.ink": "#bbbbbb", "mend": "1"}).status_code == 302
    assert stage.fresh.theme["light"]["ink"] != "#bbbbbb"


@pytest.mark.parametrize("text", ["red", "#fff;}", "url(x)", "#12345"])
def test_what_is_no_colour_never_comes_back_in_a_sheet(stage, heron, text):
    assert heron.post("/p/fresh/manage/theme", data={"light.accent": text}).status_code == 422
    assert heron.post("/p/fresh/manage/theme/preview", data={"light.accent": text}).status_code == 422
    sheet = heron.get("/p/fresh/manage/theme/preview.css", query_string={"light.accent": text})
    assert sheet.status_code == 422 and "--brand" not in sheet.text


def test_junk_in_the_table_makes_no_sheet(stage, client):
    with work.unit():
        db.session.execute(update(Portal).where(Portal.slug == "fresh").values(theme={"light": {"accent": "red;}body{display:none"}}))
    assert "display:none" not in client.get("/p/fresh/theme.css").text


def test_a_preview_saves_nothing(stage, heron):
    answer = heron.post("/p/fresh/manage/theme/preview", data=COLOURS)
    assert answer.status_code == 200 and "Nothing is saved yet" in answer.text
    href = answer.text.split('href="/p/fresh/manage/theme/preview.css')[1].split('"')[0].replace("&amp;", "&")
    assert "light-dark(#0b3d91," in heron.get("/p/fresh/manage/theme/preview.css" + href).text
    assert not stage.fresh.theme
    assert 'value="#0b3d91"' in heron.post("/p/fresh/manage/theme/preview", data={**COLOURS, "change": "1"}).text


def test_a_portal_speaks_its_own_languages_alone(stage, client):
    with work.unit():
        portals.portal(stage.loom, stage.actor("owl"), slug="english", languages=["en"], names={"en": "English only"})
    client.set_cookie("lang", "zh")
    page = client.get("/p/english").text
    assert '<html lang="en"' in page and "中文" not in page
    page = client.get("/p/fresh").text
    assert '<html lang="zh-CN"' in page and "征集让食品更新鲜的点子" in page


def test_a_text_that_is_missing_in_one_language_is_shown_in_the_first(stage, client):
    with work.unit():
        sites.edit(actor=stage.actor("heron"), portal=stage.fresh, welcomes={"en": "Only in English."})
    client.set_cookie("lang", "zh")
    assert "Only in English." in client.get("/p/fresh").text


def test_texts_that_somebody_else_changed_meanwhile_are_not_overwritten(stage, heron):
    version = str(stage.fresh.version)
    sent = {"version": version, "names.en": "Mine", "taglines.en": "Mine", "welcomes.en": "Mine", "terms.en": "Mine"}
    with work.unit():
        sites.edit(actor=stage.actor("owl"), portal=stage.fresh, taglines={"en": "Theirs"})
    answer = heron.post("/p/fresh/manage/texts", data=sent)
    assert answer.status_code == 409 and "Mine" in answer.text
    assert stage.fresh.taglines == {"en": "Theirs"}


def test_a_consultant_begins_a_portal_and_opens_it(stage, client):
    people.sign_in(client, stage.owl)
    sent = {"organisation": stage.loom.slug, "slug": "shine", "languages": ["en", "zh"], "first_language": "zh", "names.zh": "光"}
    answer = client.post("/portals/new", data={**sent, "slug": "S"})
    assert answer.status_code == 422 and 'value="S"' in answer.text
    assert client.post("/portals/new", data=sent).headers["Location"] == "/p/shine/manage"
    refused = client.post("/p/shine/manage/open")
    assert refused.status_code == 422 and "Before it can open" in refused.text
    made = client.get("/p/shine/manage/texts")
    assert made.status_code == 200
    version = made.text.split('name="version" value="')[1].split('"')[0]
    texts = {"version": version, "names.zh": "光", "taglines.zh": "征集", "welcomes.zh": "欢迎", "terms.zh": "条款"}
    assert client.post("/p/shine/manage/texts", data=texts).status_code == 302
    assert client.post("/p/shine/manage/open").status_code == 302
    assert "光" in client.get("/portals").text


def test_the_logo_is_shown_to_visitors(stage, heron, client):
    sent = {"logo": (portals.image(), "logo.png")}
    assert heron.post("/p/fresh/manage/logo", data=sent).status_code == 302
    answer = client.get("/p/fresh/logo")
    assert answer.content_type == "image/png" and "sandbox" in answer.headers["Content-Security-Policy"]
    assert "/p/fresh/logo?v=" in client.get("/p/fresh").text
    assert heron.post("/p/fresh/manage/logo/remove").status_code == 302
    assert client.get("/p/fresh/logo").status_code == 404


def test_the_order_of_the_list_is_typed(stage, heron):
    from hub.tech_market.listings.rules import Kind
    from tests.factories import listings

    with work.unit():
        first, second = (
            listings.listing(stage.meridian, stage.actor("heron"), "published", Kind.NEED, title=f"Need number {n}").ref for n in (1, 2)
        )
    wrong = heron.post("/p/fresh/manage/list", data={f"place.{first}": "soon", "shown": [first, second]})
    assert wrong.status_code == 422 and 'value="soon"' in wrong.text
    assert heron.post("/p/fresh/manage/list", data={f"place.{first}": "1", "shown": [first]}).status_code == 302
    assert (stage.fresh.first, stage.fresh.hidden) == ([first], [second])


def test_an_organisation_s_page_leads_to_its_portal(stage, client):
    assert "/p/fresh" in client.get(f"/orgs/{stage.meridian.slug}").text
