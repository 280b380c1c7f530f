"""Payouts, as Stripe shows them."""

from __future__ import annotations

from typing import Any

from connectlib.wire.objects.base import ExplainedObject, loaded, timestamp


class PayoutObject(ExplainedObject):
    """A payout. `arrival_date` is a midnight UTC, in seconds."""

    __slots__ = ()
    OBJECT = "payout"

    def _render(self) -> dict[str, Any]:
        row = self._row
        bank = loaded(row.bank) or {}
        return {
            "id": row.id,
            "object": "payout",
            "amount": row.amount,
            "arrival_date": timestamp(row.arrival_date),
            "automatic": bool(row.automatic),
            "balance_transaction": row.balance_transaction,
            "created": timestamp(row.created),
            "currency": row.currency,
            "description": row.description,
            "destination": bank.get("id"),
            "failure_balance_transaction": row.failure_balance_transaction,
            "failure_code": row.failure_code,
            "failure_message": row.failure_message,
            "livemode": self._livemode,
            "metadata": loaded(row.metadata),
            "method": row.method,
            "reconciliation_status": "completed" if row.automatic else "not_applicable",
            "source_type": "card",
            "statement_descriptor": row.statement_descriptor,
            "status": row.status,
            "type": "bank_account",
        }
