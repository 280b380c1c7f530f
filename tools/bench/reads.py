"""Cases that read, and the work of the engine alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, NamedTuple

from cachetools import TTLCache

from connectlib import Connect
from connectlib.adapters.memory.store import MemoryTx
from tools.bench.floors import floor_of
from tools.bench.measure import Round, timed
from tools.bench.places import Place
from tools.bench.recording import charge_of, client, prepare

#: How many charges one call stores while a database is filled.
_FILL = 1_000


def _repeated(work: Callable[[], Any], n: int) -> Callable[[], None]:
    def repeat() -> None:
        for _ in range(n):
            work()

    return repeat


def retrieve_cached(place: Place, rounds: int, *, n: int) -> Iterator[Round]:
    """A charge by id, in the cache, against a TTLCache alone."""
    url = place.fresh()
    _, large = prepare(url)
    connect = client(url)
    cache: TTLCache[str, object] = TTLCache(1_000, 60)
    cache[large] = object()
    for _ in range(rounds):
        yield Round(
            timed(_repeated(lambda: connect.charges.retrieve(large), n)),
            timed(_repeated(lambda: cache[large], n)),
            n,
        )
    connect.close()


def retrieve_missed(place: Place, rounds: int, *, n: int) -> Iterator[Round]:
    """A charge by id, without a cache, against the driver's own select by key."""
    url = place.fresh()
    _, large = prepare(url)
    connect, floor = client(url, cache=False), floor_of(url)
    text = f"SELECT * FROM cl_charge WHERE branch = {floor.mark} AND id = {floor.mark}"
    run = floor.connection.execute
    for _ in range(rounds):
        yield Round(
            timed(_repeated(lambda: connect.charges.retrieve(large), n)),
            timed(_repeated(lambda: run(text, (0, large)).fetchone(), n)),
            n,
        )
    floor.close()
    connect.close()


class Filled(NamedTuple):
    """A database with many charges: the id of one in the middle, and of the account charged."""

    url: str
    middle: str
    account: str


def fill(place: Place, stored: int) -> Filled:
    """A database with so many charges."""
    url = place.fresh()
    account, middle = prepare(url)
    connect = client(url, seed=3)
    for number in range(max(1, stored // _FILL)):
        items = [charge_of(account, f"fill-{number}-{i}") for i in range(min(_FILL, stored))]
        made = connect.charges.create_many(items)
        if number * _FILL <= stored // 2:
            middle = str(getattr(made[-1], "id", middle))
    connect.close()
    if url.startswith("postgresql"):
        floor = floor_of(url)
        floor.connection.execute("VACUUM ANALYZE")
        floor.close()
    return Filled(url, middle, account)


def newest(filled: Callable[[], Filled], rounds: int, *, n: int) -> Iterator[Round]:
    """The ten newest of many charges, against a raw keyset query of one row more."""
    url = filled().url
    connect, floor = client(url), floor_of(url)
    platform = connect.accounts.retrieve().id
    mark = floor.mark
    text = (
        f"SELECT * FROM cl_charge WHERE branch = {mark} AND world = {mark} AND account = {mark}"
        " ORDER BY id DESC LIMIT 11"
    )
    run = floor.connection.execute
    for _ in range(rounds):
        yield Round(
            timed(_repeated(lambda: connect.charges.list(limit=10), n)),
            timed(_repeated(lambda: run(text, (0, 1, platform)).fetchall(), n)),
            n,
        )
    floor.close()
    connect.close()


def deep(filled: Callable[[], Filled], rounds: int, *, n: int) -> Iterator[Round]:
    """Ten from the middle of many charges, against the engine's own ten newest."""
    url, middle, _ = filled()
    connect = client(url)
    page = connect.charges.list
    for _ in range(rounds):
        yield Round(
            timed(_repeated(lambda: page(limit=10, starting_after=middle), n)),
            timed(_repeated(lambda: page(limit=10), n)),
            n,
        )
    connect.close()


def late(place: Place, filled: Callable[[], Filled], rounds: int, *, n: int) -> Iterator[Round]:
    """One charge at a time with many stored, against the engine's own on an empty store."""
    url, _, account = filled()
    empty_url = place.fresh()
    other, _ = prepare(empty_url)
    full, empty = client(url), client(empty_url)
    for number in range(rounds):

        def work(connect: Connect, to: str, number: int = number) -> None:
            for i in range(n):
                connect.charges.create(**charge_of(to, f"late-{number}-{i}"))

        yield Round(timed(partial(work, full, account)), timed(partial(work, empty, other)), n)
    full.close()
    empty.close()


def verifying(place: Place, rounds: int, *, n: int) -> Iterator[Round]:
    """Verify, against merely reading the same rows in the same order."""
    url = place.fresh()
    account, _ = prepare(url)
    connect = client(url)
    connect.charges.create_many([charge_of(account, f"verify-{i}") for i in range(n)])
    store: Any = connect._engine.store  # noqa: SLF001 (the audit is the store's)

    def verify() -> None:
        assert connect.ledger.verify().ok

    def read() -> None:
        with store.audit(0) as books:
            for name in (
                "accounts", "transactions", "transfers", "batches", "lanes", "balance_transactions"
            ):  # fmt: skip
                for _ in getattr(books, name)():
                    pass

    for _ in range(rounds):
        yield Round(timed(verify), timed(read), n)
    connect.close()


def _stopped(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def domain(rounds: int, *, n: int) -> Iterator[Round]:
    """create_many in memory, without what the memory store does with the rows it is given.

    The seal of the hash chain counts: SQL stores make it too.
    """
    spent = {"apply": 0.0, "seal": 0.0}
    store: Any = MemoryTx
    kept = store.apply, store._seal  # noqa: SLF001 (a stopwatch is put inside)

    def apply(self: MemoryTx) -> None:
        spent["apply"] += _stopped(partial(kept[0], self))

    def seal(self: MemoryTx, book: Any) -> None:
        spent["seal"] += _stopped(partial(kept[1], self, book))

    store.apply, store._seal = apply, seal  # noqa: SLF001
    try:
        for number in range(rounds):
            with Connect() as connect:
                account = str(connect.testing.account().id)
                items = [charge_of(account, f"{number}-{i}") for i in range(n)]
                spent.update(apply=0.0, seal=0.0)
                took = timed(partial(connect.charges.create_many, items))
                yield Round(took - spent["apply"] + spent["seal"], 0.0, n)
    finally:
        store.apply, store._seal = kept  # noqa: SLF001
