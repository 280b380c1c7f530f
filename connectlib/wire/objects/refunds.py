"""Refunds, as Stripe shows them."""

from __future__ import annotations

from typing import Any

from connectlib.core.refund_money import ASKING, PROCESSING, REVIEW
from connectlib.wire.objects.base import ExplainedObject, loaded, timestamp

_REASONS = {ASKING: PROCESSING, REVIEW: PROCESSING}


class RefundObject(ExplainedObject):
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
            "payment_intent": row.payment_intent,
            # While the processor is asked, and while a person has to look, it is being processed.
            "pending_reason": _REASONS.get(row.pending_reason, row.pending_reason),
            "reason": row.reason,
            "source_transfer_reversal": row.source_transfer_reversal,
            "status": row.status,
            "transfer_reversal": row.transfer_reversal,
        }
