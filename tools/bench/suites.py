"""Which cases there are, how large they are, and what each must reach.

A ratio is the floor's time over the engine's; the bars are the project's own. The engine is
called through the public API with everything on: validation, idempotency, events, the ledger's
invariants and its hash chain, durable commits.
"""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from tools.bench import hordak, reads, writes
from tools.bench.measure import Case, Must
from tools.bench.places import Place


class Size(NamedTuple):
    """Operations a round, and how much is stored beforehand."""

    n: int
    each: tuple[int, int]
    many: int
    stored: int
    reads: int
    hits: int


FULL = Size(n=60, each=(12, 6), many=1_000, stored=100_000, reads=500, hits=20_000)
QUICK = Size(n=15, each=(4, 2), many=200, stored=10_000, reads=100, hits=5_000)


def in_process(place: Place, size: Size) -> list[Case]:
    """Cases without a database to speak of."""
    return [
        Case(
            "retrieve, cached",
            lambda r: reads.retrieve_cached(place, r, n=size.hits),
            Must(us=5),
            "TTLCache[k]",
        ),
        Case(
            "domain work of a charge, in bulk",
            lambda r: reads.domain(r, n=size.many),
            Must(us=100),
            "create_many in memory, less the memory store",
        ),
    ]


def of_place(place: Place, size: Size) -> list[Case]:
    """The cases of one kind of database."""
    is_pg = place.name == "postgresql"
    driver = "psycopg" if is_pg else "sqlite3"
    found = [*_singles(place, size, driver), *_many(place, size, driver)]
    if is_pg:
        name = "django-hordak" if hordak.is_installed() else "django-hordak's SQL, sent by psycopg"
        found.append(
            Case(
                "postgresql: transfer, peer",
                lambda r: writes.against_hordak(place, r, n=size.n),
                Must(ratio=1.5),
                name,
            )
        )
    return found + _reading(place, size, driver)


def _singles(place: Place, size: Size, driver: str) -> list[Case]:
    n = size.n
    return [
        Case(
            f"{place.name}: charge, one at a time",
            lambda r: writes.one_at_a_time(place, r, n=n, make=writes.charging, commits=2),
            Must(ratio=0.60 if driver == "psycopg" else 0.65),
            f"{driver}, same rows, same 2 commits",
        ),
        Case(
            f"{place.name}: transfer, one at a time",
            lambda r: writes.one_at_a_time(place, r, n=n, make=writes.transferring, commits=1),
            Must(),
            f"{driver}, same rows, same commit",
        ),
    ]


def _many(place: Place, size: Size, driver: str) -> list[Case]:
    is_pg = driver == "psycopg"
    few, more = size.each
    return [
        Case(
            f"{place.name}: charge, 16 threads",
            lambda r: writes.threads(place, r, each=few, count=16),
            Must(ratio=1.5) if is_pg else Must(),
            f"16 connections of {driver}",
        ),
        Case(
            f"{place.name}: charge, 64 threads",
            lambda r: writes.threads(place, r, each=more, count=64),
            Must(ratio=4.0) if is_pg else Must(),
            f"64 connections of {driver}",
        ),
        Case(
            f"{place.name}: create_many of {size.many:,}",
            lambda r: writes.bulk(place, r, n=size.many),
            Must(ratio=0.50 if is_pg else 0.45),
            "COPY of the same rows" if is_pg else "executemany of the same rows",
        ),
    ]


def _reading(place: Place, size: Size, driver: str) -> list[Case]:
    of, n = place.name, size.reads

    @cache
    def filled() -> reads.Filled:
        return reads.fill(place, size.stored)

    return [
        Case(
            f"{of}: retrieve, not cached",
            lambda r: reads.retrieve_missed(place, r, n=n),
            Must(ratio=0.5),
            f"{driver}, select by key",
        ),
        Case(
            f"{of}: 10 newest of {size.stored:,}",
            lambda r: reads.newest(filled, r, n=n),
            Must(ratio=0.5),
            f"{driver}, keyset query",
        ),
        Case(
            f"{of}: 10 from the middle",
            lambda r: reads.deep(filled, r, n=n),
            Must(ratio=1 / 1.2),
            "the 10 newest",
        ),
        Case(
            f"{of}: charge with {size.stored:,} stored",
            lambda r: reads.late(place, filled, r, n=size.n),
            Must(ratio=1 / 1.3),
            "a charge on an empty store",
        ),
        Case(
            f"{of}: verify, {size.many:,} charges",
            lambda r: reads.verifying(place, r, n=size.many),
            Must(),
            "merely reading the rows",
        ),
    ]
