"""The schema rules, over SQLAlchemy metadata: what a table may not have on a sharded database.

Every account-owned row is found by its branch; ids, times and balances come from Python, so the
schema holds no function, sequence, trigger or foreign key; types are those every store has.
"""

from __future__ import annotations

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import ExcludeConstraint
from sqlalchemy.exc import CompileError

TYPES = {
    "sqlite": (sqlite.dialect(), {"INTEGER", "TEXT"}),
    "postgresql": (postgresql.dialect(), {"SMALLINT", "BIGINT", 'TEXT COLLATE "C"'}),
}
KINDS = (
    sa.PrimaryKeyConstraint,
    sa.UniqueConstraint,
    sa.CheckConstraint,
    sa.ForeignKeyConstraint,  # reported by name below
    ExcludeConstraint,  # as above
)


def flaws(metadata: sa.MetaData, shared: set[str]) -> list[str]:
    """What breaks the rules; `shared` names the few tables that have no branch."""
    return [
        f"{table.name}: {flaw}"
        for table in metadata.sorted_tables
        for flaw in [*_table(table), *(() if table.name in shared else _owned(table))]
    ]


def _table(table: sa.Table) -> Iterator[str]:
    if not table.name.startswith("cl_"):
        yield "its name does not start with cl_"
    if not table.dialect_options["sqlite"]["strict"]:
        yield "it is not STRICT on SQLite"
    if table.autoincrement_column is not None:
        yield f"{table.autoincrement_column.name} is numbered by the database"
    for column in table.columns:
        yield from _column(column)
    for constraint in table.constraints:
        if isinstance(constraint, sa.ForeignKeyConstraint | ExcludeConstraint):
            yield f"it has a {type(constraint).__name__}"
        elif not isinstance(constraint, KINDS) or constraint.deferrable:
            yield f"{constraint.name} is deferrable or of a kind not every store has"
    for index in table.indexes:
        partial = any(options.get("where") is not None for options in _options(index))
        if index.unique and partial:
            yield f"{index.name} is a partial UNIQUE: put the discriminator in the key"


def _options(index: sa.Index) -> list[dict[str, object]]:
    return [dict(index.dialect_options[name]) for name in TYPES]


def _column(column: sa.Column[object]) -> Iterator[str]:
    for name, (dialect, allowed) in TYPES.items():
        try:
            written = column.type.compile(dialect=dialect)
        except CompileError:
            written = type(column.type).__name__
        if written not in allowed:
            yield f"{column.name} is {written} on {name}, not one of {', '.join(sorted(allowed))}"
    if column.server_default is not None or column.server_onupdate is not None:
        yield f"{column.name} is filled in by the database"
    if column.default is not None or column.onupdate is not None:
        yield f"{column.name} has a default: rows come whole from core"
    if column.name == "branch" and (
        column.nullable or not isinstance(column.type, sa.SmallInteger)
    ):
        yield "branch is not SMALLINT NOT NULL"


def _owned(table: sa.Table) -> Iterator[str]:
    for constraint in table.constraints:
        if isinstance(constraint, sa.PrimaryKeyConstraint | sa.UniqueConstraint):
            first = next((column.name for column in constraint.columns), "nothing")
            if first != "branch":
                kind = type(constraint).__name__
                yield f"its {kind} starts with {first}, not with branch"
    for index in table.indexes:
        first = index.expressions[0]
        if not isinstance(first, sa.Column) or first.name != "branch":
            yield f"{index.name} starts with {first}, not with branch"
        if not all(isinstance(each, sa.Column) for each in index.expressions):
            yield f"{index.name} is on an expression"
