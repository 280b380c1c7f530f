"""News of the processor, as it is listed."""

from __future__ import annotations

from typing import Any

from connectlib.wire.objects.base import StripeObject, timestamp


class CallbackObject(StripeObject):
    """A piece of news that was heard (`cb_`). Ours: Stripe shows none. Amounts are minor units."""

    __slots__ = ()
    OBJECT = "callback"

    def _render(self) -> dict[str, Any]:
        row = self._row
        return {
            "id": row.id,
            "object": "callback",
            "about": row.object_id,
            "amount": row.amount,
            "created": timestamp(row.created),
            "currency": row.currency,
            "kind": row.kind,
            "livemode": self._livemode,
            "news": row.news,
            "outcome": row.outcome,
        }

    def _summary(self) -> str:
        return f"{self._row.id} {self._row.kind} {self._row.object_id}: {self._row.outcome}"
