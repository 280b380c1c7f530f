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
from connectlib.adapters.sql.dialects.pipeline import (
    Session,
    array,
    as_text,
    numbered,
    params_of,
)
from connectlib.adapters.sql.statements import REGISTRY, SWAPS
from connectlib.adapters.sql.tables import NAMES, TABLES, metadata
from connectlib.adapters.sql.tables.base import plain
from connectlib.core.ledger import BrokenLedgerError
from connectlib.ports.store import Behind, CommitUnknown, Contention, Race, StoreFault, Unavailable

#: A statement as libpq takes it, and its parameters.
Command = tuple[bytes, "Sequence[bytes | None]"]

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from connectlib.core.rows import Due

_make: Any = dialect.dialect
_DIALECT = _make()
#: From how many rows of one kind on COPY is faster than UNNEST.
COPY_FROM = 64
#: Up to how many rows plain VALUES and an UPDATE for each are faster than UNNEST.
FEW = 8

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


class PsycopgHand:
    """The fast path: compiled SQL in libpq pipelines; COPY for many rows."""

    def __init__(self, session: Session) -> None:
        self._session = session
        #: The start of the transaction: sent with whatever is first.
        self._opening: list[Command] = [(b"BEGIN", ()), (b"SET LOCAL synchronous_commit = on", ())]
        self._queue: list[tuple[Command, int | None]] = []
        self._copies: list[tuple[type[Any], Sequence[tuple[Any, ...]]]] = []

    def read(self, asks: Sequence[tuple[str, Mapping[str, Any]]]) -> list[list[Any]]:
        """See Hand."""
        commands = [_asking(name, params) for name, params in asks]
        skipped = len(self._opening)
        results = self._session.run([*self._opening, *commands])
        self._opening = []
        return [self._session.rows_of(result) for result in results[skipped:]]

    def insert(self, kind: type[Any], rows: Sequence[tuple[Any, ...]]) -> None:
        """See Hand."""
        if not rows:
            return
        if len(rows) >= COPY_FROM and kind not in IF_ABSENT:
            self._copies.append((kind, rows))
            return
        table = TABLES[kind].name
        if len(rows) <= FEW:
            params = [as_text(value) for row in rows for value in row]
            self._queue.append(((_values(table, len(rows)), params), None))
            return
        arrays = [
            array(values, text=text).encode()
            for values, (_, text) in zip(zip(*rows, strict=True), _types(table), strict=True)
        ]
        self._queue.append(((numbered(_unnest(table)).text, arrays), None))

    def swap(self, name: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """See Hand."""
        if not rows:
            return
        if len(rows) <= FEW:
            self._queue += [((_swap_one(name), _swap_params(name, row)), 1) for row in rows]
            return
        columns = list(zip(*rows, strict=True))
        (branch, *_) = columns.pop(-3)
        params = [
            array(values, text=text).encode()
            for values, text in zip(columns, _texts(name), strict=True)
        ]
        command = (numbered(_swap(name)).text, [*params, as_text(branch)])
        self._queue.append((command, len(rows)))

    def remove(self, rows: Sequence[Due]) -> None:
        """See Hand."""
        self._queue += [(_asking("undue", due_params(row)), None) for row in rows]

    def change(self, name: str, params: Mapping[str, Any]) -> None:
        """See Hand."""
        self._queue.append((_asking(name, params), None))

    def commit(self) -> None:
        """See Hand: the writes and the COMMIT are one round trip."""
        try:
            self._send()
        except psycopg.Error as error:
            if error.sqlstate is not None and not isinstance(error, _GOING):
                raise
            raise CommitUnknown(str(error).strip()) from error

    def _send(self) -> None:
        if self._copies:
            self.read(())
            for kind, rows in self._copies:
                text = _copy(TABLES[kind].name)
                with self._session.connection.cursor() as cursor, cursor.copy(text) as copy:
                    for row in rows:
                        copy.write_row(row)
            self._copies = []
        opening, queue = self._opening, self._queue
        self._opening, self._queue = [], []
        commands = [command for command, _ in queue]
        results = self._session.run([*opening, *commands, (b"COMMIT", ())])
        for (command, wanted), done in zip(queue, results[len(opening) : -1], strict=True):
            if wanted is not None and done.command_tuples != wanted:
                shown = command[0][:80].decode()
                raise BrokenLedgerError(f"found {done.command_tuples} rows of {wanted}: {shown}")


@cache
def _values(table: str, n: int) -> bytes:
    """INSERT of n rows, a parameter for each value."""
    one = "(" + ", ".join(f"%s::{name}" for name, _ in _types(table)) + ")"
    conflict = ""
    if NAMES[table] in IF_ABSENT:
        key = ", ".join(c.name for c in metadata.tables[table].primary_key)
        conflict = f" ON CONFLICT ({key}) DO NOTHING"
    rows = ", ".join([one] * n)
    return numbered(f"INSERT INTO {table} ({_names(table)}) VALUES {rows}{conflict}").text


@cache
def _swap_one(name: str) -> bytes:
    """One UPDATE for one row: see `_swap` for what its guard does."""
    found = SWAPS[name]
    of, quote = found.table.c, _DIALECT.identifier_preparer.quote
    sets = ", ".join(
        f"{quote(column)} = %s::{_type_of(of[column])}"
        if column != found.guard
        else f"{quote(column)} = CASE WHEN {quote(column)} = %s::BIGINT"
        f" THEN %s::{_type_of(of[column])} END"
        for column in found.columns
    )
    return numbered(
        f"UPDATE {found.table.name} SET {sets} WHERE branch = %s::SMALLINT"
        f" AND {quote(found.key)} = %s::{_type_of(of[found.key])}"
    ).text


def _swap_params(name: str, row: Sequence[Any]) -> list[bytes | None]:
    """The values of a row in the order of `_swap_one`: the old guard before the new."""
    found = SWAPS[name]
    *values, branch, key, old = row
    params: list[bytes | None] = []
    for column, value in zip(found.columns, values, strict=True):
        if column == found.guard:
            params.append(as_text(old))
        params.append(as_text(value))
    return [*params, as_text(branch), as_text(key)]


def _asking(name: str, params: Mapping[str, Any]) -> Command:
    compiled = _compiled(name)
    text, order = numbered(compiled.text)
    return text, params_of(order, {**compiled.given, **params})


@cache
def _texts(name: str) -> tuple[bool, ...]:
    """Which columns of a swap's parameters are text: its values, its key, its guard."""
    found = SWAPS[name]
    return tuple(
        _is_text(found.table.c[column]) for column in (*found.columns, found.key, found.guard)
    )


class Postgres:
    """See Dialect. conninfo: what libpq takes. prepare: off behind a transaction pooler."""

    name = "postgresql"
    lanes = 16
    writers = 8
    readers = 16
    single = False
    errors: tuple[type[Exception], ...] = (psycopg.Error,)
    # A server is known by the moment it started, which a copy of its data has not.
    place = (
        "SELECT current_database()::text, extract(epoch from pg_postmaster_start_time())::text,"
        " 'cl_world'::regclass::oid::bigint"
    )

    def __init__(self, conninfo: str, *, prepare: bool = True) -> None:
        self.conninfo = conninfo
        self.where = sa.make_url(conninfo).render_as_string(hide_password=True)
        self.prepare = prepare

    def connect(self) -> Session:
        """See Dialect."""
        connection = psycopg.connect(
            self.conninfo, autocommit=True, prepare_threshold=5 if self.prepare else None
        )
        return Session(connection, prepare=self.prepare)

    def same_place(self, one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
        """See Dialect."""
        return one == other

    def is_sound(self, session: Session) -> bool:
        """See Dialect."""
        return session.is_idle

    def begin(self, session: Session) -> PsycopgHand:
        """See Dialect."""
        return PsycopgHand(session)

    def rollback(self, session: Session) -> None:
        """See Dialect."""
        connection = session.connection
        if connection.closed:
            return
        try:
            if connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                # Not through the driver's execute: after a ROLLBACK it forgets, and makes the
                # server forget, every prepared statement.
                session.run([(b"ROLLBACK", ())])
        except psycopg.Error:
            return  # the connection is closed when it is given back

    def fetch(self, session: Session, compiled: Compiled, params: Mapping[str, Any]) -> list[Any]:
        """See Dialect."""
        # The driver makes rows of many columns in C: for pages that outweighs its cursors.
        bound = {**compiled.given, **params}
        return session.connection.execute(compiled.text, bound, prepare=self.prepare).fetchall()

    def fetch_by_key(
        self, session: Session, compiled: Compiled, branch: int, id_: str
    ) -> list[Any]:
        """See Dialect."""
        return self.fetch(session, compiled, {"b": branch, "id": id_})

    def change(self, session: Session, compiled: Compiled, params: Mapping[str, Any]) -> int:
        """See Dialect."""
        return session.connection.execute(compiled.text, {**compiled.given, **params}).rowcount

    def compile(self, statement: sa.ClauseElement) -> Compiled:
        """See Dialect."""
        return compile_for(_DIALECT, statement)

    def scrub(self, session: Session) -> None:
        """See Dialect: where the user may not, the server warns and leaves it to autovacuum."""
        session.connection.execute("VACUUM cl_data_key, cl_customer")

    def snapshot(self, session: Session) -> None:
        """See Dialect."""
        session.connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")

    def stream(
        self, session: Session, compiled: Compiled, params: Mapping[str, Any]
    ) -> Iterator[Any]:
        """See Dialect."""
        name = f"s{abs(hash(compiled.text))}"
        with session.connection.cursor(name) as cursor:
            cursor.itersize = 10_000
            yield from cursor.execute(compiled.text, {**compiled.given, **params})

    def fault(self, error: Exception) -> StoreFault:
        """See Dialect."""
        text = str(error).strip()
        if isinstance(error, _CONTENTION):
            return Contention(text)
        if isinstance(error, errors.NotNullViolation) and error.diag.table_name == "cl_world":
            return Behind(text)
        if isinstance(error, errors.UniqueViolation):
            return Race(text)
        if isinstance(error, psycopg.Error):
            return Unavailable(text)
        return StoreFault(text)
