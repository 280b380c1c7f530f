"""A processor of which tests say what happens: losses, delays, refusals, at will.

It keeps the books a real one would: what it has taken and given back, by our keys, so that a
test can compare them with the ledger. Under one key money moves once.
"""

from __future__ import annotations

import threading
from collections import deque
from typing import TYPE_CHECKING

from connectlib.adapters.processors.simulator import Simulator, reference
from connectlib.ports.processor import Approved, Declined, Returned, Unknown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connectlib.ports.processor import (
        Answer,
        ChargeRequest,
        Method,
        RefundAnswer,
        RefundRequest,
    )

#: What may happen to one call: it is carried out; the request is lost on its way; the answer is
#: lost on its way back; it is declined.
DONE, REQUEST_LOST, ANSWER_LOST, DECLINED = "done", "request lost", "answer lost", "declined"


class Scripted:
    """See `ports.processor.Processor`. script: what happens to each new call, in order.

    When the script is at its end calls are carried out. taken, returned: {our key: minor units}.
    """

    def __init__(self, script: Sequence[str] = ()) -> None:
        self.script = deque(script)
        self.taken: dict[str, int] = {}
        self.returned: dict[str, int] = {}
        self.declined: set[str] = set()
        self.calls = 0
        self._known = Simulator()
        self._lock = threading.Lock()

    def resolve(self, sources: Sequence[str]) -> list[Method | None]:
        """See `ports.processor.Processor`."""
        return self._known.resolve(sources)

    def authorize(self, requests: Sequence[ChargeRequest]) -> list[Answer]:
        """See `ports.processor.Processor`."""
        with self._lock:
            return [self._authorize(request) for request in requests]

    def _authorize(self, request: ChargeRequest) -> Answer:
        self.calls += 1
        what = self.script.popleft() if self.script else DONE
        if what == REQUEST_LOST:
            return Unknown("the request was lost")
        if what == DECLINED and request.key not in self.taken:
            self.declined.add(request.key)
        if request.key not in self.declined:
            self.taken.setdefault(request.key, request.amount)
        if what == ANSWER_LOST:
            return Unknown("the answer was lost")
        if request.key in self.declined:
            return Declined("card_declined", "Your card was declined.", "generic_decline")
        return Approved(reference(request.key))

    def refund(self, requests: Sequence[RefundRequest]) -> list[RefundAnswer]:
        """See `ports.processor.Processor`."""
        with self._lock:
            return [self._refund(request) for request in requests]

    def _refund(self, request: RefundRequest) -> RefundAnswer:
        self.calls += 1
        what = self.script.popleft() if self.script else DONE
        if what == REQUEST_LOST:
            return Unknown("the request was lost")
        self.returned.setdefault(request.key, request.amount)
        if what == ANSWER_LOST:
            return Unknown("the answer was lost")
        return Returned(reference(request.key))
