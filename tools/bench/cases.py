"""The cases: each gives, round by round, seconds of the engine and seconds of its floor."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from cachetools import TTLCache

from connectlib import Connect
from connectlib.adapters.memory.store import MemoryTx
from tools.bench.floors import PostgresFloor, SqliteFloor
from tools.bench.recording import Commit, client, prepare, record, shifted


class Round(NamedTuple):
    """One round: seconds the engine took, seconds its floor took, how many operations."""

    engine: float
    floor: float
    n: int


class Place(NamedTuple):
    """Where a case runs: fresh databases of one kind, and a folder for recordings."""

    name: str
    fresh: Callable[[], str]
    folder: Path

    def floor(self, url: str) -> Any:
        """A raw connection to a database."""
        if url.startswith("sqlite"):
            return SqliteFloor(url.removeprefix("sqlite:///"))
        return PostgresFloor(url)


def timed(work: Callable[[], Any]) -> float:
    """Seconds that some work takes."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


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


def charging(n: int, name: str) -> Callable[[Connect, str], None]:
    """N destination charges, one at a time."""

    def work(connect: Connect, account: str) -> None:
        for i in range(n):
            connect.charges.create(**charge_of(account, f"{name}-{i}"))

    return work


def one_at_a_time(place: Place, rounds: int, n: int) -> Iterator[Round]:
    """One destination charge at a time, one thread: two commits each."""
    yield from _sequential(place, rounds, n, charging, commits_each=2)


def transferring(n: int, name: str) -> Callable[[Connect, str], None]:
    """N transfers, one at a time, out of one large charge."""

    def work(connect: Connect, account: str) -> None:
        source = connect.charges.list(limit=1).data[0].id
        for i in range(n):
            connect.transfers.create(
                amount=10,
                currency="usd",
                destination=account,
                source_transaction=source,
                idempotency_key=f"{name}-{i}",
            )

    return work


def transfers(place: Place, rounds: int, n: int) -> Iterator[Round]:
    """One transfer at a time, one thread: one commit each."""
    yield from _sequential(place, rounds, n, transferring, commits_each=1)


def _sequential(
    place: Place, rounds: int, n: int, make: Any, *, commits_each: int
) -> Iterator[Round]:
    commits = record(place.folder, 7, make(rounds * n, "f"))
    engine_url, floor_url = place.fresh(), place.fresh()
    account = prepare(engine_url)
    prepare(floor_url)
    connect, floor = client(engine_url, seed=8), place.floor(floor_url)
    size = n * commits_each
    for number in range(rounds):
        work = make(n, f"e{number}")
        engine = timed(partial(work, connect, account))
        part = commits[number * size : (number + 1) * size]
        yield Round(engine, timed(partial(_write_all, floor, part)), n)
    floor.close()
    connect.close()


