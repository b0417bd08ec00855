"""Files that other programs wrote, and files that nobody should have written. All of them are made up."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.profiles.states import EvidenceKind
from hub.core.works import queries, reader_bibtex, rules
from hub.core.works.states import Source
from hub.kernel.errors import Invalid

BIBTEX = r"""% Made up for this test.
@string{letters = "Made-up Letters"}
@comment{nothing}
@article{one, title = {The {CNT} of Sch{\"o}nau, G\'erard and {\AA}ngstr\"om}, journal = letters, year = 2021,
  doi = {https://doi.org/10.9999/ABC.1}, abstract = {Above $\alpha$ of H$_2$O, 95\% of it.}}
@Patent(two, title = "A strip", year = "2019", url = {https://patents.example/two})
@misc{three, title = {A preprint}, eprint = {2101.00001}, archiveprefix = {arXiv}, date = {2022-05-01}}
@article{four, year = 2020}
@software{one, title = {Same key, another thing}, year = {soon}}
@article{five, title = {Never closed, year = 2020
"""
RIS = """TY  - JOUR
TI  - Drift of printed sensors
AU  - Somebody
JO  - Made-up Letters
PY  - 2022/03/04/
DO  - 10.9999/ris.1
UR  - https://journal.example/1
AB  - The first line
and the second.
ER  -

TY  - PAT
T1  - 冷链标签
PY  - 2018
ER  -
TY  - JOUR
TI  - Broken off
"""


def summary(title: str, **more) -> dict:
    return {"title": {"title": {"value": title}}, "type": "journal-article", **more}


RECORD = {
    "orcid-identifier": {"path": "0000-0000-0000-0000"},
    "activities-summary": {
        "works": {
            "group": [
                {"work-summary": [
                    summary(
                        "Drift of printed sensors", **{
                            "journal-title": {"value": "Made-up Letters"}, "publication-date": {"year": {"value": "2022"}, "month": None},
                            "external-ids": {"external-id": [{
                                "external-id-type": "doi", "external-id-value": "10.9999/RIS.1", "external-id-url": {"value": "https://doi.org/10.9999/ris.1"},
                            }]},
                        },
                    ),
                    summary("The same, told by another source"),
                ]},
                {"work-summary": [summary("A strip", type="patent", url={"value": "https://patents.example/two"})]},
                {"work-summary": [{"title": None, "type": "book"}]},
                {"work-summary": []},
            ],
        },
        "fundings": {"group": [{"funding-summary": [{
            "title": {"title": {"value": "Grant for strips"}}, "type": "grant", "start-date": {"year": {"value": "2020"}},
            "organization": {"name": "A made-up fund"},
        }]}]},
        "distinctions": {"affiliation-group": [{"summaries": [{"distinction-summary": {"role-title": "Medal", "organization": {"name": "A society"}}}]}]},
    },
}  # fmt: skip
XML = """<?xml version="1.0" encoding="UTF-8"?>
<record:record xmlns:record="http://www.orcid.org/ns/record" xmlns:activities="http://www.orcid.org/ns/activities"
  xmlns:work="http://www.orcid.org/ns/work" xmlns:common="http://www.orcid.org/ns/common" xmlns:funding="http://www.orcid.org/ns/funding"
  xmlns:distinction="http://www.orcid.org/ns/distinction">
 <activities:activities-summary>
  <activities:works><activities:group>
   <work:work-summary put-code="1"><work:title><common:title>Drift of printed sensors</common:title></work:title>
    <common:external-ids><common:external-id><common:external-id-type>doi</common:external-id-type>
     <common:external-id-value>10.9999/RIS.1</common:external-id-value></common:external-id></common:external-ids>
    <work:type>journal-article</work:type><common:publication-date><common:year>2022</common:year></common:publication-date>
    <work:journal-title>Made-up Letters</work:journal-title></work:work-summary>
   <work:work-summary put-code="2"><work:title><common:title>The same, told by another source</common:title></work:title></work:work-summary>
  </activities:group></activities:works>
  <activities:fundings><activities:group><funding:funding-summary><funding:title><common:title>Grant for strips</common:title></funding:title>
   <funding:type>grant</funding:type><common:start-date><common:year>2020</common:year></common:start-date>
   <common:organization><common:name>A made-up fund</common:name></common:organization></funding:funding-summary></activities:group></activities:fundings>
  <activities:distinctions><activities:affiliation-group><distinction:distinction-summary><common:role-title>Medal</common:role-title>
   <common:organization><common:name>A society</common:name></common:organization></distinction:distinction-summary></activities:affiliation-group></activities:distinctions>
 </activities:activities-summary>
</record:record>"""


def read(data: str | bytes, source: Source | None = None) -> queries.Reading:
    return queries.read(data.encode() if isinstance(data, str) else data, source)


def refusal(data: str | bytes, source: Source | None = None) -> str:
    with pytest.raises(Invalid) as refused:
        read(data, source)
    assert set(refused.value.fields) == {"file"}
    return refused.value.code


def test_bibtex_is_read_without_its_latex_and_a_broken_entry_takes_no_other_with_it():
    found = read(BIBTEX)
    assert (found.source, found.guessed) == (Source.BIBTEX, False)
    one, two, three, again = found.works
    assert one.title == "The CNT of Schönau, Gérard and Ångström"
    assert (one.venue, one.year, one.doi, one.kind) == ("Made-up Letters", 2021, "10.9999/abc.1", EvidenceKind.PUBLICATION)
    assert "95% of it" in one.text and "α" in one.text
    assert (two.kind, two.title, two.url) == (EvidenceKind.PATENT, "A strip", "https://patents.example/two")
    assert (three.url, three.year) == ("https://arxiv.org/abs/2101.00001", 2022)
    assert (again.title, again.year, again.kind) == ("Same key, another thing", None, EvidenceKind.OTHER)
    assert [(entry.place, entry.why) for entry in found.unread] == [(8, rules.NO_TITLE), (10, rules.BROKEN)]


def test_ris_is_read_record_by_record():
    found = read(RIS)
    assert found.source is Source.RIS
    first, second = found.works
    assert (first.title, first.venue, first.year, first.doi) == ("Drift of printed sensors", "Made-up Letters", 2022, "10.9999/ris.1")
    assert first.text == "The first line and the second."
    assert (second.title, second.kind, second.place) == ("冷链标签", EvidenceKind.PATENT, 12)
    assert [(entry.place, entry.name, entry.why) for entry in found.unread] == [(16, "Broken off", rules.BROKEN)]


def test_an_orcid_record_is_read_alike_from_json_and_from_xml():
    from_json, from_xml = read(json.dumps(RECORD)), read(XML)
    assert (from_json.source, from_xml.source) == (Source.ORCID_JSON, Source.ORCID_XML)
    said = [(work.kind.value, work.title, work.year, work.venue, work.doi) for work in from_json.works]
    assert said == [
        ("publication", "Drift of printed sensors", 2022, "Made-up Letters", "10.9999/ris.1"),
        ("patent", "A strip", None, "", ""),
        ("project", "Grant for strips", 2020, "A made-up fund", ""),
        ("award", "Medal", None, "A society", ""),
    ]
    assert [(work.kind.value, work.title, work.year, work.venue, work.doi) for work in from_xml.works] == [said[0], *said[2:]]
    assert [entry.why for entry in from_json.unread] == [rules.NO_TITLE]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_make_no_difference(encoding, ends):
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    found = read(mark + RIS.replace("\n", ends).encode(encoding))
    assert [work.title for work in found.works] == ["Drift of printed sensors", "冷链标签"]
    assert not found.guessed


def test_old_encodings_are_guessed_and_said_so_or_taken_from_the_declaration():
    latin = "TY  - JOUR\nTI  - Über Öfen\nER  - \n".encode("latin-1")
    found = read(latin)
    assert (found.works[0].title, found.guessed) == ("Über Öfen", True)
    declared = XML.replace("UTF-8", "ISO-8859-1").replace("Drift", "Über").encode("latin-1")
    assert (read(declared).works[0].title[:4], read(declared).guessed) == ("Über", False)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "import_empty"),
        (b" \n\t ", "import_empty"),
        (b"\xff\xfe", "import_empty"),
        (b"\xff\xfea", "import_encoding"),
        (b"TY\x00  - JOUR", "import_wrong_file"),
        (b"PK\x03\x04 and so on", "import_unknown_format"),
        ("Dear all, here is my list.", "import_unknown_format"),
        ("{", "import_broken_json"),
        ("{" * 100_000, "import_broken_json"),
        ('{"a":' * 100_000, "import_broken_json"),
        ('{"activities-summary": 5}', "import_not_a_record"),
        ('{"name": "somebody"}', "import_not_a_record"),
        ('{"activities-summary": {"works": {"group": "x"}}}', "import_nothing"),
        ("<record><activities-summary>", "import_broken_xml"),
        ("<html><body>Sign in</body></html>", "import_not_a_record"),
        ("<a>" * 1000, "import_broken_xml"),
        ("<activities-summary></activities-summary>", "import_nothing"),
        ("@comment{nothing here}", "import_nothing"),
        (b"x" * (rules.MAX_BYTES + 1), "import_too_large"),
        ("@article{a, title={b}}\n" * (rules.MOST_WORKS + 1), "import_too_many_items"),
        ("@a{" * 300_000, "import_too_many_items"),
        ("TY  - JOUR\nTI  - a\nER  - \n" * 10_000, "import_too_many_items"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_cannot_be_read_is_refused_with_a_code(data, code):
    assert refusal(data) == code


def test_too_many_works_of_a_record_are_refused_too():
    groups = [{"work-summary": [summary(f"Work {n}")]} for n in range(rules.MOST_WORKS + 1)]
    assert refusal(json.dumps({"group": groups})) == "import_too_many_items"
    assert len(read(json.dumps({"group": groups[1:]})).works) == rules.MOST_WORKS


@pytest.mark.parametrize(
    "declared",
    [
        '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>',
        '<!DOCTYPE r [<!ENTITY secret SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE r SYSTEM "http://127.0.0.1:9/evil.dtd">',
        '<!DOCTYPE r [<!ENTITY % more SYSTEM "http://127.0.0.1:9/more"> %more;]>',
    ],
)
def test_xml_with_a_document_type_is_refused_before_anything_of_it_is_read(declared):
    assert refusal(f'<?xml version="1.0"?>{declared}<activities-summary>&c;&secret;</activities-summary>') == "import_doctype"


def test_a_format_named_wrongly_is_refused_and_named_rightly_is_read():
    assert refusal(RIS, Source.BIBTEX) == "import_wrong_format"
    assert refusal(json.dumps(RECORD), Source.ORCID_XML) == "import_wrong_format"
    assert len(read(RIS, Source.RIS).works) == 2


@pytest.mark.parametrize(
    "text",
    [
        "@string{a = b}\n@string{b = a}\n@article{x, title = {T}, journal = a}",
        "@string{a = a # a}\n@article{x, title = {T}, journal = a # b # a}",
        "@article{x, title = {T" + "{" * 3000 + "}" * 3000 + "}}",
        r"@article{x, title = {T \begin{a} \frac{ $ \\ % \'}}",
        "@article{x, title = {T}, title = {U}, year = {" + "9" * 5000 + "}}",
        "@article{x, title = {T}, doi = {not a doi}, url = {javascript:alert(1)}}",
    ],
    ids=["cyclic strings", "joined strings", "deep braces", "broken latex", "twice the field", "bad addresses"],
)
def test_odd_bibtex_harms_nobody(text):
    found = read(text)
    assert all(work.title.startswith(("T", "U")) and work.doi == work.url == "" for work in found.works)
    assert len(found.works) + len(found.unread) == 1


@pytest.mark.parametrize(
    ("said", "read_as"),
    [
        (r"Sch{\"o}n, Sch\"{o}n, Sch\"on", "Schön, Schön, Schön"),
        (r"{\'{\i}} \c{c} {\c c} \v{s}", "í ç ç š"),
        (r"Stra{\ss}e, \O{}re, \L\'od\'z, {\AE}r\o", "Straße, Øre, Łódź, Ærø"),
        (r"Salt \& {Pepper}~100\%", "Salt & Pepper 100%"),
        (r"The $\beta$-phase of 5% \emph{doped} \ce{H2O}", "The β-phase of 5% doped"),
    ],
)
def test_accents_and_signs_of_latex_become_letters(said, read_as):
    assert read("@article{x, title = {" + said + "}}").works[0].title.startswith(read_as)


def test_a_long_list_full_of_latex_ends_as_it_began(monkeypatch):
    """Only so much of a file goes through LaTeX's grammar; what comes after is readable all the same."""
    monkeypatch.setattr(reader_bibtex, "DEAREST", 200)
    one = "@article{k, title = {The {\\'E}tude of $\\alpha$ and \\emph{more}}, abstract = {{\\\"U}nusual words of $x$, \\emph{many}. }}\n"
    found = read(one * 50).works
    assert (found[0].title, found[-1].title) == ("The Étude of α and more", "The Étude of and more")
    assert found[-1].text == "Ünusual words of x, many."


ALPHABET = st.characters(codec="utf-8") | st.sampled_from(list("{}@\"'\\$%#,=<>&;[]:- \n\r\t"))
HEADS = st.sampled_from(
    ["", "@article{a,title={", "TY  - JOUR\nTI  - ", '{"group":[', "<works><group>", "@string{a=", "\ufeff", "@patent("]
)


@settings(max_examples=60, deadline=None)
@given(HEADS, st.text(ALPHABET, max_size=200), st.sampled_from(["utf-8", "utf-16", "cp1252"]))
def test_no_text_makes_the_readers_fall(head, tail, encoding):
    try:
        found = read((head + tail + "}}\nER  - ").encode(encoding, "replace"))
    except Invalid as refused:
        assert refused.code.startswith("import_")
        return
    for work in found.works:
        assert 0 < len(work.title) <= 300 and work.title == work.title.strip()
        assert "\x00" not in work.text and (work.year is None or 1900 <= work.year <= 2200)


@settings(max_examples=30, deadline=None)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=8), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
    st.sampled_from(["activities-summary", "works", "group", "work-summary", "title", "value", "external-ids", "external-id", "fundings"]), inner, max_size=4,
)))  # fmt: skip
def test_no_record_of_an_odd_shape_makes_the_reader_fall(said):
    try:
        read(json.dumps({"activities-summary": said, "group": said}))
    except Invalid as refused:
        assert refused.code in {"import_not_a_record", "import_nothing"}


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["A b", "a-B", "Ä b", "C"]), st.sampled_from([None, 2020, 2021]), st.sampled_from(["", "10.9/x"])),
        max_size=8,
    )
)
def test_what_stands_twice_in_a_list_is_told_of_the_later_one(said):
    works = [rules.Work(n, EvidenceKind.OTHER, title, year, doi="10.9999/x" if doi else "") for n, (title, year, doi) in enumerate(said)]
    before = rules.twice(works)
    assert all(first < later and first not in before for later, first in before.items())


def test_a_field_of_a_million_lines_is_one_field_and_takes_a_moment():
    begun = time.process_time()
    found = read("TY  - JOUR\nTI  - Drift\nAB  - " + "a\n" * 600_000 + "KW  - last\nER  - \n")
    assert [one.title for one in found.works] == ["Drift"] and found.works[0].text.startswith("a a a")
    assert time.process_time() - begun < 4


def test_xml_of_empty_parts_is_refused_before_it_fills_the_memory():
    assert refusal("<works>" + "<a/>" * (rules.MOST_ELEMENTS + 1) + "</works>") == "import_too_many_items"
