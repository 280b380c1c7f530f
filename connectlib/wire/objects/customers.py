"""Customers, as Stripe shows them."""

from __future__ import annotations

from typing import Any

from connectlib.wire.objects.base import StripeObject, loaded, timestamp


class CustomerObject(StripeObject):
    """A customer; of a deleted one only its id is left."""

    __slots__ = ()
    OBJECT = "customer"

    def _render(self) -> dict[str, Any]:
        row = self._row
        if row.deleted:
            return {"id": row.id, "object": "customer", "deleted": True}
        return {
            "id": row.id,
            "object": "customer",
            "address": loaded(row.address),
            "created": timestamp(row.created),
            "default_source": None,
            "description": row.description,
            "email": row.email,
            "invoice_settings": {"default_payment_method": row.default_method},
            "livemode": self._livemode,
            "metadata": loaded(row.metadata),
            "name": row.name,
            "phone": row.phone,
            "shipping": loaded(row.shipping),
        }

    def _summary(self) -> str:
        return f"{self._row.id} deleted" if self._row.deleted else str(self._row.id)
