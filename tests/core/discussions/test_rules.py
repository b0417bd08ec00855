from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.discussions import rules
from hub.core.discussions.rules import Trust
from hub.web.markdown import render

DAY = timedelta(days=1)


@given(st.text(max_size=200))
@settings(max_examples=60)
def test_any_text_names_at_most_ten_people_by_valid_handles(text):
    found = rules.named_in(text)
    assert len(found) <= rules.MOST_NAMED and len(set(found)) == len(found)
    assert all(rules.HANDLE.fullmatch(f"@{handle}") for handle in found)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Ask @Kestrel, or @wren-2.", ["kestrel", "wren-2"]),
        ("write to a@wren.example or https://x.example/@wren", []),
        ("@@wren @wr @-wren @wren-", ["wren"]),
        ("（@wren）请看 @tern，", ["wren", "tern"]),
    ],
)
def test_handles_are_read_as_people_write_them(text, names):
    assert rules.named_in(text) == names


def test_a_name_becomes_a_link_but_not_in_code_nor_in_a_link():
    page = render("@wren, `@wren`, [@wren](https://a.example) and @nobody <b>", ["wren"])
    assert page.count('href="/people/wren"') == 1 and "<code>@wren</code>" in page and "@nobody" in page and "<b>" not in page


@given(
    st.integers(0, 400), st.integers(0, 60), st.integers(0, 12), st.integers(0, 2), st.integers(0, 60), st.integers(0, 5)
)  # fmt: skip
@settings(max_examples=60)
def test_trust_rises_with_time_and_acts_and_falls_with_what_was_hidden(days, posts, accepted, hidden, later, more):
    before = rules.trust(age=days * DAY, standing=posts, accepted=accepted, hidden=hidden)
    after = rules.trust(age=(days + later) * DAY, standing=posts + more, accepted=accepted, hidden=hidden)
    order = list(Trust)
    assert order.index(after) >= order.index(before)
    assert order.index(rules.trust(age=days * DAY, standing=posts, accepted=accepted, hidden=hidden + 1)) <= order.index(before)


def test_age_alone_earns_no_trust_nor_do_posts_of_a_day():
    assert rules.trust(age=400 * DAY, standing=0, accepted=0, hidden=0) is Trust.NEW
    assert rules.trust(age=DAY, standing=500, accepted=9, hidden=0) is Trust.NEW
    assert rules.trust(age=3 * DAY, standing=0, accepted=1, hidden=0) is Trust.KNOWN
    assert rules.trust(age=30 * DAY, standing=30, accepted=0, hidden=0) is Trust.TRUSTED
    assert rules.trust(age=30 * DAY, standing=30, accepted=0, hidden=1) is Trust.KNOWN
