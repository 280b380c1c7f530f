"""Gathering what is reconciled: our rows, the processor's list, what either names of the other.

Our rows are read before the list is, so that what is taken meanwhile is only in the list, and
looked up here by its key. Wide rows are held a page at a time; of each entry a few words are
kept, since nobody's list is in the order of another's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from connectlib.core.ids import branch_of, edge
from connectlib.core.moments import DAY
from connectlib.core.reconciliation import NOTHING, PUT_ASIDE, TAKEN, own_of, reconcile
from connectlib.core.rows import Callback, Charge, Event, Refund
from connectlib.core.spans import beyond, joined
from connectlib.ports.steps import ask, taken
from connectlib.ports.store import Several, Span, TransfersOf

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from connectlib.core.reconciliation import Entry, Own, Report
    from connectlib.core.spans import Span as Window
    from connectlib.flows.ground import Ground
    from connectlib.ports.steps import Flow

#: How much further than the period the processor's list is read: clocks and dates differ.
MARGIN = DAY
#: For so many of ours that are not listed there the ledger is asked when they moved last, and in
#: so many parts of time the list is read again for them.
STRAY_MAX, ASKS_MAX = 10_000, 50
PAGE = 1_000
_KINDS: dict[str, type[Charge | Refund]] = {"ch": Charge, "re": Refund}
#: Events of charges and refunds whose money, or whose want of a person, they may tell of.
_MOVES = frozenset(
    {
        "charge.captured",
        "charge.failed",
        "charge.succeeded",
        "charge.updated",
        "refund.failed",
        "refund.updated",
    }
)


class Asked(NamedTuple):
    """What to reconcile. since, until: microseconds. processor: whether to ask for its list."""

    since: int
    until: int
    settlement: Sequence[Entry] | None = None
    processor: bool = True

    def holds(self, entry: Entry) -> bool:
        """Whether an entry is of the period; one without a date is."""
        return not entry.created or self.since <= entry.created < self.until


def run(ground: Ground, asked: Asked) -> Flow[Report]:
    """Hold our rows, the processor's list and a settlement file side by side.

    Ours are the charges and refunds that were made in the period, or moved in it, and what the
    others date in it.
    """
    ours: dict[str, list[Own]] = {}
    for branch in range(ground.branches):
        yield from _made(ground, branch, asked, ours)
        yield from _moved(ground, branch, asked, ours)
    known = set(ours)
    window = (max(asked.since - MARGIN, 0), asked.until + MARGIN)
    listed = (yield from _listed(window)) if asked.processor else None
    named = [each.key for each in (*(listed or ()), *(asked.settlement or ())) if asked.holds(each)]
    yield from _look_up(ground, named, ours)
    if listed is not None:
        there = {(each.kind, each.key) for each in listed}
        stray = [
            one
            for id_, rows in ours.items()
            for one in rows
            # What only a list has brought here may be in it twice: at its own date, too.
            if one.state == TAKEN and (id_ not in known or (one.kind, one.key) not in there)
        ]
        listed += yield from _elsewhere(ground, stray, window)
    news: list[Callback] = []
    for branch in range(ground.branches):
        news += yield from _put_aside(ground, branch, asked)
    return reconcile(
        (each for rows in ours.values() for each in rows),
        listed,
        asked.settlement,
        since=asked.since,
        until=asked.until,
        news=news,
    )


def _keep(rows: Iterable[Charge | Refund], ours: dict[str, list[Own]]) -> None:
    for row in rows:
        ours[row.id] = own_of(row)


def _made(ground: Ground, branch: int, asked: Asked, ours: dict[str, list[Own]]) -> Flow[None]:
    """What was made in the period, by the time in the ids."""
    for prefix, kind in _KINDS.items():
        query: Span | None = _span(ground, kind, prefix, branch, asked)
        while query is not None:
            rows: list[Any] = yield from ask(query)
            _keep(rows, ours)
            query = _after(query, rows)


def _moved(ground: Ground, branch: int, asked: Asked, ours: dict[str, list[Own]]) -> Flow[None]:
    """What was made before the period and moved in it: captured late, settled late, given up."""
    for prefix in _KINDS:
        earlier = (
            ("object_id", ">=", f"{prefix}_"),
            ("object_id", "<", edge(prefix, branch, asked.since)),
        )
        query: Span | None = _span(ground, Event, "evt", branch, asked)._replace(where=earlier)
        while query is not None:
            events: list[Event] = yield from ask(query)
            # Changes of words tell what they were before; moves do not.
            moves = [one for one in events if one.type in _MOVES and one.previous is None]
            yield from _look_up(ground, [one.object_id for one in moves], ours)
            query = _after(query, events)


def _put_aside(ground: Ground, branch: int, asked: Asked) -> Flow[list[Callback]]:
    """The news of the period that was put aside for a person."""
    found: list[Callback] = []
    query: Span | None = _span(ground, Callback, "cb", branch, asked)
    while query is not None:
        rows: list[Callback] = yield from ask(query)
        found += [row for row in rows if row.outcome in PUT_ASIDE]
        query = _after(query, rows)
    return found


def _span(ground: Ground, kind: type[Any], prefix: str, branch: int, asked: Asked) -> Span:
    first, last = edge(prefix, branch, asked.since), edge(prefix, branch, asked.until)
    return Span(kind, branch, ground.world.id, first, last, limit=PAGE)


def _after(query: Span, rows: Sequence[Any]) -> Span | None:
    """The page after one; None where that was the last."""
    return query._replace(after=rows[-1].id) if len(rows) == query.limit else None


def _look_up(ground: Ground, keys: Sequence[str], ours: dict[str, list[Own]]) -> Flow[None]:
    """Find our rows of keys that somebody names; what has not the shape of an id is not ours.

    What had moved nothing when it was read may have since: it is read again.
    """
    wanted: dict[tuple[str, int], set[str]] = {}
    for key in keys:
        prefix, branch = key.partition("_")[0], branch_of(key)
        new = all(one.state == NOTHING for one in ours.get(key, ()))
        if new and prefix in _KINDS and branch is not None:
            wanted.setdefault((prefix, branch), set()).add(key)
    for (prefix, branch), found in sorted(wanted.items()):
        if branch < ground.branches:
            ids = sorted(found)
            for start in range(0, len(ids), PAGE):
                part = tuple(ids[start : start + PAGE])
                query = Several(_KINDS[prefix], branch, ground.world.id, part)
                _keep((yield from ask(query)), ours)


def _elsewhere(ground: Ground, stray: Sequence[Own], window: Window) -> Flow[list[Entry]]:
    """What the processor's list tells of some of ours at other dates than in the window.

    It dates an entry at some moment between the making of it here and the last that the ledger
    knows of it: a hold may be captured, and a refund settled, long after.
    """
    spans = []
    for place, one in enumerate(stray):
        last = one.created
        if place < STRAY_MAX:
            branch = ground.branch(one.key)
            query = TransfersOf(branch, ground.world.id, ref=one.key, limit=1, newest=True)
            moved = yield from ask(query)
            last = max([last, *(each.transaction.created for each in moved)])
        spans.append((max(one.created - MARGIN // 2, 0), last + MARGIN // 2))
    wanted = {(one.kind, one.key) for one in stray}
    found: list[Entry] = []
    for span in joined(beyond(spans, window), gap=DAY, most=ASKS_MAX):
        for part in beyond([span], window):
            more = yield from _listed(part)
            found += [each for each in more if each.created and (each.kind, each.key) in wanted]
    return found


def _listed(window: Window) -> Flow[list[Entry]]:
    """The processor's list of a window; what it dates elsewhere is told when that is asked for."""
    entries = yield from taken(*window)
    return [each for each in entries if not each.created or window[0] <= each.created < window[1]]
