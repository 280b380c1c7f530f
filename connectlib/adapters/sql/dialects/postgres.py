"""PostgreSQL through psycopg 3: pipelines, UNNEST for small batches, COPY for large ones."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import psycopg
import sqlalchemy as sa
from psycopg import errors
from sqlalchemy.dialects.postgresql import psycopg as dialect

from connectlib.adapters.sql.bulk import IF_ABSENT, due_params
from connectlib.adapters.sql.dialects import Compiled, compile_for
from connectlib.adapters.sql.statements import REGISTRY, SWAPS
from connectlib.adapters.sql.tables import NAMES, TABLES, metadata
from connectlib.adapters.sql.tables.base import plain
from connectlib.core.ledger import BrokenLedgerError
from connectlib.ports.store import CommitUnknown, Contention, Race, StoreFault, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from connectlib.core.rows import Due

_make: Any = dialect.dialect
_DIALECT = _make()
#: From how many rows of one kind on COPY is faster than UNNEST.
COPY_FROM = 64

_CONTENTION = (
    errors.SerializationFailure,
    errors.DeadlockDetected,
    errors.LockNotAvailable,
)
#: Errors by which the server itself says that it is going away: the outcome is open.
_GOING = (
    errors.AdminShutdown,
    errors.CrashShutdown,
    errors.IdleInTransactionSessionTimeout,
)


@cache
def _compiled(name: str) -> Compiled:
    return compile_for(_DIALECT, REGISTRY[name])


@cache
def _types(table: str) -> tuple[tuple[str, bool], ...]:
    """(name of the column type, whether it is text) for each column."""
    columns = [_type_of(column) for column in metadata.tables[table].columns]
    return tuple((name, name == "TEXT") for name in columns)


@cache
def _unnest(name: str) -> str:
    table = metadata.tables[name]
    arrays = ", ".join(f"%s::{type_}[]" for type_, _ in _types(name))
    conflict = ""
    if NAMES[name] in IF_ABSENT:
        conflict = f" ON CONFLICT ({', '.join(c.name for c in table.primary_key)}) DO NOTHING"
    return f"INSERT INTO {table.name} ({_names(name)}) SELECT * FROM unnest({arrays}){conflict}"


@cache
def _copy(table: str) -> str:
    return f"COPY {table} ({_names(table)}) FROM STDIN"


@cache
def _names(table: str) -> str:
    quote = _DIALECT.identifier_preparer.quote
    return ", ".join(quote(column.name) for column in metadata.tables[table].columns)


def _type_of(column: Any) -> str:
    name: str = plain(column.type).compile(dialect=_DIALECT)
    return name


def _is_text(column: Any) -> bool:
    return isinstance(column.type, sa.Text)


@cache
def _swap(name: str) -> str:
    """One UPDATE for any number of rows of one branch: arrays of values, of keys, of guards."""
    found = SWAPS[name]
    of, quote = found.table.c, _DIALECT.identifier_preparer.quote
    named = [*found.columns, found.key, found.guard]
    given = ", ".join(f"%s::{_type_of(of[column])}[]" for column in named)
    news = [f"n{i}" for i in range(len(found.columns))]
    sets = ", ".join(
        f"{quote(column)} = u.{new}"
        if column != found.guard
        # A guard that fails sets null where none may be: the transaction fails before COMMIT.
        else f"{quote(column)} = CASE WHEN t.{quote(column)} = u.was THEN u.{new} END"
        for column, new in zip(found.columns, news, strict=True)
    )
    return (
        f"UPDATE {found.table.name} AS t SET {sets} "
        f"FROM unnest({given}) AS u({', '.join(news)}, name, was) "
        f"WHERE t.branch = %s::SMALLINT AND t.{quote(found.key)} = u.name"
    )


def _array(values: Sequence[Any], *, text: bool) -> str:
    """A PostgreSQL array literal, built by hand: the driver's own lists cost far more."""
    if not text:
        return "{" + ",".join(["NULL" if v is None else str(v) for v in values]) + "}"
    if None not in values:
        joined = '","'.join(values)
        if "\\" not in joined and joined.count('"') == 2 * (len(values) - 1):
            return f'{{"{joined}"}}'
    quoted = [
        "NULL" if v is None else '"' + v.replace("\\", "\\\\").replace('"', '\\"') + '"'
        for v in values
    ]
    return "{" + ",".join(quoted) + "}"


