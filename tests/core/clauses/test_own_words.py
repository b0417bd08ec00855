"""Clauses of an organisation's own words: taken as they are typed, told apart from the site's, offered only where they fit."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.core.agreements import rules as agreements
from hub.core.clauses import operations, queries
from hub.core.clauses.models import AgreementTemplate, TemplateVersion
from hub.core.wording import rules
from hub.core.wording.rules import Kind, Own
from hub.db import work
from hub.db.extensions import db
from hub.kernel.errors import Invalid
from tests.core.conftest import Cast
from tests.factories.templates import OWN, template

NAMED = {"seeker": "Acme", "title": "A coating", "solver": "Ada", "reference": "D-1"}
TYPED = st.lists(
    st.sampled_from(["{seeker}", "§award", "9. Mine", "12.1 x", "\n\n", "\n", "\r\n\r\n", " ", "样", "right."]), max_size=12
).map("".join)


@settings(max_examples=60)
@given(st.sampled_from(rules.OWN_WORDS), st.lists(st.tuples(TYPED, TYPED), min_size=1, max_size=4))
def test_own_clauses_come_last_and_what_was_typed_is_no_clause_and_fills_nothing(kind: Kind, typed: list[tuple[str, str]]) -> None:
    said = [{**OWN, "heading_en": f"Own {n} {head}", "heading_zh": "", "text_en": f"Own: {text}"} for n, (head, text) in enumerate(typed)]
    own = rules.read_own(kind, said)
    plain, made = rules.compose(kind, {}, NAMED), rules.compose(kind, {}, NAMED, own)
    assert made.text_en.startswith(plain.text_en.rstrip("\n")) and made.text_zh.startswith(plain.text_zh.rstrip("\n"))
    before = len(rules.clauses(plain.text_en))
    assert made.own_from == before + 1 and plain.own_from is None
    for text, summary in ((made.text_en, made.summary_en), (made.text_zh, made.summary_zh)):
        clauses = rules.clauses(text)
        assert len(clauses) == len(summary) == before + 1 + len(own) and [c.number for c in clauses] == [
            str(n + 1) for n in range(len(clauses))
        ]
    assert [c.heading for c in rules.clauses(made.text_en)[before + 1 :]] == [one.heading_en for one in own]
    assert all(c.paragraphs for c in rules.clauses(made.text_en))
    assert [change.kind for change in agreements.compare(plain.text_en, made.text_en)].count(agreements.Became.ADDED) == len(own) + 1


def test_the_text_says_who_wrote_them_and_the_chinese_stands_in_for_nothing() -> None:
    english_only = Own("Samples", "Samples stay here.")
    made = rules.compose(Kind.NDA, {}, NAMED, (Own(**OWN), english_only))
    assert "written by the party that published the Listing, not by the operator of the Site" in made.text_en
    assert "由发布本条目的一方自行拟定" in made.text_zh and "样品不得带出实验室。" in made.text_zh and "Samples stay here." in made.text_zh
    assert made.summary_zh[-2:] == ("样品仅供借用。", "")


@pytest.mark.parametrize(
    ("kind", "own", "field"),
    [
        ("nda", [{"heading_en": "Samples"}], "own.0.text_en"),
        ("nda", [{"text_zh": "样品"}], "own.0.heading_en"),
        ("nda", [{}, {**OWN, "heading_en": "liability"}], "own.1.heading_en"),
        ("nda", [OWN, OWN], "own.1.heading_en"),
        ("nda", [{**OWN, "text_en": "x" * 4001}], "own.0.text_en"),
        ("nda", [{**OWN, "heading_en": f"Own {n}", "heading_zh": ""} for n in range(11)], "own"),
        ("technology", [OWN], "own"),
    ],
)
def test_clauses_that_cannot_be_are_refused_where_they_stand(cast: Cast, kind: str, own: list[dict[str, str]], field: str) -> None:
    with pytest.raises(Invalid) as refused, work.unit():
        operations.save(actor=cast.owner, kind=kind, name="Ours", choices={}, own=own, organisation_id=cast.company.id)
    assert refused.value.code == "own_invalid" and field in refused.value.fields
    assert db.session.query(AgreementTemplate).count() == 0


def test_other_own_clauses_are_another_version_and_the_older_one_stays(cast: Cast) -> None:
    with work.unit():
        first = template(cast.owner, cast.company.id)
    changed: dict[str, Any] = {"name": "With samples", "choices": {"confidentiality_years": 5}}
    for own, number in ((None, 1), ([OWN], 1), ([{**OWN, "plain_en": "Give them back."}], 2), ([], 3)):
        with work.unit():
            kept = operations.change(
                actor=cast.manager, template=db.session.get_one(AgreementTemplate, first.template_id), own=own, **changed
            )
        assert kept.number == number
    assert queries.pinned(first.id).own == (Own(**OWN),) and queries.version(kept).own == ()  # type: ignore[union-attr]
    assert db.session.query(TemplateVersion).count() == 3


def test_only_what_fits_the_mode_is_offered_and_nothing_that_was_withdrawn_or_changed(cast: Cast) -> None:
    with work.unit():
        nda, other = template(cast.owner, cast.company.id), template(cast.owner, cast.company.id, "developer", "For developers")
        own = operations.save(actor=cast.owner, kind="nda", name="Mine alone", choices={})
    assert [one.id for one in queries.of_organisation(cast.company.id, "nda")] == [nda.id]
    assert queries.chosen(cast.company.id, "nda", nda.id) == nda

    def refused(version_id: int, code: str) -> None:
        with pytest.raises(Invalid) as caught:
            queries.chosen(cast.company.id, "nda", version_id)
        assert caught.value.code == code and set(caught.value.fields) == {"template"}

    for version_id in (other.id, queries.version(own).id, 999_999):
        refused(version_id, "not_offered")
    with work.unit():
        operations.change(actor=cast.owner, template=db.session.get_one(AgreementTemplate, nda.template_id), name=nda.name, choices={})
    refused(nda.id, "template_changed")
    with work.unit():
        operations.archive(actor=cast.owner, template=db.session.get_one(AgreementTemplate, nda.template_id))
    refused(nda.id, "not_offered")
    assert queries.of_organisation(cast.company.id, "nda") == []
