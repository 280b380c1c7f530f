"""A card network and banks that are not there: deterministic, by the published test data.

An answer is a pure function of the source, the key and the request, so asking again answers the
same, in this process or in another. What this process has moved is remembered for a while: for
the list of `taken`, and so that what was let go is not taken, nor more given back than was taken.
The simulator does not know how long things take: whoever asks by `lookup` is told the outcome.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from connectlib.adapters.processors.books import ENDED, Books, Recent
from connectlib.adapters.processors.catalogue import SOURCES, tokenize
from connectlib.adapters.processors.verdicts import approved, charged, decided, set_up
from connectlib.ports.processor import (
    Accepted,
    Approved,
    Declined,
    NotCaptured,
    NotFound,
    NotReturned,
    StillPending,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from connectlib.ports.processor import (
        Answer,
        CaptureAnswer,
        CaptureRequest,
        ChargeRequest,
        LookupAnswer,
        Method,
        News,
        RefundAnswer,
        RefundRequest,
        ReleaseAnswer,
        ReleaseRequest,
        SetupRequest,
        Taken,
    )

#: How many charges, and how many refunds, are remembered at the least.
_REMEMBERED = 50_000

_YEAR = 365 * 86_400 * 1_000_000


class Simulator:
    """See `ports.processor.Processor`. now: the clock, for the moments in the list of `taken`."""

    #: An answer does not depend on anything remembered.
    key_retention = 100 * _YEAR

    def __init__(self, *, now: Callable[[], int] | None = None) -> None:
        self._books = Books(now=now, room=_REMEMBERED, trusting=True)
        self._asked: Recent[bool] = Recent(_REMEMBERED)
        self._lock = threading.Lock()

    def resolve(self, sources: Sequence[str]) -> list[Method | None]:
        """See `ports.processor.Processor`."""
        return [SOURCES[source].method if source in SOURCES else None for source in sources]

    def tokenize(self, kind: str, details: Mapping[str, str]) -> Method | Declined | None:
        """See `ports.processor.Processor`: the published test numbers."""
        return tokenize(kind, details)

    def authorize(self, requests: Sequence[ChargeRequest]) -> list[Answer]:
        """See `ports.processor.Processor`."""
        with self._lock:
            return [self._authorize(request) for request in requests]

    def _authorize(self, request: ChargeRequest) -> Answer:
        source = SOURCES.get(request.source)
        if source is None:
            return _unknown(request.source)
        entry = self._books.charges.get(request.key)
        if entry is not None:
            return entry.said if entry.status == ENDED else approved(source.does, request.key)
        answer = charged(source, request)
        if isinstance(answer, Approved):
            self._books.take(request)
        return answer

    def lookup(self, requests: Sequence[ChargeRequest]) -> list[LookupAnswer]:
        """See `ports.processor.Processor`. What was accepted has come to its end by now."""
        with self._lock:
            return [self._lookup(request) for request in requests]

    def _lookup(self, request: ChargeRequest) -> LookupAnswer:
        source = SOURCES.get(request.source)
        if source is None:
            return NotFound()
        entry = self._books.charges.get(request.key)
        if entry is not None:
            return entry.said if entry.status == ENDED else approved(source.does, request.key)
        answer = charged(source, request)
        if not isinstance(answer, Accepted):
            return NotFound() if isinstance(answer, Approved) else answer
        outcome = decided(source, request)
        if isinstance(outcome, Approved):
            self._books.take(request)
        elif isinstance(outcome, Declined):
            self._books.end(request.key, outcome)
        return outcome

    def capture(self, requests: Sequence[CaptureRequest]) -> list[CaptureAnswer]:
        """See `ports.processor.Processor`. A hold that another process may have is believed."""
        with self._lock:
            return [
                self._books.capture(request)
                if request.source in SOURCES
                else NotCaptured("resource_missing", _unknown(request.source).message)
                for request in requests
            ]

    def release(self, requests: Sequence[ReleaseRequest]) -> list[ReleaseAnswer]:
        """See `ports.processor.Processor`."""
        with self._lock:
            return [self._books.release(request.charge_key) for request in requests]

    def set_up(self, requests: Sequence[SetupRequest]) -> list[Answer]:
        """See `ports.processor.Processor`."""
        return [
            set_up(SOURCES[request.source], request)
            if request.source in SOURCES
            else _unknown(request.source)
            for request in requests
        ]

    def refund(self, requests: Sequence[RefundRequest]) -> list[RefundAnswer]:
        """See `ports.processor.Processor`."""
        with self._lock:
            return [self._refund(request) for request in requests]

    def _refund(self, request: RefundRequest) -> RefundAnswer:
        source = SOURCES.get(request.source)
        kind = source.does.refund if source else "ok"
        if kind != "ok" and request.key not in self._asked:
            self._asked[request.key] = True
            return StillPending()
        if kind == "fail":
            return NotReturned("expired_or_canceled_card")
        return self._books.give_back(request)

    def hear(self, payload: bytes, headers: Mapping[str, str]) -> list[News]:
        """See `ports.processor.Processor`: the simulator has no news to send.

        Raises ValueError, always.
        """
        raise ValueError("the simulator sends no messages; ask it by lookup")

    def taken(self, since: int, until: int) -> list[Taken]:
        """See `ports.processor.Processor`: what this process remembers of what it has moved."""
        with self._lock:
            return self._books.between(since, until)


def _unknown(source: str) -> Declined:
    return Declined("resource_missing", f"No such token: '{source}'")
