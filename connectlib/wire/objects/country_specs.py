"""Country specs, as Stripe shows them."""

from __future__ import annotations

from typing import Any

from connectlib.wire.objects.base import StripeObject


class CountrySpecObject(StripeObject):
    """What accounts of a country can do."""

    __slots__ = ()
    OBJECT = "country_spec"

    def _render(self) -> dict[str, Any]:
        row = self._row
        return {
            "id": row.id,
            "object": "country_spec",
            "default_currency": row.default_currency,
            "supported_bank_account_currencies": {
                currency: list(countries) for currency, countries in row.bank_account_currencies
            },
            "supported_payment_currencies": list(row.payment_currencies),
            "supported_payment_methods": list(row.payment_methods),
            "supported_transfer_countries": list(row.transfer_countries),
            "verification_fields": {
                "company": _fields(row.company),
                "individual": _fields(row.individual),
            },
        }


def _fields(given: Any) -> dict[str, list[str]]:
    return {"additional": list(given.additional), "minimum": list(given.minimum)}
