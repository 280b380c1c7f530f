"""How statements reach a database: the Hand, and the portable one over SQLAlchemy Core.

A hand works inside one open transaction. Reads answer at once; writes are queued, and sent
with the COMMIT where the driver can. The hands of `dialects` run the compiled
SQL on the driver's own connection; `CoreHand` runs the same statements through SQLAlchemy, on
any dialect and on a connection that belongs to the application. Both give equal rows.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol

import sqlalchemy as sa

from connectlib.adapters.sql.statements import REGISTRY, SWAPS
from connectlib.adapters.sql.tables import TABLES
from connectlib.core.ledger import BrokenLedgerError
from connectlib.core.rows import Due, Lane

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: Kinds whose rows may be there already, written by somebody else for the same reason.
IF_ABSENT = frozenset({Due, Lane})


class Hand(Protocol):
    """What a transaction needs of a database. A swap whose guard fails fails the transaction."""

    def read(self, asks: Sequence[tuple[str, Mapping[str, Any]]]) -> list[list[Any]]:
        """The rows of each named statement, all sent together where the driver can."""
        ...

    def insert(self, kind: type[Any], rows: Sequence[tuple[Any, ...]]) -> None:
        """Queue the insertion of rows of a kind."""
        ...

    def swap(self, name: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """Queue a compare-and-set of rows (see `Swap`): each must find its row."""
        ...

    def remove(self, rows: Sequence[Due]) -> None:
        """Queue the removal of due work; what is gone already is gone."""
        ...

    def change(self, name: str, params: Mapping[str, Any]) -> None:
        """Queue a named change that may find nothing."""
        ...

    def commit(self) -> None:
        """Send what is queued and make it permanent.

        Raises CommitUnknown where the outcome is not known.
        """
        ...


def due_params(row: Due) -> dict[str, Any]:
    """The parameters that name one piece of due work."""
    return {
        "b": row.branch,
        "w": row.world,
        "due_at": row.due_at,
        "kind": row.kind,
        "ref": row.ref,
    }


def insertion(kind: type[Any]) -> sa.Insert:
    """The portable INSERT of a kind."""
    return sa.insert(TABLES[kind])


def listed(params: Mapping[str, Any], dialect: str) -> dict[str, Any]:
    """Parameters with lists written as the dialect takes them: JSON text on SQLite."""
    if dialect != "sqlite":
        return dict(params)
    return {k: json.dumps(v) if isinstance(v, list) else v for k, v in params.items()}


class CoreHand:
    """The portable path: SQLAlchemy Core on an open connection."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._dialect = connection.dialect.name

    def read(self, asks: Sequence[tuple[str, Mapping[str, Any]]]) -> list[list[Any]]:
        """See Hand."""
        found = []
        for name, params in asks:
            statement = REGISTRY[name]
            result = self._connection.execute(statement, listed(params, self._dialect))
            found.append([tuple(row) for row in result])
        return found

    def insert(self, kind: type[Any], rows: Sequence[tuple[Any, ...]]) -> None:
        """See Hand."""
        if not rows:
            return
        fields = kind._fields
        statement: Any = insertion(kind)
        if kind in IF_ABSENT:
            statement = absent(kind, self._dialect)
        self._connection.execute(statement, [dict(zip(fields, row, strict=True)) for row in rows])

    def swap(self, name: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """See Hand."""
        names = [*(f"n_{column}" for column in SWAPS[name].columns), "b", "key", "old"]
        for row in rows:
            params = dict(zip(names, row, strict=True))
            result = self._connection.execute(REGISTRY[name], params)
            if result.rowcount != 1:
                raise BrokenLedgerError(f"{name} did not find {params['key']}")

    def remove(self, rows: Sequence[Due]) -> None:
        """See Hand."""
        for row in rows:
            self._connection.execute(REGISTRY["undue"], due_params(row))

    def change(self, name: str, params: Mapping[str, Any]) -> None:
        """See Hand."""
        self._connection.execute(REGISTRY[name], dict(params))

    def commit(self) -> None:
        """The application commits."""


def absent(kind: type[Any], dialect: str) -> Any:
    """INSERT ... ON CONFLICT (primary key) DO NOTHING."""
    table = TABLES[kind]
    key = [column.name for column in table.primary_key]
    if dialect == "sqlite":
        from sqlalchemy.dialects.sqlite import insert as sqlite_insert

        return sqlite_insert(table).on_conflict_do_nothing(index_elements=key)
    from sqlalchemy.dialects.postgresql import insert as postgres_insert

    return postgres_insert(table).on_conflict_do_nothing(index_elements=key)
