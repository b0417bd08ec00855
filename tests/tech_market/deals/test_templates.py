"""An owner's own confidentiality agreement in place of the site's: frozen when it is drawn up, and never a way to learn names early."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from hub.core.agreements import queries as agreements
from hub.core.clauses import operations as clauses
from hub.core.clauses.models import AgreementTemplate
from hub.core.deeds import queries as deeds
from hub.db import work
from hub.db.extensions import db
from hub.kernel.errors import Invalid
from hub.tech_market.deals import operations
from hub.tech_market.deals.states import State
from tests.factories import deals
from tests.factories.people import api_headers, organisation, sign_in
from tests.factories.templates import OWN, template
from tests.tech_market.deals.conftest import OWNER_NAMES, Market


def test_what_was_chosen_is_frozen_and_both_sign_exactly_that(hall: Market, client) -> None:
    with work.unit():
        own = template(hall.owner, hall.owner_body.id)
    deal = hall.deal()
    with work.unit():
        deal = operations.accept(actor=hall.owner, deal=db.session.merge(deal), template=own.id)
    terms = agreements.get(deal.terms_id or 0)
    assert (
        "last for 5 years" in terms.text_en
        and "Samples stay in the laboratory." in terms.text_en
        and "样品不得带出实验室。" in terms.text_zh
    )
    before = terms.hash
    kept = db.session.get_one(AgreementTemplate, own.template_id)
    with work.unit():
        clauses.change(actor=hall.owner, template=kept, name="Renamed", choices={"confidentiality_years": 9}, own=[])
        clauses.archive(actor=hall.owner, template=kept)
    with work.unit():
        deals.sign(db.session.merge(deal), hall.party)
        deal = deals.sign(db.session.merge(deal), hall.owner)
    assert deal.state is State.REVEALED
    assert {one.hash for one in agreements.signatures(terms.id)} == {before} == {agreements.get(terms.id).hash}
    with pytest.raises(DatabaseError), work.unit():
        db.session.execute(text("UPDATE terms_origin SET number = 2"))


def test_the_other_side_sees_that_it_is_not_the_standard_but_not_whose_it_is(hall: Market, client) -> None:
    with work.unit():
        own = template(hall.owner, hall.owner_body.id, name=f"{OWNER_NAMES[1]} standard")
    deal = hall.deal()
    with work.unit():
        deal = operations.accept(actor=hall.owner, deal=db.session.merge(deal), template=own.id)
    terms = agreements.get(deal.terms_id or 0)
    sign_in(client, hall.party_person)
    for address in (
        f"/deals/{deal.id}",
        f"/agreements/{terms.id}",
        f"/agreements/{terms.id}/standard",
        f"/api/v1/agreements/{terms.id}/standard",
    ):
        said = client.get(address, headers=api_headers(hall.party_person, "read") if address.startswith("/api") else {})
        assert said.status_code == 200 and OWNER_NAMES[1] not in said.text, address
        assert "Samples" in said.text
    assert "Not the site’s standard text: the side that proposes it wrote it." in client.get(f"/deals/{deal.id}").text
    for side in (hall.party, hall.owner):
        with work.unit():
            deal = deals.sign(db.session.merge(deal), side)
    assert f"{OWNER_NAMES[1]} wrote it" in client.get(f"/agreements/{terms.id}").text
    assert agreements.written(hall.party, terms).template_id is None  # type: ignore[union-attr]
    assert agreements.written(hall.owner, terms).template_id == own.template_id  # type: ignore[union-attr]


@pytest.mark.parametrize("wrong", ["archived", "other_kind", "another_body", "changed", "says_the_name"])
def test_what_is_not_offered_accepts_nothing(hall: Market, wrong: str) -> None:
    body = organisation(hall.owner_person, "Elsewhere").id if wrong == "another_body" else hall.owner_body.id
    clause = {**OWN, "text_en": f"Ask {OWNER_NAMES[1].upper()} for samples."} if wrong == "says_the_name" else OWN
    with work.unit():
        own = template(hall.owner, body, "developer" if wrong == "other_kind" else "nda", own=[clause])
        kept = db.session.get_one(AgreementTemplate, own.template_id)
        if wrong == "archived":
            clauses.archive(actor=hall.owner, template=kept)
        if wrong == "changed":
            clauses.change(actor=hall.owner, template=kept, name=own.name, choices={"confidentiality_years": 2})
    deal = hall.deal()
    with pytest.raises(Invalid) as refused, work.unit():
        operations.accept(actor=hall.owner, deal=db.session.merge(deal), template=own.id)
    code = {"changed": "template_changed", "says_the_name": "names_the_owner"}.get(wrong, "not_offered")
    assert refused.value.code == code and set(refused.value.fields) == {"template"}
    deal = db.session.merge(deal)
    assert deal.state is State.INTERESTED and deal.terms_id is None


def test_the_form_offers_the_owners_texts_and_the_standard(hall: Market, client) -> None:
    with work.unit():
        own = template(hall.owner, hall.owner_body.id)
        template(hall.owner, hall.owner_body.id, "developer", "For developers")
    deal = hall.deal()
    sign_in(client, hall.owner_person)
    page = client.get(f"/deals/{deal.id}").text
    assert "With samples, version 1" in page and "The site’s standard text" in page and "For developers" not in page
    assert f"/agreements/templates/{own.template_id}/standard" in page
    refused = client.post(f"/deals/{deal.id}/accept", data={"years": "3", "template": "99999"})
    assert refused.status_code == 422 and "Choose one of the texts that are offered." in refused.text
    client.post(f"/deals/{deal.id}/accept", data={"years": "3", "template": ""})
    terms = agreements.get(db.session.merge(deal).terms_id or 0)
    assert agreements.written(hall.owner, terms) is None and deeds.standard(terms).text_en == terms.text_en
