"""Measure: `python -m tools.bench [--quick] [--only WORD] [--json FILE]`.

Every case runs engine and floor in turns, in one process, so that a slow moment of the machine
meets both. A ratio of 1 means as fast as the raw driver; medians of the rounds are shown with the
lowest and highest. Machines are noisy: compare ratios, not seconds.
"""

from __future__ import annotations

import argparse
import importlib.util
import itertools
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from connectlib.adapters.sql.schema import upgrade
from tools.bench import cases
from tools.bench.cases import Place, Round


class Result(NamedTuple):
    """One line: operations a second of both, the ratio's median, lowest and highest, the bar."""

    case: str
    engine_per_s: float
    floor_per_s: float
    ratio: float
    low: float
    high: float
    must: float | None
    ok: bool | None


class Case(NamedTuple):
    """A case and its bar: the ratio that must be reached."""

    name: str
    run: Callable[[int], Iterator[Round]]
    must: float | None


def result(case: Case, rounds: list[Round]) -> Result:
    """The line of a case."""
    ratios = sorted(each.floor / each.engine for each in rounds)
    ratio = statistics.median(ratios)
    n = sum(each.n for each in rounds)
    return Result(
        case.name,
        n / sum(each.engine for each in rounds),
        n / sum(each.floor for each in rounds),
        ratio,
        ratios[0],
        ratios[-1],
        case.must,
        None if case.must is None else ratio >= case.must,
    )


def suite(place: Place, *, quick: bool) -> list[Case]:
    """The cases of one kind of database. Bars: what the project has set itself."""
    is_pg = place.name == "postgresql"
    n = 10 if quick else 60
    many = 100 if quick else 1_000
    stored = 1_000 if quick else 50_000
    of = place.name
    return [
        Case(f"{of}: charge, one at a time", lambda r: cases.one_at_a_time(place, r, n),
             0.60 if is_pg else 0.65),
        Case(f"{of}: transfer, one at a time", lambda r: cases.transfers(place, r, n), None),
        Case(f"{of}: charge, 16 threads", lambda r: cases.threads(place, r, 16 * (n // 6), 16),
             1.5 if is_pg else None),
        Case(f"{of}: charge, 64 threads", lambda r: cases.threads(place, r, 64 * (n // 10), 64),
             4.0 if is_pg else None),
        Case(f"{of}: create_many({many})", lambda r: cases.bulk(place, r, many),
             0.50 if is_pg else 0.45),
        Case(f"{of}: retrieve, missed", lambda r: cases.retrieve_missed(place, r, 20 * n), 0.5),
        Case(f"{of}: page of 10", lambda r: cases.pages(place, r, 5 * n, stored), 0.5),
        Case(f"{of}: verify", lambda r: cases.verifying(place, r, many), 0.1),
    ]  # fmt: skip


def common(place: Place, *, quick: bool) -> list[Case]:
    """Cases that need no database to speak of."""
    n = 100 if quick else 1_000
    return [
        # 5 microseconds for a hit, against about 0.5 of the cache alone.
        Case("retrieve, cached", lambda r: cases.retrieve_cached(place, r, 20 * n), None),
        Case("domain work of a charge in bulk (bar: 100 us)", lambda r: cases.domain(r, n), 1.0),
    ]


def places(folder: Path) -> Iterator[tuple[Place, Callable[[], None]]]:
    """SQLite in a folder; a PostgreSQL with fsync on."""
    numbers = itertools.count()
    yield (
        Place("sqlite", lambda: f"sqlite:///{folder}/b{next(numbers)}.db", folder),
        lambda: None,
    )
    from tests.servers import Postgres

    server = Postgres(fsync="on")
    upgrade(server.create("bench_template"))

    def fresh() -> str:
        return str(server.create(f"b{next(numbers)}", template="bench_template"))

    yield Place("postgresql", fresh, folder), server.close


def peer(place: Place, n: int) -> Round | None:
    """transfers.create against django-hordak's three-leg transaction, where it is installed."""
    if place.name != "postgresql" or importlib.util.find_spec("hordak") is None:
        return None
    (mine,) = cases.transfers(place, 1, n)
    found = subprocess.run(
        [sys.executable, "-m", "tools.bench.hordak", place.fresh().replace("/b", "/b"), str(n)],
        capture_output=True,
        text=True,
        check=True,
    )
    return Round(mine.engine, float(found.stdout.split()[-1]), n)


def show(line: Result) -> None:
    """One line for people."""
    verdict = "" if line.ok is None else "ok" if line.ok else "SHORT"
    bar = "" if line.must is None else f"must {line.must:.2f}"
    print(
        f"{line.case:<46} {line.engine_per_s:>11,.0f}/s  floor {line.floor_per_s:>11,.0f}/s"
        f"  ratio {line.ratio:5.2f} ({line.low:.2f} to {line.high:.2f})  {bar:<9} {verdict}",
        flush=True,
    )


def run(arguments: argparse.Namespace) -> list[Result]:
    """Run the cases; their lines are shown as they come."""
    rounds = 3 if arguments.quick else 7
    lines = []
    with tempfile.TemporaryDirectory() as name:
        for place, close in places(Path(name)):
            found = suite(place, quick=arguments.quick)
            if place.name == "sqlite":
                found = common(place, quick=arguments.quick) + found
            for case in found:
                if arguments.only and arguments.only not in case.name:
                    continue
                lines.append(result(case, list(case.run(rounds))))
                show(lines[-1])
            if not arguments.only or arguments.only in "hordak":
                against = peer(place, 20 if arguments.quick else 300)
                if against is not None:
                    case = Case(
                        "postgresql: transfer against django-hordak", lambda _: iter(()), 1.5
                    )
                    lines.append(result(case, [against]))
                    show(lines[-1])
            close()
            if arguments.only and place.name in arguments.only:
                break
    return lines


def main(words: list[str]) -> int:
    """Measure and show; the exit code is 0 whatever the numbers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small and rough")
    parser.add_argument("--only", default="", help="cases whose name has this word")
    parser.add_argument("--json", default="", help="write the lines to this file too")
    arguments = parser.parse_args(words)
    lines = run(arguments)
    if arguments.json:
        shown: list[dict[str, Any]] = [line._asdict() for line in lines]
        Path(arguments.json).write_text(json.dumps(shown, indent=1), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
