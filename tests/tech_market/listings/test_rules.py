"""NASA's real files read whole, and the rules by which their dirt is mended. The expectations are computed here by other means."""

from __future__ import annotations

import csv
import io
import json
import re
from collections import Counter
from datetime import date
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.kernel.errors import Invalid
from hub.kernel.tables import Weight
from hub.kernel.taxonomy import Sector
from hub.tech_market.listings import rules
from hub.tech_market.listings.rules import IpStatus

DATA = files("hub.cli") / "demo_data"
PATENTS = (DATA / "nasa_patents.csv").read_bytes()
SOFTWARE = (DATA / "nasa_software.json").read_bytes()
HEADER = "Center;Status;Case Number;Application SN;Title;Patent Expiration Date"
GOOD = "NASA Ames Research Center;Issued;ARC-1-1;08/543,093;A sensor;10 March 2031"


@pytest.fixture(scope="module")
def patents():
    return rules.read_patents(PATENTS)


@pytest.fixture(scope="module")
def raw():
    """The same file by the simplest means: (row as a spreadsheet counts, cells)."""
    rows = list(csv.reader(io.StringIO(PATENTS.decode("utf-8-sig"), newline=""), delimiter=";"))
    return list(enumerate(rows[1:], start=2))


@pytest.fixture(scope="module")
def software():
    return rules.read_software(SOFTWARE)


def one(line: str, header: str = HEADER):
    reading = rules.read_patents(f"{header}\n{line}\n".encode())
    return (reading.records or [None])[0], {(remark.field, remark.code): remark for remark in reading.remarks}


def rows_with(reading, code: str, field: str | None = None) -> set[int]:
    return {remark.row for remark in reading.remarks if remark.code == code and field in {None, remark.field}}


def test_every_patent_of_the_real_file_is_read(patents, raw):
    assert patents.rows == len(patents.records) == len(raw) == 1393
    assert patents.rejected == []
    assert [offer.case_number for offer in patents.records] == [cells[2].strip() for _, cells in raw]
    assert Counter(offer.owner for offer in patents.records) == Counter(cells[0] for _, cells in raw)
    assert len({offer.source_key for offer in patents.records}) == 1393


def test_each_shifted_year_of_the_real_file_is_reported_and_agrees_with_the_filing(patents, raw):
    """A patent runs about twenty years from filing; applications of the series 12, 13 and 14 were filed from 2007 to 2014."""
    shifted = {number for number, cells in raw if re.search(r"19[0-6]\d$", cells[5])}
    assert len(shifted) == 38
    assert rows_with(patents, "century") == shifted
    by_row = {offer.row: offer for offer in patents.records}
    for number in shifted:
        offer = by_row[number]
        series = int(offer.serial_number[:2])
        assert series in {11, 12, 13, 14}
        assert 2025 <= offer.patent_expires_on.year <= 2036


def test_both_date_formats_give_the_day_that_is_written(patents, raw):
    by_row = {offer.row: offer for offer in patents.records}
    assert by_row[3].patent_expires_on == date(2015, 3, 10)  # 10 March 2015
    assert by_row[5].patent_expires_on == date(2024, 6, 16)  # 06/16/2024
    assert by_row[82].patent_expires_on == date(2032, 8, 31)  # 08/31/1932
    assert sum(offer.patent_expires_on is not None for offer in patents.records) == sum(bool(cells[5]) for _, cells in raw) == 1043


def test_missing_days_are_warned_of_for_issued_patents_and_noted_for_others(patents, raw):
    remarks = [remark for remark in patents.remarks if remark.code == "no_date"]
    empty = {number: cells[1] for number, cells in raw if not cells[5]}
    assert {remark.row for remark in remarks} == set(empty)
    for remark in remarks:
        assert remark.weight is (Weight.WARNING if empty[remark.row] == "Issued" else Weight.NOTE)
    assert sum(remark.weight is Weight.WARNING for remark in remarks) == 73


def test_the_unknown_status_is_kept_apart_and_reported(patents):
    (remark,) = [remark for remark in patents.remarks if remark.code == "status"]
    assert (remark.value, remark.weight) == ("GM", Weight.WARNING)
    assert [offer.case_number for offer in patents.records if offer.status is IpStatus.UNCLEAR] == ["MSC-24745-1"]
    assert Counter(offer.status for offer in patents.records) == {IpStatus.ISSUED: 924, IpStatus.APPLICATION: 468, IpStatus.UNCLEAR: 1}


