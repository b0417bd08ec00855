"""Contrast by the book, themes that can always be read, and no way from a text field into a stylesheet."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import hub
from hub.kernel.errors import Invalid
from hub.portals.themes import rules
from hub.portals.themes.rules import GRAPHIC, TEXT, Scheme, Theme, Token, contrast, read_colour, read_theme

COLOURS = st.tuples(*(st.integers(0, 255),) * 3)
CSS = Path(hub.__file__).parent / "web" / "static" / "css" / "hub.css"


def colour(text: str) -> rules.Colour:
    found = read_colour(text)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0), ("#ffffff", "#ffffff", 1.0), ("#777777", "#ffffff", 4.48), ("#767676", "#ffffff", 4.54),
        ("#595959", "#ffffff", 7.00), ("#ff0000", "#ffffff", 4.00), ("#0000ff", "#ffffff", 8.59), ("#00ff00", "#ffffff", 1.37),
        ("#949494", "#ffffff", 3.03), ("#ffff00", "#000000", 19.56),
    ],
)  # fmt: skip
def test_contrast_is_that_of_the_wcag(one: str, other: str, ratio: float):
    """Ratios as the WCAG techniques G18/G17 and the W3C's failure examples state them."""
    assert contrast(colour(one), colour(other)) == pytest.approx(ratio, abs=0.006)
    assert contrast(colour(other), colour(one)) == contrast(colour(one), colour(other))


def test_a_ratio_is_never_rounded_up_to_what_it_is_not():
    assert contrast(colour("#777777"), colour("#ffffff")) < TEXT
    assert (rules.shown_ratio(4.4999), rules.shown_ratio(4.5), rules.shown_ratio(21.0)) == ("4.49", "4.5", "21")


@settings(max_examples=60, deadline=None)
@given(COLOURS, COLOURS, st.sampled_from([TEXT, GRAPHIC]))
def test_the_nearest_colour_passes_and_is_no_further_than_it_has_to_be(front, ground, needed):
    found = rules.nearest(front, [ground], needed)
    assert found is not None, "black or white always reads on one ground"
    assert contrast(found, ground) >= needed
    assert found == front or contrast(front, ground) < needed


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(st.sampled_from(list(Token)), COLOURS, min_size=1), st.sampled_from(list(Scheme)))
def test_whatever_theme_passes_all_its_derived_colours_can_be_read(chosen, scheme):
    """Muted words, states and modes too, on the background, on surfaces and on what is sunk."""
    theme = rules.mended(Theme({scheme: chosen}))
    assume(all(pair.passes for pair in rules.pairs(theme)))
    for each in Scheme:
        found = {name: colour(text) for name, text in rules.palette(theme, each).items()}
        for name in ("ink", "ink-2", "link", "own", *rules.COLOURED):
            for ground in ("paper", "sheet", "sunk"):
                assert contrast(found[name], found[ground]) >= TEXT or found[name] == found["ink"], (each, name, ground)
        assert contrast(found["brand-ink"], found["brand"]) >= TEXT
        assert contrast(found["ink"], found["glow"]) >= TEXT or found["glow"] == found["sunk"]


def test_the_site_s_colours_are_those_of_its_stylesheet():
    text = CSS.read_text()
    names = {"accent": "brand", "accent_ink": "brand-ink"}
    for name in rules.SITE[Scheme.LIGHT]:
        match = re.search(rf"--{names.get(name, name)}: light-dark\((#\w+), (#\w+)\)", text)
        assert match, name
        assert match.groups() == (rules.SITE[Scheme.LIGHT][name], rules.SITE[Scheme.DARK][name]), name


def test_the_site_s_own_theme_passes():
    rules.check_contrast(Theme({Scheme.LIGHT: {}, Scheme.DARK: {Token.INK: rules.site_colour(Scheme.DARK, "ink")}}))


def test_too_little_contrast_names_the_pair_the_ratios_and_a_colour_that_passes():
    with pytest.raises(Invalid) as refused:
        rules.check_contrast(read_theme({"light": {"ink": "#999999", "paper": "#ffffff", "link": "#88ccee"}}))
    error = refused.value
    assert error.code == "contrast"
    assert "Text on Background" in str(error) and "2.84 to 1" in str(error) and "4.5 to 1" in str(error)
    assert set(error.fields) == {"light.ink", "light.link"}
    suggested = colour(str(error.values["colour"]))
    assert contrast(suggested, colour("#ffffff")) >= TEXT


def test_dark_colours_count_where_they_are_chosen_and_follow_the_light_ones_where_not():
    light_only = read_theme({"light": {"accent": "#1a1a66", "link": "#1a1a66"}})
    rules.check_contrast(light_only)
    dark = rules.filled(light_only, Scheme.DARK)
    assert contrast(dark[Token.LINK], dark[Token.PAPER]) >= TEXT
    with pytest.raises(Invalid) as refused:
        rules.check_contrast(read_theme({"light": {"accent": "#1a1a66"}, "dark": {"link": "#1a1a66"}}))
    assert list(refused.value.fields) == ["dark.link"]


INJECTIONS = [
    "red", "#12", "#12345", "#1234567", "#ggg", "rgb(0,0,0)", "#fff;}body{display:none", "#fff}", "#fff/*", "*/#fff", "url(//evil.example)",
    "expression(alert(1))", "#fff\n--x:1", "var(--ink)", "#ｆｆｆ", "#１２３", "#fff\x00", "</style><script>", "#fff !important", "\\23 fff",
    "@import '//evil.example'", "", None, 5, ["#fff"], {"a": 1}, "#" + "f" * 3000,
]  # fmt: skip


@pytest.mark.parametrize("text", INJECTIONS, ids=repr)
def test_nothing_but_a_colour_is_read_as_one(text):
    assert read_colour(text) is None
    with pytest.raises(Invalid) as refused:
        read_theme({"light": {"accent": text}})
    assert list(refused.value.fields) == ["light.accent"]


@pytest.mark.parametrize(
    "theme",
    [
        {"light": {"}body{": "#fff"}}, {"light": ["#fff"]}, {"sepia": {"ink": "#000000"}}, {"radius": "4px;}"}, {"radius": 99}, {"radius": -1},
        {"radius": True}, {"radius": 1.5},
    ],
)  # fmt: skip
def test_a_theme_has_no_other_parts(theme):
    with pytest.raises(Invalid) as refused:
        read_theme(theme)
    assert refused.value.code == "bad_theme" and refused.value.fields


@settings(max_examples=30, deadline=None)
@given(st.dictionaries(st.sampled_from(list(Token)), COLOURS), st.integers(0, 24))
def test_a_stylesheet_is_made_of_custom_properties_and_colours_alone(chosen, radius):
    lines = rules.stylesheet(Theme({Scheme.LIGHT: chosen}, radius)).strip().splitlines()
    assert (lines[0], lines[-1]) == (":root {", "}")
    for line in lines[1:-2]:
        assert re.fullmatch(r"  --[a-z0-9-]+: light-dark\(#[0-9a-f]{6}, #[0-9a-f]{6}\);", line), line
    assert re.fullmatch(r"  --radius: \d+px; --radius-s: \d+px;", lines[-2])
