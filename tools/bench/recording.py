"""What the engine writes, recorded once: the floor writes the same rows in the same commits.

The engine runs on a scratch SQLite file, and its hand is overheard. A recording is a list of
commits, each a list of writes. A floor repeats them on a database that began in the same state:
same seed, same ids.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, NoReturn

from connectlib import Connect
from connectlib.adapters.clock import VirtualClock
from connectlib.adapters.entropy import SeededIds
from connectlib.adapters.sql.dialects.sqlite import SqliteHand
from connectlib.adapters.sql.opening import open_store
from connectlib.adapters.sql.statements import SWAPS
from connectlib.adapters.sql.tables import TABLES
from connectlib.runtime.build import build

_files = itertools.count()
#: Seeds of ids: of the state at the start, of the recording, of the engine that is measured.
_START, _RECORDED, MEASURED = 1, 7, 8
_LANES = "cl_ledger_lane"
_BATCHES = "cl_ledger_batch"


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

    def __init__(self, connection: Any, commits: list[Commit]) -> None:
        super().__init__(connection)
        self._noted: Commit = []
        commits.append(self._noted)

    def insert(self, kind: type[Any], rows: Sequence[tuple[Any, ...]]) -> None:
        """See Hand."""
        super().insert(kind, rows)
        if rows:
            table = TABLES[kind]
            columns = tuple(column.name for column in table.columns)
            self._noted.append(Insert(table.name, columns, [tuple(row) for row in rows]))

    def swap(self, name: str, rows: Sequence[tuple[Any, ...]]) -> None:
        """See Hand."""
        super().swap(name, rows)
        if rows:
            found = SWAPS[name]
            unguarded = [tuple(row[:-1]) for row in rows]
            self._noted.append(Update(found.table.name, found.key, found.columns, unguarded))

    def remove(self, rows: Sequence[Any]) -> None:
        """See Hand."""
        super().remove(rows)
        if rows:
            self._noted.append(Delete([tuple(row[:5]) for row in rows]))

    def change(self, name: str, params: Mapping[str, Any]) -> NoReturn:
        """Refused: a floor that leaves a write out would flatter nobody but itself."""
        raise NotImplementedError(name)


class Standing:
    """A clock that stands still like the real one between two calls: nothing falls due."""

    def now(self) -> int:
        """Microseconds since 1970 UTC."""
        return VirtualClock().now()


def client(url: str, *, seed: int = MEASURED, cache: bool = True) -> Connect:
    """A client whose ids follow from a seed."""
    made = build(url, ids=SeededIds(seed), clock=Standing(), cache=None if cache else False)
    return Connect.over(made)


def charge_of(account: str, key: str) -> dict[str, Any]:
    """A destination charge with a fee and a key."""
    return {
        "amount": 10_000,
        "currency": "usd",
        "source": "tok_visa",
        "transfer_data": {"destination": account},
        "application_fee_amount": 1_000,
        "idempotency_key": key,
    }


def prepare(url: str) -> tuple[str, str]:
    """The state that all start from; ids of a connected account and of a large charge.

    One charge has been made, so that every ledger account is there.
    """
    connect = client(url, seed=_START)
    account = connect.testing.account()
    connect.charges.create(**charge_of(account.id, "first"))
    large = connect.charges.create(amount=99_000_000, currency="usd", source="tok_visa")
    connect.close()
    return str(account.id), str(large.id)


def record(folder: Path, work: Callable[[Connect, str, str], None]) -> list[Commit]:
    """The commits of some work on a fresh store."""
    url = f"sqlite:///{folder}/record-{next(_files)}.db"
    account, large = prepare(url)
    store: Any = open_store(url)
    commits: list[Commit] = []

    def begin(connection: Any) -> Overheard:
        connection.execute("PRAGMA synchronous = off")  # a scratch file: nobody measures it
        connection.execute("BEGIN IMMEDIATE")
        return Overheard(connection, commits)

    store.dialect.begin = begin
    made = build(None, store=store, ids=SeededIds(_RECORDED), clock=Standing(), cache=False)
    with Connect.over(made) as connect:
        commits.clear()  # opening writes too
        work(connect, account, large)
    return [commit for commit in commits if commit]


def on_lane(commits: list[Commit], lane: int) -> list[Commit]:
    """The same commits on another hash chain, as writers on PostgreSQL take different ones."""
    return [[_moved(write, lane) for write in commit] for commit in commits]


def _moved(write: Write, lane: int) -> Write:
    if isinstance(write, Update) and write.table == _LANES:
        return write._replace(rows=[(*row[:-1], lane) for row in write.rows])
    if isinstance(write, Insert) and write.table == _BATCHES:
        at = write.columns.index("lane")
        return write._replace(rows=[(*row[:at], lane, *row[at + 1 :]) for row in write.rows])
    return write


def difference(engine: Mapping[str, int], floor: Mapping[str, int], *, grouped: bool) -> str | None:
    """What is dishonest about a floor: tables where it has written less or more, or None.

    grouped: the engine has put many callers' work into one commit, so it has fewer batches.
    """
    unlike = [
        f"{name}: {engine[name]} and {floor[name]}"
        for name in engine
        if engine[name] != floor[name] and not (grouped and name == _BATCHES)
    ]
    return "; ".join(unlike) or None
