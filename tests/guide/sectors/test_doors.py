"""The list of sectors, for people and for programs."""

from __future__ import annotations

import csv
import io

from hub.kernel.taxonomy import CROSSWALKS, Sector


def test_the_page_shows_each_sector_with_both_crosswalks_in_both_languages(client):
    page = client.get("/sectors").get_data(as_text=True)
    for shown in ("Sensors &amp; instruments", "Measuring; testing", "4009", "Analytical chemistry", "Indigenous studies"):
        assert shown in page
    client.set_cookie("lang", "zh")
    assert "专利分类" in client.get("/sectors").get_data(as_text=True)


def test_programs_get_the_same_table_as_json_and_as_csv(client):
    items = client.get("/api/v1/sectors").json["items"]
    assert [item["sector"] for item in items] == [sector.value for sector in Sector]
    assert items[0]["labels"]["en"] == "Aerospace" and items[0]["labels"]["zh"] != "Aerospace"
    answer = client.get("/api/v1/sectors.csv?bom=0")
    rows = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
    assert answer.mimetype == "text/csv"
    for kind, name in (("research", "ANZSRC-FoR-2020"), ("patents", "IPC-2025.01")):
        assert {row["code"] for row in rows if row["classification"] == name} == {
            code for walk in CROSSWALKS.values() for code in getattr(walk, kind)
        }
        assert {(row["sector"], row["code"]) for row in rows if row["classification"] == name} == {
            (item["sector"], each["code"]) for item in items for each in item[kind]
        }
