"""Real files brought in whole; twice is once; what was mended is said; a file that is none changes nothing."""

from __future__ import annotations

import io
import json
import time
from collections import Counter
from datetime import UTC, date, datetime
from importlib.resources import files

import pytest
from sqlalchemy import func, select

from hub.complement.products.models import Product, Release
from hub.complement.products.states import State as ProductState
from hub.contests.challenges.models import Challenge
from hub.core.files.models import File
from hub.core.organisations.models import Organisation
from hub.db import journal, work
from hub.db.extensions import db
from hub.guide.imports import operations, queries, rules
from hub.guide.imports.rules import Source
from hub.kernel import clock
from hub.kernel.actor import ANONYMOUS, SYSTEM
from hub.kernel.errors import Invalid, NotAllowed
from hub.search.index.models import IndexMark
from hub.tech_market.listings import operations as listings
from hub.tech_market.listings.models import Listing
from hub.tech_market.listings.rules import IpStatus
from hub.tech_market.listings.states import State
from tests.factories import people

DATA = files("hub.cli") / "demo_data"
FILES = {
    Source.NASA_PATENTS: (DATA / "nasa_patents.csv").read_bytes(),
    Source.NASA_SOFTWARE: (DATA / "nasa_software.json").read_bytes(),
    Source.NASA_PLATFORM: (DATA / "nasa_software.json").read_bytes(),
    Source.CHALLENGES: (DATA / "challenge_gov.json").read_bytes(),
}
PAST = json.loads(FILES[Source.CHALLENGES])


def run(source: Source, data: bytes | None = None):
    found = queries.preview(source, FILES[source] if data is None else data)
    for records in operations.batches(found):
        with work.unit():
            operations.bring_in(actor=SYSTEM, preview=found, records=records)
    return found


def count(model) -> int:
    return db.session.scalar(select(func.count()).select_from(model)) or 0


def offer(key: str) -> Listing:
    return db.session.scalars(select(Listing).where(Listing.source_key == key)).one()


@pytest.mark.parametrize(("source", "total"), [(Source.NASA_PATENTS, 1393), (Source.NASA_SOFTWARE, 558), (Source.CHALLENGES, 118)])
def test_a_real_file_is_imported_whole_once_and_in_seconds(app, source, total):
    model = Challenge if source is Source.CHALLENGES else Listing
    begun = time.perf_counter()
    assert run(source).counts["new"] == total
    assert time.perf_counter() - begun < 20
    assert count(model) == count(IndexMark) == total
    organisations, facts = count(Organisation), journal.last_id()
    again = run(source)
    assert {name: again.counts[name] for name in ("new", "changed", "unchanged", "rejected", "vanished")} == {
        "new": 0, "changed": 0, "unchanged": total, "rejected": 0, "vanished": 0,
    }  # fmt: skip
    assert (count(model), count(Organisation), journal.last_id()) == (total, organisations, facts)


def test_a_preview_writes_nothing(app):
    for source in Source:
        assert queries.preview(source, FILES[source]).counts["new"] > 100
    assert count(Listing) == count(Challenge) == count(Organisation) == journal.last_id() == 0


def test_spot_checks_of_the_patents(app):
    run(Source.NASA_PATENTS)
    first = offer("nasa-patents:ARC-14048-1")
    assert first.title == "Autogenic-Feedback Training Exercise Method & System"
    assert (first.patent_expires_on, first.ip_status, first.state) == (date(2015, 3, 10), IpStatus.EXPIRED, State.PUBLISHED)
    assert db.session.get(Organisation, first.organisation_id).name == "NASA Ames Research Center"
    assert offer("nasa-patents:ARC-15796-1").patent_expires_on == date(2032, 8, 31)
    assert offer("nasa-patents:MSC-24745-1").ip_status is IpStatus.UNCLEAR
    assert offer("nasa-patents:KSC-12871").patent_expires_on is None
    statuses = Counter(db.session.scalars(select(Listing.ip_status)))
    assert statuses[IpStatus.ISSUED] + statuses[IpStatus.EXPIRED] == 924
    assert count(Organisation) == 11


def test_patents_and_software_of_a_centre_have_one_owner(app):
    run(Source.NASA_PATENTS)
    run(Source.NASA_SOFTWARE)
    assert count(Organisation) == 12  # the eleven, and the centre that has software only
    names = list(db.session.scalars(select(Organisation.name)))
    assert len(names) == len(set(names))


def test_past_challenges_keep_their_deadline_and_their_page(app):
    run(Source.CHALLENGES)
    raw = PAST[0]
    (stored,) = db.session.scalars(select(Challenge).where(Challenge.source_url == raw["details_url"]))
    assert stored.title == raw["name"]
    assert stored.closes_at == datetime(2021, 10, 15, 21, 0, tzinfo=UTC)
    assert stored.published_at == datetime(2021, 7, 1, 10, 30, 52, 50259, tzinfo=UTC)
    assert stored.state == "ended"
    agencies = {" ".join(item["agency"].split()) for item in PAST}
    assert set(db.session.scalars(select(Organisation.name))) == agencies


