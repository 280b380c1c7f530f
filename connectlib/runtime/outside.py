"""Calls to the world outside: what it raises instead of answering is no answer, never a failure.

A processor or bank that raises may have carried out what it was asked, so the answer is that of
a time-out: unknown, asked again later under the same key. It is told in the log, without the
words of the exception, which may hold secrets.
"""

from __future__ import annotations

import logging
from itertools import islice
from traceback import extract_tb
from typing import TYPE_CHECKING, Any

from connectlib.core.idempotency import LEASE
from connectlib.core.reconciliation import CHARGE, REFUND, Entry
from connectlib.ports.keys import KeyUnknown
from connectlib.ports.processor import NotListed
from connectlib.ports.steps import Deferred
from connectlib.ports.verification import Checked, CheckUnknown, Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from connectlib.core.rows import Due
    from connectlib.ports.processor import Processor
    from connectlib.runtime.engine import Engine

#: Entries of one list of the processor: a kilobyte or so of each is held.
LISTED_MAX = 2_000_000
_KEY_MAX, _CODE = 255, 3

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


def judged(ask: Callable[[Sequence[Any]], Any], requests: Sequence[Any]) -> Any:
    """What a verifier answers to each request; what it has not said in our form is unknown."""
    answers = asked(ask, requests, CheckUnknown)
    if isinstance(answers, Deferred):
        return answers
    name = getattr(ask, "__qualname__", type(ask).__name__)
    unsound = [isinstance(each, Checked) and not _is_sound(each) for each in answers]
    if any(unsound):
        _log.warning("%s found what is no finding: the outcome is unknown", name)
    bad = CheckUnknown("bad finding")
    return [bad if wrong else each for each, wrong in zip(answers, unsound, strict=True)]


def _is_sound(answer: Checked) -> bool:
    findings: Any = answer.findings
    return isinstance(findings, tuple | list) and all(
        isinstance(each, Finding)
        and all(isinstance(word, str) for word in each)
        and 0 < len(each.field) <= _KEY_MAX
        and 0 < len(each.code) <= _KEY_MAX
        and each.stops in ("", "payouts")
        for each in findings
    )


def kept(engine: Engine, verb: str, arguments: Sequence[Any]) -> Any:
    """What the vault answers; what a key provider raises never carries words of its own."""
    if engine.vault is None:
        raise KeyUnknown("")
    return getattr(engine.vault, verb)(*arguments)


def listed(processor: Processor, since: int, until: int) -> list[Entry]:
    """The processor's list of what it has moved between two moments, as its adapter tells it.

    Raises NotListed where it raises, or lists what cannot be: half a list would be a lie.
    """
    try:
        found = [_entry(each) for each in islice(processor.taken(since, until), LISTED_MAX + 1)]
    except Exception as error:
        place = extract_tb(error.__traceback__)[-1]
        name = type(error).__name__
        _log.warning("the list raised %s at %s:%d", name, place.filename, place.lineno)
        raise NotListed(f"it raised {name}") from error
    if len(found) > LISTED_MAX:
        raise NotListed(f"it has more than {LISTED_MAX:,} entries")
    return found


def _entry(given: Any) -> Entry:
    """An entry of the list, looked at: it is shown to people, and looked up. Raises ValueError."""
    key, kind, amount, currency, created, *_ = given
    texts = (key, kind, currency)
    if not all(isinstance(one, str) and one.isascii() and one.isprintable() for one in texts):
        raise ValueError("a text of it is none that can be shown")
    if kind not in (CHARGE, REFUND) or not 1 <= len(key) <= _KEY_MAX or len(currency) != _CODE:
        raise ValueError("its key, kind or currency is none")
    if type(amount) is not int or type(created) is not int:
        raise ValueError("its amount and date are no whole numbers")
    return Entry(key, kind, amount, currency.lower(), created)


def claimed(engine: Engine, dues: Sequence[Due], *, untouched: bool) -> list[Due]:
    """Those of the pieces of due work that are ours from now on, for the length of a lease."""
    now = engine.wall.now()
    # A lease that has never been taken is 0: nobody else's is as early.
    wall = 0 if untouched else now
    return engine.store.claim(dues, wall=wall, lease=now + LEASE - wall)