def test_titles_are_mended_and_nothing_else_is_changed(patents, raw):
    by_row = {offer.row: offer.title for offer in patents.records}
    assert by_row[256] == "Hughes Particle – Surface Interaction Model"
    assert by_row[1342] == "ROBOT TASK COMMANDER WITH EXTENSIBLE PROGRAMMING ENVIRONMENT"
    for number, cells in raw:
        if number != 256:
            assert by_row[number].split() == cells[4].split()
    assert rows_with(patents, "characters") == {256}


def test_application_numbers_get_their_one_form(patents, raw):
    by_row = {offer.row: offer.serial_number for offer in patents.records}
    assert all(re.fullmatch(r"\d\d/\d{3},\d{3}", serial) for serial in by_row.values() if serial)
    assert by_row[32] == "12/045,970"  # 12/45,970
    assert by_row[524] == "11/005,624"  # 11/5,624
    assert by_row[896] == "12/533,258"  # 12/533/258
    assert by_row[322] == "14/033,725"  # 14/ 033725
    assert {number for number, serial in by_row.items() if not serial} == {
        number for number, cells in raw if len(re.sub(r"\D", "", cells[3])) < 5
    }
    assert len(rows_with(patents, "serial_zeros")) == 41


def test_a_remark_names_row_field_value_and_deed(patents):
    remark = next(remark for remark in patents.remarks if remark.code == "century" and remark.row == 82)
    assert (remark.field, remark.value) == ("Patent Expiration Date", "08/31/1932")
    assert remark.text == "The year lost its century; read as 2032-08-31."


def test_every_package_of_the_real_catalogue_is_read(software):
    items = json.loads(SOFTWARE)
    assert software.rows == len(software.records) == len(items) == 558
    assert len({offer.source_key for offer in software.records}) == 558
    assert [offer.title for offer in software.records] == [" ".join(item["Software"].split()) for item in items]
    assert all(offer.status is IpStatus.SOFTWARE for offer in software.records)
    assert rows_with(software, "link") == {
        number for number, item in enumerate(items, start=1) if item["Public Code Repo"].startswith("ftp:")
    }
    assert not any(offer.link.startswith("ftp:") for offer in software.records)
    assert rows_with(software, "date", "Update_Date") == {n for n, item in enumerate(items, start=1) if item["Update_Date"] == "YYYY-MM-DD"}


def test_centres_are_the_same_organisations_in_both_files(patents, software):
    assert {offer.owner for offer in software.records} <= {offer.owner for offer in patents.records} | {
        "NASA Center of Excellence for Collaborative Innovation"
    }
    by_title = {offer.title: offer.owner for offer in software.records}
    assert by_title["WebGS"] == by_title["Flight Dynamics Simulation of a Generic Transport Model"] == "NASA Langley Research Center"


def test_a_package_carries_what_the_catalogue_says_of_it(software):
    code = software.records[0]
    assert code.case_number == "ARC-14672-1"
    assert code.licence == "NASA Open Source"
    assert code.link == "https://www.nas.nasa.gov/Resources/Software/Open-Source/code.html"
    assert code.summary == "CODE is a framework for the control and observation of resources, services, and applications."
    assert "Data Servers Processing and Handling" in code.categories
    assert not {"NASA", "ARC", "Open Source"} & set(code.categories)


@given(st.dates(date(1900, 1, 1), date(2150, 12, 31)))
def test_a_date_is_read_alike_in_every_form_and_never_before_1970(day):
    forms = [f"{day:%m/%d/%Y}", f"{day.month}/{day.day}/{day.year}", f"{day.day} {day:%B} {day.year}", f"{day:%d %b %Y}", day.isoformat()]
    read = [rules.read_date(form) for form in forms]
    if 1970 <= day.year <= 2069:
        assert read == [(day, [])] * len(forms)
    elif 1930 <= day.year <= 1969:
        assert read == [(day.replace(year=day.year + 100), ["century"])] * len(forms)
    else:
        assert read == [(None, [])] * len(forms)


