"""Pools, pledges, and what the organiser told. The database itself keeps an opened pool's goal, deadline and currency as they were."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import DDL, BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from hub.core.ledger.rules import OwnerKind
from hub.core.pools.states import LIFE, PLEDGE, For, PledgeState, State
from hub.db.extensions import db
from hub.db.journal import BigId
from hub.db.personal import LAW, OFFICE, holds_of_person
from hub.db.types import UtcDateTime, Versioned, enum_type
from hub.kernel.money import MAX_MINOR, Breakdown, Money, breakdown
from hub.kernel.words import N_


class Pool(Versioned, db.Model):
    """Pledges of many towards one goal: all of it by the deadline, or nothing.

    `organisation_id` organises it and benefits from it. `subject` ("challenge:5") is empty for a project of its own. `pledged_minor` and
    `backers` count the pledges that stand; once it is closed, those that stood at the end. `fee_bp` was shown to every backer.
    """

    __tablename__ = "pool"
    __table_args__ = (
        CheckConstraint(f"goal_minor BETWEEN 0 AND {MAX_MINOR} AND minimum_minor BETWEEN 1 AND {MAX_MINOR}", name="amounts"),
        CheckConstraint("pledged_minor >= 0 AND backers >= 0 AND fee_bp BETWEEN 0 AND 10000", name="counters"),
        CheckConstraint(
            "state IN ('draft', 'cancelled') OR (goal_minor >= minimum_minor AND closes_at IS NOT NULL)", name="complete_beyond_the_draft"
        ),
        CheckConstraint("state NOT IN ('open', 'met', 'failed') OR opened_at IS NOT NULL", name="opened_has_its_time"),
        CheckConstraint("(state IN ('met', 'failed', 'cancelled')) = (closed_at IS NOT NULL)", name="closed_has_its_time"),
        CheckConstraint("state <> 'met' OR pledged_minor >= goal_minor", name="met_means_all_of_it"),
        CheckConstraint("state <> 'failed' OR pledged_minor < goal_minor", name="failed_means_less"),
        CheckConstraint("(kind = 'project') = (subject = '')", name="project_has_no_subject"),
        Index("ix_pool_state", "state", "closes_at"),
        Index("ix_pool_organisation", "organisation_id"),
        Index("ix_pool_subject", "subject"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    kind: Mapped[For] = mapped_column(enum_type(For))
    subject: Mapped[str] = mapped_column(String(80), default="")
    title: Mapped[str] = mapped_column(String(120))
    summary: Mapped[str] = mapped_column(String(300), default="")
    story: Mapped[str] = mapped_column(Text, default="")
    language: Mapped[str] = mapped_column(String(8), default="en")
    goal_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    minimum_minor: Mapped[int] = mapped_column(BigInteger, default=1)
    currency: Mapped[str] = mapped_column(String(3))
    fee_bp: Mapped[int]
    state: Mapped[State] = mapped_column(enum_type(State), default=LIFE.initial)
    reason: Mapped[str] = mapped_column(Text, default="")
    pledged_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    backers: Mapped[int] = mapped_column(default=0)
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    warned_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def ref(self) -> str:
        return f"pool:{self.id}"

    @property
    def path(self) -> str:
        return f"/pools/{self.slug}"

    @property
    def held_for(self) -> str:
        """What the collected money is held for: its subject, or for a project the pool itself, on the way to the balance."""
        return self.subject or self.ref

    def money(self, minor: int) -> Money:
        return Money(minor, self.currency)

    @property
    def goal(self) -> Money:
        return self.money(self.goal_minor)

    @property
    def minimum(self) -> Money:
        return self.money(self.minimum_minor)

    @property
    def pledged(self) -> Money:
        return self.money(self.pledged_minor)

    @property
    def paid(self) -> Breakdown:
        """What arrives of the pledges as they stand: gross, fee, net."""
        return breakdown(self.pledged, self.fee_bp)


class Pledge(db.Model):
    """Money of one person or one organisation, set aside for a pool in an account of its own until the pool is closed.

    `back_minor` of a collected one came back later, because the subject did not need all of it; `back_at` says that this is settled.
    """

    __tablename__ = "pledge"
    __table_args__ = (
        CheckConstraint("minor > 0", name="not_empty"),
        CheckConstraint("owner_kind <> 'site'", name="of_somebody"),
        CheckConstraint("(state = 'pledged') = (ended_at IS NULL)", name="ended_has_its_time"),
        CheckConstraint("back_minor BETWEEN 0 AND minor", name="back_at_most_whole"),
        CheckConstraint("back_at IS NULL OR state = 'collected'", name="back_after_collected"),
        CheckConstraint("back_minor = 0 OR back_at IS NOT NULL", name="back_has_its_time"),
        Index("ix_pledge_pool", "pool_id", "state", "id"),
        Index("ix_pledge_owner", "owner_kind", "owner_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    pool_id: Mapped[int] = mapped_column(ForeignKey("pool.id"))
    owner_kind: Mapped[OwnerKind] = mapped_column(enum_type(OwnerKind))
    owner_id: Mapped[int]
    by_person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    minor: Mapped[int] = mapped_column(BigInteger)
    named: Mapped[bool]
    state: Mapped[PledgeState] = mapped_column(enum_type(PledgeState), default=PLEDGE.initial)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    back_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    back_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    pool: Mapped[Pool] = relationship(lazy="joined", innerjoin=True)

    @property
    def ref(self) -> str:
        return f"pledge:{self.id}"

    @property
    def account_subject(self) -> str:
        return f"pool:{self.pool_id}:pledge:{self.id}"

    @property
    def amount(self) -> Money:
        return Money(self.minor, self.pool.currency)

    @property
    def back(self) -> Money:
        return Money(self.back_minor, self.pool.currency)


class PoolStory(db.Model):
    """A story that an opened pool has had, the present one too; `number` counts from 1."""

    __tablename__ = "pool_story"
    __table_args__ = (UniqueConstraint("pool_id", "number"), CheckConstraint("number > 0", name="counted"))

    id: Mapped[int] = mapped_column(primary_key=True)
    pool_id: Mapped[int] = mapped_column(ForeignKey("pool.id"))
    number: Mapped[int]
    story: Mapped[str] = mapped_column(Text)
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class PoolUpdate(db.Model):
    """News of the organiser, for the backers and everybody else."""

    __tablename__ = "pool_update"
    __table_args__ = (Index("ix_pool_update_pool", "pool_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    pool_id: Mapped[int] = mapped_column(ForeignKey("pool.id"))
    author_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    title: Mapped[str] = mapped_column(String(120))
    body: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


_PROMISED = ("goal_minor", "minimum_minor", "currency", "fee_bp", "closes_at", "opened_at", "organisation_id", "kind", "subject")
_GIVEN = ("pool_id", "owner_kind", "owner_id", "minor", "made_at")
PROMISED = "an opened pool keeps what was promised"
GIVEN = "a pledge keeps its backer and its amount"


def _keep(table: str, when: str, columns: tuple[str, ...], says: str) -> None:
    """Have both databases refuse to change `columns` of rows for which `when` holds, or to remove such rows."""
    for dialect, unlike in (("sqlite", "IS NOT"), ("postgresql", "IS DISTINCT FROM")):
        changed = " OR ".join(f"NEW.{name} {unlike} OLD.{name}" for name in columns)
        name = f"{table}_keeps_its_word"
        if dialect == "sqlite":
            raising = f"BEGIN SELECT RAISE(ABORT, '{says}'); END"
            statements = [
                f"CREATE TRIGGER {name} BEFORE UPDATE ON {table} WHEN {when} AND ({changed}) {raising}",
                f"CREATE TRIGGER {table}_is_kept BEFORE DELETE ON {table} WHEN {when} {raising}",
            ]
        else:
            raising = f"RAISE EXCEPTION '{says}' USING ERRCODE = 'integrity_constraint_violation'"
            body = f"IF {when} AND (TG_OP = 'DELETE' OR {changed}) THEN {raising}; END IF;"
            back = "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;"
            statements = [
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} {back} END $$",
                f"CREATE TRIGGER {name} BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
            ]
        for statement in statements:
            event.listen(db.metadata.tables[table], "after_create", DDL(statement).execute_if(dialect=dialect))


_keep("pool", "OLD.opened_at IS NOT NULL", _PROMISED, PROMISED)
_keep("pledge", "OLD.id IS NOT NULL", _GIVEN, GIVEN)


holds_of_person("pool", acted="author_id", keeps=OFFICE)
holds_of_person("pledge", "owner_kind:owner_id", what=N_("Your pledges"), acted="by_person_id", keeps=LAW)
holds_of_person("pool_story", acted="author_id", keeps=OFFICE)
holds_of_person("pool_update", acted="author_id", keeps=OFFICE)
