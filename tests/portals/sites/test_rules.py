"""A portal's texts in several languages, and its address."""

from __future__ import annotations

import pytest

from hub.kernel.errors import Invalid
from hub.portals.sites import rules


def test_a_text_falls_back_to_the_first_language_and_then_to_any():
    assert rules.say({"en": "Hello", "zh": "你好"}, "zh", "en") == "你好"
    assert rules.say({"en": "Hello", "zh": ""}, "zh", "en") == "Hello"
    assert rules.say({"zh": "你好"}, "en", "en") == "你好"
    assert rules.say({}, "en", "en") == rules.say(None, "en", "en") == ""


@pytest.mark.parametrize(
    "sent", [None, [], "text", {"en": 5}, {"en": None}, {"en": "x" * 61}, {"en": "a\x00b"}, {"en": "\ud800"}, {"zh": "只有中文"}, {}]
)
def test_texts_that_cannot_be_kept_are_refused_by_the_field(sent):
    with pytest.raises(Invalid) as refused:
        rules.read_texts(sent, ["en", "zh"], most=60, field="names", required=True)
    assert all(name.startswith("names") for name in refused.value.fields)


@pytest.mark.parametrize("slug", ["ab", "-ab", "ab-", "a--b", "Ab", "a b", "ä-ö", "a/b", "x" * 41, "", "a\x00b", "١٢٣"])
def test_an_address_is_plain(slug):
    with pytest.raises(Invalid):
        rules.read_slug(slug)
