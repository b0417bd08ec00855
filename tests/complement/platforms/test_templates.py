"""A developer agreement of the owner's own: chosen before it opens, pinned in its version, changed only by choosing again."""

from __future__ import annotations

import pytest

from hub.complement.platforms import operations
from hub.complement.platforms.models import Platform
from hub.complement.platforms.states import State
from hub.core.agreements import queries as agreements
from hub.core.clauses import operations as clauses
from hub.core.clauses.models import AgreementTemplate
from hub.db import work
from hub.db.extensions import db
from hub.kernel.errors import Invalid
from tests.factories import platforms
from tests.factories.people import sign_in
from tests.factories.templates import OWN, template


def own_text(cast, **more):
    with work.unit():
        return template(cast.owner, cast.house.id, "developer", "For developers", **more)


def test_developers_sign_the_version_that_was_chosen_whatever_becomes_of_the_template(cast, client):
    own = own_text(cast)
    with work.unit():
        made = platforms.platform(cast.owner, cast.house.id, "draft", name="Oven", template_version_id=own.id)
        clauses.change(
            actor=cast.owner, template=db.session.get_one(AgreementTemplate, own.template_id), name=own.name,
            choices={"confidentiality_years": 9}, own=[],
        )  # fmt: skip
        operations.open_up(actor=cast.owner, platform=made)
    terms = agreements.get(made.terms_id or 0)
    assert made.secrecy_years == 5 and "for 5 years after" in terms.text_en and "Samples stay in the laboratory." in terms.text_en
    with work.unit():
        platforms.sign(cast.vendor, db.session.merge(made))
        clauses.archive(actor=cast.owner, template=db.session.get_one(AgreementTemplate, own.template_id))
    with work.unit():
        operations.edit(actor=cast.owner, platform=db.session.merge(made), review_days=9)
    renewed = agreements.get(db.session.merge(made).terms_id or 0)
    assert renewed.number == 2 and "Samples stay" in renewed.text_en and "within 9 days" in renewed.text_en
    assert agreements.signature(cast.vendor.person_id, terms.id).hash == terms.hash
    sign_in(client, cast.__dict__["persons"]["vendor"])
    assert "House wrote it" in client.get(f"/agreements/{renewed.id}").text
    with work.unit():
        operations.edit(actor=cast.owner, platform=db.session.merge(made), template_version_id=None)
    assert agreements.written(cast.vendor, agreements.get(db.session.merge(made).terms_id or 0)) is None


def test_an_archived_or_foreign_template_opens_nothing(cast):
    own = own_text(cast, own=[OWN])
    with work.unit():
        made = platforms.platform(cast.owner, cast.house.id, "draft", name="Oven", template_version_id=own.id)
        clauses.archive(actor=cast.owner, template=db.session.get_one(AgreementTemplate, own.template_id))
        foreign = template(cast.rival, cast.firm.id, "developer", "Theirs")
    with pytest.raises(Invalid) as refused, work.unit():
        operations.open_up(actor=cast.owner, platform=db.session.merge(made))
    assert set(refused.value.fields) == {"template"}
    kept = db.session.merge(made)
    assert kept.state is State.DRAFT and kept.terms_id is None
    with pytest.raises(Invalid), work.unit():
        operations.edit(actor=cast.owner, platform=db.session.merge(cast.platform), template_version_id=foreign.id)
    assert db.session.get_one(Platform, cast.platform.id).template_version_id is None


def test_the_form_offers_them_and_the_check_names_what_was_chosen(cast, client):
    own = own_text(cast)
    with work.unit():
        made = platforms.platform(cast.owner, cast.house.id, "draft", name="Oven")
    sign_in(client, cast.__dict__["persons"]["owner"])
    page = client.get(f"/platforms/{made.slug}/edit").text
    assert "For developers, version 1" in page and "The site’s standard text" in page
    sent = {
        **platforms.content(),
        "name": "Oven",
        "share": "15",
        "version": "1",
        "secrecy_years": "3",
        "refund_days": "14",
        "language": "en",
    }
    refused = client.post(f"/platforms/{made.slug}/edit", data={**sent, "template": "99999"})
    assert refused.status_code == 422 and "Choose one of the texts that are offered." in refused.text
    answered = client.post(f"/platforms/{made.slug}/edit", data={**sent, "template": str(own.id)}, follow_redirects=True)
    assert "For developers, version 1" in answered.text
    assert db.session.get_one(Platform, made.id, populate_existing=True).secrecy_years == 5
