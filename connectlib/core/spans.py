"""Spans of time: pairs (since, until) in microseconds, the second not part of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

Span = tuple[int, int]


def joined(spans: Iterable[Span], *, gap: int = 0, most: int | None = None) -> list[Span]:
    """The same time in as few spans as can be, in order.

    gap: spans so near one another become one, and what is between them with them. most: if there
    were more, one from the first to the last.
    """
    found: list[Span] = []
    for since, until in sorted(spans):
        if found and since <= found[-1][1] + gap:
            found[-1] = (found[-1][0], max(found[-1][1], until))
        elif since < until:
            found.append((since, until))
    if most is not None and len(found) > most:
        return [(found[0][0], found[-1][1])]
    return found


def beyond(spans: Iterable[Span], hole: Span) -> list[Span]:
    """What of some spans lies before a hole, or after it."""
    parts = (
        part
        for since, until in spans
        for part in ((since, min(until, hole[0])), (max(since, hole[1]), until))
    )
    return [(since, until) for since, until in parts if since < until]