@given(st.integers(-10_000, 10_000))
def test_years_are_moved_by_a_century_or_not_at_all(year):
    meant = rules.shifted_year(year)
    assert meant in {None, year, year + 100}
    assert (meant is not None) == (1930 <= year <= 2069)
    assert meant is None or 1970 <= meant <= 2069


@given(st.text(max_size=30))
def test_no_text_breaks_the_date_rule(text):
    day, assumed = rules.read_date(text)
    assert day is None or 1970 <= day.year <= 2069
    assert set(assumed) <= {"century", "day_first"}


@pytest.mark.parametrize(
    "text", ["02/30/2030", "13/13/2030", "31 June 2030", "12 Foo 2030", "2030", "06/16/24", "0/1/2030", "10 March 2015 "]
)
def test_what_is_no_date_is_no_date(text):
    assert rules.read_date(text) == (None, [])


def test_a_day_that_cannot_be_a_month_is_read_day_first_and_said_so():
    offer, remarks = one(GOOD.replace("10 March 2031", "25/12/2030"))
    assert offer.patent_expires_on == date(2030, 12, 25)
    assert remarks["Patent Expiration Date", "day_first"].weight is Weight.WARNING


@pytest.mark.parametrize(
    ("old", "new", "field", "code"),
    [
        ("10 March 2031", "soon", "Patent Expiration Date", "date"),
        ("10 March 2031", "02/30/2031", "Patent Expiration Date", "date"),
        ("10 March 2031", "10 March 1901", "Patent Expiration Date", "date"),
        ("A sensor", "", "Title", "missing"),
        ("A sensor", "x" * 201, "Title", "too_long"),
        ("ARC-1-1", "  ", "Case Number", "missing"),
        ("NASA Ames Research Center", "", "Center", "missing"),
        ("A sensor", "A;sensor", "", "row_shape"),
    ],
)
def test_a_row_that_cannot_be_used_is_left_out_with_its_reason(old, new, field, code):
    offer, remarks = one(GOOD.replace(old, new))
    assert offer is None
    assert remarks[field, code].weight is Weight.ERROR
    assert remarks[field, code].row == 2


def test_a_repeated_case_number_counts_once():
    reading = rules.read_patents(f"{HEADER}\n{GOOD}\n\n{GOOD.replace('A sensor', 'Another')}\n".encode())
    assert [offer.title for offer in reading.records] == ["A sensor"]
    (remark,) = reading.remarks
    assert (remark.row, remark.code, remark.values) == (4, "repeated", {"first": 2})


@pytest.mark.parametrize("separator", [",", "\t", "|", ";"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_separators_line_ends_and_byte_order_marks_are_found_out(separator, line_end, encoding):
    good = GOOD.replace(",", " ")
    data = f"{HEADER}{line_end}{good}{line_end}".replace(";", separator).encode(encoding)
    assert rules.read_patents(data).records[0].title == "A sensor"


def test_columns_may_stand_in_any_order_and_case():
    offer, remarks = one("Sensor;x-1;NASA Ames Research Center;issued;ignored", "TITLE;case_number; Center ;status;Colour")
    assert (offer.title, offer.case_number, offer.status) == ("Sensor", "x-1", IpStatus.ISSUED)
    assert ("Patent Expiration Date", "no_date") in remarks


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "import_empty"),
        (b" \r\n ", "import_empty"),
        (f"{HEADER}\n".encode(), "import_empty"),
        (b"PK\x03\x04 a workbook", "import_wrong_file"),
        (b"\x00\x01\x02", "import_wrong_file"),
        (b'{"a": 1}', "import_wrong_file"),
        (SOFTWARE, "import_wrong_file"),
        (b"name;age\nada;36\n", "import_wrong_file"),
        (b"Center;Status;Title\nx;y;z\n", "import_columns"),
        (f"{HEADER};Title\n{GOOD};x\n".encode(), "import_columns"),
        (f'{HEADER}\n{GOOD}\n"NASA;Issued;X-1;;Broken'.encode(), "import_broken_csv"),
        (f"{HEADER}\n".encode() + GOOD.encode() + b"\nNASA \x96 Ames;Issued;X;;T;\n", "import_encoding"),
        (PATENTS[:5000] + b"\xff\xfe" + PATENTS[5000:], "import_encoding"),
        (b"\xff\xfe" + b"a", "import_encoding"),
    ],
)
def test_a_file_that_is_none_is_refused_with_a_stable_code(data, code):
    with pytest.raises(Invalid) as refused:
        rules.read_patents(data)
    assert refused.value.code == code
    assert set(refused.value.fields) == {"file"}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "import_empty"),
        (b"[]", "import_empty"),
        (SOFTWARE[:-10], "import_broken_json"),
        (b'[{"Software": "x",]', "import_broken_json"),
        (b"[" * 100_000, "import_broken_json"),
        (b'{"Software": "x"}', "import_wrong_file"),
        (b"[1, 2, 3]", "import_wrong_file"),
        (b'[{"name": "a challenge"}]', "import_wrong_file"),
        (PATENTS, "import_wrong_file"),
    ],
)
def test_broken_json_is_refused_with_a_stable_code(data, code):
    with pytest.raises(Invalid) as refused:
        rules.read_software(data)
    assert refused.value.code == code


