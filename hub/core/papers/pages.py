"""The HTML door to papers: one paper, its PDF, and lists of them for each side and for administrators."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from babel.dates import format_date
from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask_babel import get_locale, gettext
from sqlalchemy import Select

from hub.core.billing import queries as billing
from hub.core.billing.rules import Owner, Treatment
from hub.core.ledger.rules import Kind, OwnerKind, Purpose
from hub.core.organisations import queries as organisations
from hub.core.organisations.models import Organisation
from hub.core.organisations.rules import country_names
from hub.core.papers import operations, queries
from hub.core.papers.models import Paper
from hub.core.papers.policy import PAPERS, PaperAct
from hub.core.papers.reactions import site
from hub.core.papers.rules import PaperKind, What
from hub.core.papers.schemas import CancelIn, chosen_kind, chosen_year
from hub.core.payments.queries import see_money
from hub.db.personal import hands_out
from hub.kernel.money import CURRENCIES, Money
from hub.web import pdf
from hub.web.exports import csv_file
from hub.web.handle import actor, parse, writes
from hub.web.i18n import TAGS, label, language
from hub.web.paging import Page, page_number

pages = Blueprint("papers", __name__, template_folder="templates")

SIZE, PORTION = 30, 500


# Lists


def _wanted(owner: Owner | None) -> tuple[Select[tuple[Paper]], dict[str, Any]]:
    """The papers that the address asks for, and what it asked."""
    said = request.args.get("currency", "")
    asked: dict[str, Any] = {"kind": chosen_kind(), "year": chosen_year(), "currency": said if said in CURRENCIES else ""}
    return queries.chosen(owner, **asked), asked


def _list(owner: Owner | None, template: str, **more: Any) -> Any:
    found, asked = _wanted(owner)
    number = page_number()
    total, papers = queries.page(found, offset=(number - 1) * SIZE, limit=SIZE)
    kept = urlencode({name: request.args[name] for name in ("kind", "year", "currency") if request.args.get(name)})
    return render_template(
        template,
        csv=f"{request.path}.csv" + (f"?{kept}" if kept else ""),
        papers=papers,
        page=Page(number, SIZE, total),
        asked=asked,
        kinds=PaperKind,
        years=queries.years(owner),
        names=billing.names_of(side for paper in papers for side in (paper.issuer, paper.recipient)),
        owner=owner,
        **more,
    )


def _export(owner: Owner | None, name: str) -> Response:
    return csv_file(name, _portions(_wanted(owner)[0]))


def _portions(found: Select[tuple[Paper]]) -> Iterator[list[list[Any]]]:
    yield [["number", "kind", "issued_at", "happened_at", "issuer", "recipient", "currency", "total", "subject", "month", "fingerprint"]]
    last: int | None = None
    while papers := queries.before(found, last, PORTION):
        names = billing.names_of(side for paper in papers for side in (paper.issuer, paper.recipient))
        yield [
            [
                p.number, p.kind.value, p.issued_at.isoformat(timespec="seconds"), p.happened_at.isoformat(timespec="seconds"),
                names.get(p.issuer, str(p.issuer)), names.get(p.recipient, str(p.recipient)), p.currency, p.amount.decimal(), p.subject,
                p.period, p.fingerprint,
            ]
            for p in papers
        ]  # fmt: skip
        last = papers[-1].id


def _me() -> Owner:
    return Owner(OwnerKind.PERSON, actor().person_id or 0)


def _ours(slug: str) -> tuple[Owner, Organisation]:
    organisation = organisations.by_slug(slug)
    see_money(actor(), organisation.id)
    return Owner(OwnerKind.ORGANISATION, organisation.id), organisation


@pages.get("/my/earnings/papers")
def mine() -> Any:
    return _list(_me(), "core/papers/mine.html")


@pages.get("/my/earnings/papers.csv")
def mine_csv() -> Any:
    return _export(_me(), "papers.csv")


@pages.get("/orgs/<slug>/money/papers")
def ours(slug: str) -> Any:
    owner, organisation = _ours(slug)
    return _list(owner, "core/papers/ours.html", organisation=organisation)


@pages.get("/orgs/<slug>/money/papers.csv")
def ours_csv(slug: str) -> Any:
    return _export(_ours(slug)[0], f"{slug}-papers.csv")


@pages.get("/admin/papers")
def everybodys() -> Any:
    PAPERS.require(actor(), PaperAct.LIST_ALL, None)
    return _list(None, "core/papers/all.html")


@pages.get("/admin/papers.csv")
def everybodys_csv() -> Any:
    PAPERS.require(actor(), PaperAct.LIST_ALL, None)
    return _export(None, "papers.csv")


# One paper


@pages.get("/papers/<number>")
def show(number: str) -> Any:
    paper = queries.get_for(actor(), number)
    said = queries.content(paper)
    cancelled = queries.cancelled_by(paper)
    title, blocks = sheet(said, paper.fingerprint)
    return render_template(
        "core/papers/paper.html",
        paper=paper,
        said=said,
        title=title,
        blocks=[(type(block).__name__.lower(), block) for block in blocks],
        cancelled=cancelled,
        back=_back(paper),
        may_cancel=cancelled is None and paper.kind is not PaperKind.STATEMENT and paper.cancels_id is None
        and PAPERS.can(actor(), PaperAct.CANCEL, paper),
    )  # fmt: skip


def _back(paper: Paper) -> str:
    """The list that the reader came from, as far as one can tell."""
    who = actor()
    for side in (paper.recipient, paper.issuer):
        if side == _me():
            return url_for(".mine")
        if side.kind is OwnerKind.ORGANISATION and (who.keeps_books_of(side.id) or who.manages(side.id)):
            return url_for(".ours", slug=organisations.get(side.id).slug)
    return url_for(".everybodys")


@pages.get("/papers/<number>.pdf")
def show_pdf(number: str) -> Any:
    paper = queries.get_for(actor(), number)
    answer = Response(_as_pdf(paper), content_type="application/pdf")
    answer.headers["Content-Disposition"] = f'attachment; filename="{paper.kind.value.replace("_", "-")}-{paper.number}.pdf"'
    return answer


def _as_pdf(paper: Paper) -> bytes:
    said = queries.content(paper)
    title, blocks = sheet(said, paper.fingerprint)
    issuer = said["issuer"]["name"]
    return pdf.make(title, blocks, subject=issuer, author=issuer, lang=TAGS[language()], foot=paper.number)


@hands_out
def handed_out(person_id: int) -> Iterator[tuple[str, bytes]]:
    """A person's papers, for the export of everything held of them."""
    found, last = queries.chosen(Owner(OwnerKind.PERSON, person_id)), None
    while papers := queries.before(found, last, PORTION):
        for paper in papers:
            yield f"papers/{paper.number}.pdf", _as_pdf(paper)
        last = papers[-1].id