def test_every_dirty_challenge_is_reported():
    remarks = rules.read_challenges(FILES[Source.CHALLENGES]).remarks
    assert {r.row for r in remarks if r.code == "no_date"} == {n for n, item in enumerate(PAST, 1) if not item.get("pub_date")}
    (empty,) = [r for r in remarks if (r.field, r.code) == ("summary", "missing")]
    assert PAST[empty.row - 1]["name"] == "Watts on the Moon - Phase 1"
    unclean = {(n, name) for n, item in enumerate(PAST, 1) for name, value in item.items() if value and value != " ".join(value.split())}
    assert {(r.row, r.field) for r in remarks if r.code == "spaces"} == unclean


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"name": " "}, "name", "missing"),
        ({"agency": None}, "agency", "missing"),
        ({"deadline": ""}, "deadline", "missing"),
        ({"deadline": "soon"}, "deadline", "date"),
        ({"deadline": "2021-02-30T10:00:00Z"}, "deadline", "date"),
        ({"deadline": "2031-01-01T00:00:00Z"}, "deadline", "not_past"),
        ({"details_url": "javascript:alert(1)"}, "details_url", "link"),
        ({"details_url": 7}, "details_url", "not_text"),
        ({"name": "x" * 201}, "name", "too_long"),
    ],
)
def test_a_challenge_that_cannot_be_used_is_left_out_with_its_reason(app, changes, field, code):
    found = run(Source.CHALLENGES, json.dumps([PAST[0], PAST[1] | changes]).encode())
    assert [(r.row, r.field, r.code) for r in found.reading.remarks if r.weight == "error"] == [(2, field, code)]
    assert count(Challenge) == 1


def test_a_time_without_a_zone_is_read_as_utc_and_said_so():
    reading = rules.read_challenges(json.dumps([PAST[0] | {"deadline": "2021-12-01T12:00:00"}]).encode())
    assert reading.records[0].deadline == datetime(2021, 12, 1, 12, tzinfo=UTC)
    assert [r.code for r in reading.remarks] == ["no_zone"]


def test_only_what_changed_in_the_file_is_changed_here(app):
    run(Source.NASA_PATENTS)
    versions = dict(db.session.execute(select(Listing.source_key, Listing.version)).all())
    lines = FILES[Source.NASA_PATENTS].replace(b"Polyimide Wire Insulation Repair System", b"Polyimide Wire Mending", 1).split(b"\r\n")
    added = b"NASA Ames Research Center;Issued;ARC-99999-1;15/000,001;Brand New;01/01/2035"
    found = run(Source.NASA_PATENTS, b"\r\n".join([*lines[:2], added, *lines[3:]]))  # line 3 is dropped
    assert (len(found.new), len(found.changed), found.vanished) == (1, 1, 1)
    assert offer("nasa-patents:KSC-12871").title == "Polyimide Wire Mending"
    assert offer("nasa-patents:ARC-99999-1").title == "Brand New"
    assert offer("nasa-patents:ARC-14048-1").state is State.PUBLISHED
    moved = {key for key, version in versions.items() if offer_version(key) != version}
    assert moved == {"nasa-patents:KSC-12871"}


def offer_version(key: str) -> int:
    return db.session.scalar(select(Listing.version).where(Listing.source_key == key))


def test_a_changed_challenge_is_updated_in_its_place(app):
    run(Source.CHALLENGES)
    changed = [PAST[0] | {"summary": "Another summary.", "agency": "NIH"}, *PAST[1:]]
    found = run(Source.CHALLENGES, json.dumps(changed).encode())
    assert [record.row for record in found.changed] == [1]
    (stored,) = db.session.scalars(select(Challenge).where(Challenge.source_url == PAST[0]["details_url"]))
    assert stored.summary == "Another summary."
    assert db.session.get(Organisation, stored.organisation_id).name == "NIH"
    assert count(Challenge) == 118


def test_an_offer_withdrawn_here_stays_withdrawn(app):
    run(Source.NASA_PATENTS)
    with work.unit():
        listings.withdraw(actor=SYSTEM, listing=offer("nasa-patents:KSC-12871"))
    run(Source.NASA_PATENTS, FILES[Source.NASA_PATENTS].replace(b"Polyimide Wire Insulation Repair System", b"Changed", 1))
    assert (offer("nasa-patents:KSC-12871").title, offer("nasa-patents:KSC-12871").state) == ("Changed", State.WITHDRAWN)


def test_a_patent_that_ended_meanwhile_is_not_a_changed_record(app):
    run(Source.NASA_PATENTS)
    clock.set_to(datetime(2030, 1, 1, tzinfo=UTC))
    with work.unit():
        assert listings.note_ended_patents() > 200
    assert len(queries.preview(Source.NASA_PATENTS, FILES[Source.NASA_PATENTS]).due) == 0


