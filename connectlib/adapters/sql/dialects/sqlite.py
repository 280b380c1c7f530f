"""SQLite: one writer, WAL, synchronous=FULL, BEGIN IMMEDIATE, the sqlite3 driver in bulk."""

from __future__ import annotations

import sqlite3
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy.dialects import sqlite as dialect

from connectlib.adapters.sql.bulk import IF_ABSENT, absent, due_params, insertion
from connectlib.adapters.sql.dialects import Compiled, compile_for
from connectlib.adapters.sql.statements import REGISTRY
from connectlib.adapters.sql.tables import NAMES, TABLES
from connectlib.core.drafts import encode
from connectlib.core.ledger import BrokenLedgerError
from connectlib.core.rows import Due
from connectlib.ports.store import Behind, CommitUnknown, Contention, Race, StoreFault, Unavailable

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import sqlalchemy as sa

_DIALECT = dialect.dialect()
#: How long a writer of another process is waited for, in milliseconds.
BUSY_MS = 5_000

#: Set and verified on every connection. FULL: a commit survives a power cut.
PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 0,
    "busy_timeout": BUSY_MS,
    # Pages: a checkpoint syncs the whole file, so it comes after 40 MB and not after 4.
    "wal_autocheckpoint": 10_000,
    # KiB, negative by SQLite's convention: pages that a batch touches stay in memory.
    "cache_size": -32_000,
}
#: Tables that may only be added to.
INSERT_ONLY = frozenset({"cl_ledger_transaction", "cl_ledger_transfer", "cl_ledger_batch"})


def prepare(connection: sqlite3.Connection) -> None:
    """Bring a fresh connection into the state we rely on."""
    connection.isolation_level = None
    # First: changing the journal of a new file waits for whoever changes it at the same time.
    connection.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
    for name, value in PRAGMAS.items():
        connection.execute(f"PRAGMA {name} = {value}")
    connection.set_authorizer(_insert_only)


def flaw_of(connection: sqlite3.Connection) -> str | None:
    """What is wrong with the pragmas of a connection; None where nothing is."""
    for name in ("journal_mode", "synchronous"):
        (found,) = connection.execute(f"PRAGMA {name}").fetchone()
        if found not in (PRAGMAS[name], "memory"):
            return f"PRAGMA {name} is {found!r}, not {PRAGMAS[name]!r}"
    return None


def _insert_only(action: int, table: str | None, *_: str | None) -> int:
    if action in (sqlite3.SQLITE_UPDATE, sqlite3.SQLITE_DELETE) and table in INSERT_ONLY:
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK


@cache
def _compiled(name: str) -> Compiled:
    return compile_for(_DIALECT, REGISTRY[name])


@cache
def _alone(text: str) -> str:
    """The text of a statement whose one list has one element: half the time of a JSON list."""
    return text.replace("IN (SELECT value FROM json_each(?))", "= ?")


@cache
def _insertion(table: str) -> str:
    kind = NAMES[table]
    statement = absent(kind, "sqlite") if kind in IF_ABSENT else insertion(kind)
    return str(statement.compile(dialect=_DIALECT))


@cache
def _due_values() -> itemgetter[tuple[Any, ...]]:
    """Takes what names a piece of due work, in the order of its DELETE."""
    fields = due_params(Due._make(Due._fields))
    return itemgetter(*[Due._fields.index(fields[name]) for name in _compiled("undue").order])


def bind(compiled: Compiled, params: Mapping[str, Any]) -> tuple[str, list[Any]]:
    """A statement's text and its parameters in order; a list becomes JSON text, or is alone."""
    text, order, given = compiled
    if given:
        params = {**given, **params}
    ids = params.get("ids")
    if ids is not None and len(ids) == 1:
        (alone,) = ids
        return _alone(text), [alone if key == "ids" else params[key] for key in order]
    return text, [encode(one) if type(one := params[key]) is list else one for key in order]