@pages.post("/papers/<number>/cancel")
@writes(again=show)
def cancel(number: str) -> Any:
    paper = queries.get_for(actor(), number)
    credit, anew = operations.cancel(actor=actor(), paper=paper, site=site(), **parse(CancelIn()))
    flash(gettext("%(old)s is cancelled by %(note)s. This is the paper anew.", old=number, note=credit.number))
    return redirect(url_for(".show", number=anew.number))


# What a paper says, as blocks: the page and the PDF show the same, and know nothing but its content


def sheet(said: dict[str, Any], fingerprint: str) -> tuple[str, list[pdf.Block]]:
    """Title and blocks in the reader's language."""
    kind = PaperKind(said["kind"])
    title = f"{label(kind)} {said['number']}"
    return title, [
        pdf.Columns([(gettext("From"), _party(said["issuer"])), (gettext("To"), _party(said["recipient"]))]),
        pdf.Pairs(_pairs(said)),
        *(_month(said) if kind is PaperKind.STATEMENT else [_lines(said)]),
        *_notes(said, kind),
        pdf.Text(f"SHA-256 {fingerprint}", small=True),
    ]


def _party(side: dict[str, str]) -> list[str]:
    country = dict(country_names(language())).get(side["country"], side["country"])
    number = gettext("Tax number %(number)s", number=side["tax_id"]) if side["tax_id"] else ""
    return [line for line in (side["name"], *side["address"].split("\n"), country, number) if line]


