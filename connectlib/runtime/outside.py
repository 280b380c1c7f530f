"""Calls to the world outside: what it raises instead of answering is no answer, never a failure.

A processor or bank that raises may have carried out what it was asked, so the answer is that of
a time-out: unknown, asked again later under the same key. It is told in the log, without the
words of the exception, which may hold secrets.
"""

from __future__ import annotations

import logging
from traceback import extract_tb
from typing import TYPE_CHECKING, Any

from connectlib.core.idempotency import LEASE
from connectlib.ports.steps import Deferred

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from connectlib.core.rows import Due
    from connectlib.runtime.engine import Engine

_log = logging.getLogger("connectlib")


def asked(
    ask: Callable[[Sequence[Any]], Any], requests: Sequence[Any], unknown: Callable[[str], Any]
) -> Any:
    """One answer for each request: those of `ask`, or `unknown` where it has not given them."""
    try:
        answers = ask(requests)
        if isinstance(answers, Deferred) or len(answers) == len(requests):
            return answers
        what = f"gave {len(answers)} answers"
    except Exception as error:
        place = extract_tb(error.__traceback__)[-1]
        what = f"raised {type(error).__name__} at {place.filename}:{place.lineno}"
    name = getattr(ask, "__qualname__", type(ask).__name__)
    _log.warning("%s %s for %d requests: the outcome is unknown", name, what, len(requests))
    return [unknown(what.partition(" at ")[0]) for _ in requests]


def claimed(engine: Engine, dues: Sequence[Due], *, untouched: bool) -> list[Due]:
    """Those of the pieces of due work that are ours from now on, for the length of a lease."""
    now = engine.wall.now()
    # A lease that has never been taken is 0: nobody else's is as early.
    wall = 0 if untouched else now
    return engine.store.claim(dues, wall=wall, lease=now + LEASE - wall)
