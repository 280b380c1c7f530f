"""Charges, and the payments that transfers make, as Stripe shows them."""

from __future__ import annotations

from typing import Any

from connectlib.core.account_settings import calculated
from connectlib.core.charges import SHOWN
from connectlib.core.money import display
from connectlib.core.transfers import captured
from connectlib.wire.objects.base import ExplainedObject, loaded, timestamp


def _billing(given: Any) -> dict[str, Any]:
    names = ("address", "email", "name", "phone", "tax_id")
    return dict.fromkeys(names) | (given or {})


def _statement(row: Any, options: dict[str, Any], method: Any) -> str | None:
    """The words on the buyer's statement."""
    kind = (method or {}).get("type")
    return calculated(options.get("statement"), kind=kind, descriptor=row.statement_descriptor)


class ChargeObject(ExplainedObject):
    """A charge (`ch_`) or payment (`py_`). Amounts are minor units, times seconds."""

    __slots__ = ()
    OBJECT = "charge"

    def _render(self) -> dict[str, Any]:
        row = self._row
        options = loaded(row.options) or {}
        method = loaded(row.method)
        status = SHOWN.get(row.status, "pending")
        released = row.status == "released"
        done = row.status == "succeeded"
        refunded = row.amount if released else row.amount_refunded
        to = row.destination
        return {
            "id": row.id,
            "object": "charge",
            "amount": row.amount,
            "amount_captured": captured(row) if done else 0,
            "amount_refunded": refunded,
            "application": None,
            "application_fee": row.application_fee,
            "application_fee_amount": row.application_fee_amount,
            "balance_transaction": row.balance_transaction,
            "billing_details": _billing(options.get("billing")),
            "calculated_statement_descriptor": _statement(row, options, method),
            "captured": done,
            "created": timestamp(row.created),
            "currency": row.currency,
            "customer": row.customer,
            "description": row.description,
            "destination": to,
            "disputed": False,
            "failure_balance_transaction": options.get("failure_balance_transaction"),
            "failure_code": row.failure_code,
            "failure_message": row.failure_message,
            "livemode": self._livemode,
            "metadata": loaded(row.metadata),
            "on_behalf_of": row.on_behalf_of,
            "outcome": loaded(row.outcome),
            "paid": status == "succeeded",
            "payment_intent": row.payment_intent,
            "payment_method": row.method_id or row.source,
            "payment_method_details": method,
            "receipt_email": row.receipt_email,
            "refunded": refunded == (row.amount if released else captured(row)),
            "shipping": options.get("shipping"),
            "source_transfer": row.source_transfer,
            "statement_descriptor": row.statement_descriptor,
            "status": status,
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
