"""The builder: templates that are versioned, archived and offered; a preview that says what is chosen, or what is wrong."""

from __future__ import annotations

from typing import Any

import pytest
from flask.testing import FlaskClient

from hub.core.clauses import operations, queries
from hub.core.clauses.models import AgreementTemplate, TemplateVersion
from hub.core.wording.rules import Kind
from hub.db import work
from hub.db.extensions import db
from hub.kernel.errors import Conflict, Invalid, NotAllowed, NotFound, NotNow
from tests.core.conftest import Cast
from tests.factories import people


def saved(cast: Cast, name: str = "Licence", **choices: Any) -> AgreementTemplate:
    with work.unit():
        return operations.save(actor=cast.owner, kind="technology", name=name, choices=choices, organisation_id=cast.company.id)


def test_a_template_is_versioned_and_what_was_chosen_earlier_stays(cast: Cast) -> None:
    template = saved(cast, term_years=5)
    with work.unit():
        template = operations.change(actor=cast.manager, template=db.session.merge(template), name="Licence", choices={"term_years": 8})
    assert template.number == 2
    assert [queries.version(template, number).choices.term_years for number in (1, 2)] == [5, 8]
    with work.unit():
        operations.change(actor=cast.manager, template=db.session.merge(template), name="Renamed", choices={"term_years": 8})
    assert db.session.query(TemplateVersion).count() == 2


def test_its_organisation_reads_it_managers_change_it_and_nobody_else_knows_of_it(cast: Cast) -> None:
    template = saved(cast)
    assert queries.get_for(cast.member, template.id).id == template.id
    assert queries.offered(cast.member, [Kind.TECHNOLOGY]) == [(str(template.id), "Licence (1)")]
    assert queries.taken(cast.stranger, str(template.id)) is None and queries.offered(cast.stranger, list(Kind)) == []
    with pytest.raises(NotFound):
        queries.get_for(cast.stranger, template.id)
    for who in (cast.member, cast.stranger):
        with pytest.raises(NotAllowed), work.unit():
            operations.change(actor=who, template=db.session.merge(template), name="Mine", choices={})
        with pytest.raises(NotAllowed), work.unit():
            operations.save(actor=who, kind="nda", name="Ours", choices={}, organisation_id=cast.company.id)
    assert db.session.query(AgreementTemplate.name).all() == [("Licence",)]


def test_an_archived_template_is_offered_no_more_until_it_is_restored(cast: Cast) -> None:
    template = saved(cast)
    with work.unit():
        operations.archive(actor=cast.owner, template=db.session.merge(template))
    assert queries.offered(cast.owner, list(Kind)) == [] and queries.of_actor(cast.owner, archived=True)
    with pytest.raises(NotNow), work.unit():
        operations.change(actor=cast.owner, template=db.session.merge(template), name="Licence", choices={})
    other = saved(cast)
    with pytest.raises(Conflict) as taken, work.unit():
        operations.restore(actor=cast.owner, template=db.session.merge(template))
    assert taken.value.code == "name_taken" and other.id != template.id


def test_two_of_one_kind_and_owner_do_not_share_a_name(cast: Cast) -> None:
    saved(cast)
    with pytest.raises(Conflict):
        saved(cast)
    with work.unit():
        operations.save(actor=cast.owner, kind="technology", name="Licence", choices={})  # the owner's own: another owner
    with pytest.raises(Invalid) as refused:
        saved(cast, "Other", term_years=0)
    assert set(refused.value.fields) == {"terms.term_years"}


FORM = {"preview_kind": "technology", "terms.transfer": "exclusive_licence", "terms.territory": "Japan", "terms.term_years": "7"}


def test_the_preview_says_the_words_beside_the_plain_sentence_and_writes_nothing(client: FlaskClient, cast: Cast) -> None:
    people.sign_in(client, cast.people["solver"])
    part = client.post("/agreements/preview", data={**FORM, "title": "Ice <b>"}, headers={"HX-Request": "true"})
    text = part.get_data(as_text=True)
    assert part.status_code == 200 and "<html" not in text and "for the territory Japan" in text and "The licence lasts 7 years." in text
    assert "“Ice &lt;b&gt;”" in text
    whole = client.post("/agreements/preview", data=FORM).get_data(as_text=True)
    assert "<html" in whole and "for the territory Japan" in whole
    chinese = client.post("/agreements/preview", data=FORM, headers={"HX-Request": "true", "Accept-Language": "zh"})
    assert chinese.status_code == 200
    wrong = client.post("/agreements/preview", data={**FORM, "terms.term_years": "700"}, headers={"HX-Request": "true"})
    assert wrong.status_code == 422 and "from 1 to 99" in wrong.get_data(as_text=True)


def test_a_template_is_built_refused_with_what_was_typed_and_saved(client: FlaskClient, cast: Cast) -> None:
    people.sign_in(client, cast.people["owner"])
    form = {
        "kind": "technology",
        "name": "x",
        "organisation": cast.company.slug,
        **FORM,
        "terms.royalty_bp": "2.5",
        "terms.payment": "royalty",
    }
    refused = client.post("/agreements/templates/new", data=form)
    assert (
        refused.status_code == 422
        and 'value="Japan"' in refused.get_data(as_text=True)
        and db.session.query(AgreementTemplate).count() == 0
    )
    made = client.post("/agreements/templates/new", data={**form, "name": "Licence to coaters"})
    page = client.get(made.location).get_data(as_text=True)
    assert "Licence to coaters" in page and 'value="2.5"' in page and "2.5 % of the net sales" in page
    assert queries.version(db.session.query(AgreementTemplate).one()).choices.royalty_bp == 250
    again = client.get(f"/agreements/new?template={made.location.rpartition('/')[2]}").get_data(as_text=True)
    assert 'value="Japan"' in again


def test_a_program_keeps_templates_too(client: FlaskClient, cast: Cast) -> None:
    key = people.api_headers(cast.people["owner"])
    body = {"kind": "service", "name": "Lab work", "organisation": cast.company.slug, "terms": {"transfer": "assignment"}}
    made = client.post("/api/v1/agreement-templates", json=body, headers=key)
    assert made.status_code == 201 and made.json["terms"]["transfer"] == "assignment"
    path = f"/api/v1/agreement-templates/{made.json['id']}"
    change = {"name": "Lab work", "terms": {"transfer": "exclusive_licence"}}
    assert client.put(path, json=change, headers={**key, "If-Match": '"9"'}).json["code"] == "stale"
    changed = client.put(path, json=change, headers={**key, "If-Match": made.headers["ETag"]})
    assert changed.json["number"] == 2
    shown = client.post("/api/v1/agreement-templates/preview", json={"kind": "service", "terms": changed.json["terms"]}, headers=key).json
    assert "exclusive licence" in shown["text_en"] and "独占许可" in shown["text_zh"]
    assert client.get(path, headers=people.api_headers(cast.people["stranger"])).status_code == 404
