"""Text that came from elsewhere is mended without losing anything, and addresses are safe to show."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.kernel import tables
from hub.kernel.errors import Invalid
from hub.kernel.links import LONGEST, check_link, is_web_address
from hub.kernel.tables import Weight
from hub.kernel.words import distinct


@given(st.text(max_size=200))
def test_mending_twice_is_mending_once_unless_text_was_garbled_twice(text):
    once = tables.mend_text(text)
    assert once == once.strip()
    assert "\n" not in once
    assert "  " not in once
    if not tables._MARKS.search(once):
        assert tables.mend_text(once) == once
    once.encode()


@given(
    st.text(
        st.characters(min_codepoint=0xA1, max_codepoint=0x2030, exclude_categories=("Cn", "Cs", "Cc", "Zs", "Cf")), min_size=1, max_size=20
    )
)
def test_utf8_that_was_read_as_windows_1252_is_read_again(text):
    try:
        garbled = text.encode().decode("cp1252")
    except UnicodeDecodeError:
        return
    if garbled.isprintable() and tables._MARKS.search(garbled):
        assert tables.mend_text(garbled) == tables.mend_text(text) or tables._MARKS.search(text)


@pytest.mark.parametrize("text", ["Ångström", "Müller â la carte", "naïve – “quoted”", "温度传感器", "Ã"])
def test_words_that_only_look_garbled_are_left_alone(text):
    assert tables.mend_text(text) == text


def test_lines_stay_lines_and_gaps_do_not_grow():
    assert tables.mend_lines("One \r\n\r\n\r\n\r\n two\t three \r") == "One\n\ntwo three"


def test_a_reading_counts_rows_once_however_many_remarks_they_have():
    def read(cells: tables.Cells) -> str:
        cells.remark(Weight.WARNING, "a", "x", "One.")
        cells.remark(Weight.ERROR, "a", "y", "Two.")
        raise cells.refuse("a", "z", "Three.")

    reading = tables.read_records([(2, {"a": "1"}), (3, {"a": "2"})], read, key=str, field="a")
    assert (reading.rows, reading.records, reading.rejected, reading.count(Weight.ERROR)) == (2, [], [2, 3], 4)


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org",
        "http://example.org/a?b=c#d",
        "https://例子.测试/路",
        "https://a.b:8443/x",
    ],
)
def test_web_addresses_are_taken(text):
    assert is_web_address(text)
    check_link(text, field="url")


@pytest.mark.parametrize(
    "text",
    [
        "HTTPS://EXAMPLE.ORG", "https://[::1]/", "javascript:alert(1)", "data:text/html,x", "ftp://example.org", "//example.org/x", "example.org", "https://", "https://localhost",
        "https://user:pw@example.org", "https://exa mple.org", "https://example.org/\n", "https://example.org:99999", "https://example.org:x",
        'https://example.org/"><script>', "https://example.org\\@evil.example", "https://./", "https://" + "a" * LONGEST + ".org", " https://example.org",
    ],
)  # fmt: skip
def test_everything_else_is_refused_by_field(text):
    with pytest.raises(Invalid) as refused:
        check_link(text, field="url")
    assert (refused.value.code, set(refused.value.fields)) == ("bad_link", {"url"})


def test_no_address_is_no_mistake():
    check_link("", field="url")


def test_words_are_distinct_whatever_their_case_and_the_first_spelling_stays():
    assert distinct(["Gas  sensor", "gas sensor", " , ", "STRASSE", "straße", "x" * 70], most=3, longest=60) == [
        "Gas sensor",
        "STRASSE",
        "x" * 60,
    ]
