"""Refunds, as Stripe shows them."""

from __future__ import annotations

from typing import Any

from connectlib.wire.objects.base import StripeObject, loaded, timestamp


class RefundObject(StripeObject):
    """A refund of a charge (`re_`) or of a payment (`pyr_`)."""

    __slots__ = ()
    OBJECT = "refund"

    def _render(self) -> dict[str, Any]:
        row = self._row
        return {
            "id": row.id,
            "object": "refund",
            "amount": row.amount,
            "balance_transaction": row.balance_transaction,
            "charge": row.charge,
            "created": timestamp(row.created),
            "currency": row.currency,
            "failure_balance_transaction": row.failure_balance_transaction,
            "failure_reason": row.failure_reason,
            "metadata": loaded(row.metadata),
            "payment_intent": None,
            "pending_reason": row.pending_reason,
            "reason": row.reason,
            "source_transfer_reversal": row.source_transfer_reversal,
            "status": row.status,
            "transfer_reversal": row.transfer_reversal,
        }
