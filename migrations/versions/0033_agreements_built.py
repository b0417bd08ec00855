"""agreements built

Parties, refusals, ends and signing rules of agreements; templates; agreements between named parties. What is signed already keeps its text
and hash; its ends are noted for the calendar.

Revision ID: 0033
Revises: 0032
"""

import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from hub.db.migrating import change_values

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

SQLITE_GUARDS = (
    """\
CREATE TRIGGER terms_party_no_UPDATE BEFORE UPDATE ON terms_party BEGIN SELECT RAISE(ABORT, 'terms_party is append-only'); END
""",
    """\
CREATE TRIGGER terms_party_no_DELETE BEFORE DELETE ON terms_party BEGIN SELECT RAISE(ABORT, 'terms_party is append-only'); END
""",
    """\
CREATE TRIGGER terms_refusal_no_UPDATE BEFORE UPDATE ON terms_refusal BEGIN SELECT RAISE(ABORT, 'terms_refusal is append-only'); END
""",
    """\
CREATE TRIGGER terms_refusal_no_DELETE BEFORE DELETE ON terms_refusal BEGIN SELECT RAISE(ABORT, 'terms_refusal is append-only'); END
""",
    """\
CREATE TRIGGER signed_as_no_UPDATE BEFORE UPDATE ON signed_as BEGIN SELECT RAISE(ABORT, 'signed_as is append-only'); END
""",
    """\
CREATE TRIGGER signed_as_no_DELETE BEFORE DELETE ON signed_as BEGIN SELECT RAISE(ABORT, 'signed_as is append-only'); END
""",
)

POSTGRES_GUARDS = (
    """\
CREATE OR REPLACE FUNCTION agreements_only_grow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$
""",
    """\
CREATE TRIGGER terms_party_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON terms_party EXECUTE FUNCTION agreements_only_grow()
""",
    """\
CREATE OR REPLACE FUNCTION agreements_only_grow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$
""",
    """\
CREATE TRIGGER terms_refusal_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON terms_refusal EXECUTE FUNCTION agreements_only_grow()
""",
    """\
CREATE OR REPLACE FUNCTION agreements_only_grow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation'; END $$
""",
    """\
CREATE TRIGGER signed_as_only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON signed_as EXECUTE FUNCTION agreements_only_grow()
""",
)


NEW_KINDS = ("technology", "service", "confidentiality", "contribution")


