"""The floors: raw drivers that do recorded writes, in the order in which they were recorded.

Statements and parameters are made ready before the clock runs: what is timed is the driver and
the database. A floor reads nothing, checks nothing and guards nothing; what it writes verifies.
"""

from __future__ import annotations

import sqlite3
import threading
from typing import Any, NamedTuple, Protocol

import psycopg

from connectlib.adapters.sql.tables import TABLES
from tools.bench.recording import Commit, Delete, Insert, Write

_DUE = "branch = {0} AND world = {0} AND due_at = {0} AND kind = {0} AND ref = {0}"
#: From how many rows on COPY is used.
_COPY_FROM = 64
_PRAGMAS = (
    "journal_mode = wal",
    "synchronous = full",
    "busy_timeout = 60000",
    "wal_autocheckpoint = 10000",
    "cache_size = -32000",
)


class Ready(NamedTuple):
    """A commit as its driver takes it: [(text, rows)] to run, [(text, rows)] to copy."""

    runs: list[tuple[str, Any]]
    copies: list[tuple[str, list[tuple[Any, ...]]]]


class Floor(Protocol):
    """A raw connection that repeats recorded commits."""

    connection: Any
    mark: str

    def ready(self, commit: Commit) -> Ready:
        """A commit made ready; not timed."""
        ...

    def write(self, ready: Ready) -> None:
        """Do it, durably."""
        ...

    def counts(self) -> dict[str, int]:
        """How many rows each table has."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...


def floor_of(url: str) -> Floor:
    """A raw connection to a database."""
    if url.startswith("sqlite"):
        return SqliteFloor(url.removeprefix("sqlite:///"))
    return PostgresFloor(url)


class SqliteFloor:
    """sqlite3 with executemany: WAL, synchronous=FULL, BEGIN IMMEDIATE."""

    mark = "?"
    #: SQLite has one writer: threads take turns here, which beats its waiting by sleeping.
    _turn = threading.Lock()

    def __init__(self, path: str) -> None:
        self.connection = sqlite3.connect(
            path, check_same_thread=False, isolation_level=None, cached_statements=256
        )
        for pragma in _PRAGMAS:
            self.connection.execute(f"PRAGMA {pragma}")

    def ready(self, commit: Commit) -> Ready:
        """See Floor."""
        return Ready([(text_of(write, "?"), write.rows) for write in commit], [])

    def write(self, ready: Ready) -> None:
        """See Floor."""
        run = self.connection
        with self._turn:
            run.execute("BEGIN IMMEDIATE")
            for text, rows in ready.runs:
                run.executemany(text, rows)
            run.execute("COMMIT")

    def counts(self) -> dict[str, int]:
        """See Floor."""
        return _counts(self.connection)

    def close(self) -> None:
        """See Floor."""
        self.connection.close()


class PostgresFloor:
    """psycopg: one pipeline of prepared statements a commit; COPY for many rows of one table."""

    mark = "%s"

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(url, autocommit=True, prepare_threshold=1)

    def ready(self, commit: Commit) -> Ready:
        """See Floor."""
        made = Ready([], [])
        for write in commit:
            if isinstance(write, Insert) and len(write.rows) >= _COPY_FROM:
                columns = _quoted(write.columns)
                made.copies.append((f"COPY {write.table} ({columns}) FROM STDIN", write.rows))
            elif isinstance(write, Insert):
                values = [value for row in write.rows for value in row]
                made.runs.append((text_of(write, "%s", rows=len(write.rows)), values))
            else:
                text = text_of(write, "%s")
                made.runs.extend((text, row) for row in write.rows)
        return made

    def write(self, ready: Ready) -> None:
        """See Floor."""
        run = self.connection
        if ready.copies:
            run.execute("BEGIN")
            for text, rows in ready.copies:
                with run.cursor() as cursor, cursor.copy(text) as copy:
                    for row in rows:
                        copy.write_row(row)
        with run.pipeline():
            if not ready.copies:
                run.execute("BEGIN", prepare=True)
            for text, row in ready.runs:
                run.execute(text, row, prepare=True)
            run.execute("COMMIT", prepare=True)

    def counts(self) -> dict[str, int]:
        """See Floor."""
        return _counts(self.connection)

    def close(self) -> None:
        """See Floor."""
        self.connection.close()


def _counts(connection: Any) -> dict[str, int]:
    found = {}
    for table in TABLES.values():
        ((n,),) = connection.execute(f"SELECT count(*) FROM {table.name}").fetchall()
        found[str(table.name)] = int(n)
    return found


def _quoted(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def text_of(write: Write, mark: str, *, rows: int = 1) -> str:
    """The statement of a write: of one row, or of an INSERT of several."""
    if isinstance(write, Insert):
        one = "(" + ", ".join([mark] * len(write.columns)) + ")"
        conflict = " ON CONFLICT DO NOTHING" if write.table == "cl_due" else ""
        values = ", ".join([one] * rows)
        return f"INSERT INTO {write.table} ({_quoted(write.columns)}) VALUES {values}{conflict}"
    if isinstance(write, Delete):
        return f"DELETE FROM cl_due WHERE {_DUE.format(mark)}"
    sets = ", ".join(f'"{name}" = {mark}' for name in write.columns)
    return f'UPDATE {write.table} SET {sets} WHERE branch = {mark} AND "{write.key}" = {mark}'
