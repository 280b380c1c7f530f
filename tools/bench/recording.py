"""What the engine writes, recorded once: the floor writes the same rows in the same commits.

The engine runs on a scratch SQLite file; its hand is overheard. A recording is a list of commits,
each a list of writes. Numbers that several recordings would share (event and posting numbers)
can be shifted, so that many floors can write to one hot platform as the engine's threads do.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from connectlib import Connect
from connectlib.adapters.clock import VirtualClock
from connectlib.adapters.entropy import SeededIds
from connectlib.adapters.sql.dialects.sqlite import SqliteHand
from connectlib.adapters.sql.opening import open_store
from connectlib.adapters.sql.statements import SWAPS
from connectlib.adapters.sql.tables import TABLES
from connectlib.runtime.build import build

_files = itertools.count()
#: Columns of inserted rows that are numbered in sequence, and by which tables.
_NUMBERED = {
    "cl_ledger_transfer": ("txn", "d_seq", "c_seq"),
    "cl_ledger_transaction": ("id",),
    "cl_ledger_batch": ("seq", "first"),
    "cl_event": ("seq",),
}


class Insert(NamedTuple):
    """Rows added to a table."""

    table: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


class Update(NamedTuple):
    """Rows changed by key: (*values, branch, key)."""

    table: str
    key: str
    columns: tuple[str, ...]
    rows: list[tuple[Any, ...]]


class Delete(NamedTuple):
    """Due work removed by key."""

    rows: list[tuple[Any, ...]]


Write = Insert | Update | Delete
Commit = list[Write]


class Overheard(SqliteHand):
    """A hand that also notes down what it writes."""

    commits: list[Commit] = []  # noqa: RUF012 (one recording at a time, for the whole process)

    def __init__(self, connection: Any) -> None:
        super().__init__(connection)
        self.commits.append([])

    def insert(self, kind: type[Any], rows: Sequence[tuple[Any, ...]]) -> None:
        """See Hand."""
        super().insert(kind, rows)
        if rows:
            table = TABLES[kind]
            columns = tuple(column.name for column in table.columns)
            self.commits[-1].append(Insert(table.name, columns, [tuple(row) for row in rows]))

    def swap(self, name: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """See Hand."""
        super().swap(name, rows)
        if rows:
            found = SWAPS[name]
            kept = [tuple(row[:-1]) for row in rows]
            self.commits[-1].append(Update(found.table.name, found.key, found.columns, kept))

    def remove(self, rows: Sequence[Any]) -> None:
        """See Hand."""
        super().remove(rows)
        if rows:
            self.commits[-1].append(Delete([tuple(row[:5]) for row in rows]))


def client(url: str, *, seed: int, **parts: Any) -> Connect:
    """A client whose ids follow from a seed. Its clock stands, so that nothing falls due."""
    return Connect.over(
        build(url, ids=SeededIds(seed), clock=Standing(), cache=parts.pop("cache", None), **parts)
    )


class Standing:
    """A clock that stands still and is not stored, like the real one between two calls."""

    def now(self) -> int:
        """Microseconds since 1970 UTC."""
        return VirtualClock().now()


def prepare(url: str) -> str:
    """The world that engine and floor start from; the connected account's id."""
    connect = client(url, seed=1)
    account = connect.testing.account()
    # Every ledger account is there: threads that made it at once would only fail.
    connect.charges.create(
        amount=1_000,
        currency="usd",
        source="tok_visa",
        transfer_data={"destination": account.id},
        application_fee_amount=100,
    )
    connect.charges.create(amount=99_000_000, currency="usd", source="tok_visa")
    connect.close()
    return str(account.id)


def record(folder: Path, seed: int, work: Callable[[Connect, str], None]) -> list[Commit]:
    """The commits of some work on a fresh store."""
    url = f"sqlite:///{folder}/record-{next(_files)}.db"
    account = prepare(url)
    store = open_store(url)
    overheard: Any = store.dialect
    overheard.begin = _begin
    connect = Connect.over(
        build(None, store=store, ids=SeededIds(seed), clock=Standing(), cache=False)
    )
    Overheard.commits = []
    work(connect, account)
    connect.close()
    return [commit for commit in Overheard.commits if commit]


def _begin(connection: Any) -> Overheard:
    connection.execute("BEGIN IMMEDIATE")
    return Overheard(connection)


def shifted(commits: list[Commit], by: int) -> list[Commit]:
    """The same commits with their sequence numbers moved out of the way of others."""
    return [[_shifted(write, by) for write in commit] for commit in commits]


def _shifted(write: Write, by: int) -> Write:
    if not isinstance(write, Insert) or write.table not in _NUMBERED:
        return write
    places = {write.columns.index(name) for name in _NUMBERED[write.table]}
    rows = [
        tuple(v + by if place in places else v for place, v in enumerate(row)) for row in write.rows
    ]
    return write._replace(rows=rows)


def counts(commits: list[Commit]) -> dict[str, int]:
    """{table: rows inserted} of a recording."""
    found: dict[str, int] = {}
    for commit in commits:
        for write in commit:
            if isinstance(write, Insert):
                found[write.table] = found.get(write.table, 0) + len(write.rows)
    return found
