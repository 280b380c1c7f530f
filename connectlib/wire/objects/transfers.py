"""Transfers and their reversals, as Stripe shows them."""

from __future__ import annotations

from typing import Any

from connectlib.core.money import display
from connectlib.wire.objects.base import (
    ExplainedObject,
    HoldingObject,
    loaded,
    timestamp,
)


class TransferObject(HoldingObject, ExplainedObject):
    """A transfer. `schedule` is ours: the transfer schedule that was released by it.

    reversals: the ten newest where it was retrieved; elsewhere none is embedded, and has_more
    says whether there are any.
    """

    __slots__ = ()
    OBJECT = "transfer"

    def _render(self) -> dict[str, Any]:
        row = self._row
        return {
            "id": row.id,
            "object": "transfer",
            "amount": row.amount,
            "amount_reversed": row.amount_reversed,
            "balance_transaction": row.balance_transaction,
            "created": timestamp(row.created),
            "currency": row.currency,
            "description": row.description,
            "destination": row.destination,
            "destination_payment": row.destination_payment,
            "livemode": self._livemode,
            "metadata": loaded(row.metadata),
            "reversals": self._list(
                f"/v1/transfers/{row.id}/reversals", there=row.amount_reversed > 0
            ),
            "reversed": row.amount_reversed == row.amount,
            "schedule": row.schedule,
            "source_transaction": row.source_transaction,
            "source_type": "card",
            "transfer_group": row.transfer_group,
        }

    def _summary(self) -> str:
        row = self._row
        return f"{row.id} {display(row.amount, row.currency)} → {row.destination}"


class TransferReversalObject(ExplainedObject):
    """Part or all of a transfer taken back."""

    __slots__ = ()
    OBJECT = "transfer_reversal"

    def _render(self) -> dict[str, Any]:
        row = self._row
        return {
            "id": row.id,
            "object": "transfer_reversal",
            "amount": row.amount,
            "balance_transaction": row.balance_transaction,
            "created": timestamp(row.created),
            "currency": row.currency,
            "description": row.description,
            "destination_payment_refund": row.destination_payment_refund,
            "metadata": loaded(row.metadata),
            "source_refund": row.source_refund,
            "transfer": row.transfer,
        }
