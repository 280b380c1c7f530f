"""Charges, and the payments that transfers make, as Stripe shows them."""

from __future__ import annotations

from typing import Any

from connectlib.core.money import display
from connectlib.wire.objects.base import StripeObject, loaded, timestamp


class ChargeObject(StripeObject):
    """A charge (`ch_`) or payment (`py_`). Amounts are minor units, times seconds."""

    __slots__ = ()
    OBJECT = "charge"

    def _render(self) -> dict[str, Any]:
        row = self._row
        done = row.status == "succeeded"
        to = row.destination
        return {
            "id": row.id,
            "object": "charge",
            "amount": row.amount,
            "amount_captured": row.amount if done else 0,
            "amount_refunded": row.amount_refunded,
            "application": None,
            "application_fee": row.application_fee,
            "application_fee_amount": row.application_fee_amount,
            "balance_transaction": row.balance_transaction,
            "captured": done,
            "created": timestamp(row.created),
            "currency": row.currency,
            "description": row.description,
            "destination": to,
            "disputed": False,
            "failure_code": row.failure_code,
            "failure_message": row.failure_message,
            "livemode": self._livemode,
            "metadata": loaded(row.metadata),
            "on_behalf_of": row.on_behalf_of,
            "outcome": loaded(row.outcome),
            "paid": done,
            "payment_method": row.source,
            "payment_method_details": loaded(row.method),
            "receipt_email": row.receipt_email,
            "refunded": row.amount_refunded == row.amount,
            "source_transfer": row.source_transfer,
            "statement_descriptor": row.statement_descriptor,
            "status": row.status,
            "transfer": row.transfer,
            "transfer_data": {"destination": to, "amount": row.transfer_amount} if to else None,
            "transfer_group": row.transfer_group,
        }

    def _summary(self) -> str:
        row = self._row
        words = [row.id, display(row.amount, row.currency), row.status]
        if row.destination:
            words.append(f"→ {row.destination}")
        if row.application_fee_amount:
            words.append(f"· fee {display(row.application_fee_amount, row.currency)}")
        return " ".join(words)