def test_nobody_but_administrators_brings_anything_in(app):
    found = queries.preview(Source.NASA_SOFTWARE, FILES[Source.NASA_SOFTWARE])
    for actor in (ANONYMOUS, people.actor_of(people.person()), people.actor_of(people.person(consultant=True))):
        with pytest.raises(NotAllowed), work.unit():
            operations.bring_in(actor=actor, preview=found, records=found.due[:3])
    assert count(Listing) == 0


@pytest.mark.parametrize("source", list(Source))
@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"PK\x03\x04", b"[", b"{}", b"name\n", b"\x80\x81\n"])
def test_what_is_no_such_file_is_refused_and_changes_nothing(app, source, data):
    with pytest.raises(Invalid) as refused:
        run(source, data)
    assert refused.value.code.startswith("import_")
    assert count(Listing) == count(Challenge) == journal.last_id() == 0


# The administrators' page


@pytest.fixture
def admin(client):
    people.sign_in(client, people.person("Ann Admin", admin=True))
    return client


def send(client, source: str, data: bytes, name: str = "records.csv"):
    return client.post("/admin/imports", data={"source": source, "file": (io.BytesIO(data), name)}, content_type="multipart/form-data")


SMALL = (
    "Center;Status;Case Number;Application SN;Title;Patent Expiration Date\r\n"
    "NASA Ames Research Center;Issued;ARC-1-1;08/543,093;A sensor;03/10/1931\r\n"
    "NASA Ames Research Center;GM;ARC-2-1;08/543,094;Another;\r\n"
    "NASA Ames Research Center;Issued;;08/543,095;Nameless;\r\n"
).encode("utf-8-sig")


def test_the_page_shows_what_would_happen_and_then_does_it(admin):
    answer = send(admin, "nasa-patents", SMALL)
    assert answer.status_code == 302
    page = admin.get(answer.location).get_data(as_text=True)
    for shown in ("A sensor", "03/10/1931", "2031-03-10", "GM", "cannot be used", "Import 2 records"):
        assert shown in page
    assert count(Listing) == 0
    done = admin.post(answer.location)
    assert (done.status_code, count(Listing)) == (302, 2)
    assert "Nothing in this file is new or changed" in admin.get(answer.location).get_data(as_text=True)
    assert admin.post(answer.location).status_code == 409
    assert count(Listing) == 2


def test_a_whole_real_file_through_the_page(admin):
    answer = send(admin, "nasa-patents", FILES[Source.NASA_PATENTS], "nasa patents (1).txt")
    admin.post(answer.location)
    assert count(Listing) == 1393


@pytest.mark.parametrize("data", [b"", b"name;age\n1;2\n", SMALL[:200] + b"\xff" + SMALL[200:], b'"broken'])
def test_a_bad_upload_is_told_beside_the_field_and_nothing_is_kept(admin, data):
    answer = send(admin, "nasa-patents", data)
    assert answer.status_code == 422
    assert 'id="f-file-error"' in answer.get_data(as_text=True)
    assert count(File) == count(Listing) == 0


def test_no_file_and_an_unknown_source_are_told(admin):
    assert admin.post("/admin/imports", data={"source": "nasa-patents"}).status_code == 422
    answer = send(admin, "magic", SMALL)
    assert answer.status_code == 422
    assert 'id="f-source-error"' in answer.get_data(as_text=True)


def test_imports_are_for_administrators(client, app):
    for person in (people.person("Bob"), people.person("Con", consultant=True)):
        people.sign_in(client, person)
        assert client.get("/admin/imports").status_code == 403
        assert send(client, "nasa-patents", SMALL).status_code == 403
        assert client.get("/admin/imports/nasa-patents/1").status_code == 403
        assert client.post("/admin/imports/nasa-patents/1").status_code == 403
        client.post("/logout")
    assert client.get("/admin/imports").status_code == 302
    assert count(File) == count(Listing) == 0


def test_another_rooms_file_is_no_import(admin, app):
    from hub.core.files import operations as store

    with work.unit():
        other = store.store(actor=SYSTEM, stream=io.BytesIO(SMALL), filename="entry.csv", purpose="entry")
    assert admin.get(f"/admin/imports/nasa-patents/{other.id}").status_code == 404
    assert admin.get(f"/admin/imports/magic/{other.id}").status_code == 404
    assert admin.post(f"/admin/imports/nasa-patents/{other.id}").status_code == 404
    assert count(Listing) == 0


def test_the_software_catalogue_becomes_a_platform_of_products_released_elsewhere(app):
    found = run(Source.NASA_PLATFORM)
    assert len(found.new) == 558
    products = db.session.scalars(select(Product)).all()
    assert {product.platform.name for product in products} == {"NASA open source"} and len(products) == 558
    assert all(product.is_imported and product.state is ProductState.LISTED for product in products)
    assert not products[0].platform.takes_releases and count(Release) == 0
    apache = [product for product in products if product.licence == "Apache-2.0"]
    assert len(apache) == 86 and not [product for product in products if "NASA" in product.licence]
    again = run(Source.NASA_PLATFORM)
    assert (len(again.new), len(again.changed), len(again.unchanged)) == (0, 0, 558) and count(Product) == 558
    assert count(Listing) == 0, "the offers are another import"
