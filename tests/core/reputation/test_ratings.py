"""Ratings: who gives them, when they are shown, what adds up, and that nothing else changes anything."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from hub.core.disputes import operations as disputes
from hub.core.erasure import operations as erasure
from hub.core.erasure import reactions as erasing
from hub.core.messages.models import Notification
from hub.core.moderation import operations as moderation
from hub.core.moderation import queries as cases
from hub.core.moderation.rules import Reason
from hub.core.moderation.states import State as CaseState
from hub.core.organisations import operations as organisations
from hub.core.reputation import operations, queries, rules
from hub.core.reputation.models import DealRating, FinishedDeal, Recommendation
from hub.core.reputation.queries import Side, Sums
from hub.core.reputation.rules import Delivered, Part
from hub.core.reputation.states import Act, State
from hub.db import delivery, work
from hub.db.extensions import db
from hub.kernel import clock
from hub.kernel.actor import Role
from hub.kernel.errors import NotAllowed, NotFound, NotNow
from tests.factories import disputes as disputing
from tests.factories import reputation as making
from tests.factories.money import race, refused
from tests.factories.people import actor_of, person, sign_in


def sums(side: Side) -> Sums:
    return queries.sums([side]).get(side, Sums())


def opened(pair, **changes) -> FinishedDeal:
    with work.unit():
        return making.finished(pair.buyer, pair.lab, **changes)


def rated(pair, deal, name: str, grade: int = 5) -> DealRating:
    with work.unit():
        return making.rate(deal, pair.actor(name), grade)


def notices(person) -> list[str]:
    delivery.deliver_all()
    return [note.text % note.values for note in db.session.scalars(select(Notification).where(Notification.person_id == person.id))]


def reported(actor, rating: DealRating):
    with work.unit():
        return moderation.report(actor=actor, kind="rating", number=rating.id, reason=Reason.INSULT)


# Double-blind


def test_neither_sees_the_other_s_word_before_both_have_rated(pair):
    deal = opened(pair)
    assert any("is finished" in text for text in notices(pair.people["heron"]))
    rated(pair, deal, "heron", 2)
    assert (queries.view(pair.actor("plover"), deal).theirs, queries.view(pair.actor("heron"), deal).mine.points) == (None, 6)
    assert queries.shown_about(pair.lab) == ([], 0) and sums(pair.lab).ratings == 0
    changed = rated(pair, deal, "heron", 4)
    assert changed.points == 12 and db.session.query(DealRating).count() == 1
    rated(pair, deal, "plover", 5)
    assert queries.view(pair.actor("plover"), deal).theirs.points == 12
    assert (sums(pair.lab).points, sums(pair.buyer).points, sums(pair.lab).deals) == (12, 15, 1)
    assert any("You were rated" in text for text in notices(pair.people["plover"]))
    refused("already_shown", NotNow, lambda: making.rate(deal, pair.actor("heron"), 1))
    assert queries.shown_about(pair.lab)[0][0].points == 12


def test_after_two_weeks_what_there_is_is_shown_and_nobody_rates_any_more(pair):
    deal, silent = opened(pair), opened(pair)
    rated(pair, deal, "plover", 1)
    with clock.at(deal.closes_at - timedelta(seconds=1)), work.unit():
        assert operations.show_due() == 0
    with clock.at(deal.closes_at):
        refused("too_late", NotNow, lambda: making.rate(deal, pair.actor("heron")))
        with work.unit():
            assert operations.show_due() == 2
        with work.unit():
            assert operations.show_due() == 0
    assert sums(pair.buyer) == Sums(2, 1, 3, 0, 0, f"/orgs/{pair.house.slug}/record")
    assert queries.by_id(silent.id).shown_at is not None and sums(pair.lab).ratings == 0


def test_two_who_rate_at_once_are_both_counted_once(app, pair):
    deal = opened(pair)
    heron, plover, number = pair.actor("heron"), pair.actor("plover"), deal.id

    def one(actor, grade):
        def call():
            return making.rate(queries.by_id(number), actor, grade).id

        return call

    done = race(app, one(heron, 5), one(plover, 4), one(heron, 3), one(plover, 2))
    assert sum(isinstance(one, int) for one in done) >= 2, done
    work.rollback()
    said = queries.ratings(number)
    assert set(said) == set(Part) and all(each.state is State.SHOWN for each in said.values())
    assert sums(pair.lab).ratings == sums(pair.buyer).ratings == 1
    assert sums(pair.lab).points == said[Part.ASKED].points and sums(pair.buyer).points == said[Part.DELIVERED].points


# Who may not


@pytest.mark.parametrize(("who", "error"), [("stranger", NotFound), ("admin", NotFound), ("moderator", NotFound), ("wren", NotFound)])
def test_who_has_no_part_in_it_finds_nothing(pair, who, error):
    deal = opened(pair)
    with pytest.raises(error):
        queries.get_for(pair.actor(who), deal.id)
    refused("not_allowed", NotAllowed, lambda: making.rate(deal, pair.actor(who)))
    assert queries.ratings(deal.id) == {}


def test_members_and_people_of_both_sides_do_not_speak(pair):
    deal = opened(pair)
    with work.unit():
        organisations.add_member(actor=pair.actor("heron"), organisation=pair.house, email=pair.people["wren"].email, role=Role.MEMBER)
    with pytest.raises(NotFound):
        queries.get_for(pair.actor("wren"), deal.id)
    with work.unit():
        organisations.add_member(actor=pair.actor("plover"), organisation=pair.bench, email=pair.people["heron"].email, role=Role.MEMBER)
    with pytest.raises(NotFound):
        queries.get_for(pair.actor("heron"), deal.id)
    assert queries.to_rate(pair.actor("heron")) is not None
    assert db.session.execute(queries.to_rate(pair.actor("heron"))).all() == []


def test_deals_between_people_who_belong_together_do_not_count(pair):
    with work.unit():
        organisations.add_member(actor=pair.actor("heron"), organisation=pair.house, email=pair.people["wren"].email, role=Role.MEMBER)
        for index, (one, other) in enumerate([(pair.buyer, pair.side("wren")), (pair.buyer, pair.side("heron")), (pair.buyer, pair.buyer)]):
            assert operations.note([making.Finished(f"own:{index}", making.Mode.CONTEST, "x", "/", one, other, clock.now())]) == 0
        organisations.add_member(actor=pair.actor("plover"), organisation=pair.bench, email=pair.people["heron"].email, role=Role.MANAGER)
        told = making.Finished("own:3", making.Mode.SERVICE, "x", "/", pair.buyer, pair.lab, clock.now())
        assert operations.note([told]) == 0
    assert db.session.query(FinishedDeal).count() == 0


def test_bad_grades_and_words_change_nothing(client, pair):
    deal = opened(pair)
    sign_in(client, pair.people["heron"])
    for changes in (
        {"substance": "6"},
        {"communication": "0"},
        {"reliability": "x"},
        {"words": ""},
        {"words": "y" * 300},
        {"substance": ""},
    ):
        said = {"substance": "5", "communication": "5", "reliability": "5", "words": "Fine & <b>quick</b>.", **changes}
        answer = client.post(f"{deal.path}/rate", data=said)
        assert answer.status_code == 422
        if "words" not in changes:
            assert "Fine &amp; &lt;b&gt;quick&lt;/b&gt;." in answer.text
    assert queries.ratings(deal.id) == {}


# What stands


def test_a_deal_that_can_be_undone_is_none_yet_and_one_that_was_open_stays(pair):
    with work.unit():
        later = clock.now() + timedelta(days=7)
        undone = making.Finished("purchase:1", making.Mode.COMPLEMENT, "x", "/", pair.buyer, pair.lab, clock.now(), rate_from=later)
        operations.note([undone])
        operations.open_due()
        deal = queries.by_key("purchase:1")
    refused("too_early", NotNow, lambda: making.rate(deal, pair.actor("heron")))
    assert sums(pair.lab).deals == 0
    with work.unit():
        operations.undo(["purchase:1"])
    assert queries.by_key("purchase:1") is None
    stays = opened(pair, key="purchase:2")
    with work.unit():
        operations.undo(["purchase:2"])
    assert queries.by_key("purchase:2").id == stays.id and sums(pair.lab).deals == 1


def test_told_again_it_is_one_deal_and_one_delivery(pair):
    one = opened(pair, key="order:7")
    assert opened(pair, key="order:7").id == one.id
    with work.unit():
        for day in (0, -1, 0):
            operations.note_delivery(Delivered("order:7/1", pair.lab, clock.now().date() + timedelta(days=day), clock.now()))
        operations.note_delivery(Delivered("order:7/2", pair.lab, clock.now().date() - timedelta(days=1), clock.now()))
    assert (sums(pair.lab).deals, sums(pair.lab).due, sums(pair.lab).on_time) == (1, 2, 1)


def test_an_order_tells_of_itself_and_nobody_rates_it_while_it_is_disputed(app):
    made = disputing.row()
    dispute = disputing.opened(made)
    with work.unit():
        disputes.answer(actor=made.actor("buyer"), dispute=dispute, statement=disputing.ANSWERS)
    delivery.deliver_all()
    lab = Side(organisation_id=made.bench.id)
    assert queries.by_key(made.ref) is None and (sums(lab).due, sums(lab).on_time) == (1, 1)
    with work.unit():
        deal = making.finished(Side(organisation_id=made.house.id), lab, key="early:1", subject=made.ref)
    refused("disputed_now", NotNow, lambda: making.rate(deal, made.actor("buyer")))
    with clock.at(deal.closes_at), work.unit():
        assert operations.show_due() == 0
    with clock.at(deal.closes_at + timedelta(days=1)):
        with work.unit():
            offered = disputes.offer(actor=made.actor("buyer"), dispute=dispute, outcome="pay")
        with work.unit():
            disputes.accept(actor=made.actor("lab"), dispute=dispute, offer_id=offered.id)
        delivery.deliver_all()
        rating = making.rate(queries.by_id(deal.id), made.actor("buyer"), 3)
        assert rating.points == 9
        settled = queries.by_key(made.ref)
        assert settled is not None and settled.title == made.order.title
        record = queries.record(Side(organisation_id=made.house.id), level=made.house.level, since=made.house.created_at)
        assert record.lost == rules.Rate(1, 2) and not record.lost.known


# Answers, reports


def test_an_answer_is_given_once_and_by_the_rated_side_alone(pair):
    deal = opened(pair)
    sealed = rated(pair, deal, "heron", 2)
    with pytest.raises(NotFound):
        queries.rating_for(pair.actor("plover"), sealed.id, Act.REPLY)
    rated(pair, deal, "plover")
    about = queries.rating_for(pair.actor("plover"), sealed.id, Act.REPLY)
    refused("not_allowed", NotAllowed, lambda: operations.reply(actor=pair.actor("heron"), rating=about, reply="Mine."))
    with work.unit():
        operations.reply(actor=pair.actor("plover"), rating=about, reply="The wrong film was sent to us.")
    refused("answered", NotNow, lambda: operations.reply(actor=pair.actor("plover"), rating=about, reply="And more."))
    assert queries.shown_about(pair.lab)[0][0].reply == "The wrong film was sent to us."
    assert any("was answered" in text for text in notices(pair.people["heron"]))


def told(case, *measures: str, by, reason: str = "It insults a person.") -> None:
    with work.unit():
        moderation.decide(actor=by, case=case, measures=measures, reason=reason)


def test_a_reported_rating_is_taken_off_and_counts_again_once_its_author_appealed_with_success(pair, client):
    deal = opened(pair)
    sealed = rated(pair, deal, "heron", 1)
    refused("not_found", NotFound, lambda: reported(pair.actor("plover"), sealed))
    rated(pair, deal, "plover", 5)
    before, crane = sums(pair.lab), person("Crane", consultant=True)
    case = reported(pair.actor("plover"), sealed)
    assert reported(pair.actor("stranger"), sealed).id == case.id and (case.link, case.title) == ("/orgs/bench/record", making.WORDS)
    refused("own_thing", NotAllowed, lambda: reported(pair.actor("heron"), sealed))
    told(case, "hide", by=pair.actor("moderator"))
    assert (sums(pair.lab).ratings, sums(pair.lab).points, sums(pair.lab).deals) == (0, 0, 1)
    assert queries.shown_about(pair.lab) == ([], 0) and sums(pair.buyer).ratings == 1
    sign_in(client, pair.people["heron"])
    assert "It insults a person." in client.get(deal.path).get_data(as_text=True)
    assert any("You can appeal once" in text for text in notices(pair.people["heron"]))
    assert any("counts no more: It insults a person." in text for text in notices(pair.people["plover"]))
    with work.unit():
        moderation.appeal(actor=pair.actor("heron"), case=case, appeal="It says what happened, and nothing of a person.")
    refused("not_allowed", NotAllowed, lambda: moderation.overturn(actor=pair.actor("moderator"), case=case, reason="x" * 20))
    for _ in range(2):
        try:
            with work.unit():
                moderation.overturn(actor=actor_of(crane), case=case, reason="It is a harsh opinion, and a fair one.")
        except NotNow:
            work.rollback()
    assert sums(pair.lab) == before and queries.shown_about(pair.lab)[0][0].id == sealed.id
    assert any("is shown again, on appeal" in text for text in notices(pair.people["plover"]))


def test_nobody_of_either_side_decides_about_a_rating(pair):
    with work.unit():
        organisations.add_member(
            actor=pair.actor("plover"), organisation=pair.bench, email=pair.people["moderator"].email, role=Role.MEMBER
        )
    deal = opened(pair)
    harsh = rated(pair, deal, "heron", 1)
    rated(pair, deal, "plover", 5)
    case = reported(pair.actor("stranger"), harsh)
    theirs, owl = pair.actor("moderator"), pair.actor("admin")
    refused("not_allowed", NotAllowed, lambda: told(case, "hide", by=theirs))
    with pytest.raises(NotFound):
        cases.get_for(theirs, case.id)
    assert cases.queue(theirs, [CaseState.OPEN]) == ([], 0) and cases.queue(owl, [CaseState.OPEN])[1] == 1
    assert not any("was reported and waits" in text for text in notices(pair.people["moderator"]))
    assert any("was reported and waits" in text for text in notices(pair.people["admin"]))
    told(case, by=owl, reason="It is a harsh opinion, and a fair one.")
    assert sums(pair.lab).ratings == 1 and any("It stays" in text for text in notices(pair.people["stranger"]))


def test_a_rating_of_somebody_without_a_public_record_is_for_both_sides_alone(pair):
    with work.unit():
        deal = making.finished(pair.buyer, pair.side("wren"))
        making.rate(deal, pair.actor("wren"), 2)
        harsh = making.rate(deal, pair.actor("heron"), 1)
    refused("not_found", NotFound, lambda: reported(pair.actor("stranger"), harsh))
    assert reported(pair.actor("wren"), harsh).link == deal.path


def test_the_site_is_recommended_once_for_each_deal_and_person_and_nobody_s_name_is_told(pair):
    deals = [opened(pair) for _ in range(3)]
    with work.unit():
        for deal, score in zip(deals, (10, 9, 3), strict=True):
            operations.recommend(actor=pair.actor("heron"), deal=deal, score=score, why="Quick, says Heron’s team.")
    refused("answered", NotNow, lambda: operations.recommend(actor=pair.actor("heron"), deal=deals[0], score=0))
    found = queries.recommended(clock.now())
    assert (found.total.net, found.total.total) == (33, 3) and set(found.by_mode) == {making.Mode.SERVICE}
    assert found.by_month[f"{clock.now():%Y-%m}"].total == 3
    assert all(len(row) == 4 and pair.people["heron"].id not in row[:1] for row in queries.reasons())
    assert db.session.query(Recommendation).count() == 3


def test_who_leaves_takes_the_sums_and_the_answers_along_and_the_ratings_stay_under_the_pseudonym(pair):
    with work.unit():
        deal = making.finished(pair.buyer, pair.side("wren"))
        making.rate(deal, pair.actor("wren"), 2, words="Heron wrote to wren that all is well.")
        making.rate(deal, pair.actor("heron"), 5)
        operations.recommend(actor=pair.actor("wren"), deal=deal, score=7)
        operations.recommend(actor=pair.actor("heron"), deal=deal, score=8)
        erasure.ask(actor=pair.actor("wren"))
    work.rollback()
    clock.advance(timedelta(days=14))
    with work.unit():
        erasing.erase_those_due()
    delivery.deliver_all()
    db.session.expire_all()
    (about,), total = queries.shown_about(pair.buyer)
    assert (total, about.points, sums(pair.buyer).ratings) == (1, 6, 1)
    assert sums(pair.side("wren")) == Sums() and db.session.query(Recommendation).count() == 1
    assert queries.view(pair.actor("heron"), queries.by_id(deal.id)).other != "Wren"
    with pytest.raises(NotFound):
        queries.person_shown(pair.actor("heron"), pair.people["wren"].handle)
