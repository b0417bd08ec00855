"""What a form may say, what an answer costs, how a pace is told."""

from __future__ import annotations

import copy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.kernel.errors import Invalid
from hub.kernel.money import Money, breakdown
from hub.microtasks.projects import rules
from hub.microtasks.projects.rules import Ask, Look
from hub.microtasks.projects.schemas import Recipe, cook, kind_of, uncook
from hub.microtasks.queue.rules import checked
from tests.factories.tasks import FORM

WIDE = {
    "type": "object",
    "properties": {
        "item": {
            "type": "object",
            "properties": {"photo": {"type": "string", "format": "image"}, "page": {"type": "string", "format": "uri"}},
            "required": ["photo"],
        },
        "answer": {
            "type": "object",
            "properties": {
                "kind": {"type": "string", "oneOf": [{"const": "a", "title": "Apple"}, {"const": "b"}]},
                "seen": {"type": "array", "items": {"type": "string", "enum": ["leaf", "stem", "root"]}, "minItems": 1, "maxItems": 2},
                "count": {"type": "integer", "minimum": 0, "maximum": 9},
                "sure": {"type": "boolean"},
                "name": {"type": "string", "maxLength": 20},
                "note": {"type": "string"},
            },
            "required": ["kind"],
        },
    },
}


def changed(path: str, value: object) -> dict:
    """FORM with one value at a dotted path replaced (None: taken out)."""
    schema = copy.deepcopy(FORM)
    at = schema
    *way, last = path.split("/")
    for name in way:
        at = at[name]
    if value is None:
        del at[last]
    else:
        at[last] = value
    return schema


def test_a_form_is_read():
    form = rules.read_form(WIDE)
    assert [part.look for part in form.item] == [Look.IMAGE, Look.LINK] and [part.name for part in form.images] == ["photo"]
    assert [field.ask for field in form.answer] == [Ask.CHOICE, Ask.CHOICES, Ask.NUMBER, Ask.YES_NO, Ask.LINE, Ask.TEXT]
    assert form.answer[0].options == (("a", "Apple"), ("b", "b"))


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("properties/answer", None),
        ("type", "array"),
        ("properties/item/properties", {}),
        ("properties/item/properties/text", {"type": "integer"}),
        ("properties/item/properties/text", {"type": "string", "format": "video"}),
        ("properties/item/required", ["other"]),
        ("properties/answer/required", None),
        ("properties/answer/properties/label", {"type": "string", "enum": ["one"]}),
        ("properties/answer/properties/label", {"type": "string", "enum": ["a", "a"]}),
        ("properties/answer/properties/label", {"type": "string", "enum": [1, 2]}),
        ("properties/answer/properties/label", {"type": "string", "pattern": "^a"}),
        ("properties/answer/properties/label", {"type": "number"}),
        ("properties/answer/properties/label", {"type": "integer", "minimum": 5, "maximum": 1}),
        ("properties/answer/properties/label", {"type": "integer", "minimum": True}),
        ("properties/answer/properties/label", "yes"),
        ("properties/answer/properties/bad name", {"type": "boolean"}),
        ("properties/answer/properties/label", {"type": "array", "items": ["a"]}),
        ("properties/answer/properties/label", {"type": "string", "oneOf": ["a", "b"]}),
        ("properties/answer/properties/label", {"type": "string", "title": 7}),
        ("properties/more", {"type": "object"}),
    ],
)
def test_what_is_not_understood_is_refused(path: str, value: object):
    with pytest.raises(Invalid) as refusal:
        rules.read_form(changed(path, value))
    assert refusal.value.code == "form_wrong" and "form" in refusal.value.fields


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(["type", "properties", "item", "answer", "required", "enum", "oneOf", "items"]), inner, max_size=4
            )
        ),
        max_leaves=12,
    )
)
def test_no_json_breaks_the_reader(schema: object):
    if isinstance(schema, dict):
        try:
            rules.read_form(schema)
        except Invalid as refusal:
            assert refusal.code == "form_wrong"


def test_answers_are_kept_as_the_form_asks():
    form = rules.read_form(WIDE)
    said = {"kind": "b", "seen": ["root", "leaf"], "count": "3", "sure": "no", "name": " Ann ", "note": "a\r\nb"}
    assert checked(form, said) == {"kind": "b", "seen": ["leaf", "root"], "count": 3, "sure": False, "name": "Ann", "note": "a\nb"}
    assert checked(form, {"kind": "a", "seen": [], "count": "", "sure": None, "note": "  "}) == {"kind": "a"}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("kind", "c"), ("kind", ["a"]), ("seen", ["leaf", "leaf"]), ("seen", ["leaf", "stem", "root"]), ("seen", "leaf"), ("count", 10),
        ("count", -1), ("count", "3.5"), ("count", True), ("count", 10**30), ("sure", "maybe"), ("sure", 1), ("name", "x" * 21),
        ("note", "a\x00b"), ("note", "\ud800"), ("note", {"a": 1}), ("other", "x"),
    ],
)  # fmt: skip
def test_answers_that_do_not_fit_name_the_part(name: str, value: object):
    with pytest.raises(Invalid) as refusal:
        checked(rules.read_form(WIDE), {"kind": "a", name: value})
    assert list(refusal.value.fields) == [f"answer.{name}"]


def test_ready_made_forms_can_be_read_and_told_apart():
    for recipe, kind in (
        (Recipe.IMAGE_CLASSES, "Image classification"), (Recipe.TEXT_CLASSES, "Text classification"), (Recipe.TRANSCRIPTION, "Transcription"),
    ):  # fmt: skip
        labels = [] if recipe is Recipe.TRANSCRIPTION else ["是", "否"]
        schema = cook(recipe, "What is it?", labels)
        assert kind_of(schema) == kind and uncook(schema) == (recipe, "What is it?", labels)
    assert uncook(WIDE)[0] is Recipe.OWN


@given(st.integers(0, 10**7), st.integers(0, 9_999))
def test_the_gross_sum_is_the_least_of_which_the_pay_is_left(pay: int, fee_bp: int):
    gross = rules.gross_of(pay, fee_bp)
    assert breakdown(Money(gross, "USD"), fee_bp).net.minor == pay
    assert not gross or breakdown(Money(gross - 1, "USD"), fee_bp).net.minor < pay


@given(st.lists(st.integers(0, 86_400), max_size=30))
def test_a_pace_is_one_of_the_times_and_unknown_for_few(seconds: list[int]):
    found = rules.median(seconds)
    if len(seconds) < 5:
        assert found is None
        return
    assert found in seconds
    assert sum(s <= found for s in seconds) * 2 >= len(seconds) and sum(s >= found for s in seconds) * 2 >= len(seconds)


def test_an_hourly_rate_needs_a_pace_and_a_pay():
    assert rules.hourly(Money(20, "CNY"), 14) == Money(5142, "CNY")
    assert rules.hourly(Money(20, "CNY"), 0) == Money(72_000, "CNY")
    assert rules.hourly(Money(20, "CNY"), None) is None and rules.hourly(Money(0, "CNY"), 9) is None
