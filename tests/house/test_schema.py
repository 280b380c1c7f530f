"""The tables keep the schema rules, and the rules see what breaks them."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from tests.house.schema_rules import flaws
from tests.house.source import ROOT

#: Tables without a branch: small, rarely written, the same at every branch. Name -> what it holds.
SHARED = {
    "cl_world": "one row for each (platform, livemode): the small integers of the worlds",
}

SMALL = sa.SmallInteger().with_variant(sa.Integer(), "sqlite")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def test_every_table_keeps_the_schema_rules() -> None:
    from connectlib.adapters.sql.tables import metadata

    assert metadata.tables
    assert flaws(metadata, set(SHARED)) == []


def test_the_shared_tables_are_those_listed() -> None:
    from connectlib.adapters.sql import tables

    assert set(tables.SHARED) == set(SHARED)
    assert set(SHARED) <= set(tables.metadata.tables)


#: Revisions are text: what a table cannot say, a migration could.
FORBIDDEN = re.compile(
    r"(CREATE\s+(OR\s+REPLACE\s+)?(TRIGGER|SEQUENCE|TYPE|FUNCTION|PROCEDURE|DOMAIN)"
    r"|ForeignKey|\bREFERENCES\b|\bSERIAL\b|\bIDENTITY\b|server_default|\bnow\(|random\(|Enum\()",
    re.IGNORECASE,
)


def test_migrations_bring_no_trigger_sequence_type_or_function() -> None:
    found = {
        path.name: FORBIDDEN.findall(path.read_text("utf-8"))
        for path in (ROOT / "alembic/versions").glob("*.py")
    }
    assert {name: words for name, words in found.items() if words} == {}


def table(*parts: object, name: str = "cl_thing", **options: object) -> sa.MetaData:
    """A table that keeps every rule, and `parts` that may not."""
    metadata = sa.MetaData()
    key = [] if any(isinstance(part, sa.PrimaryKeyConstraint) for part in parts) else [
        sa.PrimaryKeyConstraint("branch", "id")
    ]  # fmt: skip
    own = {part.name for part in parts if isinstance(part, sa.Column)}
    columns = [
        sa.Column("branch", SMALL, nullable=False),
        sa.Column("id", TEXT, nullable=False),
        sa.Column("amount", BIG, nullable=False),
    ]
    kept = [column for column in columns if column.name not in own]
    sa.Table(name, metadata, *kept, *parts, *key, **{"sqlite_strict": True, **options})
    return metadata


KEEPS = [
    table(),
    table(sa.UniqueConstraint("branch", "amount"), sa.CheckConstraint("amount > 0")),
    table(sa.Index("ix", "branch", "amount")),
    table(sa.Index("ix", "branch", "amount", postgresql_where=sa.text("amount > 0"))),
]
BREAKS = {
    "name": table(name="thing"),
    "not strict": table(sqlite_strict=False),
    "key": table(sa.PrimaryKeyConstraint("id", "branch")),
    "unique": table(sa.UniqueConstraint("amount", "branch")),
    "index": table(sa.Index("ix", "amount")),
    "index on an expression": table(sa.Index("ix", "branch", sa.text("lower(id)"))),
    "partial unique": table(
        sa.Index("ix", "branch", "amount", unique=True, postgresql_where=sa.text("amount > 0"))
    ),
    "branch of another type": table(sa.Column("branch", BIG, nullable=False)),
    "branch may be null": table(
        sa.Column("branch", SMALL, nullable=True), sa.PrimaryKeyConstraint("amount", "id")
    ),
    "numbered": table(sa.Column("n", BIG, sa.Identity())),
    "sequence": table(sa.Column("n", BIG, sa.Sequence("numbers"))),
    "computed": table(sa.Column("n", BIG, sa.Computed("amount + 1"))),
    "now": table(sa.Column("at", BIG, server_default=sa.func.now())),
    "constant": table(sa.Column("n", BIG, server_default="0")),
    "default in Python": table(sa.Column("n", BIG, default=0)),
    "big on SQLite": table(sa.Column("n", sa.BigInteger())),
    "integer": table(sa.Column("n", sa.Integer())),
    "text in the order of the server": table(sa.Column("n", sa.Text())),
    "varchar": table(sa.Column("n", sa.String(10))),
    "enum": table(sa.Column("n", sa.Enum("a", "b", name="letters"))),
    "boolean": table(sa.Column("n", sa.Boolean())),
    "datetime": table(sa.Column("n", sa.DateTime())),
    "json": table(sa.Column("n", sa.JSON())),
    "numeric": table(sa.Column("n", sa.Numeric(10, 2))),
    "float": table(sa.Column("n", sa.Float())),
    "deferrable": table(sa.UniqueConstraint("branch", "amount", deferrable=True)),
    "foreign key": table(
        sa.ForeignKeyConstraint(["branch", "id"], ["cl_thing.branch", "cl_thing.id"])
    ),
}


@pytest.mark.parametrize("metadata", KEEPS)
def test_a_good_table_has_no_flaw(metadata: sa.MetaData) -> None:
    assert flaws(metadata, set()) == []


@pytest.mark.parametrize("metadata", list(BREAKS.values()), ids=list(BREAKS))
def test_a_bad_table_is_seen(metadata: sa.MetaData) -> None:
    assert len(flaws(metadata, set())) > 0


def test_a_shared_table_needs_no_branch_and_no_sequence() -> None:
    metadata = sa.MetaData()
    column = sa.Column("world", SMALL, primary_key=True, autoincrement=False)
    sa.Table("cl_shared", metadata, column, sqlite_strict=True)
    assert flaws(metadata, {"cl_shared"}) == []
    assert flaws(metadata, set()) != []