class SqliteHand:
    """The fast path: compiled SQL on the sqlite3 connection, executemany for rows."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def read(self, asks: Sequence[tuple[str, Mapping[str, Any]]]) -> list[list[Any]]:
        """See Hand."""
        run = self._connection.execute
        found = []
        for name, params in asks:
            found.append(run(*bind(_compiled(name), params)).fetchall())
        return found

    def insert(self, kind: type[Any], rows: Sequence[tuple[Any, ...]]) -> None:
        """See Hand."""
        if rows:
            self._connection.executemany(_insertion(TABLES[kind].name), rows)

    def swap(self, name: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """See Hand."""
        if rows:
            done = self._connection.executemany(_compiled(name).text, rows)
            if done.rowcount != len(rows):
                raise BrokenLedgerError(f"{name} found {done.rowcount} rows of {len(rows)}")

    def remove(self, rows: Sequence[Due]) -> None:
        """See Hand."""
        if rows:
            self._connection.executemany(_compiled("undue").text, map(_due_values(), rows))

    def change(self, name: str, params: Mapping[str, Any]) -> None:
        """See Hand."""
        self._connection.execute(*bind(_compiled(name), params))

    def commit(self) -> None:
        """See Hand."""
        try:
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise CommitUnknown(str(error)) from error


class Sqlite:
    """See Dialect. path: a file, or :memory: for a database of this object alone."""

    name = "sqlite"
    lanes = 1
    writers = 1
    readers = 16
    errors: tuple[type[Exception], ...] = (sqlite3.Error,)
    place = "SELECT file FROM pragma_database_list WHERE name = 'main'"

    def __init__(self, path: str) -> None:
        self.path = path
        self.where = f"sqlite:///{path}"
        self.single = path == ":memory:"
        self._only: sqlite3.Connection | None = None

    def keep(self, only: sqlite3.Connection) -> None:
        """Use this one connection for everything: a database in memory is its connection."""
        self._only = only

    def connect(self) -> sqlite3.Connection:
        """See Dialect."""
        if self._only is not None:
            return self._only
        connection = sqlite3.connect(self.path, check_same_thread=False, cached_statements=256)
        try:
            prepare(connection)
            flaw = flaw_of(connection)
        except BaseException:
            connection.close()
            raise
        if flaw is not None:
            connection.close()
            raise Unavailable(f"{self.path}: {flaw}")
        return connection

    def same_place(self, one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
        """See Dialect: the same file, whatever it is called."""
        try:
            return one == other or Path(one[0]).samefile(other[0])
        except (OSError, IndexError):
            return False

    def is_sound(self, connection: sqlite3.Connection) -> bool:
        """See Dialect."""
        return not connection.in_transaction

    def begin(self, connection: sqlite3.Connection) -> SqliteHand:
        """See Dialect."""
        connection.execute("BEGIN IMMEDIATE")
        return SqliteHand(connection)

    def rollback(self, connection: sqlite3.Connection) -> None:
        """See Dialect."""
        if connection.in_transaction:
            try:
                connection.execute("ROLLBACK")
            except sqlite3.Error:
                return  # the connection is closed when it is given back

    def fetch(
        self, connection: sqlite3.Connection, compiled: Compiled, params: Mapping[str, Any]
    ) -> list[Any]:
        """See Dialect."""
        return connection.execute(*bind(compiled, params)).fetchall()

    def fetch_by_key(
        self, connection: sqlite3.Connection, compiled: Compiled, branch: int, id_: str
    ) -> list[Any]:
        """See Dialect."""
        return connection.execute(compiled.text, (branch, id_)).fetchall()

    def change(
        self, connection: sqlite3.Connection, compiled: Compiled, params: Mapping[str, Any]
    ) -> int:
        """See Dialect."""
        return connection.execute(*bind(compiled, params)).rowcount

    def compile(self, statement: sa.ClauseElement) -> Compiled:
        """See Dialect."""
        return compile_for(_DIALECT, statement)

    def scrub(self, connection: sqlite3.Connection) -> None:
        """See Dialect: the file is written anew, and its log emptied unless somebody reads it."""
        connection.execute("VACUUM")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def snapshot(self, connection: sqlite3.Connection) -> None:
        """See Dialect."""
        connection.execute("BEGIN")
        connection.execute("SELECT 1 FROM cl_world").fetchone()  # a snapshot begins with a read

    def stream(
        self, connection: sqlite3.Connection, compiled: Compiled, params: Mapping[str, Any]
    ) -> Iterator[Any]:
        """See Dialect."""
        return connection.execute(*bind(compiled, params))

    def fault(self, error: Exception) -> StoreFault:
        """See Dialect."""
        text = str(error)
        if isinstance(error, sqlite3.OperationalError) and ("locked" in text or "busy" in text):
            return Contention(text)
        if isinstance(error, sqlite3.IntegrityError) and "cl_world" in text:
            return Behind(text)
        if isinstance(error, sqlite3.IntegrityError) and "UNIQUE" in text:
            return Race(text)
        if isinstance(error, sqlite3.Error):
            return Unavailable(text)
        return StoreFault(text)
