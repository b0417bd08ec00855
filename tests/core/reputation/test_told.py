"""Each mode tells of its finished deals, from its own facts: who asked, who delivered, and none that is not paid."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from hub.cli import context
from hub.cli import reputation as cli
from hub.communities.spaces.models import Space
from hub.complement.sales import operations as sales
from hub.contests.disputes.events import EntryPaidLate
from hub.core.holds.events import HoldReleased
from hub.core.reputation import operations, queries, rules
from hub.core.reputation.models import FinishedDeal, Standing
from hub.core.reputation.queries import Side
from hub.core.reputation.rules import Mode
from hub.db import delivery, work
from hub.db.extensions import db
from hub.db.journal import Fact
from hub.kernel import clock
from hub.microtasks.queue import operations as queue
from hub.search.briefs.events import FeePaid
from tests.factories import briefs, deals, entries, listings, people, platforms, spaces, tasks
from tests.factories import reputation as making
from tests.factories import sales as selling


def told() -> list[tuple[Mode, Side, Side]]:
    delivery.deliver_all()
    db.session.expire_all()
    return [(one.mode, one.side(rules.Part.ASKED), one.side(rules.Part.DELIVERED)) for one in db.session.scalars(select(FinishedDeal))]


def test_a_paid_award_is_a_deal_of_the_seeker_and_the_winner(app):
    made, award = entries.selected()
    assert told() == []
    with work.unit():
        entries.accept(award, people.actor_of(made.solvers[0]))
    assert told() == [(Mode.CONTEST, Side(organisation_id=made.organisation.id), Side(person_id=made.solvers[0].id))]


def test_a_technology_deal_counts_if_it_is_one_and_an_answer_counts_either_way(pair):
    owner, party = pair.actor("plover"), pair.actor("wren")
    with work.unit():
        for number, state in enumerate(("closed_deal", "closed_no_deal", "declined")):
            offer = listings.listing(pair.bench, owner, title=f"A coating of type {number}")
            deals.deal(offer, owner, party, state)
    assert told() == [(Mode.MARKET, pair.side("wren"), pair.lab)]
    record = queries.record(pair.lab, level=pair.bench.level, since=pair.bench.created_at)
    assert (record.answers, record.median) == (rules.Rate(3, 3), timedelta(0))


def test_a_purchase_counts_once_it_can_be_given_back_no_more(pair):
    owner, vendor, buyer = pair.actor("heron"), pair.actor("plover"), pair.actor("wren")
    selling.rich(buyer, selling.eur(10_000))
    with work.unit():
        platform = platforms.platform(owner, pair.house.id)
    with work.unit():
        product = selling.priced(vendor, platform, owner, organisation_id=pair.bench.id)
    with work.unit():
        first = selling.bought(buyer, product)
    assert told() == [(Mode.COMPLEMENT, pair.side("wren"), pair.lab)] and queries.sums([pair.lab]) == {}
    with work.unit():
        sales.give_back(actor=buyer, purchase=first, reason="It does not run on our line.")
    assert told() == []
    with work.unit():
        second = selling.bought(buyer, product)
    assert second.returnable_until is not None and len(told()) == 1
    with clock.at(second.returnable_until), work.unit():
        assert operations.open_due() == 1
    assert queries.sums([pair.lab])[pair.lab].deals == 1


def test_a_paid_project_is_one_deal_for_each_worker_and_a_volunteers_none(pair):
    owner, worker = pair.actor("heron"), pair.actor("wren")
    with work.unit():
        paid = tasks.paid(pair.house, owner, redundancy=1, tasks=2, auto_accept_days=0)
        free = tasks.project(pair.house, owner, redundancy=1, tasks=1, auto_accept_days=0, title="For nothing")
    with work.unit():
        for made in (paid, paid, free):
            tasks.answer(worker, made)
    with work.unit():
        queue.finish_projects()
    assert told() == [(Mode.MICROTASK, pair.buyer, pair.side("wren"))]
    assert db.session.execute(queries.to_rate(owner)).all() == [] and len(db.session.execute(queries.to_rate(worker)).all()) == 1


def test_a_search_fee_and_a_community_s_payment_are_deals(pair):
    consultant, client = pair.actor("moderator"), pair.actor("heron")
    with work.unit():
        brief = briefs.brief(pair.house, consultant, client, "draft")
        space: Space = spaces.space(pair.actor("plover"))
        fact = Fact(1, clock.now(), None, "", "")
        operations.note_what_it_tells(FeePaid(brief.id, consultant.person_id or 0, 1), fact)
        for subject in (f"space:{space.id}", "order:5"):
            paid = HoldReleased(9, subject, pair.house.id, pair.people["wren"].id, "Test rig", 100, 5, 95, "EUR")
            operations.note_what_it_tells(paid, fact)
    assert told() == [(Mode.SEARCH, pair.buyer, pair.side("moderator")), (Mode.COMMUNITY, pair.buyer, pair.side("wren"))]


def test_a_side_that_is_kept_from_the_other_is_not_named_where_they_rate_one_another(client, pair):
    owner, vendor, buyer = pair.actor("heron"), pair.actor("plover"), pair.actor("wren")
    pair.people["wren"].name = "Wren Dwelling"
    selling.rich(buyer, selling.eur(10_000))
    with work.unit():
        platform = platforms.platform(owner, pair.house.id)
    with work.unit():
        product = selling.priced(vendor, platform, owner, organisation_id=pair.bench.id)
    with work.unit():
        bought = selling.bought(buyer, product)
    delivery.deliver_all()
    with clock.at(bought.returnable_until):
        with work.unit():
            operations.open_due()
        deal = queries.by_key(bought.ref)
        people.sign_in(client, pair.people["plover"])
        for page in (deal.path, "/my/ratings"):
            said = client.get(page).text
            assert "The buyer" in said and "Wren Dwelling" not in said
        told = client.get(f"/api/v1/finished-deals/{deal.id}", headers=people.api_headers(pair.people["plover"])).get_json()
        assert told["other"] == "The buyer"
        assert queries.view(buyer, deal).other == pair.bench.name


def test_an_anonymous_seeker_who_pays_after_a_dispute_and_the_author_stay_unnamed(app):
    made = entries.judged(seeker_shown=False)
    entry, author = entries.queries.own_in(people.actor_of(made.solvers[1]), made.challenge), people.actor_of(made.solvers[1])
    with work.unit():
        operations.note_what_it_tells(EntryPaidLate(entry.id, made.challenge.id, 1, 100), Fact(1, clock.now(), None, "", ""))
    deal = queries.by_key(f"{entry.ref}/person:{author.person_id}")
    assert [(one.other, one.veil) for one in queries.views(author, [deal])] == [("", "The seeker")]
    assert [(one.other, one.veil) for one in queries.views(made.manager, [deal])] == [("", "The author of the entry")]


# Told and counted anew


@pytest.fixture
def command(app, monkeypatch):
    monkeypatch.setattr(context, "create_app", lambda: app)


def test_replayed_what_everybody_is_known_for_is_counted_anew_from_the_facts(pair, command):
    with work.unit():
        making.rate(deal := making.finished(pair.buyer, pair.lab), pair.actor("heron"), 4)
        making.rate(deal, pair.actor("plover"), 2)
        operations.note_delivery(rules.Delivered("order:1", pair.lab, clock.now().date(), clock.now()))
    before = queries.sums([pair.buyer, pair.lab])
    assert (before[pair.lab].points, before[pair.lab].on_time) == (12, 1)
    assert replayed() == {"differed": []}
    with work.unit():
        db.session.query(Standing).filter_by(organisation_id=pair.bench.id).update({"points": 15, "deals": 9})
        db.session.query(Standing).filter_by(organisation_id=pair.house.id).delete()
    said = {one["name"]: (one["was"], one["now"]) for one in replayed()["differed"]}
    assert (said["Bench"][0]["points"], said["Bench"][1]["points"], said["Bench"][1]["deals"]) == (15, 12, 1) and set(said) == {
        "Bench",
        "Buyers",
    }
    work.rollback()
    assert queries.sums([pair.buyer, pair.lab]) == before and replayed() == {"differed": []}


def test_replayed_a_site_that_had_deals_before_it_had_reputations_has_them(pair, command):
    made, award = entries.selected()
    with work.unit():
        entries.accept(award, people.actor_of(made.solvers[0]))
    delivery.deliver_all()
    with work.unit():
        db.session.query(Standing).delete()
        db.session.query(FinishedDeal).delete()
    assert replayed() == {"differed": []}, "told again, they were counted again"
    assert queries.sums([Side(person_id=made.solvers[0].id)])[Side(person_id=made.solvers[0].id)].deals == 1


def replayed() -> dict:
    """As the command says it."""
    work.rollback()
    done = CliRunner().invoke(cli.reputation, ["replay", "--json"])
    assert done.exit_code == 0, done.output
    db.session.expire_all()
    return json.loads(done.stdout)
