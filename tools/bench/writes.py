"""Cases that write: the engine on one database, its recorded writes on another, in turns."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import IO

from connectlib import Connect
from tools.bench.floors import Floor, Ready, floor_of
from tools.bench.measure import Round, timed, together
from tools.bench.places import Place
from tools.bench.recording import (
    Commit,
    charge_of,
    client,
    difference,
    on_lane,
    prepare,
    record,
)

#: Some work through the public API, given the ids of an account and of a large charge.
Work = Callable[[Connect, str, str], None]
#: How many hash chains a branch has on PostgreSQL: its writers take different ones.
_LANES = 16


class DishonestFloor(Exception):
    """A floor did not write what the engine wrote; the numbers would mean nothing."""


class Pair:
    """An engine and its floors over two databases that began in the same state."""

    def __init__(self, place: Place, *, floors: int = 1) -> None:
        self._engine_url, self._floor_url = place.fresh(), place.fresh()
        self.account, self.large = prepare(self._engine_url)
        prepare(self._floor_url)
        self.connect = client(self._engine_url)
        self.floors: list[Floor] = [floor_of(self._floor_url) for _ in range(floors)]

    def engine(self, work: Work) -> float:
        """Seconds that some work takes."""
        return timed(partial(work, self.connect, self.account, self.large))

    def floor(self, commits: Sequence[Commit]) -> float:
        """Seconds that recorded commits take."""
        (floor,) = self.floors
        ready = [floor.ready(commit) for commit in commits]
        return timed(partial(write_all, floor, ready))

    def close(self, *, grouped: bool = False) -> None:
        """Close, and prove that both have written as many rows to each table."""
        self.connect.close()
        for floor in self.floors[1:]:
            floor.close()
        written = self.floors[0].counts()
        self.floors[0].close()
        engine = floor_of(self._engine_url)
        unlike = difference(engine.counts(), written, grouped=grouped)
        engine.close()
        if unlike is not None:
            raise DishonestFloor(unlike)


def write_all(floor: Floor, ready: Sequence[Ready]) -> None:
    """Commit after commit."""
    for each in ready:
        floor.write(each)


def charging(n: int, name: str) -> Work:
    """N destination charges, one at a time."""

    def work(connect: Connect, account: str, _: str) -> None:
        for i in range(n):
            connect.charges.create(**charge_of(account, f"{name}-{i}"))

    return work


def transferring(n: int, name: str) -> Work:
    """N transfers, one at a time, out of one large charge."""

    def work(connect: Connect, account: str, large: str) -> None:
        for i in range(n):
            connect.transfers.create(
                amount=10,
                currency="usd",
                destination=account,
                source_transaction=large,
                idempotency_key=f"{name}-{i}",
            )

    return work


def one_at_a_time(
    place: Place, rounds: int, *, n: int, make: Callable[[int, str], Work], commits: int
) -> Iterator[Round]:
    """One operation at a time, one thread. commits: how many each operation makes."""
    size = n * commits
    recorded = record(place.folder, make(rounds * n, "floor"))
    if len(recorded) != rounds * size:
        raise DishonestFloor(f"{len(recorded)} commits for {rounds * n} operations")
    pair = Pair(place)
    for number in range(rounds):
        engine = pair.engine(make(n, f"engine-{number}"))
        part = recorded[number * size : (number + 1) * size]
        yield Round(engine, pair.floor(part), n)
    pair.close()


def threads(place: Place, rounds: int, *, each: int, count: int) -> Iterator[Round]:
    """Charges by many threads of one hot platform; the floor has a connection for each."""
    streams = _streams(place, rounds * each, count)
    pair = Pair(place, floors=count)
    ready = [
        [floor.ready(commit) for commit in stream]
        for floor, stream in zip(pair.floors, streams, strict=True)
    ]
    size = each * 2
    for number in range(rounds):
        calls: list[float] = []

        def call(i: int, number: int = number, calls: list[float] = calls) -> None:
            for j in range(each):
                began = time.perf_counter()
                pair.connect.charges.create(**charge_of(pair.account, f"e-{number}-{i}-{j}"))
                calls.append(time.perf_counter() - began)

        def write(i: int, number: int = number) -> None:
            write_all(pair.floors[i], ready[i][number * size : (number + 1) * size])

        engine = together(call, count)
        yield Round(engine, together(write, count), each * count, tuple(calls))
    pair.close(grouped=True)


def _streams(place: Place, each: int, count: int) -> list[list[Commit]]:
    """One recording, dealt out to many floors: charge by charge, two commits each."""
    recorded = record(place.folder, charging(each * count, "floor"))
    lanes = _LANES if place.name == "postgresql" else 1
    return [
        on_lane(
            [one for at in range(2 * i, len(recorded), 2 * count) for one in recorded[at : at + 2]],
            i % lanes,
        )
        for i in range(count)
    ]


def bulk(place: Place, rounds: int, *, n: int) -> Iterator[Round]:
    """create_many of n destination charges, against the same rows in the same commits."""

    def many(name: str) -> Work:
        def work(connect: Connect, account: str, _: str) -> None:
            connect.charges.create_many([charge_of(account, f"{name}-{i}") for i in range(n)])

        return work

    def every(connect: Connect, account: str, large: str) -> None:
        for number in range(rounds):
            many(f"floor-{number}")(connect, account, large)

    recorded = record(place.folder, every)
    size = len(recorded) // rounds
    pair = Pair(place)
    for number in range(rounds):
        engine = pair.engine(many(f"engine-{number}"))
        yield Round(engine, pair.floor(recorded[number * size : (number + 1) * size]), n)
    pair.close()


def against_hordak(place: Place, rounds: int, *, n: int) -> Iterator[Round]:
    """transfers.create, against a three-leg transaction of a peer in a process of its own."""
    url = place.fresh()
    account, large = prepare(url)
    connect = client(url)
    command = [sys.executable, "-m", "tools.bench.hordak", place.fresh(bare=True)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as peer:
        assert peer.stdin is not None
        assert peer.stdout is not None
        _asked(peer.stdin, peer.stdout, n)
        for number in range(rounds):
            work = partial(transferring(n, f"engine-{number}"), connect, account, large)
            yield Round(timed(work), _asked(peer.stdin, peer.stdout, n), n)
        peer.stdin.close()
    connect.close()


def _asked(to: IO[str], answers: IO[str], n: int) -> float:
    to.write(f"{n}\n")
    to.flush()
    return float(answers.readline())