def threads(place: Place, rounds: int, n: int, count: int) -> Iterator[Round]:
    """Many threads on one hot platform; the floor has a connection for each."""
    each = max(1, n // count)
    streams = [
        shifted(record(place.folder, 100 + i, charging(each * rounds, f"f{i}")), (i + 1) * 10**9)
        for i in range(count)
    ]
    engine_url, floor_url = place.fresh(), place.fresh()
    account = prepare(engine_url)
    prepare(floor_url)
    connect = client(engine_url, seed=8)
    floors = [place.floor(floor_url) for _ in range(count)]
    for number in range(rounds):

        def call(i: int, number: int = number) -> None:
            charging(each, f"e{number}-{i}")(connect, account)

        def write(i: int, number: int = number) -> None:
            size = each * 2
            for commit in streams[i][number * size : (number + 1) * size]:
                _until_done(floors[i], commit)

        yield Round(
            timed(partial(_together, call, count)),
            timed(partial(_together, write, count)),
            each * count,
        )
    for floor in floors:
        floor.close()
    connect.close()


def _write_all(floor: Any, commits: list[Commit]) -> None:
    for commit in commits:
        floor.commit(commit)


def _until_done(floor: Any, commit: Commit) -> None:
    """A floor of many connections meets deadlocks, as any writer would: it tries again."""
    import psycopg

    while True:
        try:
            floor.commit(commit)
        except (psycopg.errors.DeadlockDetected, psycopg.errors.InFailedSqlTransaction):
            floor.connection.rollback()
        else:
            return


def _together(work: Callable[[int], None], count: int) -> None:
    """Run work in threads; what one raises is raised here, so that nobody does less unseen."""
    with ThreadPoolExecutor(count) as pool:
        for done in [pool.submit(work, i) for i in range(count)]:
            done.result()


def bulk(place: Place, rounds: int, n: int) -> Iterator[Round]:
    """create_many of n destination charges."""

    def many(name: str) -> Callable[[Connect, str], None]:
        def work(connect: Connect, account: str) -> None:
            connect.charges.create_many([charge_of(account, f"{name}-{i}") for i in range(n)])

        return work

    def all_rounds(connect: Connect, account: str) -> None:
        for number in range(rounds):
            many(f"f{number}")(connect, account)

    commits = record(place.folder, 9, all_rounds)
    size = len(commits) // rounds
    engine_url, floor_url = place.fresh(), place.fresh()
    account = prepare(engine_url)
    prepare(floor_url)
    connect, floor = client(engine_url, seed=8), place.floor(floor_url)
    for number in range(rounds):
        work = many(f"e{number}")
        engine = timed(partial(work, connect, account))
        part = commits[number * size : (number + 1) * size]
        yield Round(engine, timed(partial(_write_all, floor, part)), n)
    floor.close()
    connect.close()


def retrieve_cached(place: Place, rounds: int, n: int) -> Iterator[Round]:
    """A charge by id, in the cache, against a TTLCache alone."""
    url = place.fresh()
    prepare(url)
    connect = client(url, seed=8)
    id_ = connect.charges.list(limit=1).data[0].id
    cache: TTLCache[str, object] = TTLCache(1000, 60)
    cache[id_] = object()
    connect.charges.retrieve(id_)
    for _ in range(rounds):
        yield Round(
            timed(lambda: [connect.charges.retrieve(id_) for _ in range(n)]),
            timed(lambda: [cache[id_] for _ in range(n)]),
            n,
        )
    connect.close()


def retrieve_missed(place: Place, rounds: int, n: int) -> Iterator[Round]:
    """A charge by id, without a cache, against the driver's own select by key."""
    url = place.fresh()
    prepare(url)
    connect, floor = client(url, seed=8, cache=False), place.floor(url)
    id_ = connect.charges.list(limit=1).data[0].id
    mark = "?" if url.startswith("sqlite") else "%s"
    text = f"SELECT * FROM cl_charge WHERE branch = {mark} AND id = {mark}"
    run = floor.connection.execute
    for _ in range(rounds):
        yield Round(
            timed(lambda: [connect.charges.retrieve(id_) for _ in range(n)]),
            timed(lambda: [run(text, (0, id_)).fetchone() for _ in range(n)]),
            n,
        )
    floor.close()
    connect.close()


def pages(place: Place, rounds: int, n: int, stored: int) -> Iterator[Round]:
    """A page of ten in many charges, deep inside, against a raw keyset query."""
    url = place.fresh()
    account = prepare(url)
    connect, floor = client(url, seed=8), place.floor(url)
    for number in range(stored // 1000):
        items = [charge_of(account, f"p{number}-{i}") for i in range(1000)]
        connect.charges.create_many(items)
    platform = connect.accounts.retrieve().id
    middle = connect.charges.list(limit=100).data[-1].id
    mark = "?" if url.startswith("sqlite") else "%s"
    text = (
        f"SELECT * FROM cl_charge WHERE branch = {mark} AND world = {mark} AND account = {mark}"
        f" AND id < {mark} ORDER BY id DESC LIMIT 11"
    )
    run = floor.connection.execute
    for _ in range(rounds):
        yield Round(
            timed(
                lambda: [connect.charges.list(limit=10, starting_after=middle) for _ in range(n)]
            ),
            timed(lambda: [run(text, (0, 1, platform, middle)).fetchall() for _ in range(n)]),
            n,
        )
    floor.close()
    connect.close()


def domain(rounds: int, n: int) -> Iterator[Round]:
    """create_many without any store's writing: the work on one charge, in seconds x 1.

    The floor column is 100 microseconds, the bar.
    """
    spent = 0.0
    store: Any = MemoryTx
    apply = store.apply

    def counted(self: MemoryTx) -> None:
        nonlocal spent
        spent += timed(lambda: apply(self))

    store.apply = counted
    try:
        for number in range(rounds):
            with Connect() as connect:
                account = connect.testing.account().id
                items = [charge_of(account, f"{number}-{i}") for i in range(n)]
                spent = 0.0
                took = timed(partial(connect.charges.create_many, items))
                yield Round(took - spent, n * 100e-6, n)
    finally:
        store.apply = apply


def verifying(place: Place, rounds: int, n: int) -> Iterator[Round]:
    """Verify against merely reading the rows."""
    url = place.fresh()
    account = prepare(url)
    connect = client(url, seed=8)
    connect.charges.create_many([charge_of(account, f"v{i}") for i in range(n)])
    store: Any = connect._engine.store  # noqa: SLF001 (the audit is the store's)

    def read() -> None:
        with store.audit(0) as books:
            for stream in (
                books.accounts(),
                books.transactions(),
                books.transfers(),
                books.batches(),
                books.balance_transactions(),
            ):
                for _ in stream:
                    pass

    for _ in range(rounds):
        yield Round(timed(connect.ledger.verify), timed(read), n)
    connect.close()
