"""The clause catalogue: every combination of choices gives a whole, readable text in both languages."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.agreements import rules
from hub.core.wording import rules as wording
from hub.core.wording.rules import Choices, Kind, Losing, Parties, Payment, Transfer
from hub.kernel.errors import Invalid

ACME = Parties(
    seeker="Acme AG", title="Detect spoilage", solver="Ada Lovelace", prize="USD 40,000.00", fee="USD 2,000.00", net="USD 38,000.00"
)
PLATFORM = Parties(
    seeker="Acme AG",
    title="Arms",
    share="15 %",
    review_days="5",
    public_part="The API.",
    nda_part="Drawings.",
    proprietary_part="Firmware.",
)

CHOICES = st.builds(
    Choices,
    transfer=st.sampled_from(Transfer),
    sublicensable=st.booleans(),
    term_years=st.none() | st.integers(1, 99),
    territory=st.sampled_from([wording.WORLDWIDE, "the European Union"]),
    revocable=st.booleans(),
    payment=st.sampled_from(Payment),
    royalty_bp=st.none() | st.integers(1, 5000),
    evaluation_days=st.integers(1, 365),
    losing_entries=st.sampled_from(Losing),
    confidentiality_years=st.integers(1, 30),
    originality_warranty=st.booleans(),
    employer_waiver=st.booleans(),
    reversion_years=st.none() | st.integers(1, 20),
    reversion_unpaid=st.booleans(),
    prior_knowledge=st.booleans(),
)
BETWEEN = Parties(
    seeker="Acme AG",
    title="A coating",
    solver="Ada Lovelace",
    object="The recipe.",
    price="EUR 60,000.00",
    reference="D-7",
    nda_part="Drawings.",
)
NAMES = st.text(min_size=1, max_size=60).filter(lambda text: text.strip())


@settings(max_examples=300)
@given(
    st.sampled_from(Kind),
    CHOICES,
    st.sampled_from([ACME, PLATFORM, BETWEEN, Parties(seeker="B", title="C", solver="D"), Parties("B", "C", "D", entry="R-7")]),
)
def test_every_choice_gives_a_whole_text_in_both_languages(kind: Kind, choices: Choices, parties: Parties) -> None:
    made = wording.compose(kind, choices, parties)
    english, chinese = wording.clauses(made.text_en), wording.clauses(made.text_zh)
    assert [clause.number for clause in english] == [clause.number for clause in chinese] == [str(n) for n in range(1, len(english) + 1)]
    assert [len(clause.paragraphs) for clause in english] == [len(clause.paragraphs) for clause in chinese]
    assert len(english) == len(made.summary_en) == len(made.summary_zh)
    for text in (made.text_en, made.text_zh, *made.summary_en, *made.summary_zh):
        assert not re.search(r"[{}§]|None|True|False", text)
    for reference in re.findall(r"clauses? (\d+)", made.text_en) + re.findall(r"第(\d+)条", made.text_zh):
        assert int(reference) <= len(english)
    assert "English text prevails" in made.text_en and "以英文文本为准" in made.text_zh


@given(CHOICES)
def test_the_same_choices_give_the_same_text_to_the_letter(choices: Choices) -> None:
    one = wording.compose(Kind.AWARD, choices, ACME)
    other = wording.compose("award", wording.plain_choices(choices), {"seeker": "Acme  AG", "title": "Detect\nspoilage", **_rest()})
    assert one == other
    assert rules.fingerprint("award:1", Kind.AWARD, one) == rules.fingerprint("award:1", Kind.AWARD, other)


def _rest() -> dict[str, str]:
    return {"solver": ACME.solver, "prize": ACME.prize, "fee": ACME.fee, "net": ACME.net}


@given(NAMES, NAMES)
def test_what_people_typed_is_neither_filled_in_nor_a_clause_of_its_own(seeker: str, title: str) -> None:
    nasty = {"seeker": seeker + " {prize} §award\n\n9. All rights are mine", "title": title, "prize": "USD 1.00"}
    made = wording.compose("challenge_entry", {}, nasty)
    assert "{prize} §award 9. All rights are mine" in made.text_en
    assert [c.heading for c in wording.clauses(made.text_en)] == [
        c.heading for c in wording.clauses(wording.compose("challenge_entry", {}, ACME).text_en)
    ]


def said(choices: dict[str, Any], kind: str = "award") -> str:
    return wording.compose(kind, choices, ACME).text_en


def test_the_text_says_what_was_chosen() -> None:
    assert "assigns to the Seeker all Rights" in said({"transfer": "assignment"})
    exclusive = said({"transfer": "exclusive_licence", "term_years": 5, "territory": "Japan", "sublicensable": True, "revocable": True})
    assert "an exclusive licence, for the territory Japan" in exclusive
    assert "runs for 5 years" in exclusive and "may grant sublicences" in exclusive and "may revoke the licence" in exclusive
    plain = said({"transfer": "non_exclusive_licence", "term_years": 1})
    assert (
        "worldwide licence" in plain and "runs for 1 year from" in plain and "may not grant sublicences" in plain and "irrevocable" in plain
    )
    assert "2.5 % of the net sales" in said({"payment": "royalty", "royalty_bp": 250})
    assert "independent expert" in said({"payment": "royalty"}) and "royalty" not in said({"payment": "lump_sum"})
    assert "as it is, without warranty" in said({"originality_warranty": False})
    assert "employs, teaches or funds" not in said({"employer_waiver": False})
    assert "The prize is USD 40,000.00. The fee of the Site is USD 2,000.00; the Solver receives USD 38,000.00." in said({})


def test_participation_says_how_long_entries_are_read_and_what_becomes_of_the_others() -> None:
    text = said({"evaluation_days": 45, "losing_entries": "stay_confidential", "confidentiality_years": 7}, "challenge_entry")
    assert "ends 45 days later" in text and "last for 7 years" in text and "continue to treat the Entry as confidential" in text
    assert "delete all copies of the Entry" in said({"losing_entries": "return_to_author"}, "challenge_entry")


def test_an_assignment_speaks_of_no_licence_terms() -> None:
    text = said({"transfer": "assignment", "term_years": 5, "revocable": True, "territory": "Japan"})
    assert "Japan" not in text and "5 years" not in text and "revoke the licence" not in text


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("transfer", "gift"),
        ("transfer", None),
        ("term_years", 0),
        ("term_years", 100),
        ("term_years", "5"),
        ("term_years", True),
        ("term_years", 1.5),
        ("territory", " "),
        ("territory", "x" * 81),
        ("evaluation_days", -1),
        ("evaluation_days", None),
        ("royalty_bp", 5001),
        ("confidentiality_years", 10**9),
        ("sublicensable", "yes"),
        ("originality_warranty", 1),
        ("payment", "shares"),
        ("surprise", 1),
    ],
)
def test_terms_that_do_not_exist_are_refused_by_name(name: str, value: Any) -> None:
    with pytest.raises(Invalid) as refused:
        wording.read_choices({name: value, "employer_waiver": True})
    assert refused.value.code == "terms_invalid" and set(refused.value.fields) == {name}


def test_parties_that_no_agreement_names_are_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="sponsor"):
        wording.read_parties({"seeker": "A", "title": "B", "sponsor": "C"})


def test_a_glance_names_the_terms_that_matter() -> None:
    rows = {
        label: text % values
        for label, text, values in rules.at_a_glance({"transfer": "exclusive_licence", "term_years": 5, "territory": "Japan"})
    }
    assert rows["Term"] == "5 years" and rows["Territory"] == "Japan" and rows["Evaluation"].endswith("90 days after the close")
    assert "Territory" not in {label for label, _, _ in rules.at_a_glance({"transfer": "assignment"})}


def test_a_developer_agreement_tells_the_boundary_the_promise_and_the_share():
    made = wording.compose("developer", {"confidentiality_years": 1}, PLATFORM)
    for told in ("The API.", "Drawings.", "Firmware.", "15 %", "within 5 days", "for 1 year after"):
        assert told in made.text_en, told
    assert "15 %" in made.text_zh and "5日内" in made.text_zh
    bare = wording.compose("developer", {}, Parties(seeker="B", title="C")).text_en
    assert "takes no share" in bare and "reasonable time" in bare and "Given under confidentiality" not in bare


OLD_TEXTS = {
    "challenge_entry": "735ce0af0a32a4aa91eddf42360008f81508070e567947b23389d885b221aabf",
    "award": "f0fa7f63c282ac84dad4b0a992863628e9a539a3942f7736ac0011bda135941e",
    "nda": "0949504e9ebc20ca838c4ee654032be5b648bef6bdb6558e663f208d46fbd2ef",
    "developer": "3dcc839088ed6bd1a80c4f2b3ad5ec8ea59576ca809130c233a978c0596884c0",
}


@pytest.mark.parametrize("kind", OLD_TEXTS)
def test_texts_from_before_the_new_choices_stay_to_the_letter(kind: str) -> None:
    """Otherwise everybody who signed would be asked to sign again, for nothing."""
    parties = PLATFORM if kind == "developer" else ACME
    made = wording.compose(kind, {}, parties)
    assert rules.fingerprint("thing:1", Kind(kind), made) == OLD_TEXTS[kind]


def test_rights_go_back_only_where_that_was_chosen() -> None:
    back = said({"reversion_years": 1, "reversion_unpaid": True, "prior_knowledge": True})
    assert "within 1 year of the crediting" in back and "may declare in writing that the Rights fall back" in back
    assert "What the Seeker already knew" in back
    entry = said({"reversion_years": 4, "reversion_unpaid": True}, "challenge_entry")
    assert "within 4 years of the crediting" in entry
    assert "When the rights go back" not in said({}) and "reversion" not in said({})


def test_each_kind_asks_only_for_choices_that_change_its_words() -> None:
    assert wording.choices_of(Kind.NDA) == {"confidentiality_years"}
    assert wording.choices_of(Kind.CONFIDENTIALITY) == {"confidentiality_years", "prior_knowledge"}
    others: dict[str, Any] = {
        "transfer": "assignment", "sublicensable": True, "term_years": 7, "territory": "Japan", "revocable": True, "payment": "royalty",
        "royalty_bp": 300, "evaluation_days": 11, "losing_entries": "stay_confidential", "confidentiality_years": 9,
        "originality_warranty": False, "employer_waiver": False, "reversion_years": 5, "reversion_unpaid": True, "prior_knowledge": True,
    }  # fmt: skip
    for kind in Kind:
        plain = wording.compose(kind, {"payment": "royalty"}, BETWEEN)
        for name, value in others.items():
            changed = wording.compose(kind, {"payment": "royalty", name: value}, BETWEEN)
            differs = changed != plain or (name == "payment" and "payment" in wording.choices_of(kind))
            assert differs == (name in wording.choices_of(kind)), (kind, name)


def test_an_end_is_the_same_day_so_many_years_later() -> None:
    since = datetime(2024, 2, 29, 12, tzinfo=UTC)
    found = dict(rules.ends(Kind.TECHNOLOGY, Choices(term_years=1, evaluation_days=30, confidentiality_years=4), since))
    assert found == {
        rules.Ending.EVALUATION: datetime(2024, 3, 30, 12, tzinfo=UTC), rules.Ending.LICENCE: datetime(2025, 3, 1, 12, tzinfo=UTC),
        rules.Ending.SECRECY: datetime(2028, 2, 29, 12, tzinfo=UTC),
    }  # fmt: skip
    assert rules.ends(Kind.CHALLENGE_ENTRY, Choices(term_years=1), since) == []
    assert rules.Ending.LICENCE not in dict(rules.ends(Kind.AWARD, Choices(transfer=Transfer.ASSIGNMENT, term_years=3), since))
