"""The floors: raw drivers that do recorded writes, as fast as each driver can."""

from __future__ import annotations

import sqlite3
from typing import Any

import psycopg

from tools.bench.recording import Commit, Delete, Insert, Write

_DUE = "branch = {0} AND world = {0} AND due_at = {0} AND kind = {0} AND ref = {0}"
#: From how many rows on COPY is used.
_COPY_FROM = 64


class SqliteFloor:
    """sqlite3 with executemany: WAL, synchronous=FULL, BEGIN IMMEDIATE."""

    def __init__(self, path: str) -> None:
        self.connection = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        for pragma in (
            "journal_mode = wal",
            "synchronous = full",
            "busy_timeout = 60000",
            "wal_autocheckpoint = 10000",
            "cache_size = -32000",
        ):
            self.connection.execute(f"PRAGMA {pragma}")

    def commit(self, commit: Commit) -> None:
        """Do the writes of one commit."""
        run = self.connection
        run.execute("BEGIN IMMEDIATE")
        for write in commit:
            text, rows = statement(write, "?")
            run.executemany(text, rows)
        run.execute("COMMIT")

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()


class PostgresFloor:
    """psycopg in one pipeline for each commit; COPY for many rows of one table."""

    def __init__(self, url: str) -> None:
        self.connection = psycopg.connect(url, autocommit=True, prepare_threshold=1)

    def commit(self, commit: Commit) -> None:
        """Do the writes of one commit."""
        run = self.connection
        many = [w for w in commit if isinstance(w, Insert) and len(w.rows) >= _COPY_FROM]
        if many:
            run.execute("BEGIN")
            for each in many:
                columns = ", ".join(f'"{name}"' for name in each.columns)
                with (
                    run.cursor() as cursor,
                    cursor.copy(f"COPY {each.table} ({columns}) FROM STDIN") as copy,
                ):
                    for row in each.rows:
                        copy.write_row(row)
        with run.pipeline():
            if not many:
                run.execute("BEGIN")
            for write in commit:
                if write not in many:
                    self._write(write)
            run.execute("COMMIT")

    def _write(self, write: Write) -> None:
        run = self.connection
        if isinstance(write, Insert):
            columns = ", ".join(f'"{name}"' for name in write.columns)
            one = "(" + ", ".join(["%s"] * len(write.columns)) + ")"
            values = ", ".join([one] * len(write.rows))
            conflict = " ON CONFLICT DO NOTHING" if write.table == "cl_due" else ""
            run.execute(
                f"INSERT INTO {write.table} ({columns}) VALUES {values}{conflict}",
                [value for row in write.rows for value in row],
                prepare=True,
            )
            return
        text, rows = statement(write, "%s")
        for row in rows:
            run.execute(text, row, prepare=True)

    def close(self) -> None:
        """Close the connection."""
        self.connection.close()


def statement(write: Write, mark: str) -> tuple[str, list[tuple[Any, ...]]]:
    """The text of a write and the parameters of each row."""
    if isinstance(write, Insert):
        columns = ", ".join(f'"{name}"' for name in write.columns)
        values = ", ".join([mark] * len(write.columns))
        conflict = " ON CONFLICT DO NOTHING" if write.table == "cl_due" else ""
        return f"INSERT INTO {write.table} ({columns}) VALUES ({values}){conflict}", write.rows
    if isinstance(write, Delete):
        return f"DELETE FROM cl_due WHERE {_DUE.format(mark)}", write.rows
    sets = ", ".join(f'"{name}" = {mark}' for name in write.columns)
    where = f'branch = {mark} AND "{write.key}" = {mark}'
    return f"UPDATE {write.table} SET {sets} WHERE {where}", write.rows
