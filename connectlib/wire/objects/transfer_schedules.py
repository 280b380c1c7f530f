"""Scheduled transfers: an object of ours, in Stripe's manner."""

from __future__ import annotations

from typing import Any

from connectlib.core.money import display
from connectlib.wire.objects.base import StripeObject, loaded, timestamp


class TransferScheduleObject(StripeObject):
    """A transfer to be made later. `transfer` is the one that was made."""

    __slots__ = ()
    OBJECT = "transfer_schedule"

    def _render(self) -> dict[str, Any]:
        row = self._row
        return {
            "id": row.id,
            "object": "transfer_schedule",
            "amount": row.amount,
            "condition": row.condition,
            "created": timestamp(row.created),
            "currency": row.currency,
            "description": row.description,
            "destination": row.destination,
            "failure_code": row.failure_code,
            "failure_message": row.failure_message,
            "livemode": self._livemode,
            "metadata": loaded(row.metadata),
            "release_on": None if row.release_on is None else timestamp(row.release_on),
            "source_transaction": row.source_transaction,
            "status": row.status,
            "transfer": row.transfer,
            "transfer_group": row.transfer_group,
        }

    def _summary(self) -> str:
        row = self._row
        return f"{row.id} {display(row.amount, row.currency)} {row.status} → {row.destination}"
