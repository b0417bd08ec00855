"""Papers as people get them: the page, the PDF in both languages, lists, CSV, the API, the form of details."""

from __future__ import annotations

import subprocess

import pytest

from hub.core.organisations import operations as organisations
from hub.db import delivery, work
from hub.web import pdf
from tests.factories.money import earned, usd
from tests.factories.people import sign_in


def words(file: bytes) -> str:
    return subprocess.run(["pdftotext", "-layout", "-", "-"], input=file, capture_output=True, check=True, timeout=60).stdout.decode()


@pytest.fixture
def solver(app, client, cast):
    with work.unit():
        organisations.change(actor=cast.owner, organisation=cast.company, name="=Łódź 北京冷链有限公司")
    earned(cast.company, cast.people["solver"].id, usd(123_456), fee_bp=500)
    delivery.deliver_all()
    sign_in(client, cast.people["solver"])
    return client


@pytest.mark.parametrize(("lang", "said"), [("en", ("Invoice", "From", "Total", "Fee of the hub")), ("zh", ("账单", "合计", "平台费"))])
def test_the_pdf_says_in_both_languages_what_the_page_says(solver, lang, said):
    solver.set_cookie("lang", lang)
    page = solver.get("/papers/SITE-2026-00002").get_data(as_text=True)
    answer = solver.get("/papers/SITE-2026-00002.pdf")
    assert answer.headers["Content-Disposition"] == 'attachment; filename="invoice-SITE-2026-00002.pdf"'
    text = words(answer.data)
    for one in (*said, "USD 61.73", "SITE-2026-00002"):
        assert one in page
        assert one in text
    assert solver.get("/papers/SITE-2026-00002.pdf").data == answer.data, "the same paper is the same file"


def test_names_in_chinese_stand_in_an_english_pdf(solver, cast):
    text = words(solver.get(f"/papers/ORG{cast.company.id}-2026-00001.pdf").data)
    assert "北京冷链有限公司" in text
    assert "1,234.56" in text


def test_lists_and_exports(solver, cast):
    page = solver.get("/my/earnings/papers?kind=invoice").get_data(as_text=True)
    assert "SITE-2026-00002" in page
    assert "ORG" not in page.partition("<tbody>")[2].partition("</tbody>")[0]
    export = solver.get("/my/earnings/papers.csv").data
    assert export.startswith("\ufeff".encode())
    assert "'=Łódź".encode() in export, "no spreadsheet takes a name for a formula"
    assert not solver.get("/my/earnings/papers.csv?bom=0").data.startswith("\ufeff".encode())
    assert b"1234.56,61.73,1172.83,USD" in solver.get("/my/earnings/awards.csv").data
    assert "USD 1,172.83" in solver.get("/my/earnings").get_data(as_text=True)


def test_details_that_cannot_be_right_are_refused_with_everything_typed_still_there(solver):
    sent = {"legal_name": "Me & Co", "address": "Road 1", "country": "DE", "tax_id": "123", "treatment": "included"}
    answer = solver.post("/settings/billing", data=sent)
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "Me &amp; Co" in page
    assert 'value="123"' in page
    assert solver.post("/settings/billing", data=sent | {"tax_id": "DE123456789"}).status_code == 302
    for wrong in ({"treatment": "reverse_charge", "tax_id": ""}, {"country": "XX"}, {"tax_percent": "19.999"}, {"tax_percent": "-1"}):
        assert solver.post("/settings/billing", data=sent | {"tax_id": ""} | wrong).status_code == 422


def test_signs_that_no_font_has_are_written_plainly():
    text = words(pdf.make("Łukasz & <b>", [pdf.Text("ﷺ 😀 中 é −5"), pdf.Rows(["a", "b"], [["x" * 300, "1"]], [0.5, 0.5])]))
    assert "Lukasz & <b>" in text
    assert "中" in text
    assert "é" in text
