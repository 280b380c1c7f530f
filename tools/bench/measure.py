"""What a case gives, and what is made of it: medians of rounds, ratios, verdicts."""

from __future__ import annotations

import gc
import math
import os
import threading
import time
from collections.abc import Callable, Iterator
from statistics import median
from typing import Any, NamedTuple

#: Callers and floors both run this often before anything counts: plans, caches, imports.
WARM_UPS = 1


class Round(NamedTuple):
    """One round. engine, floor: seconds for n operations; no floor: 0. calls: seconds of each."""

    engine: float
    floor: float
    n: int
    calls: tuple[float, ...] = ()


class Must(NamedTuple):
    """What is to be reached: a least ratio, or microseconds of the engine at most."""

    ratio: float | None = None
    us: float | None = None

    def __str__(self) -> str:
        if self.ratio is not None:
            return f">= {self.ratio:.2f} x"
        return "" if self.us is None else f"<= {self.us:.0f} us"


class Case(NamedTuple):
    """A case: its name, rounds on demand, what is to be reached, against what."""

    name: str
    rounds: Callable[[int], Iterator[Round]]
    must: Must
    against: str


class Line(NamedTuple):
    """The result of a case; times are microseconds an operation, medians of the rounds.

    ratio: floor over engine, so that 1 is as fast as the floor; median, lowest, highest.
    ok: whether `must` is reached, None where there is nothing to reach.
    """

    case: str
    engine_us: float
    floor_us: float | None
    ratio: float | None
    ratio_low: float | None
    ratio_high: float | None
    must: str
    ok: bool | None
    p99_ms: float | None
    against: str


def line_of(case: Case, rounds: int) -> Line:
    """Run a case: warm-ups are dropped."""
    os.sync()  # what earlier cases left to be written would be waited for here
    found = list(case.rounds(rounds + WARM_UPS))[WARM_UPS:]
    engine = median(each.engine / each.n for each in found) * 1e6
    floor = median(each.floor / each.n for each in found) * 1e6 or None
    ratios = [each.floor / each.engine for each in found] if floor else []
    ratio = median(ratios) if ratios else None
    calls = sorted(call for each in found for call in each.calls)
    return Line(
        case.name,
        round(engine, 3),
        None if floor is None else round(floor, 3),
        None if ratio is None else round(ratio, 3),
        round(min(ratios), 3) if ratios else None,
        round(max(ratios), 3) if ratios else None,
        str(case.must),
        _verdict(case.must, engine, ratio),
        round(calls[math.ceil(len(calls) * 0.99) - 1] * 1e3, 2) if calls else None,
        case.against,
    )


def _verdict(must: Must, engine: float, ratio: float | None) -> bool | None:
    if must.us is not None:
        return engine <= must.us
    if must.ratio is None or ratio is None:
        return None
    return ratio >= must.ratio


def shown(line: Line) -> str:
    """One line for people."""
    floor = "" if line.floor_us is None else f"{line.floor_us:>9,.1f} us"
    ratio = (
        ""
        if line.ratio is None
        else f"{line.ratio:6.2f} x ({line.ratio_low:.2f}..{line.ratio_high:.2f})"
    )
    verdict = {True: "ok", False: "SHORT", None: ""}[line.ok]
    p99 = "" if line.p99_ms is None else f"; p99 {line.p99_ms:.1f} ms"
    return (
        f"{line.case:<38}{line.engine_us:>10,.1f} us {floor:>12} {ratio:<23}"
        f"{line.must:<10} {verdict:<6}{line.against}{p99}"
    )


def timed(work: Callable[[], Any]) -> float:
    """Seconds that some work takes, on a heap that has just been swept."""
    gc.collect()
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def together(work: Callable[[int], None], count: int) -> float:
    """Seconds until `count` threads, started as one, have done their work; raises what they do."""
    start = threading.Barrier(count + 1)
    flaws: list[BaseException] = []

    def run(number: int) -> None:
        start.wait()
        try:
            work(number)
        except BaseException as error:
            flaws.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()

    def wait() -> None:
        start.wait()
        for thread in threads:
            thread.join()

    took = timed(wait)
    if flaws:
        raise flaws[0]
    return took
