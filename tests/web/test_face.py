"""The face: what people notice when a form comes back, and what every page must be able to do without scripts."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask, render_template_string
from lxml import html
from werkzeug.datastructures import MultiDict

from hub.kernel.errors import Invalid
from hub.web.forms import Form
from tests.factories.people import person, sign_in

ROOT = Path(__file__).resolve().parents[2]
IMPORTS = '{% import "ui/forms.html" as f with context %}{% import "ui/parts.html" as ui with context %}'

Draw = Callable[..., html.HtmlElement]


@pytest.fixture
def draw(app: Flask) -> Draw:
    """The parsed outcome of a template's macros."""

    def draw(template: str, **values: object) -> html.HtmlElement:
        with app.test_request_context("/"):
            return html.fragment_fromstring(render_template_string(IMPORTS + template, **values), create_parent="main")

    return draw


def returned(**sent: str | list[str]) -> Form:
    """A form that was sent and refused because of its title."""
    fields = {"title": "Write at least 8 characters."}
    return Form(MultiDict(sent), Invalid("Some fields need another look.", fields=fields))


def test_a_refused_form_keeps_what_was_typed_and_says_what_to_mend_twice(draw: Draw):
    page = draw('{% call f.post("/x") %}{{ f.field("title", "Title", hint="One line") }}{% endcall %}', form=returned(title="<Pack>"))
    field = page.get_element_by_id("f-title")
    assert field.value == "<Pack>"
    assert field.get("aria-invalid") == "true"
    described = " ".join(page.get_element_by_id(name).text_content() for name in field.get("aria-describedby").split())
    assert "One line" in described and "Write at least 8 characters." in described
    link = page.xpath('//*[@role="alert"]//a')[0]
    assert (link.get("href"), link.text) == ("#f-title", "Write at least 8 characters.")


def test_a_password_is_never_sent_back(draw: Draw):
    page = draw('{{ f.field("password", "Password", type="password") }}', form=returned(password="secret"))
    assert "secret" not in html.tostring(page, encoding="unicode")


def test_a_box_that_was_unticked_stays_unticked(draw: Draw):
    template = '{{ f.checkbox("anonymous", "Stay anonymous", value=true) }}{{ f.choices("sector", "Sector", [("a", "A"), ("b", "B")], ["a"], type="checkbox") }}'
    fresh = draw(template)
    assert [box.get("value") for box in fresh.xpath("//input[@checked]")] == ["1", "a"]
    again = draw(template, form=returned(sector=["b"]))
    assert [box.get("value") for box in again.xpath("//input[@checked]")] == ["b"]


def test_every_form_carries_its_token_and_its_mark_against_a_double_click(draw: Draw):
    for template in ('{% call f.post("/x") %}{% endcall %}', '{{ f.act("/x", "Publish") }}'):
        sent = dict(draw(template).forms[0].form_values())
        assert sent["csrf_token"] and sent["_once"]


def test_a_move_that_is_not_open_yet_says_why_and_cannot_be_sent(draw: Draw):
    page = draw('{{ f.act("/x", "Publish", reason="The prize is not held yet.") }}')
    assert not page.forms
    assert page.xpath("//button")[0].get("aria-disabled") == "true"
    assert "The prize is not held yet." in page.text_content()


def test_people_s_words_are_escaped_everywhere(draw: Draw):
    bad = "<script>alert(1)</script>"
    page = draw(
        """{{ ui.cards([{"url": "/x", "title": bad, "kind_label": bad, "summary": bad, "facts": [bad, (bad, bad)], "badges": [("good", bad)]}]) }}
        {{ ui.page_header(bad, kicker=bad, lead=bad, crumbs=[(bad, "/")]) }}{{ ui.pairs([(bad, bad)]) }}{{ ui.check_answers([(bad, bad, "/x")]) }}
        {{ ui.data_table([bad], [[bad]], bad) }}{{ ui.todo_list([{"title": bad, "href": "/x", "action": bad, "detail": bad}]) }}
        {{ f.field("x", bad, hint=bad, value=bad, placeholder=bad) }}{{ f.textarea("y", bad, bad) }}{{ f.choices("z", bad, [(bad, bad, bad)]) }}""",
        bad=bad,
    )
    assert not page.xpath("//script")
    assert page.get_element_by_id("f-y").text.strip() == bad


def test_a_dialog_opens_at_its_address_without_scripts(draw: Draw):
    page = draw('{{ ui.dialog_link("sure", "Withdraw") }}{% call ui.dialog("sure", "Withdraw?") %}<p>Gone for good.</p>{% endcall %}')
    assert page.xpath("//a")[0].get("href") == "#sure"
    assert page.get_element_by_id("sure").tag == "dialog"
    assert ":target:not([open])" in (ROOT / "hub/web/static/css/hub.css").read_text()


def test_a_chart_carries_its_figures_as_a_table(draw: Draw):
    page = draw('{{ ui.chart_bar("Entries", [("Kenya", 17), ("Chile", 0)]) }}{{ ui.chart_columns("Nothing yet", []) }}')
    cells = [row.text_content() for row in page.xpath("//tbody/tr")]
    assert cells == ["Kenya17", "Chile0"]


def test_every_icon_a_template_names_is_in_the_sprite():
    sprite = html.fromstring((ROOT / "hub/web/static/icons.svg").read_bytes())
    known = {symbol.get("id") for symbol in sprite.xpath("//symbol")}
    named = {name for page in (ROOT / "hub").rglob("*.html") for name in re.findall(r"""icon\(["']([a-z0-9-]+)["']""", page.read_text())}
    assert named, "the pattern no longer finds icons"
    assert named <= known


def test_vendored_files_are_the_ones_on_record():
    checked = subprocess.run([sys.executable, "scripts/vendor.py", "--check"], cwd=ROOT, capture_output=True, text=True)
    assert checked.returncode == 0, checked.stderr


def test_a_preview_shows_markdown_and_drops_what_is_not_safe(app: Flask):
    client = app.test_client()
    sign_in(client, person())
    answer = client.post("/markdown", data={"text": "**strong** <script>x</script> [a](javascript:x)"})
    page = html.fromstring(answer.get_data(as_text=True))
    assert page.xpath("//strong")[0].text == "strong"
    assert not page.xpath("//script") and not page.xpath("//a[starts-with(@href, 'javascript')]")
