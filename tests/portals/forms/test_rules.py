"""Definitions that make no form, and answers of every kind."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.kernel.errors import Invalid
from hub.portals.forms import rules
from hub.portals.forms.rules import Field, Kind, Option, read_answer, read_form

LANGUAGES = ["en", "zh"]
TWO = [{"key": "o1", "label": {"en": "One"}}, {"key": "o2", "label": {"en": "Two"}}]


def question(**changes):
    return {"key": "q1", "kind": "short", "label": {"en": "What?"}, **changes}


BAD = {
    "no list": ({"fields": []}, "fields"),
    "not objects": (["What?"], "fields"),
    "too many": ([question(key=f"q{n}") for n in range(41)], "fields"),
    "no key": ([{"kind": "short", "label": {"en": "What?"}}], "fields.0.key"),
    "a key with spaces": ([question(key="my key")], "fields.0.key"),
    "a key like markup": ([question(key='q"><script>')], "fields.0.key"),
    "a long key": ([question(key="q" * 40)], "fields.0.key"),
    "a key that is a number": ([question(key=1)], "fields.0.key"),
    "two alike": ([question(), question()], "fields.1.key"),
    "no kind": ([{"key": "q1", "label": {"en": "What?"}}], "fields.0.kind"),
    "another kind": ([question(kind="password")], "fields.0.kind"),
    "no label": ([question(label={})], "fields.0.label.en"),
    "only in the second language": ([question(label={"zh": "什么？"})], "fields.0.label.en"),
    "a long label": ([question(label={"en": "x" * 201})], "fields.0.label.en"),
    "a label that is text": ([question(label="What?")], "fields.0.label"),
    "a label with NUL": ([question(label={"en": "a\x00b"})], "fields.0.label.en"),
    "help that is a list": ([question(help=["x"])], "fields.0.help"),
    "required that is text": ([question(required="yes")], "fields.0.required"),
    "an unknown part": ([question(onchange="x")], "fields.0.onchange"),
    "options where there is no choice": ([question(options=TWO)], "fields.0.options"),
    "a choice without": ([question(kind="choice")], "fields.0.options"),
    "a choice of one": ([question(kind="choice", options=TWO[:1])], "fields.0.options"),
    "options alike": ([question(kind="choice", options=[TWO[0], {"key": "o2", "label": {"en": "one"}}])], "fields.0.options"),
    "option keys alike": ([question(kind="several", options=[TWO[0], {"key": "o1", "label": {"en": "Two"}}])], "fields.0.options"),
    "an option without words": ([question(kind="choice", options=[TWO[0], {"key": "o2", "label": {}}])], "fields.0.options.1.label.en"),
    "options that are text": ([question(kind="choice", options=["One", "Two"])], "fields.0.options"),
    "too many options": (
        [question(kind="choice", options=[{"key": f"o{n}", "label": {"en": str(n)}} for n in range(31)])], "fields.0.options",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_a_bad_definition_is_refused_where_it_is_bad(name: str):
    sent, place = BAD[name]
    with pytest.raises(Invalid) as refused:
        read_form(sent, LANGUAGES)
    assert (refused.value.code in {"bad_form", "invalid"}, list(refused.value.fields)) == (True, [place])


def test_a_good_definition_comes_back_as_it_was_sent():
    sent = [question(help={"en": "Say it.", "zh": "请说明。"}), question(key="q2", kind="several", options=TWO, required=True)]
    assert [field.plain() for field in read_form([each.plain() for each in read_form(sent, LANGUAGES)], LANGUAGES)] == [
        {"options": [], "required": False, **sent[0]},
        {"help": {}, **sent[1]},
    ]


def test_languages_that_the_portal_does_not_offer_are_left_out():
    (field,) = read_form([question(label={"en": "What?", "zh": "什么？"})], ["en"])
    assert field.label == {"en": "What?"}


def test_the_starting_form_is_whole_in_every_language():
    for field in rules.starting_form():
        assert all(set(text) == {"en", "zh"} for text in field.texts() if text)


def ask(kind: Kind, required: bool = True) -> Field:
    options = tuple(Option(row["key"], row["label"]) for row in TWO) if kind in rules.OFFERING else ()
    return Field("q1", kind, {"en": "?"}, {}, required, options)


TAKEN = [
    (Kind.SHORT, "  a\n b ", "a b"), (Kind.LONG, "a\n\nb", "a\n\nb"), (Kind.CHOICE, "o2", "o2"), (Kind.SEVERAL, ["o2", "o1"], ["o1", "o2"]),
    (Kind.NUMBER, "1,250", "1250"), (Kind.NUMBER, "-0.750", "-0.750"), (Kind.NUMBER, "1 000", "1000"), (Kind.URL, "https://a.example/x?y=1", "https://a.example/x?y=1"),
    (Kind.CONSENT, "1", True), (Kind.CONSENT, True, True),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "said", "kept"), TAKEN)
def test_an_answer_is_kept(kind: Kind, said, kept):
    assert read_answer(ask(kind), said) == kept


REFUSED = [
    (Kind.SHORT, ""), (Kind.SHORT, "   "), (Kind.SHORT, "x" * 301), (Kind.LONG, "x" * 20_001), (Kind.CHOICE, ""), (Kind.CHOICE, "o3"), (Kind.CHOICE, "One"),
    (Kind.SEVERAL, []), (Kind.SEVERAL, ["o1", "o9"]), (Kind.SEVERAL, "o1"), (Kind.NUMBER, "many"), (Kind.NUMBER, "1e5"), (Kind.NUMBER, "NaN"),
    (Kind.NUMBER, "١٢"), (Kind.NUMBER, "1,25"), (Kind.NUMBER, "9" * 16), (Kind.URL, "a.example"), (Kind.URL, "javascript:alert(1)"),
    (Kind.URL, "https://user:word@a.example"), (Kind.URL, "https://localhost"), (Kind.CONSENT, ""), (Kind.CONSENT, "yes"), (Kind.FILES, ""),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "said"), REFUSED)
def test_what_is_no_answer_is_refused_beside_its_question(kind: Kind, said):
    with pytest.raises(Invalid) as refused:
        read_answer(ask(kind), said)
    assert list(refused.value.fields) == ["q1"]


@pytest.mark.parametrize("kind", list(Kind))
def test_an_optional_question_may_stay_open(kind: Kind):
    assert read_answer(ask(kind, required=False), None) in (None, False)


def test_a_file_answers_a_question_for_files():
    assert read_answer(ask(Kind.FILES), None, files=1) is None


@settings(max_examples=50)
@given(
    st.sampled_from(list(Kind)), st.one_of(st.text(), st.none(), st.integers(), st.lists(st.text()), st.dictionaries(st.text(), st.text()))
)
def test_a_draft_keeps_anything_in_a_form_that_can_be_stored(kind, said):
    kept = rules.clean(ask(kind), said)
    text = "".join(kept)
    assert "\x00" not in text and isinstance(kept, list) is (kind is Kind.SEVERAL)
    assert rules.clean(ask(kind), kept) == kept


def test_options_keep_their_keys_when_they_move_and_new_ones_get_new_keys():
    before = ask(Kind.CHOICE).options
    rows = rules.options_from_lines({"en": "Two\nThree\n\nOne", "zh": "二\n三\n\n一"}, before, LANGUAGES)
    assert [(row["key"], row["label"]) for row in rows] == [
        ("o2", {"en": "Two", "zh": "二"}), ("o3", {"en": "Three", "zh": "三"}), ("o1", {"en": "One", "zh": "一"}),
    ]  # fmt: skip


def test_a_new_question_never_takes_an_old_key():
    assert rules.next_key([]) == "q1"
    assert rules.next_key(["q1", "q7", "other"]) == "q8"