class PsycopgHand:
    """The fast path: compiled SQL on the psycopg connection, in pipelines."""

    def __init__(self, connection: psycopg.Connection[Any], *, prepare: bool) -> None:
        self._connection = connection
        self._prepare = prepare
        self._queue: list[tuple[str, Any, int | None]] = []
        self._copies: list[tuple[type[Any], Sequence[tuple[Any, ...]]]] = []
        #: The start of the transaction: sent with the first read.
        self._opening = ["BEGIN", "SET LOCAL synchronous_commit = on"]

    def read(self, asks: Sequence[tuple[str, Mapping[str, Any]]]) -> list[list[Any]]:
        """See Hand."""
        connection, prepare = self._connection, self._prepare
        cursors = []
        with connection.pipeline():
            for text in self._opening:
                connection.execute(text, prepare=prepare)
            self._opening = []
            for name, params in asks:
                compiled = _compiled(name)
                bound = {**compiled.given, **params}
                cursors.append(connection.execute(compiled.text, bound, prepare=prepare))
        return [cursor.fetchall() for cursor in cursors]

    def insert(self, kind: type[Any], rows: Sequence[tuple[Any, ...]]) -> None:
        """See Hand."""
        if not rows:
            return
        if len(rows) >= COPY_FROM and kind not in IF_ABSENT:
            self._copies.append((kind, rows))
            return
        columns = zip(*rows, strict=True)
        arrays = [
            _array(values, text=text)
            for values, (_, text) in zip(columns, _types(TABLES[kind].name), strict=True)
        ]
        self._queue.append((_unnest(TABLES[kind].name), arrays, None))

    def swap(self, name: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """See Hand."""
        if not rows:
            return
        found = SWAPS[name]
        columns = list(zip(*rows, strict=True))
        (branch, *_) = columns.pop(-3)
        named = [*found.columns, found.key, found.guard]
        arrays: list[Any] = [
            _array(values, text=_is_text(found.table.c[column]))
            for values, column in zip(columns, named, strict=True)
        ]
        self._queue.append((_swap(name), [*arrays, branch], len(rows)))

    def remove(self, rows: Sequence[Due]) -> None:
        """See Hand."""
        text = _compiled("undue").text
        self._queue += [(text, due_params(row), None) for row in rows]

    def change(self, name: str, params: Mapping[str, Any]) -> None:
        """See Hand."""
        compiled = _compiled(name)
        self._queue.append((compiled.text, {**compiled.given, **params}, None))

    def commit(self) -> None:
        """See Hand: the writes and the COMMIT are one round trip."""
        try:
            self._send()
        except psycopg.Error as error:
            if error.sqlstate is not None and not isinstance(error, _GOING):
                raise
            raise CommitUnknown(str(error).strip()) from error

    def _send(self) -> None:
        connection, prepare = self._connection, self._prepare
        if self._copies:
            self.read(())
            for kind, rows in self._copies:
                text = _copy(TABLES[kind].name)
                with connection.cursor() as cursor, cursor.copy(text) as copy:
                    for row in rows:
                        copy.write_row(row)
            self._copies = []
        cursors = []
        with connection.pipeline():
            for text in self._opening:
                connection.execute(text, prepare=prepare)
            for text, params, count in self._queue:
                cursors.append((connection.execute(text, params, prepare=prepare), count, text))
            connection.execute("COMMIT", prepare=prepare)
        self._opening, self._queue = [], []
        for done, count, text in cursors:
            if count is not None and done.rowcount != count:
                raise BrokenLedgerError(f"found {done.rowcount} rows of {count}: {text[:80]}")


class Postgres:
    """See Dialect. conninfo: what libpq takes. prepare: off behind a transaction pooler."""

    name = "postgresql"
    lanes = 16
    writers = 8
    readers = 16
    single = False
    errors: tuple[type[Exception], ...] = (psycopg.Error,)

    def __init__(self, conninfo: str, *, prepare: bool = True) -> None:
        self.conninfo = conninfo
        self.prepare = prepare

    def connect(self) -> psycopg.Connection[Any]:
        """See Dialect."""
        return psycopg.connect(
            self.conninfo, autocommit=True, prepare_threshold=5 if self.prepare else None
        )

    def is_sound(self, connection: psycopg.Connection[Any]) -> bool:
        """See Dialect."""
        return (
            not connection.closed
            and connection.info.transaction_status == psycopg.pq.TransactionStatus.IDLE
        )

    def begin(self, connection: psycopg.Connection[Any]) -> PsycopgHand:
        """See Dialect."""
        return PsycopgHand(connection, prepare=self.prepare)

    def rollback(self, connection: psycopg.Connection[Any]) -> None:
        """See Dialect."""
        if connection.closed:
            return
        try:
            if connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                connection.execute("ROLLBACK")
        except psycopg.Error:
            return  # the connection is closed when it is given back

    def fetch(
        self, connection: psycopg.Connection[Any], compiled: Compiled, params: Mapping[str, Any]
    ) -> list[Any]:
        """See Dialect."""
        bound = {**compiled.given, **params}
        return connection.execute(compiled.text, bound, prepare=self.prepare).fetchall()

    def change(
        self, connection: psycopg.Connection[Any], compiled: Compiled, params: Mapping[str, Any]
    ) -> int:
        """See Dialect."""
        return connection.execute(compiled.text, {**compiled.given, **params}).rowcount

    def compile(self, statement: sa.ClauseElement) -> Compiled:
        """See Dialect."""
        return compile_for(_DIALECT, statement)

    def snapshot(self, connection: psycopg.Connection[Any]) -> None:
        """See Dialect."""
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def stream(
        self, connection: psycopg.Connection[Any], compiled: Compiled, params: Mapping[str, Any]
    ) -> Iterator[Any]:
        """See Dialect."""
        name = f"s{abs(hash(compiled.text))}"
        with connection.cursor(name) as cursor:
            cursor.itersize = 10_000
            yield from cursor.execute(compiled.text, {**compiled.given, **params})

    def fault(self, error: Exception) -> StoreFault:
        """See Dialect."""
        text = str(error).strip()
        if isinstance(error, _CONTENTION):
            return Contention(text)
        if isinstance(error, errors.UniqueViolation):
            return Race(text)
        if isinstance(error, psycopg.Error):
            return Unavailable(text)
        return StoreFault(text)
