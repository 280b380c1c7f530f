"""Application fees and their refunds, as Stripe shows them."""

from __future__ import annotations

from typing import Any

from connectlib.wire.objects.base import (
    ExplainedObject,
    HoldingObject,
    loaded,
    timestamp,
)


class ApplicationFeeObject(HoldingObject, ExplainedObject):
    """What the platform earned. `account` is the connected account that paid it.

    refunds: the ten newest where it was retrieved; elsewhere none is embedded, and has_more says
    whether there are any.
    """

    __slots__ = ()
    OBJECT = "application_fee"

    def _render(self) -> dict[str, Any]:
        row = self._row
        return {
            "id": row.id,
            "object": "application_fee",
            "account": row.payer,
            "amount": row.amount,
            "amount_refunded": row.amount_refunded,
            "application": row.account,
            "balance_transaction": row.balance_transaction,
            "charge": row.charge,
            "created": timestamp(row.created),
            "currency": row.currency,
            "livemode": self._livemode,
            "originating_transaction": row.originating_transaction,
            "refunded": row.amount_refunded == row.amount,
            "refunds": self._list(
                f"/v1/application_fees/{row.id}/refunds", there=row.amount_refunded > 0
            ),
        }


class FeeRefundObject(ExplainedObject):
    """Part or all of an application fee given back."""

    __slots__ = ()
    OBJECT = "fee_refund"

    def _render(self) -> dict[str, Any]:
        row = self._row
        return {
            "id": row.id,
            "object": "fee_refund",
            "amount": row.amount,
            "balance_transaction": row.balance_transaction,
            "created": timestamp(row.created),
            "currency": row.currency,
            "fee": row.fee,
            "metadata": loaded(row.metadata),
        }
