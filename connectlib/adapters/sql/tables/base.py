"""How a row class becomes a table, by the schema rules: see `docs/decisions`.

`branch` comes first in every key and index of an account-owned table; types are SMALLINT,
BIGINT and TEXT, strict on SQLite; no defaults, sequences, triggers or foreign keys.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_type_hints

import sqlalchemy as sa

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SMALL = sa.SmallInteger().with_variant(sa.Integer(), "sqlite")
BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TEXT = sa.Text()
#: Text columns compare byte by byte everywhere: ids sort by time, and every store alike.
BYTEWISE = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")

metadata = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

#: Columns that are SMALLINT wherever they occur; every other int is a BIGINT.
_SMALL = frozenset(
    {
        "authenticated",
        "automatic",
        "branch",
        "charges_enabled",
        "deleted",
        "details_submitted",
        "is_default",
        "kind",
        "lane",
        "leg",
        "linked",
        "livemode",
        "off_session",
        "payouts_enabled",
        "payouts_paused",
        "purpose",
        "ready",
        "refund_application_fee",
        "reverse_transfer",
        "spent",
        "state",
        "watched",
        "world",
    }
)

#: {row class: its table}
TABLES: dict[type[Any], sa.Table] = {}
#: {name of the table: row class}
NAMES: dict[str, type[Any]] = {}
#: Small, rarely written tables without a branch.
SHARED = frozenset({"cl_world"})


def table_of(
    row: type[Any],
    name: str,
    *,
    key: Sequence[str] = ("branch", "id"),
    unique: Iterable[Sequence[str]] = (),
    indexes: Iterable[Sequence[str]] = (),
    checks: dict[str, str] | None = None,
    present: Sequence[str] = (),
    fillfactor: int | None = None,
) -> sa.Table:
    """The table of a row class. present: indexes on (branch, column) of rows that have one."""
    columns = [
        sa.Column(
            field,
            (SMALL if field in _SMALL else BIG) if hint in (int, int | None) else BYTEWISE,
            nullable=hint in (int | None, str | None),
            autoincrement=False,
        )
        for field, hint in get_type_hints(row).items()
    ]
    by_name = {column.name: column for column in columns}
    found = sa.Table(
        name,
        metadata,
        *columns,
        sa.PrimaryKeyConstraint(*key),
        *(sa.UniqueConstraint(*names, name=named("uq", name, names)) for names in unique),
        *(sa.CheckConstraint(text, name=word) for word, text in (checks or {}).items()),
        *(
            sa.Index(named("ix", name, names), *(by_name[one] for one in names))
            for names in indexes
        ),
        *(
            sa.Index(
                named("ix", name, ["branch", one]),
                by_name["branch"],
                by_name[one],
                **_where_present(by_name[one]),
            )
            for one in present
        ),
        sqlite_strict=True,
        postgresql_with={"fillfactor": str(fillfactor)} if fillfactor else {},
    )
    TABLES[row], NAMES[name] = found, row
    return found


def plain(type_: sa.types.TypeEngine[Any]) -> sa.types.TypeEngine[Any]:
    """The type of a parameter for a column of a type: a collation is the column's alone."""
    return TEXT if isinstance(type_, sa.Text) else type_


def named(kind: str, table: str, columns: Sequence[str]) -> str:
    """The name of an index or constraint. The branch, first in all, is left out: 63 letters."""
    return "_".join([kind, table, *(one for one in columns if one != "branch")])


def _where_present(column: sa.Column[Any]) -> dict[str, Any]:
    there = column.is_not(None)
    return {"sqlite_where": there, "postgresql_where": there}
