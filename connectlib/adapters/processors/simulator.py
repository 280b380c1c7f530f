"""A card network that is not there: deterministic, by the published test tokens.

An answer is a pure function of source and key, so asking again answers the same; only a refund
that is accepted first and decided later remembers that it was asked before.
"""

from __future__ import annotations

import threading
from hashlib import blake2b
from typing import TYPE_CHECKING

from cachetools import LRUCache

from connectlib.adapters.processors.test_cards import TEST_CARDS
from connectlib.ports.processor import Approved, Declined, NotReturned, Returned, StillPending

if TYPE_CHECKING:
    from collections.abc import Sequence

    from connectlib.ports.processor import (
        Answer,
        ChargeRequest,
        Method,
        RefundAnswer,
        RefundRequest,
    )

#: How many refunds under way are remembered; one forgotten is only asked once more.
_REMEMBERED = 100_000


def reference(key: str) -> str:
    """The network's own number for what was asked under a key."""
    return blake2b(key.encode(), digest_size=12).hexdigest()


class Simulator:
    """See `ports.processor.Processor`."""

    def __init__(self) -> None:
        self._asked: LRUCache[str, bool] = LRUCache(_REMEMBERED)
        self._lock = threading.Lock()

    def resolve(self, sources: Sequence[str]) -> list[Method | None]:
        """See `ports.processor.Processor`."""
        return [TEST_CARDS[source].method if source in TEST_CARDS else None for source in sources]

    def authorize(self, requests: Sequence[ChargeRequest]) -> list[Answer]:
        """See `ports.processor.Processor`."""
        return [_charge(request) for request in requests]

    def refund(self, requests: Sequence[RefundRequest]) -> list[RefundAnswer]:
        """See `ports.processor.Processor`."""
        return [self._refund(request) for request in requests]

    def _refund(self, request: RefundRequest) -> RefundAnswer:
        card = TEST_CARDS.get(request.source)
        kind = card.refund if card else "ok"
        if kind == "ok":
            return Returned(reference(request.key))
        with self._lock:
            before = self._asked.pop(request.key, False)
            self._asked[request.key] = True
        if not before:
            return StillPending()
        if kind == "fail":
            return NotReturned("expired_or_canceled_card")
        return Returned(reference(request.key))


def _charge(request: ChargeRequest) -> Answer:
    card = TEST_CARDS.get(request.source)
    if card is None:
        return Declined("resource_missing", f"No such token: '{request.source}'")
    if card.declined is not None:
        return card.declined
    return Approved(reference(request.key), card.risk_level, card.risk_score)
