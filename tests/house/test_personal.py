"""No table is forgotten: each says what it holds of people, what of it they are given, and whether it goes when they go."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import JSON, Text, inspect, select

from hub.db import personal, retention
from hub.db.extensions import db

HINT = """
{table} says nothing about people. End its models.py with one line (see hub/db/personal.py):
    holds_of_person("{table}", "person_id", what=N_("Your ..."), erase=True)           their own rows, deleted with the account
    holds_of_person("{table}", "person_id", what=N_("Your ..."), keeps=CONTRACT)       their own rows that stay, and why
    holds_of_person("{table}", acted="decided_by", keeps=OFFICE)                       somebody else's rows that name people
    holds_of_nobody("{table}", because="...")                                          about nobody
Secrets are kept out of exports with hides="token_hash"; rows that are sealed, signed or refused changes by a trigger are fixed=True.
"""
ALSO_PEOPLE = {("journal", "actor_id"), ("transaction", "actor_id"), ("pending", "actor_id")}
"""Columns that name a person without a foreign key."""
SECRETS = ("secret", "_hash", "token", "salt")
NOT_SECRET = {"terms_hash", "manifest_hash", "source_hash", "params_hash", "request_hash"}
NOT_THEIR_WORDS = {
    *(("assignment", name) for name in ("answer", "reason")), ("award", "message"), ("brief_proposal", "answer"), ("deal", "reason"),
    ("card_found_refund", "failure"), ("deal_rating", "reply"), ("deal_rating", "decision"), ("contract", "choices"), ("finished_deal", "title"), ("finished_deal", "link"), ("card_payment", "trouble"), ("card_refund", "failure"),
    *(("dispute", name) for name in ("title", "decision", "effects", "reason")), ("dispute_offer", "effects"), ("entitlement", "reason"),
    ("funding", "label"), ("idea", "reason"), ("instrument_booking", "reason"), ("moderation_case", "reason"), ("moderation_case", "link"),
    ("moderation_case", "settlement"), ("package_submission", "remarks"), ("payout_account", "due"), ("payout_account", "refusal"),
    *(("product", name) for name in ("categories", "licence", "stated", "source_key")), ("product_purchase", "licence"),
    ("product_rating", "number"), ("product_rating", "reply"), ("product_release", "licence"), ("question", "answer"),
    ("question", "reason"), ("submission", "terms"),
}  # fmt: skip
"""Long texts in rows of a person that others wrote, or that are codes: a name by itself stays there."""
MAY_KNOW: dict[str, str] = {
    "what is theirs, or what they wrote, bought, handed in or signed": (
        "award.terms_id award_share.sharing_id award_sharing.award_id card_dispute.payment_id card_found_refund.payment_id "
        "card_payment.funding_id card_refund.payment_id digest_line.digest_id digest_line.notification_id dispute_file.file_id "
        "dispute_file.statement_id dispute_offer.dispute_id dispute_statement.dispute_id document_file.check_id entry_file.entry_id "
        "entry_file.file_id idea_revision.idea_id idea_vote.participant_id mail.notification_id paper.cancels_id pending_leg.account_id "
        "pending_leg.currency pending_leg.pending_id post_file.file_id post_file.post_id post_text.post_id posting.account_id "
        "posting.currency posting.transaction_id product_purchase.entitlement_id product_purchase.sale_id product_release.file_id "
        "product_release.terms_id seal.entry_id signature.terms_id submission_file.file_id submission_file.submission_id "
        "skill.person_id brief_proposal_file.file_id brief_proposal_file.proposal_id webhook_attempt.message_id webhook_choice.endpoint_id "
        "webhook_message.endpoint_id webhook_message.journal_id idea.participant_id score.judge_id "
        "deal_rating.deal_id recommendation.deal_id contract.terms_id contract.force_terms_id terms_party.terms_id terms_refusal.terms_id "
        "template_version.template_id"
    ),
    "the thing that they did it in, whose page they have seen": (
        "annex_look.deal_id annex_look.listing_id assignment.project_id assignment.task_id award.challenge_id award.entry_id "
        "brief_invitation.brief_id brief_proposal.brief_id challenge_follow.challenge_id charter_acceptance.space_id deal.listing_id "
        "deal.terms_id deal_post.deal_id entitlement.product_id entitlement.release_id entry.challenge_id entry_view.entry_id "
        "idea.rally_id idea_vote.idea_id idea_vote.rally_id instrument_booking.instrument_id judge.challenge_id moderation_case.post_id "
        "moderation_flag.case_id package_submission.package_id page_draft.page_id page_draft.space_id page_revision.page_id "
        "page_revision.space_id page_share.page_id page_watch.page_id pledge.pool_id portal_manager.portal_id post.thread_id "
        "product.platform_id product_purchase.product_id product_purchase.release_id product_rating.product_id product_release.product_id "
        "rally_participant.rally_id score.criterion_id score.entry_id space_credit.space_id space_member.space_id submission.form_id "
        "submission.portal_id submission_look.submission_id thread_wish.thread_id"
    ),
    "the organisation for which they themselves acted": (
        "deal.organisation_id declared_affiliation.organisation_id document_check.organisation_id entitlement.organisation_id "
        "instrument_booking.organisation_id membership.organisation_id promise_kept.organisation_id standing.organisation_id "
        "record_certificate.organisation_id agreement_template.organisation_id terms_party.organisation_id terms_refusal.organisation_id product.organisation_id product_purchase.organisation_id "
        "signature.organisation_id webhook_endpoint.organisation_id"
    ),
    "what is a person's own is asked for, paid and set up by nobody else": (
        "card_payment.requested_by document_check.sent_by funding.requested_by payout.requested_by payout_account.opened_by "
        "pledge.by_person_id template_version.made_by record_certificate.issued_by product_purchase.bought_by webhook_endpoint.created_by"
    ),
    "everybody reads it on the community's own pages": "package_submission.decided_by page_revision.saved_by",
    "the two sides of an agreement stand in its words": "contract.organisation_id contract.other_organisation_id",
    "both sides are told who mediates": "dispute.mediator_id",
}
"""What else a person may be told that a row of theirs names, and why; hides= keeps the rest from the export. Those who act for somebody
else (the site's staff, the people of an organisation that may be anonymous) are not told of."""


def people_in(table: Any) -> set[str]:
    named = {column.name for column in table.columns for key in column.foreign_keys if key.target_fullname == "person.id"}
    return named | {column for name, column in ALSO_PEOPLE if name == table.name}


def test_every_table_says_what_it_holds_of_people(app):
    said = {one.table for one in personal.holdings()} | set(personal.nobodys())
    silent = sorted(set(db.metadata.tables) - said)
    assert not silent, HINT.format(table=silent[0]) + f"\nAll silent tables: {silent}"
    assert not {one.table for one in personal.holdings()} & set(personal.nobodys())


def test_every_column_that_names_a_person_is_told_of(app):
    for table in db.metadata.tables.values():
        one = next((one for one in personal.holdings() if one.table == table.name), None)
        told = set() if one is None else {*one.acted, *(personal.end_of(table, way).name for way in one.by.split() if "." not in way)}
        assert not people_in(table) - told, f"{table.name} names people in {sorted(people_in(table) - told)}: put them into by= or acted="


def test_whatever_an_exported_row_names_its_person_may_know(app):
    told = {(table, column) for said in MAY_KNOW.values() for table, _, column in (one.partition(".") for one in said.split())}
    named = set()
    for one in personal.holdings():
        if one.by:
            own = {personal.end_of(one.of, way).name for way in one.by.split() if "." not in way}
            named |= {(one.table, column.name) for column in one.shown if column.foreign_keys and column.name not in own}
    assert not named - told, f"May its person know this? Say so in MAY_KNOW, or hides= it: {sorted(named - told)}"
    assert not told - named, f"These are exported no more: {sorted(told - named)}"


def test_every_column_of_peoples_own_words_is_told_of(app):
    """What somebody wrote stays under their pseudonym without their name: each text of a row of theirs that stays is words, or not."""
    unsaid = {}
    for one in personal.holdings():
        texts = [c.name for c in one.texts if not c.primary_key and not c.foreign_keys and _is_long(c)]
        if one.by and not one.fixed and not (one.erase and one.erase_if is None and not one.keeps) and one.table != "person":
            told = {*one.words, *one.handles, *one.copies, *one.clears} | {c for t, c in NOT_THEIR_WORDS if t == one.table}
            unsaid[one.table] = sorted(set(texts) - told)
    unsaid = {table: columns for table, columns in unsaid.items() if columns}
    assert not unsaid, f"Are these their person's words (words=), or not (NOT_THEIR_WORDS)? {unsaid}"


def _is_long(column: Any) -> bool:
    return isinstance(column.type, (Text, JSON)) or (column.type.length or 1000) >= 150


def test_every_way_leads_to_a_person_and_every_column_is_there(app):
    for one in personal.holdings():
        for name in (*one.acted, *one.hides, *one.quiet, *one.clears, *one.words, *one.handles, *one.copies):
            assert name in one.of.columns, (one.table, name)
        if one.by:
            assert db.session.execute(select(one.of).where(one.own(0))).all() == []
            assert db.session.execute(select(one.of).where(one.erased(0), one.given(0))).all() == []
        for way in one.by.split():
            end = personal.end_of(one.of, way)
            known = (end.table.name, end.name) in ALSO_PEOPLE or any(key.target_fullname == "person.id" for key in end.foreign_keys)
            assert known or one.table == "person" or {":", "~"} & set(way), (one.table, way)


def test_what_goes_without_a_word_is_named_by_nothing_that_stays(app):
    goes = {one.table for one in personal.holdings() if one.erase and not one.keeps}
    for table in db.metadata.tables.values():
        for column in table.columns:
            named = {key.column.table.name for key in column.foreign_keys}
            assert not named & goes or table.name in goes, f"{table.name}.{column.name} keeps rows of {named & goes} from going: say keeps="


def test_no_secret_is_given_away(app):
    for one in personal.holdings():
        if one.by:
            given = {column.name for column in one.shown}
            secret = {name for name in given if any(part in name for part in SECRETS)} - NOT_SECRET
            assert not {name for name in secret if name not in ("commitment",)} & {c.name for c in one.texts}, one.table


@pytest.mark.only_on("sqlite")  # the triggers are the same on both
def test_what_cannot_be_changed_is_said_to_be_fixed(app):
    """A table whose trigger refuses every change would stop an erasure halfway."""
    rows = db.session.connection().exec_driver_sql("SELECT tbl_name, sql FROM sqlite_master WHERE type = 'trigger'").all()
    refusing = {table for table, sql in rows if "BEFORE UPDATE ON" in sql.upper().replace("  ", " ") and " WHEN " not in sql.upper()}
    changeable = {one.table for one in personal.holdings() if not one.fixed} | set(personal.nobodys())
    texts = {table for table in refusing & changeable if any(personal.is_text(c.type) for c in db.metadata.tables[table].columns)}
    known = {table for table in texts if table.startswith("evidence_") or table in ("paper_series", "paper_fact")}
    assert not texts - known, f"fixed=True is missing: {sorted(texts - known)}"


def test_what_grows_old_can_be_counted_and_forgotten(app):
    assert inspect(db.engine).has_table("retention")
    for kind, one in retention.aging().items():
        assert one.least <= one.days <= one.most, kind
        assert len(list(one.of.primary_key)) == 1
        for part, column, file_column in one.parts:
            assert db.metadata.tables[part].columns[column].foreign_keys
            assert not file_column or db.metadata.tables[part].columns[file_column].foreign_keys