def _pairs(said: dict[str, Any]) -> list[tuple[str, str]]:
    rows = [(gettext("Issued on"), _day(said["issued_at"]))]
    if said.get("period"):
        rows.append((gettext("Month"), said["period"]))
    else:
        rows.append((gettext("Money moved on"), _day(said["happened_at"])))
    for name, words in (("cancels", gettext("Cancels")), ("reason", gettext("Reason"))):
        if said.get(name):
            rows.append((words, said[name]))
    if said.get("names") and not said.get("cancels"):
        rows.append((gettext("Refers to"), ", ".join(said["names"])))
    if "settles" in said:
        parts = {name: str(Money(minor, said["currency"])) for name, minor in said["settles"].items()}
        rows.append((gettext("Gross, fee, net"), gettext("%(gross)s less the fee of %(fee)s: %(net)s", **parts)))
    return rows


def _lines(said: dict[str, Any]) -> pdf.Block:
    def shown(minor: int) -> str:
        return str(Money(minor, said["currency"]))

    def words(line: dict[str, Any]) -> str:
        what = label(What(line["what"])) + (f": {line['label']}" if line["label"] else "")
        return what if line["count"] == 1 else f"{what} × {line['count']}"

    rows = [(words(line), shown(line["minor"])) for line in said["lines"]]
    foot = [(gettext("Total"), shown(said["total"]))]
    if said.get("tax", {}).get("minor"):
        share = said["tax"]
        rate = f"{share['bp'] / 100:g} %"
        foot += [
            (gettext("Tax contained, %(rate)s", rate=rate), shown(share["minor"])),
            (gettext("Total without tax"), shown(share["net"])),
        ]
    return pdf.Rows([gettext("What"), gettext("Amount")], rows, [0.72, 0.28], foot=foot)


def _month(said: dict[str, Any]) -> list[pdf.Block]:
    found = said["statement"]

    def shown(minor: int) -> str:
        return str(Money(minor, said["currency"]))

    accounts = [
        (label(Purpose(one["purpose"])) + (f": {one['label']}" if one["label"] else ""), shown(one["opening"]), shown(one["closing"]))
        for one in found["accounts"]
    ]
    head = [gettext("Account"), gettext("At the beginning"), gettext("At the end")]
    totals = [(gettext("Together"), shown(found["opening"]), shown(found["closing"]))]

    def words(line: dict[str, Any]) -> str:
        what = label(Kind(line["kind"])) + (f": {line['memo']}" if line["memo"] else "")
        return what if line.get("count", 1) == 1 else f"{what} × {line['count']}"

    moves = [
        (
            _day(line["at"]), words(line), label(Purpose(line["purpose"])), shown(line["minor"]),
            shown(line["after"]) if "after" in line else "–",
        )
        for line in found["lines"]
    ]  # fmt: skip
    columns = [gettext("Day"), gettext("What"), gettext("Account"), gettext("Amount"), gettext("In the account then")]
    return [
        pdf.Heading(gettext("Balances")),
        pdf.Rows(head, accounts, [0.5, 0.25, 0.25], right=2, foot=totals),
        pdf.Heading(gettext("Movements")),
        pdf.Rows(columns, moves, [0.14, 0.34, 0.14, 0.19, 0.19], right=2) if moves else pdf.Text(gettext("No money moved in this month.")),
    ]


def _notes(said: dict[str, Any], kind: PaperKind) -> list[pdf.Block]:
    notes = []
    if "tax" in said:
        share = said["tax"]
        if share["treatment"] != Treatment.INCLUDED.value:
            notes.append(label(Treatment(share["treatment"])) + ".")
        elif share["minor"]:
            notes.append(gettext("The tax is contained in the total: total × rate ÷ (1 + rate), rounded half up to the smallest unit."))
        else:
            notes.append(gettext("No tax is contained in the total."))
    if said["issuer"]["owner"] != "site:0":
        notes.append(gettext("Issued through this site on behalf of %(name)s, from what was paid through it.", name=said["issuer"]["name"]))
    if kind is PaperKind.CREDIT_NOTE and said.get("cancels"):
        notes.append(gettext("The paper it names no longer counts. The money stays where it is."))
    return [pdf.Text(note, small=True) for note in notes]


def _day(moment: str) -> str:
    at = datetime.fromisoformat(moment)
    return str(format_date(at, "d MMM y" if language() == "en" else "long", locale=str(get_locale() or "en")))
