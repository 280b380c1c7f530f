"""Payment intents and setup intents as Stripe shows them."""

from __future__ import annotations

from typing import Any

from connectlib.core.money import display
from connectlib.wire.objects.base import StripeObject, loaded, timestamp

#: While an attempt is open there is nothing to show of its charge.
_UNTOLD = frozenset({"requires_action", "processing"})


class PaymentIntentObject(StripeObject):
    """A payment intent (`pi_`). Amounts are minor units, times seconds."""

    __slots__ = ()
    OBJECT = "payment_intent"

    def _render(self) -> dict[str, Any]:
        row = self._row
        to = row.destination
        automatic = bool(loaded(row.options).get("automatic"))
        return {
            "id": row.id,
            "object": "payment_intent",
            "amount": row.amount,
            "amount_capturable": row.amount_capturable,
            "amount_received": row.amount_received,
            "application": None,
            "application_fee_amount": row.application_fee_amount,
            "automatic_payment_methods": (
                {"allow_redirects": "always", "enabled": True} if automatic else None
            ),
            "canceled_at": timestamp(row.canceled_at) if row.canceled_at is not None else None,
            "cancellation_reason": row.cancellation_reason,
            "capture_method": row.capture_method,
            "client_secret": row.client_secret,
            "confirmation_method": row.confirmation_method,
            "created": timestamp(row.created),
            "currency": row.currency,
            "customer": row.customer,
            "description": row.description,
            "last_payment_error": loaded(row.last_error),
            "latest_charge": row.charge if row.status not in _UNTOLD else None,
            "livemode": self._livemode,
            "metadata": loaded(row.metadata),
            "next_action": loaded(row.next_action),
            "on_behalf_of": row.on_behalf_of,
            "payment_method": row.method_id,
            "payment_method_options": {},
            "payment_method_types": loaded(row.method_types),
            "receipt_email": row.receipt_email,
            "setup_future_usage": row.setup_future_usage,
            "shipping": loaded(row.shipping),
            "splits": loaded(row.splits),
            "statement_descriptor": row.statement_descriptor,
            "status": row.status,
            "transfer_data": {"amount": row.transfer_amount, "destination": to} if to else None,
            "transfer_group": row.transfer_group,
        }

    def _summary(self) -> str:
        row = self._row
        words = [row.id, display(row.amount, row.currency), row.status]
        if row.destination:
            words.append(f"→ {row.destination}")
        return " ".join(words)


class SetupIntentObject(StripeObject):
    """A setup intent (`seti_`). Times are seconds."""

    __slots__ = ()
    OBJECT = "setup_intent"

    def _render(self) -> dict[str, Any]:
        row = self._row
        return {
            "id": row.id,
            "object": "setup_intent",
            "application": None,
            "cancellation_reason": row.cancellation_reason,
            "client_secret": row.client_secret,
            "created": timestamp(row.created),
            "customer": row.customer,
            "description": row.description,
            "last_setup_error": loaded(row.last_error),
            "livemode": self._livemode,
            "metadata": loaded(row.metadata),
            "next_action": loaded(row.next_action),
            "on_behalf_of": row.on_behalf_of,
            "payment_method": row.method_id,
            "payment_method_types": loaded(row.method_types),
            "status": row.status,
            "usage": row.usage,
        }
