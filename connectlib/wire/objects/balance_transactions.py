"""Balance transactions, as Stripe shows them. Their status is derived from their date."""

from __future__ import annotations

from typing import Any

from connectlib.core.balance_transactions import REPORTING_CATEGORY
from connectlib.wire.objects.base import StripeObject, loaded, timestamp


class BalanceTransactionObject(StripeObject):
    """One change of one balance: net = amount - fee. now: the moment its status is told for."""

    __slots__ = ("_now",)
    OBJECT = "balance_transaction"

    def __init__(self, row: Any, *, now: int, livemode: bool = False) -> None:
        super().__init__(row, livemode=livemode)
        object.__setattr__(self, "_now", now)

    def _render(self) -> dict[str, Any]:
        row = self._row
        return {
            "id": row.id,
            "object": "balance_transaction",
            "amount": row.amount,
            "available_on": timestamp(row.available_on),
            "balance_type": "payments",
            "created": timestamp(row.created),
            "currency": row.currency,
            "description": row.description,
            "exchange_rate": None if row.exchange_rate is None else float(row.exchange_rate),
            "fee": row.fee,
            "fee_details": [
                {
                    "amount": amount,
                    "application": application,
                    "currency": row.currency,
                    "description": description,
                    "type": kind,
                }
                for amount, kind, description, application in loaded(row.fee_details) or []
            ],
            "net": row.net,
            "reporting_category": REPORTING_CATEGORY[row.type],
            "source": row.source,
            "status": "available" if row.available_on <= self._now else "pending",
            "type": row.type,
        }

    def _summary(self) -> str:
        return f"{super()._summary()} {self._row.type} net {self._row.net}"