def test_items_that_are_no_packages_are_left_out_one_by_one():
    good = {"Software": "A", "Description": "B.", "NASA Center": "ARC"}
    bad = ["text", None, good | {"Software": 7}, good | {"Software": " "}, good | {"Software": "C", "Categories": "no list"}]
    reading = rules.read_software(json.dumps([good, *bad]).encode())
    assert [offer.title for offer in reading.records] == ["A"]
    assert reading.rejected == [2, 3, 4, 5, 6]
    assert [remark.code for remark in reading.remarks] == ["row_shape", "row_shape", "not_text", "missing", "not_a_list"]


def test_a_lone_surrogate_does_not_reach_the_database():
    reading = rules.read_software(b'[{"Software": "A \\ud800 B", "Description": "C.", "NASA Center": "ARC"}]')
    assert reading.records[0].title == "A B"


def test_the_fingerprint_changes_with_the_record_and_not_with_its_row():
    first, _ = one(GOOD)
    reading = rules.read_patents(f"{HEADER}\n\n\n{GOOD}\n".encode())
    assert reading.records[0].row != first.row
    assert reading.records[0].fingerprint == first.fingerprint
    assert one(GOOD.replace("A sensor", "A better sensor"))[0].fingerprint != first.fingerprint


@pytest.mark.parametrize(
    ("status", "ends_on", "today"),
    [
        (IpStatus.ISSUED, date(2026, 11, 21), IpStatus.ISSUED),
        (IpStatus.ISSUED, date(2026, 11, 20), IpStatus.EXPIRED),
        (IpStatus.APPLICATION, date(2020, 1, 1), IpStatus.APPLICATION),
        (IpStatus.ISSUED, None, IpStatus.ISSUED),
    ],
)
def test_a_patent_has_ended_once_its_last_day_is_over(status, ends_on, today):
    assert rules.standing(status, ends_on, date(2026, 11, 21)) is today


def test_a_summary_is_a_sentence_and_never_too_long():
    assert rules.first_sentence("One. Two.") == "One."
    assert rules.first_sentence("第一句。第二句。") == "第一句。"
    long = rules.first_sentence("word " * 200)
    assert len(long) <= rules.LONGEST_SUMMARY
    assert long.endswith("word…")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Gas sensors", "en"),
        ("气体传感器", "zh"),
        ("用 PVDF 薄膜制成的 MEMS 传感器", "zh"),
        ("A sensor (传感器) for gas in closed rooms", "en"),
        ("", "en"),
    ],
)
def test_the_language_of_a_text_is_guessed_from_its_letters(text, language):
    assert rules.language_of(text) == language


def test_a_patents_symbols_file_it_before_the_words_of_its_title():
    rows = [
        "NASA Ames Research Center;Issued;ARC-1;;Laser sensor for gas;;G01N 21/39; B64D 47/00",
        "NASA Ames Research Center;Issued;ARC-2;;Laser optics;;",
    ]
    said = (f"{HEADER};IPC\n" + rows[0].replace("; B64D", ", B64D") + "\n" + rows[1] + "\n").encode()
    first, second = rules.read_patents(said).records
    assert (first.sector, second.sector) == (Sector.SENSORS, Sector.OPTICS)
