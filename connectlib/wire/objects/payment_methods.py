"""Payment methods, as Stripe shows them."""

from __future__ import annotations

from typing import Any

from connectlib.wire.objects.base import StripeObject, loaded, timestamp

_ADDRESS = ("city", "country", "line1", "line2", "postal_code", "state")
_CHECKS = ("address_line1_check", "address_postal_code_check", "cvc_check")
#: Kind -> the fields of its part, where they are shown as they are kept.
_PLAIN = {
    "acss_debit": ("bank_name", "fingerprint", "institution_number", "last4", "transit_number"),
    "au_becs_debit": ("bsb_number", "fingerprint", "last4"),
    "bacs_debit": ("fingerprint", "last4", "sort_code"),
    "boleto": ("tax_id",),
    "sepa_debit": ("bank_code", "branch_code", "country", "fingerprint", "last4"),
    "us_bank_account": (
        "account_holder_type",
        "account_type",
        "bank_name",
        "fingerprint",
        "last4",
        "routing_number",
    ),
}


class PaymentMethodObject(StripeObject):
    """A payment method. What is particular to its kind is under the kind's name."""

    __slots__ = ()
    OBJECT = "payment_method"

    def _render(self) -> dict[str, Any]:
        row = self._row
        kept = {**loaded(row.details), "fingerprint": row.fingerprint}
        return {
            "id": row.id,
            "object": "payment_method",
            "allow_redisplay": "unspecified",
            "billing_details": billing_details(loaded(row.billing)),
            "created": timestamp(row.created),
            "customer": row.customer,
            "livemode": self._livemode,
            "metadata": loaded(row.metadata),
            "type": row.kind,
            row.kind: _part(row.kind, kept),
        }

    def _summary(self) -> str:
        row = self._row
        kept = loaded(row.details)
        words = [row.id, row.kind, kept.get("brand"), kept.get("last4")]
        if row.customer:
            words.append(f"→ {row.customer}")
        return " ".join(word for word in words if word)


def billing_details(given: dict[str, Any] | None) -> dict[str, Any]:
    """Stripe's `billing_details`, every field of it."""
    given = given or {}
    address = given.get("address") or {}
    return {
        "address": {name: address.get(name) for name in _ADDRESS},
        **{name: given.get(name) for name in ("email", "name", "phone", "tax_id")},
    }


def _part(kind: str, kept: dict[str, Any]) -> dict[str, Any]:
    """What is shown under the name of a kind."""
    if kind == "card":
        return _card(kept)
    part = {name: kept.get(name) for name in _PLAIN.get(kind, ())}
    if kind == "us_bank_account":
        part["financial_connections_account"] = None
        part["networks"] = {"preferred": "ach", "supported": ["ach"]}
        part["status_details"] = None
    return part


def _card(kept: dict[str, Any]) -> dict[str, Any]:
    brand = kept.get("brand")
    return {
        "brand": brand,
        "checks": {name: kept.get(name) for name in _CHECKS},
        "country": kept.get("country"),
        "display_brand": brand,
        "exp_month": kept.get("exp_month"),
        "exp_year": kept.get("exp_year"),
        "fingerprint": kept["fingerprint"],
        "funding": kept.get("funding"),
        "generated_from": None,
        "last4": kept.get("last4"),
        "networks": {"available": [brand] if brand else [], "preferred": None},
        "three_d_secure_usage": {"supported": True},
        "wallet": None,
    }
