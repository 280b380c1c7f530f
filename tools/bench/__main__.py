"""Measure: `python -m tools.bench [--quick] [--only WORD] [--json FILE] [--pg URL]`.

Each case runs the engine and a floor in turns, round after round in one process, so that a slow
moment of the machine meets both. The floor is a raw driver that does the very writes which the
engine was recorded doing: same rows, same tables, same commits. After each case of writing both
databases are counted, table by table. Machines are noisy: compare ratios, never times.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.bench.measure import Line, line_of, shown
from tools.bench.places import Databases, Files, Place
from tools.bench.suites import FULL, QUICK, Size, in_process, of_place

_ROUNDS = {True: 5, False: 9}


@contextmanager
def postgres(folder: Path, url: str) -> Iterator[Place]:
    """Databases on the server at `url`; on one of our own, durable, where there is none."""
    own: Callable[[], None] | None = None
    if not url:
        from tests.servers import Postgres

        server = Postgres(fsync="on", shared_buffers="256MB")
        url, own = server.dsn, server.close
    try:
        place = Databases(folder, url)
        try:
            yield place
        finally:
            place.close()
    finally:
        if own is not None:
            own()


def run(size: Size, *, rounds: int, only: str = "", pg: str = "") -> Iterator[Line]:
    """The lines of all cases whose name contains `only`, as they come."""
    with tempfile.TemporaryDirectory(prefix="connectlib-bench-") as name:
        folder = Path(name)
        place: Place = Files(folder)
        for case in [*in_process(place, size), *of_place(place, size)]:
            if only in case.name:
                yield line_of(case, rounds)
        if only.startswith(("sqlite", "retrieve, cached", "domain")):
            return
        with postgres(folder, pg) as place:
            for case in of_place(place, size):
                if only in case.name:
                    yield line_of(case, rounds)


def main(words: list[str]) -> int:
    """Measure and show; the exit code is 0 whatever the numbers."""
    parser = argparse.ArgumentParser(prog="python -m tools.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small and rough")
    parser.add_argument("--only", default="", help="cases whose name contains this")
    parser.add_argument("--json", default="", help="write the lines to this file too")
    parser.add_argument("--pg", default="", help="URL of a PostgreSQL that may be used")
    arguments = parser.parse_args(words)
    size = QUICK if arguments.quick else FULL
    rounds = _ROUNDS[arguments.quick]
    print(f"{rounds} rounds, engine and floor in turns. Times an operation, medians; floor over")
    print("engine: median (lowest..highest). Machines are noisy: compare ratios, never times.\n")
    lines = []
    for line in run(size, rounds=rounds, only=arguments.only, pg=arguments.pg):
        print(shown(line), flush=True)
        lines.append(line)
    if arguments.json:
        found = {"quick": arguments.quick, "rounds": rounds, "lines": [x._asdict() for x in lines]}
        Path(arguments.json).write_text(json.dumps(found, indent=1) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