def upgrade() -> None:
    change_values(op, "terms", "kind", name="agreements_kind", add=NEW_KINDS)
    op.create_table('agreement_template',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('kind', sa.Enum('challenge_entry', 'award', 'nda', 'developer', 'technology', 'service', 'confidentiality', 'contribution', name='agreements_kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('name', sa.String(length=80), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('archived_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('(person_id IS NULL) <> (organisation_id IS NULL)', name=op.f('ck_agreement_template_one_owner')),
    sa.CheckConstraint('length(name) > 0', name=op.f('ck_agreement_template_named')),
    sa.CheckConstraint('number > 0', name=op.f('ck_agreement_template_counted')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_agreement_template_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_agreement_template_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_agreement_template'))
    )
    op.create_index('uq_agreement_template_of_organisation', 'agreement_template', ['organisation_id', 'kind', 'name'], unique=True, sqlite_where=sa.text('archived_at IS NULL AND organisation_id IS NOT NULL'), postgresql_where=sa.text('archived_at IS NULL AND organisation_id IS NOT NULL'))
    op.create_index('uq_agreement_template_of_person', 'agreement_template', ['person_id', 'kind', 'name'], unique=True, sqlite_where=sa.text('archived_at IS NULL AND person_id IS NOT NULL'), postgresql_where=sa.text('archived_at IS NULL AND person_id IS NOT NULL'))
    op.create_table('signing_rule',
    sa.Column('organisation_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('needed', sa.Integer(), nullable=False),
    sa.Column('signers', sa.Enum('managers', 'owners', name='agreements_signers', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('set_by', sa.Integer(), nullable=False),
    sa.Column('set_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('needed BETWEEN 1 AND 2', name=op.f('ck_signing_rule_needed')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_signing_rule_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['set_by'], ['person.id'], name=op.f('fk_signing_rule_set_by_person')),
    sa.PrimaryKeyConstraint('organisation_id', name=op.f('pk_signing_rule'))
    )
    op.create_table('contract',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.Enum('challenge_entry', 'award', 'nda', 'developer', 'technology', 'service', 'confidentiality', 'contribution', name='agreements_kind', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('other_person_id', sa.Integer(), nullable=True),
    sa.Column('other_organisation_id', sa.Integer(), nullable=True),
    sa.Column('takes', sa.Enum('receives', 'gives', name='contracts_takes', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('about', sa.String(length=80), nullable=False),
    sa.Column('title', sa.String(length=160), nullable=False),
    sa.Column('object', sa.Text(), nullable=False),
    sa.Column('price_minor', sa.Integer(), nullable=True),
    sa.Column('currency', sa.String(length=3), nullable=False),
    sa.Column('choices', sa.JSON(), nullable=False),
    sa.Column('state', sa.Enum('draft', 'proposed', 'returned', 'in_force', 'withdrawn', name='contracts_state', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('terms_id', sa.Integer(), nullable=True),
    sa.Column('force_terms_id', sa.Integer(), nullable=True),
    sa.Column('drafted_by', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('in_force_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(price_minor IS NULL) = (currency = '')", name=op.f('ck_contract_price_is_whole')),
    sa.CheckConstraint("(state <> 'in_force' OR force_terms_id IS NOT NULL) AND (state <> 'withdrawn' OR force_terms_id IS NULL)", name=op.f('ck_contract_force_has_words')),
    sa.CheckConstraint("state NOT IN ('proposed', 'returned') OR terms_id IS NOT NULL", name=op.f('ck_contract_proposed_has_words')),
    sa.CheckConstraint('(other_person_id IS NULL) <> (other_organisation_id IS NULL)', name=op.f('ck_contract_one_other')),
    sa.CheckConstraint('(person_id IS NULL) <> (organisation_id IS NULL)', name=op.f('ck_contract_one_drafter')),
    sa.CheckConstraint('organisation_id IS NULL OR other_organisation_id IS NULL OR organisation_id <> other_organisation_id', name=op.f('ck_contract_two_organisations')),
    sa.CheckConstraint('person_id IS NULL OR other_person_id IS NULL OR person_id <> other_person_id', name=op.f('ck_contract_two_people')),
    sa.CheckConstraint('price_minor IS NULL OR price_minor > 0', name=op.f('ck_contract_price_is_positive')),
    sa.ForeignKeyConstraint(['drafted_by'], ['person.id'], name=op.f('fk_contract_drafted_by_person')),
    sa.ForeignKeyConstraint(['force_terms_id'], ['terms.id'], name=op.f('fk_contract_force_terms_id_terms')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_contract_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['other_organisation_id'], ['organisation.id'], name=op.f('fk_contract_other_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['other_person_id'], ['person.id'], name=op.f('fk_contract_other_person_id_person')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_contract_person_id_person')),
    sa.ForeignKeyConstraint(['terms_id'], ['terms.id'], name=op.f('fk_contract_terms_id_terms')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_contract'))
    )
    op.create_index('ix_contract_about', 'contract', ['about'], unique=False)
    op.create_index('ix_contract_organisation', 'contract', ['organisation_id'], unique=False)
    op.create_index('ix_contract_other_organisation', 'contract', ['other_organisation_id'], unique=False)
    op.create_index('ix_contract_other_person', 'contract', ['other_person_id'], unique=False)
    op.create_index('ix_contract_person', 'contract', ['person_id'], unique=False)
    op.create_table('template_version',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('template_id', sa.Integer(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('choices', sa.JSON(), nullable=False),
    sa.Column('made_by', sa.Integer(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('number > 0', name=op.f('ck_template_version_counted')),
    sa.ForeignKeyConstraint(['made_by'], ['person.id'], name=op.f('fk_template_version_made_by_person')),
    sa.ForeignKeyConstraint(['template_id'], ['agreement_template.id'], name=op.f('fk_template_version_template_id_agreement_template')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_template_version')),
    sa.UniqueConstraint('template_id', 'number', name=op.f('uq_template_version_template_id'))
    )
    op.create_table('terms_party',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('terms_id', sa.Integer(), nullable=False),
    sa.Column('place', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('needed', sa.Integer(), nullable=False),
    sa.Column('signers', sa.Enum('managers', 'owners', name='agreements_signers', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.CheckConstraint('(person_id IS NULL) <> (organisation_id IS NULL)', name=op.f('ck_terms_party_one_of_both')),
    sa.CheckConstraint('needed BETWEEN 1 AND 2 AND (organisation_id IS NOT NULL OR needed = 1)', name=op.f('ck_terms_party_needed')),
    sa.CheckConstraint('place > 0', name=op.f('ck_terms_party_place')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_terms_party_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_terms_party_person_id_person')),
    sa.ForeignKeyConstraint(['terms_id'], ['terms.id'], name=op.f('fk_terms_party_terms_id_terms')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_terms_party')),
    sa.UniqueConstraint('terms_id', 'place', name=op.f('uq_terms_party_terms_id'))
    )
    op.create_index('ix_terms_party_organisation', 'terms_party', ['organisation_id'], unique=False)
    op.create_index('ix_terms_party_person', 'terms_party', ['person_id'], unique=False)
    op.create_table('terms_refusal',
    sa.Column('terms_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('length(reason) > 0', name=op.f('ck_terms_refusal_has_a_reason')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_terms_refusal_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_terms_refusal_person_id_person')),
    sa.ForeignKeyConstraint(['terms_id'], ['terms.id'], name=op.f('fk_terms_refusal_terms_id_terms')),
    sa.PrimaryKeyConstraint('terms_id', name=op.f('pk_terms_refusal'))
    )
    op.create_index(op.f('ix_terms_refusal_person_id'), 'terms_refusal', ['person_id'], unique=False)
    op.create_table('agreement_end',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('terms_id', sa.Integer(), nullable=False),
    sa.Column('signature_id', sa.Integer(), nullable=False),
    sa.Column('what', sa.Enum('licence', 'secrecy', 'evaluation', name='agreements_ending', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('reminded_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['signature_id'], ['signature.id'], name=op.f('fk_agreement_end_signature_id_signature')),
    sa.ForeignKeyConstraint(['terms_id'], ['terms.id'], name=op.f('fk_agreement_end_terms_id_terms')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_agreement_end')),
    sa.UniqueConstraint('signature_id', 'what', name=op.f('uq_agreement_end_signature_id'))
    )
    op.create_index('ix_agreement_end_due', 'agreement_end', ['ends_at'], unique=False, sqlite_where=sa.text('reminded_at IS NULL'), postgresql_where=sa.text('reminded_at IS NULL'))
    op.create_index('ix_agreement_end_terms', 'agreement_end', ['terms_id'], unique=False)
    op.create_table('signed_as',
    sa.Column('signature_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('role', sa.Enum('owner', 'manager', 'member', 'finance', name='kernel_role', native_enum=False, create_constraint=True, length=32), nullable=False),
    sa.ForeignKeyConstraint(['signature_id'], ['signature.id'], name=op.f('fk_signed_as_signature_id_signature')),
    sa.PrimaryKeyConstraint('signature_id', name=op.f('pk_signed_as'))
    )
    for guard in SQLITE_GUARDS if op.get_bind().dialect.name == "sqlite" else POSTGRES_GUARDS:
        op.execute(sa.DDL(guard.replace("%", "%%")))
    note_ends()


def note_ends() -> None:
    """When the licences and the confidentiality of awards and deals end that are signed already."""
    bind = op.get_bind()
    terms = sa.table("terms", *(sa.column(name) for name in ("id", "kind")), sa.column("choices", sa.JSON))
    signature = sa.table("signature", sa.column("id"), sa.column("terms_id"), sa.column("signed_at", sa.DateTime(timezone=True)))
    end = sa.table(
        "agreement_end", sa.column("terms_id"), sa.column("signature_id"), sa.column("what"), sa.column("ends_at", sa.DateTime(timezone=True))
    )
    found = sa.select(terms.c.id, terms.c.kind, terms.c.choices, signature.c.id.label("signature_id"), signature.c.signed_at)
    found = found.join(signature, signature.c.terms_id == terms.c.id).where(terms.c.kind.in_(("award", "nda"))).order_by(signature.c.id)
    given: dict[int, int] = {}
    for row in bind.execute(found).all():
        given[row.id] = given.get(row.id, 0) + 1
        if row.kind == "nda" and given[row.id] != 2:
            continue  # a deal's agreement is in force with the second signature
        said = json.loads(row.choices) if isinstance(row.choices, str) else row.choices
        years = {"secrecy": said.get("confidentiality_years", 3)}
        if row.kind == "award" and said.get("transfer") != "assignment" and said.get("term_years"):
            years["licence"] = said["term_years"]
        since = row.signed_at if row.signed_at.tzinfo else row.signed_at.replace(tzinfo=UTC)
        for what, count in years.items():
            bind.execute(end.insert().values(terms_id=row.id, signature_id=row.signature_id, what=what, ends_at=years_after(since, count)))


def years_after(moment: datetime, years: int) -> datetime:
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:
        return moment.replace(year=moment.year + years, month=3, day=1)


def downgrade() -> None:
    op.drop_table('signed_as')
    op.drop_table('agreement_end')
    op.drop_table('terms_refusal')
    op.drop_table('terms_party')
    op.drop_table('template_version')
    op.drop_table('contract')
    op.drop_table('signing_rule')
    op.drop_table('agreement_template')
    change_values(op, "terms", "kind", name="agreements_kind", drop=NEW_KINDS)
