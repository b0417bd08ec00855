"""The sectors beside the classifications of research and of patents."""

from __future__ import annotations

import re
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from hub.kernel import taxonomy
from hub.kernel.taxonomy import CROSSWALKS, LEFT_OUT, Sector

GROUPS = {
    30: 9, 31: 9, 32: 15, 33: 4, 34: 7, 35: 9, 36: 6, 37: 9, 38: 3, 39: 4, 40: 19, 41: 6, 42: 8, 43: 3, 44: 10, 45: 19, 46: 13, 47: 5, 48: 7,
    49: 5, 50: 5, 51: 10, 52: 5,
}  # fmt: skip
"""ANZSRC 2020: its divisions of research, and how many groups each has beside the one for others."""
CLASSES = """
    A01 A21 A22 A23 A24 A41 A42 A43 A44 A45 A46 A47 A61 A62 A63 A99
    B01 B02 B03 B04 B05 B06 B07 B08 B09 B21 B22 B23 B24 B25 B26 B27 B28 B29 B30 B31 B32 B33 B41 B42 B43 B44
    B60 B61 B62 B63 B64 B65 B66 B67 B68 B81 B82 B99
    C01 C02 C03 C04 C05 C06 C07 C08 C09 C10 C11 C12 C13 C14 C21 C22 C23 C25 C30 C40 C99
    D01 D02 D03 D04 D05 D06 D07 D21 D99
    E01 E02 E03 E04 E05 E06 E21 E99
    F01 F02 F03 F04 F15 F16 F17 F21 F22 F23 F24 F25 F26 F27 F28 F41 F42 F99
    G01 G02 G03 G04 G05 G06 G07 G08 G09 G10 G11 G12 G16 G21 G99
    H01 H02 H03 H04 H05 H10 H99
""".split()
"""The classes of the IPC, edition 2025.01."""


def test_every_sector_stands_beside_fields_of_research_and_classes_of_patents():
    assert len(Sector) == 22
    for sector in Sector:
        walk = CROSSWALKS[sector]
        assert walk.research and walk.patents, sector
        assert all(title.strip() for title in [*walk.research.values(), *walk.patents.values()])


def test_every_division_of_research_stands_somewhere_or_is_left_out_by_name():
    named = {code for walk in CROSSWALKS.values() for code in walk.research}
    exist = {str(division) for division in GROUPS} | {
        f"{division}{group:02}" for division, most in GROUPS.items() for group in range(1, most + 1)
    }
    assert named <= exist
    assert {code[:2] for code in named} | set(LEFT_OUT) >= {str(division) for division in GROUPS}
    assert not {code for code in named if len(code) == 2} & set(LEFT_OUT)


def test_every_class_of_patents_stands_under_exactly_one_sector():
    found = Counter(code for walk in CROSSWALKS.values() for code in walk.patents)
    assert {code for code, times in found.items() if times > 1} == set()
    assert {code for code in found if len(code) == 3} | {code for code in LEFT_OUT if code.endswith("99")} == set(CLASSES)
    assert {code for code in found if len(code) == 4 and code[:3] not in CLASSES} == set()
    assert {code[0] for code in found} == set("ABCDEFGH")
    assert all(re.fullmatch(r"[A-H]\d\d[A-Z]?", code) for code in found)


def test_a_symbol_stands_where_its_subclass_does_else_where_its_class_does():
    assert taxonomy.of_patent("H01M 10/052") is Sector.ENERGY
    assert taxonomy.of_patent("H01F 1/00") is Sector.ELECTRONICS
    assert taxonomy.of_patent("b64") is Sector.AEROSPACE
    assert taxonomy.of_patent("B60L50/64") is Sector.AUTOMOTIVE
    assert [taxonomy.of_patent(symbol) for symbol in ("A99Z 99/00", "X01B", "", "12/345,678")] == [None] * 4
    assert taxonomy.of_patents(["G06F 17/18", "B64C 1/00", "B64D 45/00"]) is Sector.AEROSPACE
    assert taxonomy.of_patents(["G06F 17/18", "B64C 1/00"]) is Sector.SOFTWARE
    assert taxonomy.of_patents([]) is None


def test_a_field_stands_where_its_group_does_else_where_its_division_does():
    assert taxonomy.of_research("400901") == [Sector.ELECTRONICS, Sector.SENSORS]
    assert taxonomy.of_research("3106") == [Sector.BIOTECH]
    assert taxonomy.of_research("3103") == [Sector.CLIMATE]
    assert taxonomy.of_research("50") == taxonomy.of_research("") == []


def test_a_records_symbols_go_before_its_words():
    assert taxonomy.classify("Laser rangefinder", symbols=["B64D 47/00"]) is Sector.AEROSPACE
    assert taxonomy.classify("Laser rangefinder", symbols=["A99Z"]) is Sector.OPTICS
    assert taxonomy.classify("Hm", Sector.AEROSPACE, []) is Sector.AEROSPACE


def test_a_skill_hangs_under_a_sector_of_the_persons_own_if_its_words_say_so():
    assert taxonomy.of_skill("gas sensors") is Sector.SENSORS
    assert taxonomy.of_skill("polymer optics") is Sector.OPTICS
    assert taxonomy.of_skill("polymer optics", [Sector.MATERIALS]) is Sector.MATERIALS
    assert taxonomy.of_skill("Marketing") is Sector.CONSUMER
    assert taxonomy.of_skill("冷链") is None


@given(st.text(max_size=60))
def test_any_text_is_a_skill_and_no_symbol_is_an_accident(text):
    assert taxonomy.of_skill(text) in {None, *Sector}
    assert taxonomy.of_patent(text) in {None, *Sector}


def test_the_word_cues_agree_with_the_table_more_often_than_not():
    """Measured over the titles of the classes, the only texts at hand that carry symbols: where the cues say anything at all."""
    said = [(sector, taxonomy.cued(title)) for sector, walk in CROSSWALKS.items() for title in walk.patents.values()]
    told = [(sector, cued) for sector, cued in said if cued is not None]
    agreed = sum(sector is cued for sector, cued in told)
    print(f"\ncues: {len(told)} of {len(said)} titles, {agreed} as the table has it")
    assert agreed / len(told) > 0.5
